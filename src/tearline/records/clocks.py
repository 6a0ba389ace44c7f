"""How the clocks of two systems stand to one another, as paired events show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClockSource:
    """A log: whose, of which system. `finest` to `coarsest`: seconds within which its times are known. `stated`:
    what its files were taken in as, `FORMAT: TIME ZONE, PRECISION`."""

    organisation: str | None
    system: str | None
    events: int
    finest: float
    coarsest: float
    stated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """The clock of one log against another's, in seconds; above 0 it is ahead. Shown, never applied.

    `offset` and `interval` (at least 95 %) come from the `pairs` whose arrival a machine noted; None where those
    are too few. `at_most` and `at_least`: whatever took time on the way, it is no further ahead and no further
    behind than this (None where too few arrivals are on record). `impossible` counts arrivals that come before
    their sending under every reading of the clocks. `both_ways`: pairs in both directions, so that the time on the
    way cancels out. `matters`: it is more than a minute out.
    """

    organisation: str | None
    system: str | None
    against_organisation: str | None
    against_system: str | None
    pairs: int
    arrivals: int
    offset: float | None
    interval: tuple[float, float] | None
    at_most: float | None
    at_least: float | None
    both_ways: bool
    impossible: int
    matters: bool
    says: str


@dataclass(frozen=True, slots=True)
class ClockSurvey:
    """What `clocks` answers: every log with its precision, and every two that can be compared, worst first."""

    sources: tuple[ClockSource, ...]
    clocks: tuple[ClockOffset, ...]
    least_pairs: int
