"""From pathways to the codes that are weighed: who held which of the disclosed products.

Items that draw on the same product are one column: the same holding is not evidence twice. It is counted up to the
earliest publication. Left out of the hypotheses, and so counted within outside: members of oversight bodies (their
communications are protected, and nobody watches the reviewers through this), and names that are an outlet's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from tearline.leads.items import Candidate, Item
from tearline.leads.model import HELD, Codes, Floats
from tearline.leads.silences import System, account_of, silences, systems_of
from tearline.records.kinds import Basis, Level, OrganisationKind
from tearline.records.naming import Who
from tearline.records.pathways import Gap, Holder, Pathway
from tearline.views.register import Register

_NEVER = datetime.max.replace(tzinfo=UTC)
_LEAST = 0.05  # a candidate less probable than this bears on nobody
# Deliberately weak: what kind of holding it was says little about who passed it on.
_LEVELS = {Level.DELIVERED: 0.8, Level.OPENED: 1.0, Level.EXTRACTED: 1.25}
_ADDRESSED, _POSSIBLE, _IN_PART = 0.85, 0.8, 0.7


@dataclass(frozen=True, slots=True)
class Column:
    """A product that one item or more may draw on; `draws_on` the probability that at least one does."""

    product: str
    portions: frozenset[str]
    draws_on: float
    candidate: Candidate


@dataclass(frozen=True)
class Exposure:
    """`codes` has a row for every person in `people`, then every system, then every organisation's registered
    people without any holding on record (`rest`, with how many they are); a column a product."""

    columns: tuple[Column, ...]
    people: tuple[Who, ...]
    organisations: tuple[str | None, ...]
    best: tuple[Level, ...]
    unresolved: frozenset[str]
    addressed_only: frozenset[str]
    systems: tuple[System, ...]
    rest: tuple[tuple[str, int], ...]
    codes: Codes
    classes: Floats
    held_certainly: npt.NDArray[np.bool_]
    gaps: tuple[Gap, ...]
    set_aside: int

    @property
    def searched(self) -> int:
        """Recorded holders, and the registered people of organisations that the products reached."""
        return len(self.people) + sum(count for _, count in self.rest)


def columns_of(items: Sequence[Item]) -> tuple[Column, ...]:
    """One for each product with any weight, in order of appearance."""
    grouped: dict[str, list[Candidate]] = {}
    for item in items:
        for candidate in item.candidates:
            if candidate.probability >= _LEAST:
                grouped.setdefault(candidate.product, []).append(candidate)
    return tuple(
        Column(
            product=product,
            portions=frozenset(c.portion for c in found if c.portion),
            draws_on=1.0 - float(np.prod([1.0 - min(c.probability, 1.0) for c in found])),
            candidate=min(found, key=lambda c: c.pathway.before or _NEVER),
        )
        for product, found in grouped.items()
    )


class _People:
    """Everybody with a holding in any column, and the holdings as arrays: one block a column."""

    def __init__(self, register: Register, not_people: frozenset[str]) -> None:
        self._register = register
        self._outlets = {
            d.outlet.casefold() for d in (*register.disclosures.values(), *register.public.values()) if d.outlet
        }
        self._passed_over = not_people
        self.rows: dict[str, int] = {}
        self.left_out: set[str] = set()
        self.ids: list[Who] = []
        self.organisations: list[str | None] = []
        self.unresolved: set[str] = set()
        self._blocks: list[npt.NDArray[np.int64]] = []

    def add(self, j: int, column: Column) -> None:
        """The holdings of one column: person, column, level, addressed, possible, in part, seen at all."""
        holders = column.candidate.pathway.holders
        known, count = self.rows, len(holders)
        block = np.empty((7, count), dtype=np.int64)
        block[0] = [known[h.person] if h.person in known else self._new(h) for h in holders]
        block[1] = j
        block[2] = [h.level for h in holders]
        block[3] = [h.basis is Basis.ADDRESSED for h in holders]
        block[4] = [h.first_certain is None for h in holders]
        share = np.ones(count)
        if column.portions:
            names = column.portions | {f"{column.product}:{portion}" for portion in column.portions}
            share[:] = [_share_seen(holder, column, names) for holder in holders]
        block[5], block[6] = share < 1.0, share > 0.0
        self._blocks.append(block[:, block[0] >= 0])

    def _new(self, holder: Holder) -> int:
        """The row of somebody met for the first time, or -1 for one who is no hypothesis."""
        person = holder.person
        if person in self.left_out or person in self._passed_over:
            return -1
        if _is_set_aside(holder, self._register, self._outlets):
            self.left_out.add(person)
            return -1
        row = self.rows[person] = len(self.ids)
        self.ids.append(person)
        self.organisations.append(holder.organisation)
        if not holder.resolved:
            self.unresolved.add(person)
        return row

    def holdings(self) -> npt.NDArray[np.int64]:
        return np.hstack([np.empty((7, 0), dtype=np.int64), *self._blocks])


def exposure_of(items: Sequence[Item], register: Register) -> Exposure:
    columns = columns_of(items)
    pathways = [column.candidate.pathway for column in columns]
    accounts = {account_of(gap, register) for pathway in pathways for gap in pathway.gaps}
    people = _People(register, frozenset(name for name in accounts if name is not None))
    for j, column in enumerate(columns):
        people.add(j, column)
    who, where, level, addressed, possible, in_part, seen = people.holdings()
    best = np.zeros(len(people.ids), dtype=np.int64)
    np.maximum.at(best, who, level)
    arrived = np.zeros(len(people.ids), dtype=np.bool_)
    arrived[who[addressed == 0]] = True
    kinds, kind = np.unique(((level * 2 + addressed) * 2 + possible) * 2 + in_part, return_inverse=True)
    systems, system_rows = systems_of(pathways, HELD + len(kinds), register)
    rest = _rest(pathways, people, register)
    named = len(people.ids) + len(systems)
    codes = np.zeros((named + len(rest), len(columns)), dtype=np.uint8)
    belonging: dict[str | None, list[int]] = {}
    for row, organisation in enumerate(people.organisations):
        belonging.setdefault(organisation, []).append(row)
    for n, (organisation, _) in enumerate(rest):
        belonging.setdefault(organisation, []).append(named + n)
    for (organisation, j), code in silences(pathways).items():
        codes[belonging.get(organisation, []), j] = code
    shown = seen > 0
    codes[who[shown], where[shown]] = HELD + kind[shown]
    certainly = np.zeros((len(people.ids), len(columns)), dtype=np.bool_)
    certainly[who[shown], where[shown]] = possible[shown] == 0
    if systems:
        codes[len(people.ids) : named] = system_rows
    return Exposure(
        columns=columns,
        people=tuple(people.ids),
        organisations=tuple(people.organisations),
        best=tuple(Level(int(n)) for n in best),
        unresolved=frozenset(people.unresolved),
        addressed_only=frozenset(people.ids[n] for n in np.flatnonzero(~arrived)),
        systems=systems,
        rest=rest,
        codes=codes,
        # The last class is that of a shared account: a holding of average weight.
        classes=np.array([*(_weight(int(k)) for k in kinds), 1.0]),
        held_certainly=certainly,
        gaps=tuple({gap.id: gap for pathway in pathways for gap in pathway.gaps}.values()),
        set_aside=len(people.left_out),
    )


def _weight(kind: int) -> float:
    """The weight of a kind of holding, from its code in `exposure_of`."""
    level, addressed, possible, in_part = Level(kind >> 3), kind >> 2 & 1, kind >> 1 & 1, kind & 1
    return _LEVELS[level] * _ADDRESSED**addressed * _POSSIBLE**possible * _IN_PART**in_part


def _is_set_aside(holder: Holder, register: Register, outlets: set[str]) -> bool:
    organisation = register.organisations.get(holder.organisation or "")
    if organisation is not None and organisation.kind is OrganisationKind.OVERSIGHT:
        return True
    named = {holder.person.casefold(), (holder.organisation or "").casefold()}
    if organisation is not None:
        named.add(organisation.name.casefold())
    return not named.isdisjoint(outlets)


def _share_seen(holder: Holder, column: Column, names: frozenset[str]) -> float:
    """How much of what was disclosed an edition showed: whoever had only one that leaves it out did not see it."""
    if holder.portions is None or not column.portions:
        return 1.0
    return min(1.0, sum(portion in names for portion in holder.portions) / len(column.portions))


def _rest(pathways: Sequence[Pathway], people: _People, register: Register) -> tuple[tuple[str, int], ...]:
    """How many registered people without a holding on record each organisation has that the products reached."""
    reached = {organisation for organisation in people.organisations if organisation is not None}
    for pathway in pathways:
        for t in pathway.transfers:
            reached.update(
                party for party in (t.from_, t.to) if party is not None and party in register.organisations
            )
    cuts = [pathway.before for pathway in pathways if pathway.before is not None]
    counts: Counter[str] = Counter()
    for person in register.people.values():
        if person.id in people.rows or person.id in people.left_out:
            continue
        organisation = person.organisation_at(min(cuts)) if cuts else person.periods[-1].organisation
        if organisation in reached:
            counts[organisation] += 1
    return tuple(sorted(counts.items()))
