"""Acts that several report, as an answer shows them: one act with its attestations. See docs/pathway.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import pyarrow as pa

from tearline.records.attestations import Attestation, Attested
from tearline.records.naming import Who
from tearline.records.parties import PartyKind
from tearline.records.pathways import Holder, Transfer
from tearline.views.copies import Acts, Sides, acts_of, sides
from tearline.views.register import Register

Confirmed = Mapping[str, tuple[str, ...]]
"""Event id -> who confirmed it."""


class Copies:
    """The acts among some events (STORED_EVENTS), and who attests to each."""

    def __init__(self, register: Register, table: pa.Table, confirmed: Confirmed) -> None:
        self._register, self.table, self._confirmed = register, table, confirmed

    @cached_property
    def columns(self) -> Sides:
        return sides(self._register, self.table)

    @cached_property
    def acts(self) -> Acts:
        return acts_of(self.columns, self.table["id"], self.table["basis"])

    def attestation(self, row: int) -> Attestation:
        """What one row attests."""
        said = self.table.slice(row, 1).select(["id", "organisation", "system", "at_earliest", "at_latest"])
        event, organisation, system, earliest, latest = (column[0].as_py() for column in said.columns)
        names = (self._register.resolve(name) for name in self._confirmed.get(event, ()))
        by = tuple(Who(party.id) for party in names if party.kind in (PartyKind.PERSON, PartyKind.NAME))
        return Attestation(event, organisation, system, earliest, latest, by)

    @cached_property
    def attested(self) -> tuple[Attested, ...]:
        """Every act that more than one source reports or that somebody has confirmed, by its event's id."""
        rows = dict(self.acts.members)
        for event in self._confirmed:
            row = self._rows.get(event)
            if row is not None:
                rows.setdefault(int(self.acts.stands[row]), (int(self.acts.stands[row]),))
        return tuple(sorted((self._attested(members) for members in rows.values()), key=lambda one: one.event))

    def _attested(self, rows: Sequence[int]) -> Attested:
        first, *others = (self.attestation(row) for row in rows)
        found = (first, *sorted(others, key=lambda one: (one.at_earliest, one.event)))
        people = {who for one in found for who in one.confirmed_by}
        return Attested(first.event, len(found) + len(people), found)

    @cached_property
    def _rows(self) -> dict[str, int]:
        if not self._confirmed:
            return {}
        return {event: row for row, event in enumerate(self.table["id"].to_pylist()) if event in self._confirmed}

    @cached_property
    def _by_event(self) -> dict[str, Attested]:
        """Each event of an act that several attest to -> that act."""
        return {one.event: act for act in self.attested for one in act.attestations}

    def once(self, transfers: Sequence[Transfer]) -> tuple[Transfer, ...]:
        """A transfer for each act, in the order of `transfers`: that whose event stands for it, which carries all
        attestations and is supported where any of them is."""
        supported = {self._stands(one.event) for one in transfers if one.supported}
        present = {one.event for one in transfers}
        return tuple(self._transfers(transfers, supported, present))

    def _transfers(
        self, transfers: Sequence[Transfer], supported: set[str], present: set[str]
    ) -> Iterator[Transfer]:
        for one in transfers:
            act = self._by_event.get(one.event)
            if act is None:
                yield one
            elif act.event == one.event or act.event not in present:
                yield replace(one, supported=act.event in supported, attestations=act.attestations)

    def of_holder(self, holder: Holder) -> Holder:
        """The holder with a path of acts: each step the event that stands for its act, none twice."""
        if not any(event in self._by_event for event in holder.path):
            return holder
        path = dict.fromkeys(self._stands(event) for event in holder.path)
        return replace(holder, path=tuple(path))

    def _stands(self, event: str) -> str:
        act = self._by_event.get(event)
        return event if act is None else act.event
