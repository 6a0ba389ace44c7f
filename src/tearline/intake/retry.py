"""`quarantine` and `quarantine --retry`: what was not accepted, and reading it once more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from tearline.intake.batches import Counts
from tearline.intake.event_files import event_row
from tearline.intake.load import REGISTER_STREAMS, Read, register_rows
from tearline.intake.mapping import mapping_of
from tearline.intake.native import shipped_readers
from tearline.intake.native_records import NativeRecords
from tearline.intake.place import Place
from tearline.intake.quarantine import Refused, held_rows
from tearline.intake.register_files import FileKind
from tearline.intake.rows import parse_object, parse_record
from tearline.intake.take_in import STREAMS, told_for
from tearline.intake.taking import Taking, taking
from tearline.records.kinds import Stream


def quarantined(place: Place) -> list[dict[str, Any]]:
    """What lies in quarantine: `batch, file, line, reason, raw` of each row, oldest first."""
    return [held.document() for held in held_rows(place.quarantine, place.ledger, place.ledger.state())]


def retry(place: Place) -> Counts:
    """Read every row in quarantine again, by the reader that refused it.

    What is accepted or turns out to be on record leaves the quarantine; the rest stays. If nothing can leave,
    nothing changes.
    """
    with taking(place, [*REGISTER_STREAMS, *STREAMS], fresh=False) as one:
        held = list(held_rows(place.quarantine, place.ledger, one.state))
        if not held:
            return one.counts
        rows = [row.row for row in held]
        for kind in FileKind:
            if kind is not FileKind.EVENTS:
                register_rows(
                    one, kind, _read_again(one, kind, [row for row in rows if row.source.reader == kind])
                )
        records = NativeRecords(one, told_for(one, None, None))
        events = [row for row in rows if row.source.reader == FileKind.EVENTS]
        for source, row in _read_again(one, FileKind.EVENTS, events):
            records.take_row(source, row)
        _take_native(records, one, [row for row in rows if row.source.reader not in tuple(FileKind)])
        records.finish()
        return one.conclude("intake", retries=tuple(dict.fromkeys(row.batch for row in held)))


def _read_again(one: Taking, kind: FileKind, rows: list[Refused]) -> Iterator[Read]:
    """Rows of register files as their reader reads them; of what was not kept whole nothing can come."""
    for row in rows:
        if row.lossy:
            one.refuse(kind.stream, row)
        elif kind is FileKind.EVENTS:
            yield row.source, event_row(row.source.options, row.line, row.raw)
        elif "header" in row.source.options:
            header, delimiter = row.source.options["header"], row.source.options["delimiter"]
            yield row.source, parse_record(row.line, row.raw, header, delimiter)
        else:
            yield row.source, parse_object(row.line, row.raw, once=True)


def _take_native(records: NativeRecords, one: Taking, rows: list[Refused]) -> None:
    readers = shipped_readers()
    for source, group in groupby(rows, key=lambda row: row.source):
        mapping = source.options.get("mapping")
        told = replace(
            records.told,
            mapping=mapping_of(mapping, source.file) if mapping is not None else None,
            organisation=source.options.get("organisation"),
        )
        reader = readers.named(source.reader)
        for row in group:
            if row.lossy:
                one.refuse(Stream.EVENTS, row)
            else:
                records.take(source, reader.again(row.line, row.raw, told))
