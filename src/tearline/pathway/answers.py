"""The solution of one family, read as records: holders, passages, and the path to each holder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tearline.pathway.cast import NEVER
from tearline.pathway.columns import AUTHOR, ROOT, STARTS, TRANSFER
from tearline.pathway.gaps import concerning
from tearline.pathway.partial import carried_portions
from tearline.pathway.solving import Solution
from tearline.records.kinds import Basis, Level
from tearline.records.naming import Who
from tearline.records.parties import Party, PartyKind
from tearline.records.pathways import Gap, Holder, Transfer
from tearline.records.times import from_micros
from tearline.views.register import Register

_PEOPLE = (PartyKind.PERSON, PartyKind.NAME)


class Answer:
    """`family`: the products traced, the asked one first; `carried`: which portions of it each other carries.

    `cut` is exclusive, in microseconds. The solution must have chains.
    """

    def __init__(
        self,
        register: Register,
        family: tuple[str, ...],
        carried: Mapping[str, tuple[str, ...]],
        solution: Solution,
        cut: int,
        *,
        supported: bool,
    ) -> None:
        assert solution.chains is not None
        self._register, self._family, self._carried = register, family, carried
        self._cut, self._supported = cut, supported
        self._rows, self._slots, self._summary = solution.rows, solution.slots, solution.summary
        self._gathered, self._chains = solution.gathered, solution.chains
        self._events = solution.gathered.events
        self._ids: list[str] = solution.gathered.table["id"].to_pylist()

    def holders(self, gaps: Iterable[Gap]) -> tuple[Holder, ...]:
        """Ordered by first possible time, then person."""
        about = concerning(gaps)
        found = [self._holder(int(slot), about) for slot in np.flatnonzero(self._summary.first >= 0)]
        return tuple(sorted(found, key=lambda holder: (holder.first_possible, holder.person)))

    def path_to(self, slot: int) -> tuple[str, ...]:
        """The events by which a holder first came by it, as far back as the record goes."""
        return self._path(slot, int(self._summary.first[slot]))

    def transfers(self) -> tuple[Transfer, ...]:
        """Every passage to somebody, ordered by time; where only chains count, those a chain leads to."""
        events, passed = self._events, self._passed
        chosen = np.flatnonzero((self._gathered.source >= 0) & (events.recipient >= 0) & TRANSFER[events.kind])
        if self._supported:
            chosen = chosen[passed[chosen] < self._cut]
        source = self._gathered.source[chosen]
        kinds = self._gathered.table["kind"].take(pa.array(source)).to_pylist()
        columns = (
            source.tolist(),
            events.actor[chosen].tolist(),
            events.recipient[chosen].tolist(),
            events.lo[chosen].tolist(),
            events.hi[chosen].tolist(),
            (passed[chosen] < self._cut).tolist(),
            kinds,
            events.recipient_basis[chosen].tolist(),
            events.member[chosen].tolist(),
        )
        return tuple(
            Transfer(
                event=self._ids[at],
                from_=self._name(sender),
                to=self._name(recipient),
                at_earliest=from_micros(lo),
                at_latest=from_micros(hi),
                supported=supported,
                kind=kind,
                basis=Basis(basis),
                product=self._family[member],
            )
            for at, sender, recipient, lo, hi, supported, kind, basis, member in zip(*columns, strict=True)
        )

    def _holder(self, slot: int, about: Mapping[str, tuple[str, ...]]) -> Holder:
        party = self._party(slot)
        row = int(self._summary.first[slot])
        first, certain = int(self._summary.possible[slot]), int(self._summary.certain[slot])
        held = self._held[slot]
        portions = self._portions(slot, held)
        return Holder(
            person=Who(party.id),
            organisation=self._organisation(party, row, first),
            level=Level(int(self._summary.level[slot])),
            basis=Basis(int(self._summary.basis[slot])),
            first_possible=from_micros(first),
            first_certain=None if certain == NEVER else from_micros(certain),
            path=self._path(slot, row),
            gaps=about.get(party.id, ()),
            resolved=party.kind is PartyKind.PERSON,
            supported=bool(self._reached[slot]),
            product=self._family[0 if 0 in held else int(self._rows.member[row])],
            portions=portions,
        )

    def _party(self, slot: int) -> Party:
        return self._gathered.cast.parties[int(self._slots.party[slot])]

    def _name(self, code: int) -> str | None:
        if code < 0:
            return None
        party = self._gathered.cast.parties[code]
        return Who(party.id) if party.kind in _PEOPLE else party.id

    def _organisation(self, party: Party, row: int, first: int) -> str | None:
        """A person's at the time; for an unresolved name what the record of the first holding says."""
        if party.kind is PartyKind.PERSON:
            return self._register.people[party.id].organisation_at(from_micros(first))
        source = int(self._gathered.source[self._rows.event[row]])
        organisation: str | None = self._gathered.table["organisation"][source].as_py() if source >= 0 else None
        return organisation

    def _portions(self, slot: int, held: Iterable[int]) -> tuple[str, ...] | None:
        """Which portions of the product asked about somebody saw, there or in what restates them; None: all."""
        found = {portion for place in held if place for portion in self._carried[self._family[place]]}
        if 0 in held:
            parts = self._parts.get(slot)
            if parts is None:
                return None
            found |= parts
        return tuple(p.id for p in self._register.products[self._family[0]].portions if p.id in found)

    @cached_property
    def _parts(self) -> Mapping[int, frozenset[str]]:
        """Of each slot that held the product asked about in part only, which portions; authors held all of it."""
        partial = carried_portions(self._register, self._gathered.table)
        if not partial:
            return {}
        own = np.flatnonzero(self._counted & (self._rows.member == 0))
        sources = self._gathered.source[self._rows.event[own]]
        cut = np.isin(sources, np.fromiter(partial, np.int64))
        slots = self._rows.slot[own]
        whole = set(slots[~cut].tolist())
        found: dict[int, frozenset[str]] = {}
        for slot, source in zip(slots[cut].tolist(), sources[cut].tolist(), strict=True):
            if slot not in whole:
                found[slot] = found.get(slot, frozenset()) | partial[source]
        return found

    @cached_property
    def _held(self) -> Mapping[int, set[int]]:
        """Of each slot, which members of the family the evidence shows it to have held."""
        counts = self._counted
        pairs = np.unique(np.stack([self._rows.slot[counts], self._rows.member[counts]]), axis=1)
        held: dict[int, set[int]] = {}
        for slot, member in pairs.T.tolist():
            held.setdefault(slot, set()).add(member)
        return held

    @property
    def _counted(self) -> NDArray[np.bool_]:
        """The evidence that counts."""
        times = self._chains.supported if self._supported else self._rows.lo
        found: NDArray[np.bool_] = times < self._cut
        return found

    @cached_property
    def _reached(self) -> NDArray[np.bool_]:
        """Of each slot, whether an unbroken chain leads to it before the cut-off."""
        nodes = self._chains.reach.possible
        found: NDArray[np.bool_] = np.logical_or.reduceat(nodes < self._cut, self._slots.node)
        return found

    @cached_property
    def _passed(self) -> NDArray[np.int64]:
        """Of each event, the earliest time at which a chain can have passed along it; NEVER where none can.

        An arrival without a sender is explained by the recipient's having been sent it before.
        """
        events, edges = self._events, self._chains.edges
        passed = np.full(events.run.size, NEVER)
        np.minimum.at(passed, edges.event, self._chains.passed)
        slots = {int(code): slot for slot, code in enumerate(self._slots.party)}
        alone = np.flatnonzero((events.actor < 0) & (events.recipient >= 0) & ~STARTS[events.kind])
        if alone.size:
            of = np.array([slots.get(int(code), -1) for code in events.recipient[alone]])
            node = np.where(of >= 0, self._slots.node[of] + events.member[alone], 0)
            held = np.where(of >= 0, self._chains.reach.possible[node], NEVER)
            explained = held <= events.hi[alone]
            passed[alone[explained]] = np.maximum(held, events.lo[alone])[explained]
        return passed

    def _path(self, slot: int, row: int) -> tuple[str, ...]:
        if slot in self._authors:
            return ()
        if self._supported:
            sizes = len(self._family)
            node = int(self._slots.node[slot])
            earliest = int(np.argmin(self._chains.reach.possible[node : node + sizes]))
            return tuple(self._chain(node + earliest, []))
        return tuple(self._recorded(slot, row))

    @cached_property
    def _authors(self) -> frozenset[int]:
        """The slots of the authors of the product asked about."""
        written = (self._events.kind[self._rows.event] == AUTHOR) & (self._rows.member == 0)
        return frozenset(self._rows.slot[written].tolist())

    def _chain(self, node: int, found: list[str]) -> list[str]:
        """The earliest unbroken chain to a node, put before `found` (a path told backwards); told forwards."""
        while node != ROOT:
            edge = self._chains.reach.possible_edge[node]
            self._note(found, int(self._chains.edges.event[edge]))
            node = int(self._chains.edges.tail[edge])
        return found[::-1]

    def _recorded(self, slot: int, row: int) -> list[str]:
        """The event of a first holding, and before it how its sender came by it, as far back as recorded."""
        found: list[str] = []
        seen = {slot}
        event, edges = int(self._rows.event[row]), self._edges_of_row(row)
        while True:
            self._note(found, event)
            if edges.size == 0:
                break
            best = int(edges[np.argmin(self._chains.passed[edges])])
            if self._chains.passed[best] < NEVER:
                return self._chain(int(self._chains.edges.tail[best]), found)
            step = self._sender(edges, seen)
            if step is None:
                break
            slot, event, edges = step
            seen.add(slot)
        return found[::-1]

    def _sender(self, edges: NDArray[np.int64], seen: set[int]) -> tuple[int, int, NDArray[np.int64]] | None:
        """Who of the senders of `edges` first had it, by which event, and the passages of that event to them."""
        columns = self._chains.edges
        found: list[tuple[int, int, int, NDArray[np.int64]]] = []
        for edge in edges.tolist():
            sender = int(np.searchsorted(self._slots.node, columns.tail[edge], side="right")) - 1
            if sender in seen:
                continue
            row = int(self._summary.first[sender])
            if row >= 0:
                first, event, into = int(self._rows.lo[row]), int(self._rows.event[row]), self._edges_of_row(row)
            else:
                node = int(self._slots.node[sender])
                inward = np.flatnonzero((columns.head >= node) & (columns.head < node + len(self._family)))
                if inward.size == 0:
                    continue
                event, first = int(columns.event[inward[0]]), int(columns.lo[inward[0]])
                into = inward[columns.event[inward] == event]
            if first <= columns.hi[edge]:
                found.append((first, sender, event, into))
        return min(found, key=lambda step: step[:2])[1:] if found else None

    def _edges_of_row(self, row: int) -> NDArray[np.int64]:
        order, rows = self._edges_by_row
        found: NDArray[np.int64] = order[np.searchsorted(rows, row) : np.searchsorted(rows, row, side="right")]
        return found

    @cached_property
    def _edges_by_row(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        order = np.argsort(self._chains.edges.row, kind="stable")
        return order, self._chains.edges.row[order]

    def _note(self, found: list[str], event: int) -> None:
        """Add an event to a path told backwards. One that comes twice (a list that writes to itself, say) brought
        it there the later time just as well: what lies between is left out."""
        source = int(self._gathered.source[event])
        if source < 0:
            return
        if (name := self._ids[source]) in found:
            del found[found.index(name) :]
        found.append(name)
