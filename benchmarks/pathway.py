"""One product out of N events, and every product at once, beside a bare numba pass over the same file.

    python benchmarks/pathway.py [N ...]        (default 1000000)

The events are made by DuckDB straight into a run of the events view; the bare pass streams the same Parquet file,
finds each person's first time per product in one loop without levels, chains, groups or clocks, and writes as many
rows. Reading and writing are inside every figure of "all products"; one product's figure is its median over many.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numba import njit

from tearline.engine import LocalEngine
from tearline.ledger import Ledger, LedgerState, StreamState, create_keys, create_ledger
from tearline.pathway import exposures, trace
from tearline.records import bodies
from tearline.records.events import STORED_EVENTS
from tearline.records.kinds import Stream
from tearline.views.event_runs import Manifest, write_manifest, write_run
from tearline.views.events import EventsView
from tearline.views.register import Register

PEOPLE = 50_000
EACH = 1_000  # events a product
_MADE = """
SELECT 'e' || lpad(CAST(i AS VARCHAR), 10, '0') AS id,
       ['disseminated', 'delivered', 'opened', 'forwarded', 'opened', 'printed'][CAST(h % 6 AS INT) + 1] AS kind,
       'X' || lpad(CAST(i // $each AS VARCHAR), 8, '0') AS product,
       make_timestamptz(1772323200000000 + (i % $each) * 60000000) AS at_earliest,
       make_timestamptz(1772323200000000 + (i % $each) * 60000000 + CASE WHEN h % 11 = 0 THEN 3600000000 ELSE 0
         END) AS at_latest,
       CAST(NULL AS VARCHAR) AS copy,
       CASE WHEN h % 6 = 0 THEN NULL ELSE 'p' || (h // 7 % 60 + (i // $each) * 131) % $people END AS actor,
       CASE WHEN h % 6 IN (2, 4, 5) THEN NULL ELSE 'p' || (h // 421 % 60 + (i // $each) * 131) % $people END
         AS recipient,
       CAST(NULL AS VARCHAR) AS organisation, 'portal' AS system, CAST(NULL AS VARCHAR) AS basis,
       '{}' AS detail, 'b' AS batch, i AS position
FROM (SELECT range AS i, hash(range) AS h FROM range($first, $stop))
"""


def made(engine: LocalEngine, events: int) -> Iterator[pa.RecordBatch]:
    for first in range(0, events, 5_000_000):
        values = {"each": EACH, "people": PEOPLE, "first": first, "stop": min(events, first + 5_000_000)}
        yield from (batch.cast(STORED_EVENTS) for batch in engine.batches(f"{_MADE} ORDER BY i", {}, values))


def register_of(products: int) -> Register:
    people = {
        f"p{n}": bodies.person(
            [{"id": f"p{n}", "name": f"P {n}", "organisation": f"o{n % 50}", "valid_from": "2020-01-01T00:00:00Z"}]
        )
        for n in range(PEOPLE)
    }
    return Register(
        organisations={},
        people=people,
        groups={},
        products={
            (name := f"X{n:08d}"): bodies.product({
                "id": name, "title": name, "originator": "o0", "issued_at": "2026-03-01T00:00:00Z",
                "marking": "SECRET", "portions": [{"id": "1", "text": "text"}],
            })
            for n in range(products)
        },
        disclosures={}, public={}, links={}, declarations=(), retracted=frozenset(),
    )  # fmt: skip


def view_of(folder: Path, ledger: Ledger, events: int) -> tuple[EventsView, LedgerState, float]:
    engine = LocalEngine(folder / "scratch")
    view = EventsView(folder / "view", ledger, engine)
    view.folder.mkdir()
    start = time.perf_counter()
    run = write_run(view.folder, 0, events, made(engine, events), STORED_EVENTS)
    state = ledger.state()
    manifest = Manifest(events, state.streams[Stream.EVENTS].root, 0, 0, (run,))
    write_manifest(view.folder, manifest, None, ledger.keys.salt)
    # The ledger itself stays empty: its own speed is measured in benchmarks/ledger.py.
    view._manifest = manifest
    streams = {**state.streams, Stream.EVENTS: StreamState(Stream.EVENTS, events, manifest.root, "", None)}
    return view, LedgerState(state.number, state.at, streams), time.perf_counter() - start


@njit(cache=True)
def _first_times(product, time_, actor, recipient, first, seen, out_person, out_time):  # type: ignore[no-untyped-def]
    rows = 0
    current = -1
    for e in range(product.size):
        if product[e] != current:
            current = product[e]
            began = e
        for person in (actor[e], recipient[e]):
            if person >= 0 and (first[person] < began or seen[person] != current):
                seen[person], first[person] = current, e
                out_person[rows], out_time[rows] = person, time_[e]
                rows += 1
    return rows


def bare(path: Path, out: Path) -> int:
    """Stream the file, one pass, write (product, person, time) rows."""
    codes: dict[str, int] = {}
    total = 0
    first, seen = np.zeros(PEOPLE, np.int64), np.full(PEOPLE, -1, np.int64)

    def coded(column: pa.Array) -> np.ndarray:
        table = [codes.setdefault(word, len(codes)) for word in column.dictionary.to_pylist()]
        places = column.indices.fill_null(len(table)).to_numpy(zero_copy_only=False)
        return np.array([*table, -1], np.int64)[places]

    names = ["product", "at_earliest", "actor", "recipient"]
    schema = pa.schema([("person", pa.int64()), ("time", pa.int64())])
    file = pq.ParquetFile(path, read_dictionary=["product", "actor", "recipient"])
    with pq.ParquetWriter(out, schema, compression="zstd", compression_level=1) as writer:
        for batch in file.iter_batches(1 << 17, columns=names):
            time_ = batch.column(1).cast(pa.int64()).to_numpy()
            actor, recipient = coded(batch.column(2)), coded(batch.column(3))
            product = batch.column(0).indices.to_numpy()
            person, times = np.empty(2 * len(batch), np.int64), np.empty(2 * len(batch), np.int64)
            seen[:] = -1
            rows = _first_times(product, time_, actor, recipient, first, seen, person, times)
            writer.write_table(pa.table([person[:rows], times[:rows]], schema))
            total += rows
    return total


def measure(events: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger = create_ledger(folder / "ledger", create_keys(folder / "keys"))
        view, state, writing = view_of(folder, ledger, events)
        products = events // EACH
        register = register_of(products)
        (run,) = view.folder.glob("run-*.parquet")
        megabytes = run.stat().st_size / 1e6
        print(f"\n{events:,} events of {products:,} products, {megabytes:,.0f} MB, written in {writing:.1f} s")
        asked = [f"X{n:08d}" for n in np.random.default_rng(1).integers(0, products, 40)]
        cut = datetime(2026, 3, 2, tzinfo=UTC)
        times = []
        for product in asked:
            start = time.perf_counter()
            trace(product, register, view.of_products([product], state), before=cut)
            times.append(time.perf_counter() - start)
        print(f"one product, warm: {median(times[5:]) * 1e3:.1f} ms (the first, cold: {times[0] * 1e3:.0f} ms)")
        bare(run, folder / "warm.parquet")
        start = time.perf_counter()
        rows = bare(run, folder / "bare.parquet")
        base = time.perf_counter() - start
        print(f"bare pass:         {base:.2f} s, {rows:,} rows")
        for supported in (False, True):
            start = time.perf_counter()
            found = exposures(register, view, state, supported=supported)
            rows = 0
            with pq.ParquetWriter(folder / "out.parquet", found.schema, compression="zstd") as writer:
                for batch in found:
                    writer.write_batch(batch)
                    rows += batch.num_rows
            took = time.perf_counter() - start
            label = "all, supported:   " if supported else "all products:     "
            print(f"{label} {took:.2f} s, {rows:,} rows, {took / base:.1f} times the bare pass")
        print(f"greatest memory:   {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    for size in [int(float(word)) for word in sys.argv[1:]] or [1_000_000]:
        measure(size)
