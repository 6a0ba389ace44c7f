"""What a pathway's picture is made of: plain geometry in pixels at full width."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tearline.records.kinds import Basis, Level
from tearline.records.times import Interval

WIDTH: Final = 1160.0
GUTTER: Final = 204.0  # left of the time axis: names
MARGIN: Final = 118.0  # right of it: counts


@dataclass(frozen=True, slots=True)
class Publication:
    """A vertical line: when something became public, as an interval, and what to call it."""

    label: str
    at: Interval


@dataclass(frozen=True, slots=True)
class Rule:
    """A vertical line from `x`, a band up to `x_to` where the time is uncertain; `shelf` is its label's row."""

    x: float
    x_to: float
    label: str
    published: bool
    shelf: int


@dataclass(frozen=True, slots=True)
class Notch:
    x: float
    y: float
    says: str


@dataclass(frozen=True, slots=True)
class Hatch:
    x: float
    x_to: float
    y: float
    height: float
    says: str


@dataclass(frozen=True, slots=True)
class Row:
    """A holder (`level` set) or a party to a transfer that is none. `certain_x` None: no reading is certain."""

    who: str
    label: str
    y: float
    resolved: bool
    level: Level | None = None
    basis: Basis | None = None
    x: float = 0.0
    certain_x: float | None = None
    end_x: float = 0.0
    says: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """A folded lane: for each level the holders known so far, as (x, count) steps, lowest level first."""

    top: float
    height: float
    most: int
    by_level: tuple[tuple[Level, tuple[tuple[float, int], ...]], ...]
    certain: tuple[tuple[float, int], ...]
    end_x: float


@dataclass(frozen=True, slots=True)
class Lane:
    name_lines: tuple[str, ...]
    full_name: str
    note: str
    y: float
    height: float
    counts: Mapping[Level, int]
    gaps: int
    rows: tuple[Row, ...] = ()
    steps: Steps | None = None

    @property
    def anchor(self) -> float:
        """The height at which transfers to and from the organisation itself, or a folded lane, end."""
        return self.y + 13.0


@dataclass(frozen=True, slots=True)
class Curve:
    """One transfer, or several alike between folded lanes (`amount`); `events` are their ids.

    `first`: nothing drawn reaches the same end earlier, or the end is one person's (`to_person`).
    It leaves and arrives at the same time, so at the same `x`, and bulges to the left in between.
    """

    x: float
    y: float
    y_to: float
    bulge: float
    basis: Basis
    supported: bool
    first: bool
    to_person: bool
    amount: int
    events: tuple[str, ...]
    says: str
    label_x: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    width: float
    height: float
    top: float
    lanes: tuple[Lane, ...]
    curves: tuple[Curve, ...]
    rules: tuple[Rule, ...]
    ticks: tuple[tuple[float, str], ...]
    notches: tuple[Notch, ...]
    hatches: tuple[Hatch, ...]
    left_out: int
