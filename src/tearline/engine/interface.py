"""What analysis asks of an engine: run one query over named relations, with every value bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import pyarrow as pa

Relation: TypeAlias = "pa.Table | pa.RecordBatchReader | Sequence[Path]"
"""Arrow columns, or Parquet files of one schema."""


class Engine(Protocol):
    """`sql` names relations as tables and values as `$name`; values never stand in the text."""

    def table(
        self, sql: str, relations: Mapping[str, Relation], values: Mapping[str, Any] | None = None
    ) -> pa.Table:
        """The whole result."""
        ...

    def batches(
        self,
        sql: str,
        relations: Mapping[str, Relation],
        values: Mapping[str, Any] | None = None,
        *,
        rows: int = 1 << 17,
    ) -> pa.RecordBatchReader:
        """The result as it is made, in batches of at most `rows`; memory does not grow with it."""
        ...
