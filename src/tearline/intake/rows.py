"""Rows of CSV and JSON Lines files: what a row says, or why it could not be read.

A fault of the file itself (empty, wrong header, not JSON Lines, wrong encoding) raises BadInput; a fault of one
row is an `Unread` value and reading goes on.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tearline.intake.lines import LONGEST, LongLine, SourceFile
from tearline.records.errors import BadInput

RECORD_LINES = 1_000
RECORD_BYTES = 1 << 20
"""A CSV record that spans more than this has a quotation mark that was never closed."""

_SAVE_AS = "Save the file as UTF-8 text and load it again"


@dataclass(frozen=True, slots=True)
class Row:
    """One record: `raw` as it came, `fields` what it says."""

    line: int
    raw: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unread:
    """One record that could not be read, and why. `lossy`: `raw` is not all of it, or not as it came."""

    line: int
    raw: str
    what: str
    remedy: str
    field: str | None = None
    lossy: bool = False


def parse_object(line: int, raw: str, *, once: bool = False) -> Row | Unread:
    """One line of JSON Lines. `once`: a key that an object names twice is a fault, whichever value was meant."""
    try:
        fields = json.loads(raw, object_pairs_hook=_once if once else None)
    except RecursionError:
        return Unread(line, raw, "the JSON is nested too deeply", "Flatten it")
    except _NamedTwice as twice:
        return Unread(
            line, raw, f"the key {twice.key!r} stands twice in one object", "Take one of them out", twice.key
        )
    except ValueError as error:
        return Unread(
            line, raw, f"not valid JSON ({error})", "Correct the line, then run `tearline quarantine --retry`"
        )
    if not isinstance(fields, dict):
        return Unread(line, raw, "not a JSON object", "Write one object a line: {...}")
    return Row(line, raw, fields)


class _NamedTwice(Exception):
    def __init__(self, key: str) -> None:
        self.key = key[:80]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _NamedTwice(next(name for name in names if names.count(name) > 1))
    return found


def too_long(line: LongLine) -> Unread:
    raw = line.head.decode("utf-8", "replace") + f"… ({line.size:,} bytes, SHA-256 {line.sha256})"
    return Unread(
        line.number,
        raw,
        f"a line of {line.size:,} bytes; at most {LONGEST:,} are read",
        "Split or shorten the record",
        lossy=True,
    )


def decode(line: int, raw: bytes) -> str | Unread:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        shown = raw.decode("utf-8", "replace")
        return Unread(line, shown, f"not UTF-8 text (byte {error.start + 1})", _SAVE_AS, lossy=True)


def not_json_lines(name: str) -> BadInput:
    return BadInput(
        "not JSON Lines: no line of it is a JSON object", where=name, remedy="Write one JSON object a line: {...}"
    )


def json_rows(source: SourceFile, *, once: bool = False) -> Iterator[Row | Unread]:
    """The rows of a JSON Lines file; blank lines are passed over. Raises BadInput where no line is an object.

    `once`: as in `parse_object`.
    """
    waiting: list[Unread] = []
    objects = False
    for number, raw in _lines(source):
        if isinstance(raw, LongLine):
            row: Row | Unread = too_long(raw)
        elif not raw.strip():
            continue
        else:
            text = decode(number, raw)
            row = text if isinstance(text, Unread) else parse_object(number, text, once=once)
        if not objects and isinstance(row, Unread):
            waiting.append(row)
            # A binary file has no end of such lines; what is wrong with it is clear long before.
            if len(waiting) > 10_000:
                raise not_json_lines(source.name)
            continue
        if not objects:
            objects = True
            yield from waiting
            waiting.clear()
        yield row
    if not objects:
        raise not_json_lines(source.name)


def _lines(source: SourceFile) -> Iterator[tuple[int, bytes | LongLine]]:
    for block in source.blocks():
        if isinstance(block, LongLine):
            yield block.number, block
        else:
            yield from block.lines()


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file's header (column names, lower-cased and stripped), its separator, and the rows below it."""

    header: tuple[str, ...]
    delimiter: str
    rows: Iterator[Row | Unread]


