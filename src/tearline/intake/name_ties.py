"""That two names as written may be one person's, and on what ground."""

from __future__ import annotations

from dataclasses import dataclass

LINK = 0.9
"""From this score on a machine joins two names."""
PROPOSE = 0.75
"""From this score on they are listed for a person to decide."""


@dataclass(frozen=True, slots=True)
class Tie:
    """Why two names may be one person's. `one` and `other` are as written."""

    one: str
    other: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """That `name` is the same as `same_as` (both as written), and why: the weakest step on the way says it."""

    name: str
    same_as: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class SameNames:
    """`links`: every name that is another's, which stands for its cluster. `open`: what may be one and was not
    joined, likeliest first."""

    links: tuple[Likeness, ...]
    open: tuple[Tie, ...]
