"""Many public items read as one: what recurs, what came first, and the fewest products that explain them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tearline.records.matches import Span
from tearline.records.times import Interval


class TimelineKind(StrEnum):
    RELEASE = "release"
    DISCLOSURE = "disclosure"


@dataclass(frozen=True, slots=True)
class Telling:
    """One item's words for a claim; `span` in its text."""

    disclosure: str
    span: Span
    text: str
    published_at: Interval | None


@dataclass(frozen=True, slots=True)
class RecurringClaim:
    """What several items say. `tellings` in order of publication; `first`: the items that may have said it first
    (one, unless their dates do not tell; none where no date is known); `product` and `portion`: what it draws
    on, where a portion explains it."""

    tellings: tuple[Telling, ...]
    first: tuple[str, ...]
    product: str | None = None
    portion: str | None = None


@dataclass(frozen=True, slots=True)
class SeriesProduct:
    """`explains`: the items it is probably a source of; `passages`: how many of their passages it explains
    (expected); `adds`: how many that no product before it in `fewest` explains; 0 for one that adds nothing
    worth a product."""

    product: str
    issued_at: datetime
    explains: tuple[str, ...]
    passages: float
    adds: float


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    at: Interval | None
    kind: TimelineKind
    id: str


@dataclass(frozen=True, slots=True)
class SeriesAnswer:
    """`fewest`: the products that together explain the series best, the one that explains most first;
    `unexplained`: items that none of them explains; `timeline` in order of time, what has no date last."""

    disclosures: tuple[str, ...]
    claims: tuple[RecurringClaim, ...]
    fewest: tuple[str, ...]
    products: tuple[SeriesProduct, ...]
    unexplained: tuple[str, ...]
    timeline: tuple[TimelineEntry, ...]
    notes: tuple[str, ...] = ()
