"""The files of events that `load` reads: block by block in compiled code, what is doubtful line by line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tearline.intake.event_hash import Hashes, hash_key
from tearline.intake.event_stage import Staged
from tearline.intake.events import event
from tearline.intake.lines import LongLine
from tearline.intake.linking import link_names
from tearline.intake.place import Progress
from tearline.intake.quarantine import Refused, Source
from tearline.intake.register_files import COLUMNS, REQUIRED, RegisterFile, is_table
from tearline.intake.rows import (
    CsvTable,
    Row,
    Unread,
    csv_records,
    csv_table,
    decode,
    not_json_lines,
    parse_object,
    parse_record,
    too_long,
)
from tearline.intake.taking import CONFLICT, CONFLICT_REMEDY, Taking
from tearline.ledger.ahead import ahead
from tearline.records.errors import BadInput, CouldNot
from tearline.records.kinds import Stream

if TYPE_CHECKING:
    from tearline.intake.event_bulk import EventScanner, Raw, Scanned

BLOCK = 8 << 20
FEW = 1 << 20
"""Bytes of files that are read line by line: less than it takes to get compiled code ready."""
STREAMED = 1 << 14
"""Events of one block that go straight to the ledger, past the stage."""
LIKELY_BYTES = 160
"""Of an event in a file, to guess how many there are."""
PACKED = 12
"""How much shorter a packed file is, likely."""


def load_events(one: Taking, files: Sequence[RegisterFile], progress: Progress) -> None:
    """Take in files of events, and count them."""
    reading = [_EventFile(one, number, file) for number, file in enumerate(files)]
    sizes = [file.source.path.stat().st_size for file in files]
    scanner = _scanner(one) if sum(sizes) > FEW else None
    packed = (PACKED if file.source.path.suffix == ".gz" else 1 for file in files)
    expected = sum(size * by // LIKELY_BYTES for size, by in zip(sizes, packed, strict=True))
    for file in reading:
        file.stage(scanner, expected, progress)
    if scanner is not None:
        one.stage.name(scanner.names())
    link_names(one)
    settled = one.settle()
    for number, group in groupby(one.stage.unread(), key=lambda place: place[0]):
        one.stage.keep_read(number, reading[number].bodies({line for _, line in group}))
    counts = one.counts.of(Stream.EVENTS)
    counts.accepted += settled.accepted
    counts.duplicates += settled.duplicates
    fault = BadInput(CONFLICT, field="id", remedy=CONFLICT_REMEDY)
    for number, group in groupby(settled.conflicts, key=lambda place: place[0]):
        file = reading[number]
        for line, raw in file.at({line for _, line in group}):
            one.refuse(Stream.EVENTS, Refused.because(file.told, line, raw, fault))


def _scanner(one: Taking) -> EventScanner:
    from tearline.intake.event_bulk import EventScanner  # noqa: PLC0415 -- importing its compiler takes long

    return EventScanner(one.known, one.batch, hash_key(one.place.ledger.keys.salt))


def told_of(file: RegisterFile, table: CsvTable | None) -> Source:
    """What is kept with a file's refused rows to read them again."""
    options = {} if table is None else {"header": list(table.header), "delimiter": table.delimiter}
    return Source(file.source.name, file.kind.value, options)


def register_table(one: Taking, file: RegisterFile) -> CsvTable:
    """A CSV file of a register, or of events. Columns that are not read are told."""
    table = csv_table(file.source, REQUIRED[file.kind])
    unknown = [name for name in table.header if name and name not in COLUMNS[file.kind]]
    if unknown:
        one.warn(f"{file.source.name}: not read, because load knows no such column: {', '.join(unknown)}")
    return table


def refusal(source: Source, row: Unread) -> Refused:
    return Refused(source, row.line, row.raw, row.what, row.field, row.remedy, row.lossy)


def event_row(options: Any, line: int, raw: str) -> Row | Unread:
    """A line of `events.jsonl`, or, where `options` name a header, a record of `events.csv`."""
    if "header" not in options:
        return parse_object(line, raw, once=True)
    row = parse_record(line, raw, options["header"], options["delimiter"])
    if isinstance(row, Unread) or not str(row.fields.get("detail") or "").strip():
        return row if isinstance(row, Unread) else replace(row, fields={**row.fields, "detail": None})
    detail = parse_object(line, str(row.fields["detail"]), once=True)
    if isinstance(detail, Unread):
        return replace(detail, raw=raw, field="detail", what=f"in the detail: {detail.what}")
    return replace(row, fields={**row.fields, "detail": detail.fields})


