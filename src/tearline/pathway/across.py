"""Questions across products: who held several, how broad a readership was, who was told what and what shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa

from tearline.pathway.cast import NEVER
from tearline.pathway.solving import Solution, solve
from tearline.records.kinds import Basis, Level
from tearline.records.naming import Who
from tearline.records.parties import Party, PartyKind
from tearline.records.readerships import Common, CommonHolder, Holding, Listed, Readership, Told
from tearline.records.times import from_micros, to_micros
from tearline.views.register import Register

_PEOPLE = (PartyKind.PERSON, PartyKind.NAME)
AUTHORSHIP = "authorship"


def common(
    register: Register, products: Sequence[str], events: pa.Table, *, before: datetime | None, least: int
) -> Common:
    """Who could have held at least `least` of `products`, or what is declared as derived from them, before then.

    `events` (STORED_EVENTS, any order) hold every event of their families.
    """
    found = holdings(register, [register.family(product) for product in products], events, before)
    by_person: dict[str, list[Holding]] = defaultdict(list)
    for holding in found:
        by_person[holding.person].append(holding)
    shared = [
        CommonHolder(held[0].person, held[0].organisation, tuple(held))
        for held in by_person.values()
        if len(held) >= least
    ]
    count = dict.fromkeys(products, 0)
    for holding in found:
        count[holding.product] += 1
    return Common(
        products=tuple(products),
        before=before,
        least=least,
        common=tuple(sorted(shared, key=lambda holder: (-len(holder.holdings), holder.person))),
        holders=tuple(count[product] for product in products),
    )


def readerships(
    register: Register, products: Sequence[str], events: pa.Table, *, before: datetime | None
) -> tuple[Readership, ...]:
    """Each product's readers against its distribution list. What was read of derived products is theirs."""
    held: dict[str, list[Holding]] = defaultdict(list)
    for holding in holdings(register, [(product,) for product in products], events, before):
        held[holding.product].append(holding)
    return tuple(_readership(register, product, held[product]) for product in products)


def _readership(register: Register, product: str, held: Sequence[Holding]) -> Readership:
    known = register.products[product]
    listed = _on_list(register, known.distribution, known.issued_at)
    wrote = {party.id for party in _on_list(register, known.authors, known.issued_at)}
    levels = {holding.person: holding.level for holding in held}
    beyond = tuple(h for h in held if h.person not in {party.id for party in listed} | wrote)
    reached = sum(party.id in levels for party in listed)
    never = [
        Listed(Who(party.id), _organisation(register, party, known.issued_at), levels.get(Who(party.id)))
        for party in sorted(listed, key=lambda party: party.id)
        if levels.get(Who(party.id), Level.DELIVERED) < Level.OPENED
    ]
    return Readership(
        product=product,
        listed=len(listed),
        reached=reached,
        opened=len(listed) - len(never),
        beyond=len(beyond),
        breadth=(reached + len(beyond)) / len(listed) if listed else None,
        never_opened=tuple(never),
        outside_list=beyond,
    )


def _on_list(register: Register, names: Iterable[str], day: datetime) -> set[Party]:
    """The people and unresolved names that a list stood for on a day. An organisation on it stands for nobody."""
    found: set[Party] = set()
    for name in names:
        party = register.resolve(name)
        if party.kind is PartyKind.GROUP:
            found.update(register.members(party.id, day, day))
        found.add(party)
    return {party for party in found if party.kind in _PEOPLE}


def told(
    register: Register,
    products: Sequence[str],
    events: pa.Table,
    *,
    wanted: Callable[[Party, datetime], bool],
    since: datetime | None,
    until: datetime | None,
) -> tuple[Told, ...]:
    """Every record that shows that one of those `wanted` (party, at the time) had one of `products`, in order.

    A record counts where its time can lie in `[since, until)`.
    """
    solution = _solved(register, [(product,) for product in products], events, until)
    found = [
        one for one in _shown(register, products, solution, wanted) if since is None or one.at_latest >= since
    ]
    return tuple(sorted(found, key=lambda one: (one.at_earliest, one.product, one.person, one.event or "")))


def _shown(
    register: Register, products: Sequence[str], solution: Solution, wanted: Callable[[Party, datetime], bool]
) -> Iterator[Told]:
    rows, slots, gathered = solution.rows, solution.slots, solution.gathered
    people = np.array([party.kind in _PEOPLE for party in gathered.cast.parties], np.bool_)
    table = gathered.table
    for row in np.flatnonzero(people[slots.party[rows.slot]]).tolist():
        slot, event = int(rows.slot[row]), int(rows.event[row])
        party, moment = gathered.cast.parties[int(slots.party[slot])], from_micros(int(rows.lo[row]))
        if not wanted(party, moment):
            continue
        source = int(gathered.source[event])
        actor = int(gathered.events.actor[event])
        by = gathered.cast.parties[actor] if actor >= 0 and not rows.act[row] else None
        yield Told(
            person=Who(party.id),
            organisation=_organisation(register, party, moment)
            or (table["organisation"][source].as_py() if source >= 0 else None),
            product=products[int(slots.run[slot])],
            level=Level(int(rows.level[row])),
            basis=Basis(int(rows.basis[row])),
            at_earliest=moment,
            at_latest=from_micros(int(rows.hi[row])),
            certain=bool(rows.sure[row]),
            kind=table["kind"][source].as_py() if source >= 0 else AUTHORSHIP,
            event=table["id"][source].as_py() if source >= 0 else None,
            system=table["system"][source].as_py() if source >= 0 else None,
            by=None if by is None else Who(by.id) if by.kind in _PEOPLE else by.id,
        )


def holdings(
    register: Register, families: Sequence[tuple[str, ...]], events: pa.Table, before: datetime | None
) -> tuple[Holding, ...]:
    """Every holding of every family before then, by family and first time."""
    solution = _solved(register, families, events, before)
    found = [
        (int(solution.slots.run[slot]), _holding(register, families, solution, int(slot)))
        for slot in np.flatnonzero(solution.summary.first >= 0)
    ]
    return tuple(h for _, h in sorted(found, key=lambda pair: (pair[0], pair[1].first_possible, pair[1].person)))


def _holding(register: Register, families: Sequence[tuple[str, ...]], solution: Solution, slot: int) -> Holding:
    summary, gathered = solution.summary, solution.gathered
    party = gathered.cast.parties[int(solution.slots.party[slot])]
    source = int(gathered.source[int(solution.rows.event[int(summary.first[slot])])])
    first, certain = from_micros(int(summary.possible[slot])), int(summary.certain[slot])
    stated = gathered.table["organisation"][source].as_py() if source >= 0 else None
    return Holding(
        person=Who(party.id),
        organisation=_organisation(register, party, first) or stated,
        product=families[int(solution.slots.run[slot])][0],
        level=Level(int(summary.level[slot])),
        basis=Basis(int(summary.basis[slot])),
        first_possible=first,
        first_certain=None if certain == NEVER else from_micros(certain),
        event=gathered.table["id"][source].as_py() if source >= 0 else None,
        resolved=party.kind is PartyKind.PERSON,
    )


def _solved(
    register: Register, families: Sequence[tuple[str, ...]], events: pa.Table, before: datetime | None
) -> Solution:
    cut = int(NEVER) if before is None else to_micros(before)
    return solve(register, families, events, before=cut, supported=False, chains=False)


def _organisation(register: Register, party: Party, moment: datetime) -> str | None:
    if party.kind is not PartyKind.PERSON:
        return None
    return register.people[party.id].organisation_at(moment)
