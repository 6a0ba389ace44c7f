"""One product out of N events, and every product at once, beside a bare numba pass over the same file.

    python benchmarks/pathway.py [N ...]        (default 1000000)

The events are made straight into a run of the events view (`pathway_data.py`). The bare pass streams the same
columns of the same file, keeps each person's first time, level, basis and first certain time per product in one
loop that knows no groups, families, chains or unresolved names, and writes the same rows: up to LARGE events this
is checked. Reading and writing are inside every figure of "every product". Beside `--supported` stands a bare pass
that follows chains with clocks taken as exact: its rows are fewer. One product's figure is a median over many;
reading, gaps (those of logs too), levels and paths are inside, the register is not. Cold is the first in a new
process after imports, with opening the view and its tables inside.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numba import njit

from pathway_data import EACH, PEOPLE, register_of, view_of, words
from tearline.engine import LocalEngine
from tearline.ledger import Keys, Ledger, LedgerState, StreamState, create_keys, create_ledger
from tearline.pathway import EXPOSURES, exposures, survey_logs, trace
from tearline.pathway.columns import ACTOR_BASIS, ACTOR_LEVEL, RECIPIENT_BASIS, RECIPIENT_LEVEL, STARTS
from tearline.records.kinds import Basis, Level, Stream
from tearline.views.event_runs import read_manifest
from tearline.views.events import EventsView
from tearline.views.register import Register

LARGE = 10_000_000
"""Up to so many events the rows are compared."""

CUT = datetime(2026, 3, 2, tzinfo=UTC)
_NEVER = np.int64(2**62)
_COLUMNS = ["product", "at_earliest", "at_latest", "kind", "actor", "recipient", "id"]


@njit(cache=True)
def _bare(
    product, lo, hi, kind, actor, recipient, a_level, r_level, a_basis, r_basis, seen, row, out, chains, starts
):  # type: ignore[no-untyped-def]
    rows = 0
    for e in range(product.size):
        if chains:
            known = actor[e] < 0 and starts[kind[e]]
            known = known or (actor[e] >= 0 and seen[actor[e]] == product[e])
            if not known:
                continue
        for side in range(2):
            person = actor[e] if side == 0 else recipient[e]
            level = a_level[kind[e]] if side == 0 else r_level[kind[e]]
            basis = a_basis[kind[e]] if side == 0 else r_basis[kind[e]]
            if person < 0 or level == 0:
                continue
            if seen[person] != product[e]:
                seen[person], row[person] = product[e], rows
                out[rows, 0], out[rows, 1], out[rows, 2] = product[e], person, lo[e]
                out[rows, 3], out[rows, 4], out[rows, 5], out[rows, 6] = hi[e], level, basis, e
                rows += 1
                continue
            at = row[person]
            out[at, 3] = min(out[at, 3], hi[e])
            out[at, 4] = max(out[at, 4], level)
            out[at, 5] = max(out[at, 5], basis)
    return rows


def bare(path: Path, out: Path, *, chains: bool) -> int:
    """Stream the file, one pass, write the rows of EXPOSURES."""
    listed = words(pq.ParquetFile(path).metadata.num_rows // EACH)
    products = listed["word"].filter(pc.equal(listed["table"], 0)).combine_chunks()
    people = listed["word"].filter(pc.equal(listed["table"], 1)).combine_chunks()
    organisations = pa.array([f"o{n}" for n in range(50)])
    levels = pa.array([None, *(level.word for level in Level)])
    bases = pa.array([None, *(basis.word for basis in Basis)])
    total = 0
    seen, row = np.full(PEOPLE, -1, np.int64), np.zeros(PEOPLE, np.int64)
    file = pq.ParquetFile(path)
    with pq.ParquetWriter(out, EXPOSURES, compression="zstd") as writer:
        # A thousand events a product: so many hold whole products.
        for batch in file.iter_batches(EACH * 524, columns=_COLUMNS):
            product, low, high, kind, actor, recipient = (
                batch.column(name).cast(pa.int64() if name.startswith("at_") else batch.schema.field(name).type)
                .to_numpy() for name in _COLUMNS[:-1]
            )  # fmt: skip
            found = np.empty((2 * len(batch), 7), np.int64)
            rows = _bare(
                product, low, high, kind, actor, recipient, ACTOR_LEVEL, RECIPIENT_LEVEL, ACTOR_BASIS,
                RECIPIENT_BASIS, seen, row, found, chains, STARTS,
            )  # fmt: skip
            found = found[:rows]
            writer.write_table(
                pa.table(
                    [
                        products.take(pa.array(found[:, 0])),
                        people.take(pa.array(found[:, 1])),
                        organisations.take(pa.array(found[:, 1] % 50)),
                        levels.take(pa.array(found[:, 4])),
                        bases.take(pa.array(found[:, 5])),
                        pa.array(found[:, 2]).cast(EXPOSURES.field("first_possible").type),
                        pa.array(found[:, 3]).cast(EXPOSURES.field("first_certain").type),
                        batch.column("id").take(pa.array(found[:, 6])),
                    ],
                    EXPOSURES,
                )
            )
            total += rows
    return total


def written(register: Register, view: EventsView, state: LedgerState, out: Path, *, supported: bool) -> int:
    found = exposures(register, view, state, supported=supported)
    rows = 0
    with pq.ParquetWriter(out, EXPOSURES, compression="zstd") as writer:
        for batch in found:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


class Took(NamedTuple):
    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:.2f} s ({self.processor:.2f} s of processor)"


def measured(run: Callable[[], int]) -> tuple[Took, int]:
    """On a shared machine the processor's time says more than the clock on the wall."""
    start, used = time.perf_counter(), time.process_time()
    found = run()
    return Took(time.perf_counter() - start, time.process_time() - used), found


