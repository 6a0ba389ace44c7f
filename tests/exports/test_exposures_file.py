"""The exposures file: named by the answer's rules, whole or not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tearline.exports.exposures import write_exposures
from tearline.records.naming import AS_IS, Names

SCHEMA = pa.schema([("product", pa.string()), ("person", pa.string())])


def batches(*, broken: bool = False) -> pa.RecordBatchReader:
    def each() -> Iterator[pa.RecordBatch]:
        for product in ("p", "q"):
            yield pa.RecordBatch.from_pydict({"product": [product] * 3, "person": ["a", "b", "a"]}, SCHEMA)
        if broken:
            raise RuntimeError("the disk went away")

    return pa.RecordBatchReader.from_batches(SCHEMA, each())


def quiet(_label: str, _done: int, _total: int | None) -> None:
    return


def test_people_are_named_by_the_answers_rules(tmp_path: Path) -> None:
    file = tmp_path / "out" / "x.parquet"
    masked = Names(lambda who: f"P-{who}", str)
    assert write_exposures(batches(), file, masked, quiet) == 6
    assert pq.read_table(file).column("person").to_pylist() == ["P-a", "P-b", "P-a"] * 2


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    file.write_bytes(b"what was there before")
    with pytest.raises(RuntimeError):
        write_exposures(batches(broken=True), file, AS_IS, quiet)
    assert [path.name for path in tmp_path.iterdir()] == ["x.parquet"]
    assert file.read_bytes() == b"what was there before"
