"""`exposures --engine spark`: the same rows, and plain words where Spark cannot be had."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from cli_program import Tearline

needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None or shutil.which("java") is None, reason="Spark needs pyspark and Java 17 or newer"
)
SPARK = ("--engine", "spark", "--master")


@needs_spark
def test_spark_writes_the_rows_of_the_engine_here(
    small: Path, tmp_path: Path, tearline: Tearline, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Short jobs gain nothing from the second compiler.
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    found = []
    for name, more in (("here", ()), ("there", (*SPARK, "local[1]"))):
        out = tmp_path / f"{name}.parquet"
        done = tearline("exposures", "--out", out, "--supported", "--workspace", small, "--json", *more)
        assert done.code == 0, done.err
        table = pq.read_table(out)
        assert done.document["rows"] == table.num_rows > 0
        found.append((table.schema, sorted(table.to_pylist(), key=lambda row: (row["product"], row["person"]))))
    assert found[0] == found[1]
    assert done.document["basis"]["parameters"]["master"] == "local[1]"
    assert list((small / "tmp").glob("spark-*")) == []


def test_what_cannot_be_meant_is_refused(fresh: Path, tmp_path: Path, tearline: Tearline) -> None:
    for words in (("--engine", "spark"), ("--master", "local[1]"), (*SPARK, "elsewhere")):
        done = tearline("exposures", "--out", tmp_path / "out.parquet", "--workspace", fresh, *words)
        assert done.code == 2
        assert "local[2]" in done.err


@needs_spark
def test_without_java_it_says_so(
    fresh: Path, tmp_path: Path, tearline: Tearline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "none"))
    done = tearline("exposures", "--out", tmp_path / "out.parquet", "--workspace", fresh, *SPARK, "local[1]")
    assert done.code == 5
    assert "Java 17" in done.err
