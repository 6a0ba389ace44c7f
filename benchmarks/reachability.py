"""One broad source on a flat temporal graph: whom it can have reached, and when, beside other ways to find out.

    python benchmarks/reachability.py [N ...]        (default 1000000)

N passages at random between N / 10 people, each at a time of its own; one of them has the product at the start.
Everything is in memory before the clock starts and nothing is written, but for the rows that say otherwise. Ours
answers for possible and certain readings of interval clocks, groups and families; the bare pass for exact times
between people. Every row must find the same people, and the same times where it gives times.

Polars, raphtory and reticula are no dependencies of Tearline. Put them into an environment of their own:

    python -m venv bench && bench/bin/pip install . polars raphtory==0.17.0 'reticula<0.11'
    bench/bin/python benchmarks/reachability.py 1e6 1e7

What is not installed is named and left out; so is, above LARGE passages, what takes minutes there. Each way has
a process of its own and is stopped after LIMIT seconds.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec

import duckdb
import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from tearline.pathway.blocks import Block
from tearline.pathway.cast import CastArrays, Windows
from tearline.pathway.columns import KINDS, FamilyArrays
from tearline.pathway.frontier import POSSIBLE, SLOT, advance, blank_nodes, blank_queue, finish
from tearline.pathway.holdings import seat
from tearline.records.kinds import EventKind

LARGE = 2_000_000
LIMIT = 150
NEVER = np.int64(2**62)
Times = NDArray[np.int64]


class Flow:
    """Passages `tail[i]` -> `head[i]` at time i + 1; everybody starts from person 0 at time 0."""

    def __init__(self, size: int) -> None:
        draw = np.random.default_rng(3)
        self.people = max(size // 10, 10)
        self.tail = draw.integers(0, self.people, size).astype(np.int32)
        self.head = draw.integers(0, self.people, size).astype(np.int32)
        self.at = np.arange(1, size + 1)

    def block(self) -> Block:
        """The same as events of one product: issued to person 0, then forwarded."""
        size = self.at.size + 1
        kind = np.full(size, KINDS.index(EventKind.FORWARDED), np.int8)
        kind[0] = KINDS.index(EventKind.DISSEMINATED)
        nobody = np.full(1, -1, np.int32)
        time_ = np.append(0, self.at)
        return Block(
            first=np.array([0, size]), lo=time_, hi=time_.copy(), kind=kind, basis=np.zeros(size, np.int8),
            actor=np.append(nobody, self.tail).astype(np.int32),
            recipient=np.append(np.zeros(1, np.int32), self.head).astype(np.int32),
            member=np.zeros(size, np.int32), organisation=np.full(size, -1, np.int32), source=np.arange(size),
        )  # fmt: skip

    def table(self) -> pa.Table:
        return pa.table({"tail": self.tail, "head": self.head, "at": self.at})


def ours(flow: Flow) -> Callable[[], Times]:
    block, people = flow.block(), flow.people
    none = Windows(
        np.zeros(people + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64)
    )
    cast = CastArrays(np.ones(people, np.bool_), none, none, none)
    one, zero = np.array([0, 1]), np.zeros(2, np.int64)
    families = FamilyArrays(one, zero, np.empty(0, np.int32), zero, np.empty(0, np.int32))

    def run() -> Times:
        seats, held = np.full((people, 2), -1, np.int64), np.empty((people, 10), np.int64)
        nodes, stack = blank_nodes(people), np.empty(people, np.int64)
        stop = block.lo.size
        seat(block, 0, stop, 0, cast, seats, held, 0)
        queue = advance(block, 0, stop, 0, 1, 0, cast, families, seats, 1, nodes, stack, blank_queue())
        finish(1, 0, families, nodes, stack, queue)
        found = np.full(people, NEVER)
        known = seats[:, 0] == 0
        found[known] = nodes[seats[known, SLOT], POSSIBLE]
        return found

    return run


@njit(cache=True)
def _bare(tail, head, at, reach):  # type: ignore[no-untyped-def]
    for i in range(tail.size):
        if reach[tail[i]] <= at[i] and at[i] < reach[head[i]]:
            reach[head[i]] = at[i]


def bare(flow: Flow) -> Callable[[], Times]:
    def run() -> Times:
        reach = np.full(flow.people, NEVER)
        reach[0] = 0
        _bare(flow.tail, flow.head, flow.at, reach)
        return reach

    return run


_KEYED = """
WITH RECURSIVE reach(node, since) USING KEY (node) AS (
    SELECT CAST(0 AS INTEGER), CAST(0 AS BIGINT)
    UNION
    SELECT e.head, min(e.at)
    FROM reach AS r JOIN edges AS e ON e.tail = r.node AND e.at >= r.since
    LEFT JOIN recurring.reach AS known ON known.node = e.head
    WHERE known.since IS NULL OR e.at < known.since
    GROUP BY e.head
)
SELECT node, since FROM reach
"""


def keyed(flow: Flow) -> Callable[[], Times]:
    connection = duckdb.connect()
    connection.register("given", flow.table())
    connection.execute("CREATE TABLE edges AS FROM given")

    def run() -> Times:
        rows = connection.sql(_KEYED).fetchnumpy()
        return _placed(flow, rows["node"], rows["since"])

    return run


def frontier(flow: Flow) -> Callable[[], Times]:
    import polars as pl  # noqa: PLC0415 - may not be installed

    edges = pl.from_arrow(flow.table())

    def run() -> Times:
        known = pl.DataFrame({"node": [0], "at": [0]}, schema={"node": pl.Int32, "at": pl.Int64})
        fresh = known
        while fresh.height:
            met = fresh.rename({"at": "since"}).join(edges, left_on="node", right_on="tail")
            met = met.filter(pl.col("at") >= pl.col("since")).group_by("head").agg(pl.col("at").min())
            met = met.rename({"head": "node"}).join(known, on="node", how="left", suffix="_known")
            fresh = met.filter(pl.col("at_known").is_null() | (pl.col("at") < pl.col("at_known")))
            fresh = fresh.select("node", "at")
            known = pl.concat([known, fresh]).group_by("node").agg(pl.col("at").min())
        return _placed(flow, known["node"].to_numpy(), known["at"].to_numpy())

    return run


def event_graph(flow: Flow) -> Callable[[], Times]:
    """Passages as nodes; from each an edge to its receiver's next passage, and to its sender's next. Building the
    graph is inside."""

    def run() -> Times:
        size = flow.at.size
        order = np.lexsort((flow.at, flow.tail))
        after = np.full(size, -1, np.int64)
        same = flow.tail[order][1:] == flow.tail[order][:-1]
        after[order[:-1][same]] = order[1:][same]
        key = flow.tail[order].astype(np.int64) * (size + 2) + flow.at[order]
        place = np.searchsorted(key, flow.head.astype(np.int64) * (size + 2) + flow.at, side="right")
        hit = (place < size) & (flow.tail[order[np.minimum(place, size - 1)]] == flow.head)
        sent = order[np.minimum(place, size - 1)][hit]
        rows = np.concatenate([np.flatnonzero(after >= 0), np.flatnonzero(hit)])
        columns = np.concatenate([after[after >= 0], sent])
        graph = csr_array((np.ones(rows.size, np.int8), (rows, columns)), shape=(size, size))
        begins = order[np.searchsorted(flow.tail[order], 0)]
        visited = breadth_first_order(graph, begins, return_predecessors=False)
        found = np.full(flow.people, NEVER)
        np.minimum.at(found, flow.head[visited], flow.at[visited])
        found[0] = 0
        return found

    return run


def raphtory(flow: Flow) -> Callable[[], Times]:
    from raphtory import Graph, algorithms  # noqa: PLC0415 - may not be installed

    graph = Graph()
    graph.load_edges(flow.table(), time="at", src="tail", dst="head")

    def run() -> Times:
        found = algorithms.temporally_reachable_nodes(graph, 10, 0, [0])
        reached = [int(node.name) for node, ways in found.items() if len(ways)]
        return _placed(flow, np.array([0, *reached]), None)

    return run


def reticula(flow: Flow) -> Callable[[], Times]:
    import reticula as ret  # noqa: PLC0415 - may not be installed

    edge = ret.directed_temporal_edge[ret.int64, ret.double]
    rows = zip(flow.tail.tolist(), flow.head.tolist(), flow.at.tolist(), strict=True)
    network = ret.directed_temporal_network[ret.int64, ret.double]([edge(*row) for row in rows])
    adjacency = ret.temporal_adjacency.simple[edge]()

    def run() -> Times:
        cluster = ret.out_cluster(temporal_network=network, temporal_adjacency=adjacency, vertex=0, time=0.0)
        return _placed(flow, np.array([*cluster.interval_sets()]), None)

    return run


def _placed(flow: Flow, node: NDArray[np.int32], at: Times | None) -> Times:
    """By person; -1 where a way says who was reached but not when."""
    found = np.full(flow.people, NEVER)
    found[node] = -1 if at is None else at
    return found


WAYS: tuple[tuple[str, str | None, Callable[[Flow], Callable[[], Times]], bool], ...] = (
    ("Tearline: possible and certain, seats inside", None, ours, True),
    ("DuckDB, recursive USING KEY", None, keyed, True),
    ("polars, a frontier loop", "polars", frontier, True),
    ("scipy, search of the graph of events (made inside)", "scipy", event_graph, False),
    ("raphtory, 10 hops (graph made before)", "raphtory", raphtory, False),
    ("reticula, out-cluster (network made before)", "reticula", reticula, False),
)


def seconds(run: Callable[[], Times], times: int) -> tuple[float, Times]:
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        found = run()
        best = min(best, time.perf_counter() - start)
    return best, found


def measure(size: int) -> None:
    flow = Flow(size)
    plain = bare(flow)
    plain()
    base, expected = seconds(plain, 5)
    reached = int((expected < NEVER).sum())
    print(f"\n{size:,} passages between {flow.people:,} people, of whom {reached:,} are reached; nothing written")
    print(f"{'bare numba pass, exact times':52} {base:8.3f} s", flush=True)
    for place, (label, package, _, large) in enumerate(WAYS):
        if size > LARGE and not large:
            print(f"{label:52} left out at this size")
            continue
        if package is not None and find_spec(package) is None:
            print(f"{label:52} not installed")
            continue
        try:
            told = subprocess.run(
                [sys.executable, __file__, "way", str(place), str(size)],
                check=False, capture_output=True, text=True, timeout=LIMIT,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            print(f"{label:52} stopped after {LIMIT} s", flush=True)
            continue
        took, _, note = told.stdout.strip().rpartition("\n")[2].partition(" ")
        if told.returncode or not note:
            print(f"{label:52} failed: {told.stderr.strip().rpartition(chr(10))[2][:60]}", flush=True)
            continue
        print(f"{label:52} {float(took):8.3f} s {float(took) / base:9.1f} times; {note}", flush=True)


def one_way(place: int, size: int) -> None:
    """One way in this process: prints its seconds, and whether its answer is the bare pass's."""
    flow = Flow(size)
    expected = bare(flow)()
    way = WAYS[place][2]
    run = way(flow)
    if way is ours:
        run()
    took, found = seconds(run, 5 if way is ours else 1)
    timed = found[found < NEVER]
    right = np.array_equal(found < NEVER, expected < NEVER)
    right = right and bool((timed < 0).any() or np.array_equal(found, expected))
    print()
    print(took, "the same answer" if right else f"another answer: {timed.size:,} reached")


if __name__ == "__main__":
    if sys.argv[1:2] == ["way"]:
        one_way(int(sys.argv[2]), int(sys.argv[3]))
    else:
        for number in [int(float(word)) for word in sys.argv[1:]] or [1_000_000]:
            measure(number)