class _EventFile:
    """One file of events on its way. `number` is its place among those of the invocation."""

    def __init__(self, one: Taking, number: int, file: RegisterFile) -> None:
        self._one, self._number, self._source = one, number, file.source
        self._table = register_table(one, file) if is_table(file.source) else None
        self.told = told_of(file, self._table)

    def _row(self, line: int, raw: str) -> Row | Unread:
        return event_row(self.told.options, line, raw)

    def stage(self, scanner: EventScanner | None, expected: int, progress: Progress) -> None:
        """Stage or append the file's events: the plain ones in bulk, the others row by row."""
        objects = 0
        if scanner is None:
            objects, _ = self._check(self._raw())
        else:
            for scanned in ahead(self._scan(scanner)):
                read, hashes = self._check(scanned.rest)
                self._take(scanned, hashes, expected)
                objects += read + scanned.objects
                progress(self._source.name, objects, None)
        if not objects and self._table is None:
            raise not_json_lines(self._source.name)
        if not objects:
            self._one.warn(f"{self._source.name}: a header and no records")

    def _check(self, records: Iterable[Raw]) -> tuple[int, tuple[Hashes, Hashes]]:
        """Stage records read by themselves, or refuse them; how many could be read, and the hashes staged."""
        one, read, checked = self._one, 0, []
        for line, raw in records:
            row = raw if isinstance(raw, Unread) else self._row(line, raw)
            if isinstance(row, Unread):
                one.refuse(Stream.EVENTS, refusal(self.told, row))
                continue
            read += 1
            try:
                checked.append(Staged(row.line, row.line, event(row.fields, one.known)))
            except BadInput as fault:
                one.refuse(Stream.EVENTS, Refused.because(self.told, row.line, row.raw, fault))
        return read, one.stage.add_bodies(self._number, self._source.name, checked)

    def _take(self, scanned: Scanned, checked: tuple[Hashes, Hashes], expected: int) -> None:
        one = self._one
        if one.streaming or scanned.objects >= STREAMED:
            stream = one.stream(expected)
            stream.saw(*checked)
            stream.take(self._number, scanned)
        elif scanned.objects:
            one.stage.add_columns(self._number, scanned.lines, scanned.ids, scanned.contents, scanned.bodies)

    def _scan(self, scanner: EventScanner) -> Iterator[Scanned]:
        if self._table is not None:
            from tearline.intake.event_csv import CsvEvents  # noqa: PLC0415 -- compiled code as well

            yield from CsvEvents(self._source, self._table, scanner, BLOCK)
            return
        for block in ahead(self._source.blocks(BLOCK)):
            if isinstance(block, LongLine):
                yield scanner.nothing([(block.number, too_long(block))])
            else:
                yield scanner.read(self._source.name, block)

    def _raw(self) -> Iterator[Raw]:
        """The file's records by themselves, with the line where each begins."""
        if self._table is not None:
            records = csv_records(self._source)
            next(records)  # the header
            yield from records
            return
        for block in self._source.blocks(BLOCK):
            if isinstance(block, LongLine):
                yield block.number, too_long(block)
                continue
            for line, raw in block.lines():
                if raw.strip():
                    yield line, decode(line, raw)

    def at(self, lines: set[int]) -> Iterator[tuple[int, str]]:
        """Some records of the file, which was read before, by their lines."""
        before = self._source.sha256
        for line, raw in self._raw():
            if line in lines:
                yield line, raw.raw if isinstance(raw, Unread) else raw
        if self._source.sha256 != before:
            raise CouldNot(
                "the file was written to while it was read",
                where=self._source.name,
                remedy="Nothing was kept. Load a copy that nobody writes to",
            )

    def bodies(self, lines: set[int]) -> dict[int, str]:
        """The events on some lines, as bodies, where they turned out to be new after all."""
        found: dict[int, str] = {}
        for line, raw in self.at(lines):
            row = self._row(line, raw)
            if isinstance(row, Row):
                source = {"file": self._source.name, "line": line}
                body = {**event(row.fields, self._one.known), "batch": self._one.batch, "source": source}
                found[line] = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return found
