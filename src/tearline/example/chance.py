"""Where the example's chance comes from: one seeded stream a subject, so that each can change alone."""

from __future__ import annotations

from random import Random


def dice(seed: int, subject: str) -> Random:
    """The same numbers for the same seed and subject, on every machine."""
    return Random(f"{seed}:{subject}")  # noqa: S311 -- a fiction needs repeatable chance, not secrecy
