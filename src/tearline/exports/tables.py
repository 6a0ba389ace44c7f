"""Events and holders as tables: CSV that is safe to open in a spreadsheet, or Parquet.

People stand under the names the answer may use, whichever way the source wrote them, so that one person is one
value. The free part of an event (`detail`) may hold names in any form and is left out but for two known fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from tearline.exports.files import whole
from tearline.records.events import STORED_EVENTS
from tearline.records.naming import Names
from tearline.records.parties import PartyKind
from tearline.records.pathways import Pathway
from tearline.views.register import Register

_KEPT_DETAIL: Final = ("mode", "into")
# A cell that begins so is a formula to a spreadsheet; an apostrophe in front makes it text.
_FORMULA: Final = r"^([=+\-@\t\r\n＝＋－＠])"
_TIME: Final = pa.timestamp("us", tz="UTC")

EVENT_ROWS: Final = pa.schema(
    [field for field in STORED_EVENTS if field.name != "detail"]
    + [pa.field(f"detail_{name}", pa.string()) for name in _KEPT_DETAIL]
)
HOLDER_ROWS: Final = pa.schema([
    ("product", pa.string()),
    ("through", pa.string()),
    ("person", pa.string()),
    ("resolved", pa.bool_()),
    ("organisation", pa.string()),
    ("level", pa.string()),
    ("basis", pa.string()),
    ("first_possible", _TIME),
    ("first_certain", _TIME),
    ("supported", pa.bool_()),
    ("path", pa.string()),
    ("gaps", pa.string()),
])  # fmt: skip


def write_tables(
    folder: Path,
    suffix: str,
    register: Register,
    pathways: Iterable[Pathway],
    *,
    events: pa.Table | pa.RecordBatchReader,
    names: Names,
) -> tuple[Path, ...]:
    """`events` and `holders` in `folder`, as `suffix` (csv or parquet) says; memory grows with neither."""
    batches = events.to_batches() if isinstance(events, pa.Table) else events
    named = _naming(register, names)
    event_rows = (_event_rows(batch, named) for batch in batches)
    holder_rows = (_holder_rows(pathway, names) for pathway in pathways)
    return (
        _write(folder / f"events.{suffix}", EVENT_ROWS, event_rows),
        _write(folder / f"holders.{suffix}", HOLDER_ROWS, holder_rows),
    )


def _naming(register: Register, names: Names) -> Callable[[str | None], str | None]:
    known: dict[str, str] = {}

    def name(raw: str | None) -> str | None:
        if raw is not None and raw not in known:
            party = register.resolve(raw)
            is_person = party.kind in (PartyKind.PERSON, PartyKind.NAME)
            known[raw] = names.field(party.id) if is_person else party.id
        return known[raw] if raw is not None else None

    return name


def _event_rows(batch: pa.RecordBatch, name: Callable[[str | None], str | None]) -> pa.RecordBatch:
    columns: dict[str, Any] = {field: batch.column(field) for field in batch.schema.names}
    for party in ("actor", "recipient"):
        encoded = pc.dictionary_encode(columns[party])
        shown = pa.array([name(raw) for raw in encoded.dictionary.to_pylist()], pa.string())
        columns[party] = shown.take(encoded.indices)
    detail = columns.pop("detail")
    for field in _KEPT_DETAIL:
        found = pc.extract_regex(detail, pattern=rf'"{field}" *: *"(?P<value>[^"\\]*)"')
        columns[f"detail_{field}"] = pc.struct_field(found, "value")
    return pa.RecordBatch.from_arrays([columns[field.name] for field in EVENT_ROWS], schema=EVENT_ROWS)


def _holder_rows(pathway: Pathway, names: Names) -> pa.RecordBatch:
    rows = [
        {
            "product": pathway.product,
            "through": holder.product,
            "person": names.field(holder.person),
            "resolved": holder.resolved,
            "organisation": holder.organisation,
            "level": holder.level.word,
            "basis": holder.basis.word,
            "first_possible": holder.first_possible,
            "first_certain": holder.first_certain,
            "supported": holder.supported,
            "path": " ".join(holder.path),
            "gaps": " ".join(holder.gaps),
        }
        for holder in pathway.holders
    ]
    return pa.RecordBatch.from_pylist(rows, HOLDER_ROWS)


def _write(file: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> Path:
    with ExitStack() as stack:
        place = stack.enter_context(whole(file))
        if file.suffix == ".parquet":
            parquet = stack.enter_context(pq.ParquetWriter(place, schema, compression="zstd"))
            for batch in batches:
                parquet.write_batch(batch)
        else:
            texts = pa.schema([(field.name, pa.string()) for field in schema])
            writer = stack.enter_context(csv.CSVWriter(place, texts))
            for batch in batches:
                writer.write_batch(_spreadsheet(batch, texts))
    return file


def _spreadsheet(batch: pa.RecordBatch, texts: pa.Schema) -> pa.RecordBatch:
    """Everything as text: times in RFC 3339, and nothing that a spreadsheet would run."""

    def text(column: pa.Array) -> pa.Array:
        if pa.types.is_timestamp(column.type):
            return pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ")
        if pa.types.is_string(column.type):
            return pc.replace_substring_regex(column, pattern=_FORMULA, replacement=r"'\1")
        return pc.cast(column, pa.string())

    return pa.RecordBatch.from_arrays([text(column) for column in batch.columns], schema=texts)
