"""Every product at once on Spark, beside an identity `mapInArrow` over the same sorted partitions.

    python benchmarks/spark.py [N ...]        (default 1000000)

The events are those of `benchmarks/pathway.py`. Reading, the shuffle and the sort are done once and kept; both
maps then run over the kept partitions, and what they make is dropped. Each map has run once before it is timed.
The whole job, from the view's files to rows in Parquet, and the same on the engine here stand beside them.
SPARK_MASTER names another master than `local[2]`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from pathway import EACH, register_of, view_of
from tearline.engine.spark import SparkEngine
from tearline.ledger import create_keys, create_ledger
from tearline.pathway import exposures, exposures_on


class Kept:
    """A cluster that keeps the sorted partitions of the first question, to run maps over them again."""

    def __init__(self, engine: SparkEngine) -> None:
        self._engine = engine
        self.runs: dict[str, Callable[[], None]] = {}
        self.preparing = 0.0
        self._frame: Any = None

    def forget(self) -> None:
        self._frame.unpersist()

    def by_group(self, sql, relations, values, *, order, rows, work, shared, schema):  # type: ignore[no-untyped-def]
        start = time.perf_counter()
        frame = self._engine.partitions(sql, relations, values, order=order, rows=rows).persist()
        self._frame = frame
        print(f"{frame.count():,} rows to solve in {frame.rdd.getNumPartitions()} partitions")
        self.preparing = time.perf_counter() - start
        same = frame.limit(0).toArrow().schema
        maps = {
            "identity": self._engine.mapped(frame, identity, None, same),
            "solved": self._engine.mapped(frame, work, shared, schema),
        }
        for name, mapped in maps.items():
            self.runs[name] = mapped.write.format("noop").mode("overwrite").save
        return pa.RecordBatchReader.from_batches(schema, iter(()))


def identity(_: None, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return batches


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def measure(events: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger = create_ledger(folder / "ledger", create_keys(folder / "keys"))
        view, state, writing = view_of(folder, ledger, events)
        register = register_of(events // EACH)
        master = os.environ.get("SPARK_MASTER", "local[2]")
        print(f"\n{events:,} events of {events // EACH:,} products, written in {writing:.1f} s; {master}")
        with SparkEngine(master, folder / "spark") as engine:
            kept = Kept(engine)
            exposures_on(kept, register, view, state)
            print(f"read, shuffled, sorted:   {kept.preparing:.1f} s")
            for run in kept.runs.values():
                run()
            took = {label: seconds(run) for label, run in kept.runs.items()}
            print(f"identity mapInArrow:      {took['identity']:.1f} s")
            print(
                f"every product, solved:    {took['solved']:.1f} s, {took['solved'] / took['identity']:.2f} times"
            )
            kept.forget()
            whole = seconds(lambda: rows_in(exposures_on(engine, register, view, state)))
            print(f"the whole job:            {whole:.1f} s, rows written and read back")
        here = seconds(lambda: rows_in(exposures(register, view, state)))
        print(f"the engine here:          {here:.1f} s")


def rows_in(reader: pa.RecordBatchReader) -> int:
    return sum(batch.num_rows for batch in reader)


if __name__ == "__main__":
    for size in [int(float(word)) for word in sys.argv[1:]] or [1_000_000]:
        measure(size)
