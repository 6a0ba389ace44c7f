"""Witnesses: the ways by which one holder can have come by a product, and what would show one where none does.

Worked out when asked for, one holder at a time, so that a trace of many holders stays quick. See docs/pathway.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pyarrow as pa

from tearline.pathway import gap_words
from tearline.pathway.answers import Answer
from tearline.pathway.cast import NEVER
from tearline.pathway.gaps import concerning, find_gaps
from tearline.pathway.routes import Route as Way
from tearline.pathway.routes import Routes
from tearline.pathway.solving import Solution, solve
from tearline.records.errors import BadInput
from tearline.records.naming import Who, mention
from tearline.records.parties import Party, PartyKind
from tearline.records.times import from_micros, to_micros
from tearline.records.witnesses import Closer, Needed, Route, Witnesses
from tearline.views.register import Register

_PEOPLE = (PartyKind.PERSON, PartyKind.NAME)
_NOTHING = Needed((), (), ())


def witnesses(
    product: str,
    person: str,
    register: Register,
    events: pa.Table,
    *,
    before: datetime | None = None,
    paths: int = 3,
) -> Witnesses:
    """How `person` (an id, or a name that nobody has resolved) can have come by `product` before `before`.

    `events` as for `trace`. `paths`: at most so many routes in all. BadInput for an unknown product, for somebody
    who does not hold it by then, and for fewer than one path.
    """
    if product not in register.products:
        raise BadInput(f"no product {product!r} is registered", field="product", remedy="See `tearline load`")
    if paths < 1:
        raise BadInput("at least one path has to be asked for", field="--paths", remedy="Give a number from 1")
    family = register.family(product)
    cut = int(NEVER) if before is None else to_micros(before)
    solution = solve(register, [family], events, before=cut, supported=False, chains=True)
    slot = _slot(solution, person)
    if slot is None:
        raise BadInput(
            f"{person!r} is not among the holders of {product} by then",
            field="--holder",
            remedy="Name one as `tearline trace` shows them",
        )
    return _Witness(register, family, solution, cut).of(slot, paths)


def _slot(solution: Solution, person: str) -> int | None:
    for slot in np.flatnonzero(solution.summary.first >= 0).tolist():
        party = solution.gathered.cast.parties[int(solution.slots.party[slot])]
        if party.kind in _PEOPLE and party.id == person:
            return int(slot)
    return None


class _Witness:
    def __init__(self, register: Register, family: tuple[str, ...], solution: Solution, cut: int) -> None:
        self._register, self._family, self._solution, self._cut = register, family, solution, cut
        self._routes = Routes(solution, cut)
        self._ids: list[str] = solution.gathered.table["id"].to_pylist()
        self._origins = {register.products[member].originator for member in family}

    def of(self, slot: int, paths: int) -> Witnesses:
        party = self._party(slot)
        found = self._routes.some(slot, paths)
        surest = self._routes.surest(slot)
        answer = Answer(self._register, self._family, {}, self._solution, self._cut, supported=False)
        return Witnesses(
            person=Who(party.id),
            product=self._family[0],
            recorded=answer.path_to(slot),
            earliest=self._told(found[0]) if found else None,
            certain=None if surest is None else self._told(surest),
            further=tuple(self._told(way) for way in found[1:]),
            every_path=self._needed(slot, found[0]) if found else _NOTHING,
            closers=() if found else self._closers(slot),
        )

    def _told(self, way: Way) -> Route:
        edges, events = self._routes.edges, self._solution.gathered.events
        taken = [int(edges.event[edge]) for edge in way.edges]
        issued = taken[0] if self._source(taken[0]) >= 0 else None
        told = (self._ids[self._source(event)] for event in taken if self._source(event) >= 0)
        return Route(
            issued_by=None
            if issued is None
            else self._issuer(int(events.actor[issued]), int(events.member[issued])),
            parties=tuple(self._name(self._party(slot)) for slot in way.slots),
            # A list that writes to itself brings nothing new: what comes twice counts where it came first.
            events=tuple(dict.fromkeys(told)),
            arrives=from_micros(way.arrives),
        )

    def _issuer(self, actor: int, member: int) -> str:
        """Who issued it: the sender for the originator, or the originator where no sender is named."""
        if actor >= 0:
            return self._name(self._solution.gathered.cast.parties[actor])
        return self._register.products[self._family[member]].originator

    def _needed(self, slot: int, way: Way) -> Needed:
        """Only what the earliest way runs through can be on every way: each of it is left out in turn."""
        edges, sources = self._routes.edges, self._solution.gathered.source
        events = dict.fromkeys(int(edges.event[edge]) for edge in way.edges)
        sole = [e for e in events if sources[e] >= 0 and not self._routes.without(slot, edges.event == e)]
        between = [s for s in way.slots if s != slot and not self._originates(s)]
        parties = [s for s in between if not self._routes.without(slot, self._routes.through([s]))]
        organisations = dict.fromkeys(o for s in between if (o := self._organisation(s)) is not None)
        return Needed(
            events=tuple(dict.fromkeys(self._ids[self._source(event)] for event in sole)),
            parties=tuple(self._name(self._party(s)) for s in parties),
            organisations=tuple(
                o for o in organisations if o not in self._origins and not self._passes_by(o, slot)
            ),
        )

    def _passes_by(self, organisation: str, slot: int) -> bool:
        """Whether a way to the party leads through nobody of the organisation."""
        own = (s for s in range(self._solution.slots.party.size) if s != slot)
        gone = [s for s in own if self._organisation(s) == organisation]
        return self._routes.without(slot, self._routes.through(gone))

    def _closers(self, slot: int) -> tuple[Closer, ...]:
        """The parties from which recorded passages lead to the holder, and the holder where an own act
        does, or nothing else.

        Nobody of them is known to have had the product in time; were one, there would be a chain.
        """
        needed = self._routes.needed_by(slot)
        row = int(self._solution.summary.first[slot])
        if self._solution.rows.own[row] or not needed:
            needed[slot] = int(self._solution.rows.hi[row])
        about = concerning(find_gaps(self._register, self._family, self._solution, self._cut, None))
        found = [self._closer(at, slot, by, about) for at, by in needed.items()]
        return tuple(sorted(found, key=lambda closer: (closer.by, closer.party), reverse=True))

    def _closer(self, slot: int, holder: int, by: int, about: Mapping[str, tuple[str, ...]]) -> Closer:
        party, moment = self._party(slot), from_micros(min(by, self._latest))
        says, ask = gap_words.closer(
            self._said(party), self._said(self._party(holder)), self._family[0], moment, itself=slot == holder
        )
        return Closer(
            party=self._name(party),
            organisation=self._organisation(slot, moment),
            product=self._family[0],
            by=moment,
            says=says,
            ask=ask,
            gaps=about.get(party.id, ()) if party.kind in _PEOPLE else (),
        )

    @property
    def _latest(self) -> int:
        """The last time on record: where nothing sets an earlier bound."""
        return int(self._solution.gathered.events.hi.max())

    def _organisation(self, slot: int, moment: datetime | None = None) -> str | None:
        """Whose somebody was when the product can first have reached them, or at `moment`."""
        party = self._party(slot)
        if party.kind is PartyKind.ORGANISATION:
            return party.id
        if party.kind is not PartyKind.PERSON:
            return None
        row = int(self._solution.summary.first[slot])
        first = moment or (from_micros(int(self._solution.rows.lo[row])) if row >= 0 else None)
        person = self._register.people[party.id]
        return person.organisation_at(first) if first is not None else person.periods[0].organisation

    def _originates(self, slot: int) -> bool:
        party = self._party(slot)
        return party.kind is PartyKind.ORGANISATION and party.id in self._origins

    def _party(self, slot: int) -> Party:
        return self._solution.gathered.cast.parties[int(self._solution.slots.party[slot])]

    def _source(self, event: int) -> int:
        return int(self._solution.gathered.source[event])

    @staticmethod
    def _name(party: Party) -> str:
        return Who(party.id) if party.kind in _PEOPLE else party.id

    @staticmethod
    def _said(party: Party) -> str:
        return mention(party.id) if party.kind in _PEOPLE else party.id