def same_rows(one: Path, other: Path) -> bool:
    """Whether two files hold the same rows, by a hash of each that does not know order."""
    engine = LocalEngine(one.parent / "scratch")
    query = f"SELECT count(*) AS n, sum(CAST(hash({', '.join(EXPOSURES.names)}) AS HUGEINT)) AS h FROM rows"
    found = [engine.table(query, {"rows": [path]}).to_pylist() for path in (one, other)]
    return bool(found[0] == found[1])


def reopened(folder: Path, events: int) -> tuple[EventsView, LedgerState]:
    """The view as a new process finds it."""
    ledger = Ledger.open(folder / "ledger", Keys.load(folder / "keys"))
    view = EventsView(folder / "view", ledger, LocalEngine(folder / "scratch"))
    view._manifest = read_manifest(view.folder, ledger.keys.salt)
    state = ledger.state()
    assert view._manifest is not None
    streams = {**state.streams, Stream.EVENTS: StreamState(Stream.EVENTS, events, view._manifest.root, "", None)}
    return view, LedgerState(state.number, state.at, streams)


def one(folder: Path, events: int) -> None:
    """Trace products in this process, the first of them cold."""
    register = register_of(events // EACH)
    asked = [f"X{n:08d}" for n in np.random.default_rng(1).integers(0, events // EACH, 60)]
    times, used = [], []
    for place, product in enumerate(asked):
        start, spent = time.perf_counter(), time.process_time()
        if place == 0:
            view, state = reopened(folder, events)
            logs = survey_logs(register, view, state)
            surveyed = time.perf_counter() - start
        trace(product, register, view.of_products([product], state), before=CUT, logs=logs)
        times.append(time.perf_counter() - start)
        used.append(time.process_time() - spent)
    print(
        f"one product of {events:,}: {median(times[10:]) * 1e3:.1f} ms warm ({median(used[10:]) * 1e3:.1f} of "
        f"processor), {times[0] * 1e3:.0f} ms cold ({used[0] * 1e3:.0f}), of which {surveyed * 1e3:.0f} ms the "
        "view and a first survey of logs",
        flush=True,
    )


def warm(folder: Path) -> None:
    """Load what is compiled, on a few events."""
    with tempfile.TemporaryDirectory() as name:
        small = Path(name)
        ledger = create_ledger(small / "ledger", create_keys(small / "keys"))
        view, state, _ = view_of(small, ledger, 50 * EACH)
        (run,) = view.folder.glob("run-*.parquet")
        for chains in (False, True):
            bare(run, folder / "bare.parquet", chains=chains)
            written(register_of(50), view, state, folder / "out.parquet", supported=chains)


def every(folder: Path, events: int) -> None:
    """Every product, in this process, beside the bare pass."""
    view, state = reopened(folder, events)
    register = register_of(events // EACH)
    (run,) = view.folder.glob("run-*.parquet")
    warm(folder)
    for supported in (False, True):
        label = "--supported" if supported else "every product"
        base, expected = measured(lambda chains=supported: bare(run, folder / "bare.parquet", chains=chains))
        took, rows = measured(
            lambda chains=supported: written(register, view, state, folder / "out.parquet", supported=chains)
        )
        print(
            f"{label:14} {took}, {rows:,} rows; bare pass {base}, {expected:,} rows: "
            f"{took.wall / base.wall:.2f} times ({took.processor / base.processor:.2f} in processor time); "
            f"greatest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB",
            flush=True,
        )
        if not supported and events <= LARGE:
            assert same_rows(folder / "bare.parquet", folder / "out.parquet"), "the rows are not the same"


def measure(events: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger = create_ledger(folder / "ledger", create_keys(folder / "keys"))
        view, _, writing = view_of(folder, ledger, events)
        megabytes = sum(path.stat().st_size for path in view.folder.iterdir()) / 1e6
        print(
            f"\n{events:,} events of {events // EACH:,} products, {megabytes:,.0f} MB, written in {writing:.1f} s"
        )
        for part in ("one", "every"):
            subprocess.run([sys.executable, __file__, part, name, str(events)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] in (["one"], ["every"]):
        {"one": one, "every": every}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
    else:
        for size in [int(float(word)) for word in sys.argv[1:]] or [1_000_000]:
            measure(size)
