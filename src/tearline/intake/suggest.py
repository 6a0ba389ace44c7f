"""`intake --suggest`: a proposed mapping for a CSV file or workbook, and how its first rows would read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from tearline.intake import protected
from tearline.intake.events import event
from tearline.intake.known import Known as OnRecord
from tearline.intake.lines import LongLine, SourceFile
from tearline.intake.mapping import mapping_of
from tearline.intake.native import Record, Told
from tearline.intake.place import Place
from tearline.intake.products_in import ProductFinder
from tearline.intake.readers import table as table_reader
from tearline.intake.registers import unknown_organisation
from tearline.intake.rows import Row, Unread, csv_table, parse_header
from tearline.intake.spreadsheet import sheet_heads, sheet_rows
from tearline.intake.suggestion import SAMPLE, Known, Suggestion, Table, suggest_mapping
from tearline.intake.suggestion_words import best_score
from tearline.records.errors import BadInput
from tearline.records.parties import PartyKind
from tearline.views.register import Register

SHOWN = 10
HEAD = 25
"""The lines at the top of a file among which its header is looked for."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Suggested:
    """What is proposed for a file: the text of its mapping, its first rows as they would read, what to look at,
    and what only a person can say."""

    mapping: str
    rows: tuple[Mapping[str, Any], ...]
    suggestion: Suggestion

    def document(self) -> dict[str, Any]:
        return {
            "mapping": self.mapping,
            "rows": [dict(row) for row in self.rows],
            "unsure": list(self.suggestion.unsure),
            "questions": [
                {"name": one.name, "asks": one.asks, "choices": list(one.choices)}
                for one in self.suggestion.questions
            ],
        }


def suggest(
    place: Place,
    path: Path,
    *,
    organisation: str | None = None,
    kind: str | None = None,
    date_format: str | None = None,
) -> Suggested:
    """Propose a mapping for one file; nothing is written and nothing is kept.

    `organisation`: whose records they are; `kind` and `date_format`: answers to the questions of an earlier
    proposal. Raises BadInput where the file is no table that can be read.
    """
    if not path.is_file():
        raise BadInput("there is no such file", where=str(path), remedy="Name a CSV file or a workbook")
    state = place.ledger.state()
    register = Register.read(place.ledger, state)
    on_record = OnRecord.read(place.ledger, state)
    if organisation is not None and on_record.lacks_organisation(organisation):
        raise unknown_organisation(organisation, "--organisation")
    finder = ProductFinder(register.products.values())
    table = _sample(path)
    found = suggest_mapping(
        table,
        Known(
            product=lambda text: finder.named(text) is not None,
            party=lambda text: register.resolve(text).kind in {PartyKind.PERSON, PartyKind.GROUP},
            organisation=lambda text: text in register.organisations,
            organisations=bool(register.organisations),
        ),
        organisation=organisation,
        kind=kind,
        date_format=date_format,
    )
    told = Told(finder, protected.read_protected(place.folder), mapping_of(found.mapping, path.name), organisation)
    rows = tuple(
        _as_read(line, fields, told, on_record)
        for line, fields in zip(range(1, SHOWN + 1), table.rows, strict=False)
    )
    return Suggested(mapping_text(found.mapping, path.name), rows, found)


def mapping_text(document: Mapping[str, Any], name: str) -> str:
    """A mapping file, as `read_mapping` reads it."""
    lines = [f"# Proposed for {json.dumps(name)[1:-1]} from its header and first rows; see docs/formats.md."]
    for title in ("source", "event", "detail", "kinds"):
        values = document.get(title) or {}
        if values:
            lines += ["", f"[{title}]"]
            lines += [f"{_key(key)} = {_toml(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _toml(key)


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped as well.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _as_read(number: int, fields: Mapping[str, Any], told: Told, on_record: OnRecord) -> Mapping[str, Any]:
    """One row as it would be taken in, or why it would be refused. `row` counts from the header."""
    assert told.mapping is not None
    open_ = [name for name in ("kind", "product") if name not in told.mapping.event]
    if open_:
        return {"row": number, "refused": f"the mapping does not say yet what the {open_[0]} is"}
    try:
        item = table_reader.read_again(number, json.dumps(fields, ensure_ascii=False), told)
        if isinstance(item, Unread):
            return {"row": number, "refused": f"{item.what}. {item.remedy}"}
        assert isinstance(item, Record)
        (said,) = item.events
        body = event({"id": "row", **said}, on_record)
    except BadInput as fault:
        return {"row": number, "refused": str(fault)}
    return {"row": number, **{name: value for name, value in body.items() if name != "id"}, "refused": None}


def _sample(path: Path) -> Table:
    with path.open("rb") as file:
        packed = file.read(4) == b"PK\x03\x04"
    return _workbook(path) if packed or path.suffix.lower() == ".xlsx" else _csv(path)


def _workbook(path: Path) -> Table:
    source = SourceFile(path, path.name)
    heads = sheet_heads(source, HEAD)
    best = max(heads, key=lambda name: _header(heads[name])[1])
    place, score = _header(heads[best])
    if not score:
        raise _no_header(path)
    above = [cell for line in heads[best][:place] for cell in line if cell]
    read = sheet_rows(source, best, place + 1)
    header = next(read)
    assert isinstance(header, tuple)
    rows = [row.fields for row in islice(read, SAMPLE) if isinstance(row, Row)]
    return Table({"kind": "xlsx", "sheet": best, "header": place + 1}, header, rows, (path.stem, best, *above))


def _csv(path: Path) -> Table:
    lines = list(islice(_lines(SourceFile(path, path.name)), HEAD))
    cells = [parse_header(text, max(",;\t", key=text.count), exact=True) for _, text in lines]
    place, score = _header(cells)
    if not score:
        raise _no_header(path)
    number = lines[place][0]
    above = [cell for line in cells[:place] for cell in line if cell]
    table = csv_table(SourceFile(path, path.name), header_line=number, exact=True)
    rows = [
        row.fields
        for row in islice(table.rows, SAMPLE)
        if isinstance(row, Row) and any(value.strip() for value in row.fields.values())
    ]
    return Table({"kind": "csv", "header": number}, table.header, rows, (path.stem, *above))


def _lines(source: SourceFile) -> Iterator[tuple[int, str]]:
    for block in source.blocks():
        if isinstance(block, LongLine):
            return
        for number, raw in block.lines():
            if b"\0" in raw:
                raise BadInput("binary data, not CSV text", where=source.name, line=number,
                               remedy="Export it as CSV")  # fmt: skip
            if raw.strip():
                yield number, raw.decode("utf-8", "replace")


def _header(lines: Sequence[Sequence[str]]) -> tuple[int, float]:
    """Which of the first lines names the columns, and how well: the one whose cells fit best as names. Where no
    cell is a name that is known, the first line of two cells or more that are all words, none twice."""
    worth = [sum(best_score(cell) for cell in line if cell and len(cell) <= 80) for line in lines]
    several = [sum(1 for cell in line if cell) >= 2 for line in lines]
    fitting = [(score, -place) for place, score in enumerate(worth) if several[place] and score >= 1]
    if fitting:
        score, place = max(fitting)
        return -place, score
    for place, line in enumerate(lines):
        if several[place] and len(set(line)) == len(line) and all(map(_is_words, line)):
            return place, 0.1
    return 0, 0.0


def _is_words(cell: str) -> bool:
    """Not a number and not a date: it begins with a letter."""
    return cell[:1].isalpha()


def _no_header(path: Path) -> BadInput:
    return BadInput(
        "no line that names columns was found",
        where=path.name,
        remedy="Write the mapping by hand; see docs/formats.md",
    )
