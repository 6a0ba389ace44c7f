"""Native records on their way: checked, given their ids, staged, and counted by record.

A record is accepted if any of its events is new, a duplicate if all of them are on record, and refused if one of
them does not hold. What a record is (a row, a message) its reader says.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from tearline.intake.event_stage import Staged
from tearline.intake.events import event
from tearline.intake.kept_files import SEALED_AS
from tearline.intake.known import digest_of
from tearline.intake.linking import link_names
from tearline.intake.native import Item, Record, Sealed, Told
from tearline.intake.protected import seal
from tearline.intake.quarantine import Refused, Source
from tearline.intake.rows import Row, Unread
from tearline.intake.taking import CONFLICT, CONFLICT_REMEDY, Taking
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream

_BATCHED = 20_000
_MOST_SHOWN = 200_000
"""Names beside identifiers of accounts that one batch may bring; the rest is joined by `identities --join`."""


@dataclass(slots=True)
class _Open:
    """A record whose events are staged. Its raw text is not kept: there may be millions."""

    source: Source
    line: int
    first: int
    count: int
    keyed: bool


class NativeRecords:
    """`take` each item, then `finish` once."""

    def __init__(self, one: Taking, told: Told) -> None:
        self._one = one
        self.told = told
        self._open: list[_Open] = []
        self._waiting: list[tuple[str, Staged]] = []
        self._next = 0
        self._shown: Counter[tuple[str, str]] = Counter()

    def take(self, source: Source, item: Item) -> None:
        if isinstance(item, Sealed):
            self._seal(source, item)
        elif isinstance(item, Unread):
            self._one.refuse_unread(Stream.EVENTS, source, item)
        else:
            self._record(source, item)

    def _seal(self, source: Source, item: Sealed) -> None:
        """Only a count, a hash and the reason remain here: not even the sender's name."""
        digest, sealed_as = seal(item.data, item.reason, self.told.protected, self._one.place.sealed)
        what = "a protected communication, sealed unread" + (
            "" if self.told.protected.independent_key else " and not kept: no independent key is set"
        )
        self._one.counts.sealed += 1
        raw = f"SHA-256 {digest}{f', {SEALED_AS} {sealed_as}' if sealed_as else ''}, {item.reason}"
        self._one.refuse(Stream.EVENTS, Refused(source, item.line, raw, what, lossy=True))

    def take_row(self, source: Source, row: Row | Unread) -> None:
        """A row of `events.jsonl`, which brings its own id."""
        if isinstance(row, Unread):
            self.take(source, row)
        else:
            self._check(source, row.line, row.raw, (row.fields,), keyed=False)

    def _record(self, source: Source, record: Record) -> None:
        keys = record.keys or (None,) * len(record.events)
        events = tuple(_with_id(fields, key) for fields, key in zip(record.events, keys, strict=True))
        self._check(source, record.line, record.raw, events, keyed=record.keys is not None)

    def _check(
        self, source: Source, line: int, raw: str, events: tuple[Mapping[str, Any], ...], *, keyed: bool
    ) -> None:
        try:
            staged = [
                Staged(n, line, event(fields, self._one.known)) for n, fields in enumerate(events, self._next)
            ]
        except BadInput as fault:
            self._one.refuse(Stream.EVENTS, Refused.because(source, line, raw, fault))
            return
        for fields in events:
            beside = (fields.get("detail") or {}).get("sid")
            if beside and fields.get("actor") and (len(self._shown) < _MOST_SHOWN):
                self._shown[str(fields["actor"]), str(beside)] += 1
        self._open.append(_Open(source, line, self._next, len(staged), keyed))
        self._next += len(staged)
        self._waiting += [(source.file, one) for one in staged]
        if len(self._waiting) >= _BATCHED:
            self._flush()

    def _flush(self) -> None:
        by_file: dict[str, list[Staged]] = {}
        for name, staged in self._waiting:
            by_file.setdefault(name, []).append(staged)
        for name, events in by_file.items():
            self._one.stage.add_bodies(0, name, events)
        self._waiting.clear()

    def finish(self) -> None:
        """Decide what is new, and count every record that was understood."""
        self._flush()
        if not self._open:
            return
        link_names(self._one, self._shown)
        self._one.settle()
        refused = self._one.stage.refused()
        counts = self._one.counts.of(Stream.EVENTS)
        conflicting: list[_Open] = []
        for record in self._open:
            numbers = range(record.first, record.first + record.count)
            if any(number not in refused for number in numbers):
                counts.accepted += 1
            elif record.keyed or all(refused[number] for number in numbers):
                counts.duplicates += 1
            else:
                conflicting.append(record)
        self._refuse(conflicting)

    def _refuse(self, conflicting: list[_Open]) -> None:
        """Records that bring an id which is on record with other content: kept as they were understood."""
        fault = BadInput(CONFLICT, field="id", remedy=CONFLICT_REMEDY)
        bodies = self._one.stage.staged([record.first for record in conflicting])
        for record in conflicting:
            row = Refused.because(record.source, record.line, bodies[record.first], fault)
            self._one.refuse(Stream.EVENTS, replace(row, lossy=True))


def _with_id(fields: Mapping[str, Any], key: str | None) -> dict[str, Any]:
    """The event's id: from the reader's key, from the source's own number, or from all that the event says."""
    named = {name: value for name, value in fields.items() if name != "id"}
    if key is not None:
        said = key
    elif fields.get("id") is not None:
        said = json.dumps([fields.get("organisation"), fields.get("system"), fields["id"]])
    else:
        said = digest_of(named).hex()
    return {**named, "id": "N-" + blake2b(said.encode("utf-8", "replace"), digest_size=10).hexdigest()}
