"""Gaps: where the record of a product's pathway is silent, what to ask of whom, and by when that expires.

A gap's id is a hash of its kind, product, parties and events: the same silence has the same id whenever it is
asked about. A hole in a log, or an organisation's answer, is one gap whatever the product. Gaps of one kind about
one party and product are one gap with several events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from functools import cached_property

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from tearline.pathway import gap_words
from tearline.pathway.cast import NEVER
from tearline.pathway.columns import ACTOR_LEVEL, AUTHOR, KINDS
from tearline.pathway.identifiers import identifier
from tearline.pathway.logs import LogSurvey
from tearline.pathway.possession import unexplained
from tearline.pathway.replies import reply_gaps, settled
from tearline.pathway.retention import expiry, system_showing
from tearline.pathway.silences import hole_gap, open_holes
from tearline.pathway.solving import Solution
from tearline.records.kinds import EventKind, GapKind
from tearline.records.naming import Who, mention
from tearline.records.parties import Party, PartyKind
from tearline.records.pathways import Gap
from tearline.records.times import from_micros, to_micros
from tearline.views.register import Register

RECEIPT_ALLOWANCE = timedelta(days=7)
"""How long a receipt may take before its absence is a gap."""

_ORDER = {kind: place for place, kind in enumerate(GapKind)}
_PEOPLE = (PartyKind.PERSON, PartyKind.NAME)
_PRINTED = KINDS.index(EventKind.PRINTED)
_RECEIVED = KINDS.index(EventKind.RECEIVED)
_GIVEN_BACK = [KINDS.index(EventKind.RETURNED), KINDS.index(EventKind.DESTROYED)]
_Words = gap_words.Words


def find_gaps(
    register: Register, family: tuple[str, ...], solution: Solution, before: int, logs: LogSurvey | None
) -> tuple[Gap, ...]:
    """The gaps of one family before the cut-off; those about whole logs only where `logs` is known."""
    finder = _Finder(register, family, solution, before)
    found = [
        *finder.unexplained(),
        *finder.without_receipt(logs),
        *finder.prints(),
        *finder.accounts(),
        *finder.names(),
        *(finder.logs(logs) if logs is not None else ()),
        *finder.replies(),
    ]
    unique = {gap.id: gap for gap in found}
    return tuple(sorted(unique.values(), key=lambda gap: (_ORDER[gap.kind], gap.product or "", gap.says, gap.id)))


class _Finder:
    def __init__(self, register: Register, family: tuple[str, ...], solution: Solution, before: int) -> None:
        self._register, self._family, self._solution, self._before = register, family, solution, before
        self._events, self._table = solution.gathered.events, solution.gathered.table
        self._ids: list[str] = self._table["id"].to_pylist()

    def unexplained(self) -> Iterator[Gap]:
        """Used without recorded delivery, passed on without recorded possession."""
        rows, sent = unexplained(self._solution)
        opened = self._solution.rows.event[rows]
        for code, member, events in self._by_party(self._events.actor, opened):
            who, product = self._party(code), self._family[member]
            if self._register.sharers(who.id):
                continue  # nothing is ever delivered to a login; that it is shared is a gap of its own
            first = from_micros(int(self._events.lo[events[0]]))
            words = gap_words.opened_without_delivery(who.id, product, first, events.size)
            yield self._gap(GapKind.OPENED_WITHOUT_DELIVERY, product, who, events, words)
        for code, member, events in self._by_party(self._events.actor, sent):
            who, product = self._party(code), self._family[member]
            name = mention(who.id) if who.kind in _PEOPLE else who.id
            first = from_micros(int(self._events.lo[events[0]]))
            words = gap_words.sender_without_possession(name, product, first, events.size)
            yield self._gap(GapKind.SENDER_WITHOUT_POSSESSION, product, who, events, words)

    def without_receipt(self, logs: LogSurvey | None) -> Iterator[Gap]:
        """Sent, where receipts are otherwise recorded, and no sign of arrival within the allowance."""
        rows, events = self._solution.rows, self._events
        slots = self._solution.slots
        until = self._until(logs)
        node = slots.node[rows.slot] + rows.member
        seen = np.full(int(node.max(initial=-1)) + 1, -NEVER)
        np.maximum.at(seen, node[rows.act], rows.hi[rows.act])
        waited = rows.hi + int(RECEIPT_ALLOWANCE / timedelta(microseconds=1)) < until
        silent = ~rows.act & (events.kind[rows.event] != AUTHOR) & (seen[node] < rows.lo) & waited
        chosen = np.flatnonzero(silent)
        receipting = logs.receipting if logs is not None else self._receipting()
        for code, member, at in self._grouped(slots.party[rows.slot[chosen]], rows.member[chosen], chosen):
            who, product = self._party(code), self._family[member]
            sent = rows.event[at]
            if self._organisation(who, sent) in receipting:
                first = from_micros(int(events.lo[sent[0]]))
                words = gap_words.delivered_without_receipt(who.id, product, first, sent.size)
                yield self._gap(GapKind.DELIVERED_WITHOUT_RECEIPT, product, who, sent, words)

    def prints(self) -> Iterator[Gap]:
        """Printed, and no later return or destruction by the same person, or of the same numbered copy."""
        events = self._events
        copy = pc.fill_null(pc.index_in(self._table["copy"], pc.unique(self._table["copy"]).drop_null()), -1)
        number = np.append(copy.to_numpy(), -1)[self._solution.gathered.source]
        printed = np.flatnonzero((events.kind == _PRINTED) & (events.actor >= 0))
        back = np.isin(events.kind, _GIVEN_BACK)
        accounted = np.zeros(events.kind.size, np.bool_)
        for by in (events.actor, number):
            key = by.astype(np.int64) * len(self._family) + events.member
            latest = np.full(int(key.max(initial=0)) + 1, -NEVER)
            known = back & (by >= 0)
            np.maximum.at(latest, key[known], events.hi[known])
            accounted |= (by >= 0) & (latest[np.maximum(key, 0)] >= events.lo)
        for code, member, made in self._by_party(events.actor, printed[~accounted[printed]]):
            who, product = self._party(code), self._family[member]
            if who.kind in _PEOPLE:
                first = from_micros(int(events.lo[made[0]]))
                words = gap_words.print_unaccounted(who.id, product, first, made.size)
                yield self._gap(GapKind.PRINT_UNACCOUNTED, product, who, made, words)

    def accounts(self) -> Iterator[Gap]:
        """Acts under a login that several people share, or in the name of a group."""
        events = self._events
        acted = np.flatnonzero((events.actor >= 0) & (ACTOR_LEVEL[events.kind] > 0))
        for code, member, done in self._by_party(events.actor, acted):
            who, product = self._party(code), self._family[member]
            if who.kind is PartyKind.GROUP:
                words = gap_words.group_account(who.id, product, done.size)
                yield self._gap(GapKind.SHARED_ACCOUNT, product, who, done, words)
            elif who.kind is PartyKind.NAME and (people := self._register.sharers(who.id)):
                words = gap_words.shared_login(who.id, product, len(people), done.size)
                yield self._gap(GapKind.SHARED_ACCOUNT, product, who, done, words)

    def names(self) -> Iterator[Gap]:
        """Names that nobody has resolved and that are not shared accounts."""
        rows, party = self._solution.rows, self._solution.slots.party
        recorded = np.flatnonzero(self._events.kind[rows.event] != AUTHOR)
        for code, member, at in self._grouped(party[rows.slot[recorded]], rows.member[recorded], recorded):
            who, product = self._party(code), self._family[member]
            if who.kind is PartyKind.NAME and not self._register.sharers(who.id):
                told = np.unique(rows.event[at])
                first = from_micros(int(self._events.lo[told[0]]))
                words = gap_words.unresolved_name(who.id, product, first, told.size)
                yield self._gap(GapKind.UNRESOLVED_NAME, product, who, told, words)

    def logs(self, logs: LogSurvey) -> Iterator[Gap]:
        """Missing logs and holes in logs of organisations that the product had reached by then."""
        product = self._family[0]
        arrived = self._arrived
        for hole in open_holes(self._register, logs):
            first = arrived.get(hole.organisation)
            if first is not None and first < to_micros(hole.end) and to_micros(hole.start) < self._before:
                yield hole_gap(self._register, hole, product)
        for organisation, first in sorted(arrived.items()):
            moment = from_micros(first)
            if settled(self._register, organisation, None, moment, None):
                continue
            if organisation not in logs.acting:
                words = gap_words.no_log(organisation, None, product, moment)
                yield self._no_log(organisation, None, first, words)
                continue
            known = self._register.organisations.get(organisation)
            expected = self._systems.get(organisation, set()) | set(known.retention if known else ())
            for system in sorted(s for s in expected if (organisation, s) not in logs.logged):
                if not settled(self._register, organisation, system, moment, None):
                    words = gap_words.no_log(organisation, system, product, moment)
                    yield self._no_log(organisation, system, first, words)

    def replies(self) -> Iterator[Gap]:
        """What organisations that the product had reached left open when they were asked."""
        return reply_gaps(self._register, self._family, self._arrived)

    @cached_property
    def _systems(self) -> dict[str, set[str]]:
        """Organisation -> the systems that the accounts of its holders name."""
        found: dict[str, set[str]] = {}
        for organisation, person, _ in self._people:
            named = (account.partition(":") for account in self._register.people[person].accounts)
            found.setdefault(organisation, set()).update(system for system, colon, _ in named if colon)
        return found

    @cached_property
    def _arrived(self) -> dict[str, int]:
        """Organisation -> when the product possibly first came to one of its people."""
        found: dict[str, int] = {}
        for organisation, _, time in self._people:
            found[organisation] = min(found.get(organisation, int(NEVER)), time)
        return found

    @cached_property
    def _people(self) -> list[tuple[str, str, int]]:
        """(organisation, person, when the product possibly first came to them) of everybody registered."""
        rows, first = self._solution.rows, np.full(self._solution.slots.node.size, NEVER)
        np.minimum.at(first, rows.slot, rows.lo)
        found: list[tuple[str, str, int]] = []
        for slot in np.flatnonzero(first < self._before).tolist():
            party, time = self._party(int(self._solution.slots.party[slot])), int(first[slot])
            if party.kind is PartyKind.PERSON:
                organisation = self._register.people[party.id].organisation_at(from_micros(time))
                found.append((organisation, party.id, time))
        return found

    def _by_party(
        self, party: NDArray[np.int32], events: NDArray[np.int64]
    ) -> Iterator[tuple[int, int, NDArray[np.int64]]]:
        return self._grouped(party[events], self._events.member[events], events)

    @staticmethod
    def _grouped(
        party: NDArray[np.int32], member: NDArray[np.int32], values: NDArray[np.int64]
    ) -> Iterator[tuple[int, int, NDArray[np.int64]]]:
        """(party, member, values) of each pair, values in their order."""
        order = np.lexsort((member, party))
        changes = np.flatnonzero((np.diff(party[order]) != 0) | (np.diff(member[order]) != 0)) + 1
        for at in np.split(order, changes):
            if at.size:
                yield int(party[at[0]]), int(member[at[0]]), values[at]

    def _party(self, code: int) -> Party:
        return self._solution.gathered.cast.parties[code]

    def _said(self, column: str, events: NDArray[np.int64]) -> str | None:
        """What the first of the events that says so says."""
        for source in self._solution.gathered.source[events].tolist():
            found: str | None = self._table[column][source].as_py()
            if found is not None:
                return found
        return None

    def _organisation(self, who: Party, events: NDArray[np.int64]) -> str | None:
        """A person's at the first event; of a name, what the events say, or that of all who share it."""
        if who.kind is PartyKind.ORGANISATION:
            return who.id
        moment = from_micros(int(self._events.lo[events[0]]))
        if who.kind is PartyKind.PERSON:
            return self._register.people[who.id].organisation_at(moment)
        shared = {self._register.people[p].organisation_at(moment) for p in self._register.sharers(who.id)}
        return self._said("organisation", events) or (shared.pop() if len(shared) == 1 else None)

    def _receipting(self) -> frozenset[str]:
        """Organisations with receipts among these events, where nothing is known of other products."""
        received = np.flatnonzero((self._events.kind == _RECEIVED) & (self._events.actor >= 0))
        found = (
            self._organisation(self._party(code), events)
            for code, _, events in self._by_party(self._events.actor, received)
        )
        return frozenset(organisation for organisation in found if organisation is not None)

    def _until(self, logs: LogSurvey | None) -> int:
        """Up to when there are records: the cut-off, or the last that is recorded."""
        if logs is not None and logs.until is not None:
            return min(self._before, to_micros(logs.until))
        return min(self._before, int(self._events.hi.max(initial=-int(NEVER))))

    def _gap(self, kind: GapKind, product: str, who: Party, events: NDArray[np.int64], words: _Words) -> Gap:
        told = tuple(self._ids[source] for source in self._solution.gathered.source[events].tolist())
        organisation = self._organisation(who, events)
        earliest = int(events[np.argmin(self._events.lo[events])])
        event_kind = str(self._table["kind"][int(self._solution.gathered.source[earliest])].as_py())
        system = system_showing(event_kind, self._said("system", events))
        since = from_micros(int(self._events.lo[earliest]))
        return Gap(
            id=identifier(kind, product, (who.id,), told),
            kind=kind,
            organisation=organisation,
            person=Who(who.id) if who.kind in _PEOPLE else None,
            events=told,
            says=words[0],
            ask=words[1],
            product=product,
            system=system,
            expires=expiry(self._register.organisations.get(organisation or ""), system, since),
        )

    def _no_log(self, organisation: str, system: str | None, first: int, words: _Words) -> Gap:
        since = from_micros(first)
        known = self._register.organisations.get(organisation)
        return Gap(
            id=identifier(GapKind.NO_LOG, self._family[0], (organisation, system or ""), ()),
            kind=GapKind.NO_LOG,
            organisation=organisation,
            person=None,
            events=(),
            says=words[0],
            ask=words[1],
            product=self._family[0],
            system=system,
            expires=expiry(known, system or "other", since),
        )


def concerning(gaps: Iterable[Gap]) -> Mapping[str, tuple[str, ...]]:
    """Person or name -> the ids of the gaps about them."""
    found: dict[str, list[str]] = {}
    for gap in gaps:
        if gap.person is not None:
            found.setdefault(gap.person, []).append(gap.id)
    return {person: tuple(ids) for person, ids in found.items()}
