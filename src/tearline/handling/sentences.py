"""Plain words for times and acts in findings."""

from __future__ import annotations

from tearline.records.times import from_micros

LEVEL_ACTS = {1: "was sent", 2: "opened", 3: "took something out of"}


def when(earliest: int, latest: int) -> str:
    """`on 2026-03-14` for a day, `on 2026-03-14 at 09:30 UTC` for an instant, `between … and …` otherwise."""
    first, last = from_micros(earliest), from_micros(latest)
    if first == last:
        return f"on {first:%Y-%m-%d} at {first:%H:%M} UTC"
    if first.date() == last.date():
        return f"on {first:%Y-%m-%d}"
    return f"between {first:%Y-%m-%d} and {last:%Y-%m-%d}"


def times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
