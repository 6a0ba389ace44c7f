"""DuckDB on this machine: bounded memory, spilling into a folder of the workspace, nothing fetched."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tearline.engine.interface import Relation
from tearline.engine.scratch import Scratch
from tearline.records.errors import CouldNot

MEMORY = "1GB"
"""What sorting and grouping may hold before they spill; batches on their way out come on top."""


class LocalEngine:
    """`scratch`: a folder for what does not fit into memory; made when first needed, left empty."""

    def __init__(self, scratch: Path, *, memory: str = MEMORY, threads: int | None = None) -> None:
        self._scratch = Scratch(scratch)
        self._memory = memory
        self._threads = threads or os.cpu_count() or 1

    def table(
        self, sql: str, relations: Mapping[str, Relation], values: Mapping[str, Any] | None = None
    ) -> pa.Table:
        with _reported(), self._connect() as connection:
            return _query(connection, sql, relations, values).to_arrow_table()

    def batches(
        self,
        sql: str,
        relations: Mapping[str, Relation],
        values: Mapping[str, Any] | None = None,
        *,
        rows: int = 1 << 17,
    ) -> pa.RecordBatchReader:
        connection = self._connect()
        with _reported():
            reader = _query(connection, sql, relations, values).to_arrow_reader(rows)

        def each() -> Iterator[pa.RecordBatch]:
            # The connection lives as long as its result is read.
            with _reported(), connection:
                yield from reader

        return pa.RecordBatchReader.from_batches(reader.schema, each())

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": self._memory,
                "temp_directory": str(self._scratch.folder()),
                "threads": self._threads,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        connection.execute("SET TimeZone = 'UTC'")
        return connection


def _query(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    relations: Mapping[str, Relation],
    values: Mapping[str, Any] | None,
) -> duckdb.DuckDBPyRelation:
    for name, relation in relations.items():
        if isinstance(relation, pa.Table | pa.RecordBatchReader):
            connection.register(name, relation)
        else:
            connection.read_parquet([str(path) for path in relation]).create_view(name)
    return connection.sql(sql, params=dict(values or {}))


@contextmanager
def _reported() -> Iterator[None]:
    """What the machine refuses is said in plain words; a wrong query stays a fault of the program."""
    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        raise CouldNot(
            f"the query engine gave up: {str(error).splitlines()[0]}",
            remedy="Free some disk space or memory and try again",
        ) from error
