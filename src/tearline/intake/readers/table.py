"""A table with a mapping: reading logs, distribution lists, receipts, anything in CSV or XLSX with a header."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tearline.intake.lines import SourceFile
from tearline.intake.mapping import TableMapping, Value, read_time
from tearline.intake.native import Clock, Item, Reader, Record, Told
from tearline.intake.rows import Row, Unread, csv_table
from tearline.intake.spreadsheet import sheet_rows
from tearline.intake.texts import clean
from tearline.records.errors import BadInput
from tearline.records.times import format_instant

_DETAIL = {"by": "recorded_by", "note": "note"}
_PLAIN = ("copy", "actor", "recipient", "organisation", "system", "basis")


def read_table(source: SourceFile, told: Told) -> Iterator[Item]:
    """Each row under the mapping. Raises BadInput where a column that the mapping names is missing."""
    mapping = told.mapping
    if mapping is None or "kind" not in mapping.event or "product" not in mapping.event:
        raise BadInput(
            "the mapping does not say what the kind and the product of an event are",
            where=source.name,
            field="--mapping",
            remedy='Give [event] kind = "=opened" and product = "Column"; see docs/formats.md',
        )
    workbook = mapping.kind == "xlsx" or (mapping.kind is None and source.path.suffix.lower() == ".xlsx")
    rows = _workbook(source, mapping) if workbook else _csv(source, mapping)
    for row in rows:
        yield row if isinstance(row, Unread) else _item(row, told)


def read_again(line: int, raw: str, told: Told) -> Item:
    """One refused row, from the JSON of its cells."""
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        return Unread(line, raw, "not a row of the table", "Correct the file and take it in again")
    return _item(Row(line, raw, fields), told)


def _csv(source: SourceFile, mapping: TableMapping) -> Iterator[Row | Unread]:
    table = csv_table(source, mapping.columns(), header_line=mapping.header, exact=True)
    for row in table.rows:
        if isinstance(row, Unread):
            yield row
        elif any(value.strip() for value in row.fields.values()):
            yield Row(row.line, json.dumps(row.fields, ensure_ascii=False), row.fields)


def _workbook(source: SourceFile, mapping: TableMapping) -> Iterator[Row | Unread]:
    rows = sheet_rows(source, mapping.sheet, mapping.header)
    for row in rows:
        if isinstance(row, tuple):
            missing = [name for name in mapping.columns() if name not in row]
            if missing:
                raise BadInput(
                    f"the header lacks {', '.join(missing)}",
                    where=source.name,
                    line=mapping.header,
                    field=missing[0],
                    remedy=f"Its columns are: {', '.join(filter(None, row))[:200]}",
                )
        else:
            yield row


def _item(row: Row, told: Told) -> Item:
    try:
        return Record(row.line, row.raw, (_event(row.fields, told),))
    except BadInput as fault:
        return Unread(row.line, row.raw, fault.what, fault.remedy or "", fault.field)


def _event(fields: Mapping[str, Any], told: Told) -> dict[str, Any]:
    mapping = told.mapping
    assert mapping is not None
    values = {key: _cell(fields, value) for key, value in mapping.event.items()}
    kind = values["kind"]
    event: dict[str, Any] = {"kind": mapping.kinds.get(kind.casefold(), kind.casefold())}
    named = values["product"]
    product = told.finder.named(named)
    if product is None:
        raise BadInput(
            f"no registered product is recognised in {named[:80]!r}",
            field=_shown(mapping.event["product"]),
            remedy="Load the product, then run `tearline quarantine --retry`",
        )
    event["product"] = product
    event |= _time(values, mapping)
    event |= {key: values[key] for key in _PLAIN if values.get(key)}
    event.setdefault("organisation", told.organisation or mapping.organisation)
    if values.get("id"):
        event["id"] = values["id"]
    detail = {name: text for name, value in mapping.detail.items() if (text := _cell(fields, value))}
    detail |= {name: values[key] for key, name in _DETAIL.items() if values.get(key)}
    return {**event, "detail": detail or None}


def _time(values: Mapping[str, str], mapping: TableMapping) -> dict[str, str]:
    if values.get("at"):
        when = read_time(values["at"], mapping, "at")
        return {"at_earliest": format_instant(when.earliest), "at_latest": format_instant(when.latest)}
    first, last = values.get("at_earliest"), values.get("at_latest")
    if not first and not last:
        raise BadInput("no time is given", field=_shown(mapping.event.get("at", "at")), remedy="Give it a value")
    # A statement that names one day names it for both ends.
    start, end = (
        read_time(first or last or "", mapping, "at_earliest"),
        read_time(last or first or "", mapping, "at_latest"),
    )
    return {"at_earliest": format_instant(start.earliest), "at_latest": format_instant(end.latest)}


def _cell(fields: Mapping[str, Any], value: Value) -> str:
    if isinstance(value, tuple):
        return " ".join(filter(None, (_cell(fields, one) for one in value)))
    if value.startswith("="):
        return value[1:].strip()
    return clean(str(fields.get(value) or "")).strip()


def _shown(value: Value) -> str:
    return " ".join(value) if isinstance(value, tuple) else value


def _recognises(name: str, head: bytes) -> bool:
    """Never by itself: a table needs a mapping."""
    return False


READER = Reader("table", _recognises, read_table, read_again, Clock(None, "as written"))
