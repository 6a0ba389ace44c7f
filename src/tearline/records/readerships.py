"""Answers across products: common holders, readership against the list, and who was told what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tearline.records.kinds import Basis, Level
from tearline.records.naming import Who


@dataclass(frozen=True, slots=True)
class Holding:
    """One product as one holder could have held it, or something declared as derived from it.

    `event` brought it first; None where it was held by authorship. Of a raw name `resolved` is False.
    """

    person: Who
    organisation: str | None
    product: str
    level: Level
    basis: Basis
    first_possible: datetime
    first_certain: datetime | None
    event: str | None
    resolved: bool


@dataclass(frozen=True, slots=True)
class CommonHolder:
    """Somebody who could have held several of the products; `organisation` as of the first."""

    person: Who
    organisation: str | None
    holdings: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class Common:
    """Who could have held at least `least` of the products; `holders` of each by itself, for comparison."""

    products: tuple[str, ...]
    before: datetime | None
    least: int
    common: tuple[CommonHolder, ...]
    holders: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on a distribution list on the day of issue; `level` None where no holding is on record."""

    person: Who
    organisation: str | None
    level: Level | None


@dataclass(frozen=True, slots=True)
class Readership:
    """One product's readers against its distribution list. Numbers are of people and unresolved names.

    `listed`: on the list on the day of issue; `reached`: of these, holders; `opened`: of these, at least opened;
    `beyond`: holders who are not on the list, authors apart. `never_opened` are those on the list without an
    opening on record. `breadth` is holders beyond and reached, over listed; None without a list.
    """

    product: str
    listed: int
    reached: int
    opened: int
    beyond: int
    breadth: float | None
    never_opened: tuple[Listed, ...]
    outside_list: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One record that shows that somebody had a product: who, what, when, and what shows it.

    `kind` is the event's, or `authorship` (then `event` is None). `by` is who sent, showed or told it.
    """

    person: Who
    organisation: str | None
    product: str
    level: Level
    basis: Basis
    at_earliest: datetime
    at_latest: datetime
    certain: bool
    kind: str
    event: str | None
    system: str | None
    by: str | None
