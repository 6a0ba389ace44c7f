"""What analysis asks of an engine: run one query over named relations, with every value bound.

A cluster answers one more question: run a function over the result, group by group, wherever the groups are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar

import pyarrow as pa

Relation: TypeAlias = "pa.Table | pa.RecordBatchReader | Sequence[Path]"
"""Arrow columns, or Parquet files of one schema."""

S = TypeVar("S")
Work: TypeAlias = Callable[[S, Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
"""A function of a module, so that it can be named on another machine: it is given what all share and batches."""


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


class Cluster(Protocol):
    """Many machines, or one that stands for them. `sql`, `relations` and `values` are as an engine's."""

    def by_group(
        self,
        sql: str,
        relations: Mapping[str, Relation],
        values: Mapping[str, Any],
        *,
        order: Sequence[str],
        rows: int,
        work: Work[S],
        shared: S,
        schema: pa.Schema,
    ) -> pa.RecordBatchReader:
        """What `work` makes (of `schema`) of the result of `sql`, which has about `rows` rows; in no order.

        `work` is called once a partition, and again where a machine was lost. A partition holds whole groups
        (equal values of the first column of `order`) and is sorted by `order`. Every machine holds `shared` and
        the relations given as columns: these must be small.
        """
        ...
