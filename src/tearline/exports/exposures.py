"""Exposures as a Parquet file, people under whatever names the answer may use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tearline.records.errors import BadInput
from tearline.records.naming import Names

Progress = Callable[[str, int, int | None], None]


def write_exposures(rows: pa.RecordBatchReader, file: Path, names: Names, progress: Progress) -> int:
    """Write rows that have a `person` column; returns how many. The file is there whole or not at all.

    Each distinct person of a batch is named once, so the cost of naming grows with people, not rows.
    """
    if file.is_dir():
        raise BadInput("this is a folder", where=str(file), field="--out", remedy="Name a file, as in out.parquet")
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.unfinished")
    place = rows.schema.get_field_index("person")
    written = 0
    try:
        with pq.ParquetWriter(unfinished, rows.schema, compression="zstd") as writer:
            for batch in rows:
                writer.write_batch(batch.set_column(place, "person", _named(batch.column(place), names)))
                written += batch.num_rows
                progress("writing", written, None)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return written


def _named(people: pa.Array, names: Names) -> pa.Array:
    encoded = pc.dictionary_encode(people)
    shown = pa.array([names.field(who) for who in encoded.dictionary.to_pylist()], pa.string())
    return shown.take(encoded.indices)
