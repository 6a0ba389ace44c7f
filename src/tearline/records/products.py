"""Products (finished reports), their portions, and public items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tearline.records.times import Interval


@dataclass(frozen=True, slots=True)
class Portion:
    """A marked paragraph. `marking` is never empty: without one of its own it has the product's."""

    id: str
    marking: str
    text: str


@dataclass(frozen=True, slots=True)
class HandlingTerms:
    """What the originator asked of receivers; None where nothing was said.

    `print` and `copy`: `no`, `logged` or `yes`; `forward`: `originator` (its leave is needed), `organisation`
    (inside it), or `free`; `return_by`: the day by which every copy is to be back.
    """

    print: str | None = None
    copy: str | None = None
    forward: str | None = None
    return_by: date | None = None


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    title: str
    originator: str
    issued_at: datetime
    marking: str
    portions: tuple[Portion, ...]
    number: str | None = None
    language: str | None = None
    derived_from: tuple[str, ...] = ()
    distribution: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    handling: HandlingTerms = HandlingTerms()
    caveat_text: str | None = None


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A public item: an article, a broadcast, a posted document. `published_at` None where no date is known.

    `outlet` is kept for citation only; it is never a holder, a hypothesis or a search target. `public` marks
    earlier public reporting, against which content is held to see what was known already.
    """

    id: str
    text: str
    title: str | None = None
    outlet: str | None = None
    published_at: Interval | None = None
    language: str | None = None
    url: str | None = None
    public: bool = False
