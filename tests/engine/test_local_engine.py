"""DuckDB on this machine: values bound, memory bounded, results in batches."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tearline.engine import LocalEngine
from tearline.records.errors import CouldNot


def test_values_are_bound_and_never_read_as_sql(tmp_path: Path) -> None:
    hostile = "x'; DROP TABLE words; --"
    words = pa.table({"word": ["a", hostile]})
    engine = LocalEngine(tmp_path / "scratch")
    found = engine.table("SELECT word FROM words WHERE word = $word", {"words": words}, {"word": hostile})
    assert found["word"].to_pylist() == [hostile]


def test_files_are_read_as_one_relation(tmp_path: Path) -> None:
    for n in range(2):
        pq.write_table(pa.table({"n": [n]}), tmp_path / f"it's {n}.parquet")
    files = [tmp_path / f"it's {n}.parquet" for n in range(2)]
    found = LocalEngine(tmp_path / "scratch").table("SELECT sum(n) AS total FROM numbers", {"numbers": files})
    assert found["total"].to_pylist() == [1]


def test_a_sort_larger_than_memory_spills_and_streams(tmp_path: Path) -> None:
    engine = LocalEngine(tmp_path / "scratch", memory="100MB", threads=1)
    sql = "SELECT i, repeat(md5(CAST(i AS VARCHAR)), 4) AS text FROM range($rows) AS r(i) ORDER BY text"
    rows, last = 0, ""
    for batch in engine.batches(sql, {}, {"rows": 1_500_000}, rows=10_000):
        assert batch.num_rows <= 10_000
        assert batch["text"][0].as_py() >= last
        rows, last = rows + batch.num_rows, batch["text"][-1].as_py()
    assert rows == 1_500_000


def test_what_the_machine_refuses_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(CouldNot, match="query engine gave up"):
        LocalEngine(tmp_path / "scratch").table(
            "SELECT * FROM nothing", {"nothing": [tmp_path / "absent.parquet"]}
        )