def csv_table(
    source: SourceFile, required: Sequence[str] = (), *, header_line: int = 1, exact: bool = False
) -> CsvTable:
    """A CSV file with a header at `header_line`. `exact` keeps the names of columns as they are written.

    Separators: comma, semicolon or tab, whichever the header has most of. Raises BadInput where the file is
    not UTF-8 text, or the header lacks a column of `required` or names one twice.
    """
    records = csv_records(source)
    first = next((record for record in records if record[0] >= header_line), None)
    if first is None or isinstance(first[1], Unread):
        raise BadInput(
            "no header line was found" if first is None else first[1].what,  # type: ignore[union-attr]
            where=source.name,
            line=header_line,
            remedy="The first line names the columns",
        )
    line, text = first
    assert isinstance(text, str)
    delimiter = max(",;\t", key=text.count)
    header = parse_header(text, delimiter, exact=exact)
    missing = [name for name in required if name not in header]
    if missing:
        raise BadInput(
            f"the header lacks {'the column' if len(missing) == 1 else 'the columns'} {', '.join(missing)}",
            where=source.name,
            line=line,
            field=missing[0],
            remedy=f"Its columns are: {', '.join(header)[:200]}",
        )
    twice = sorted(name for name, times in Counter(header).items() if name and times > 1)
    if twice:
        raise BadInput(
            f"the header names {twice[0]!r} twice",
            where=source.name,
            line=line,
            remedy="Rename one of the columns",
        )
    return CsvTable(header, delimiter, (parse_record(number, item, header, delimiter) for number, item in records))


def parse_header(text: str, delimiter: str, *, exact: bool = False) -> tuple[str, ...]:
    """The columns a header names; none where it is no line of CSV."""
    try:
        cells = next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return ()
    return tuple(cell.strip() if exact else cell.strip().casefold() for cell in cells)


def parse_record(line: int, text: str | Unread, header: Sequence[str], delimiter: str) -> Row | Unread:
    """One CSV record under its header. More cells than columns, or a torn quotation, is a fault of the row."""
    if isinstance(text, Unread):
        return text
    try:
        cells = next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        return Unread(line, text, f"not a CSV record ({error})", "Check its quotation marks")
    if len(cells) > len(header):
        return Unread(
            line,
            text,
            f"{len(cells)} cells where the header has {len(header)} columns",
            "Put quotation marks around a value that contains the separator",
        )
    fields = {name: cell for name, cell in zip(header, cells, strict=False) if name}
    return Row(line, text, fields)


def not_text(name: str, first: int, data: bytes) -> BadInput | None:
    """What is wrong with lines of CSV that begin on line `first`, where they are no text at all."""
    at = data.find(b"\0")
    if at >= 0:
        line = first + data.count(b"\n", 0, at)
        return BadInput("binary data, not CSV text", where=name, line=line, remedy="Export it as CSV")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = first + data.count(b"\n", 0, error.start)
        place = error.start - data.rfind(b"\n", 0, error.start)
        return BadInput(f"not UTF-8 text (byte {place})", where=name, line=line, remedy=_SAVE_AS)
    return None


def csv_records(source: SourceFile) -> Iterator[tuple[int, str | Unread]]:
    """Records with the number of their first line: a record goes on while a quotation is open."""
    waiting: list[str] = []
    start = size = quotes = 0
    for number, raw in _lines(source):
        if isinstance(raw, LongLine):
            yield number, too_long(raw)
            continue
        if (fault := not_text(source.name, number, raw)) is not None:
            raise fault
        text = raw.decode()
        if not waiting:
            if not text.strip():
                continue
            start, size, quotes = number, 0, 0
        waiting.append(text)
        size += len(text)
        quotes += text.count('"')
        if quotes % 2 == 0:
            yield start, "\n".join(waiting)
            waiting = []
        elif len(waiting) > RECORD_LINES or size > RECORD_BYTES:
            yield from torn(start, waiting)
            waiting = []
    if waiting:
        yield from torn(start, waiting)


def torn(start: int, lines: Iterable[str]) -> Iterator[tuple[int, str | Unread]]:
    """A quotation that is never closed spoils its own line; the lines after it are records again."""
    for offset, text in enumerate(lines):
        if offset == 0 or text.count('"') % 2:
            yield (
                start + offset,
                Unread(start + offset, text, "a quotation mark is opened and never closed", "Close it"),
            )
        elif text.strip():
            yield start + offset, text
