"""One solution for any number of products: evidence, chains and summaries, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tearline.pathway.cast import NEVER
from tearline.pathway.columns import AUTHOR, Edges, EventArrays, Reach, Rows, Slots
from tearline.pathway.expansion import expand
from tearline.pathway.gathering import Gathered, gather
from tearline.pathway.sweep import Summary, arrivals, in_order, kin, summarise, support, sweep
from tearline.views.register import Register


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """How far unbroken chains reach: of nodes, of edges (`passed`) and of rows (`supported`), NEVER for not."""

    edges: Edges
    reach: Reach
    passed: NDArray[np.int64]
    supported: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    gathered: Gathered
    rows: Rows
    slots: Slots
    summary: Summary
    chains: Chains | None


def solve(
    register: Register,
    families: Sequence[tuple[str, ...]],
    table: pa.Table,
    *,
    before: int,
    supported: bool,
    chains: bool,
) -> Solution:
    """Who held what before `before` (microseconds), a run for each of `families`.

    `supported`: only what an unbroken chain leads to counts. `chains`: work the chains out in any case.
    """
    chains = chains or supported
    gathered = gather(register, families, table, before, chains=chains)
    events = gathered.events
    rows, edges, slots, nodes = expand(events, gathered.cast.arrays, gathered.families, chains=chains)
    rank = rank_of(rows, events)
    found = None
    if chains:
        edges = in_order(edges, events.run[edges.event])
        reach = sweep(edges, kin(slots, gathered.families, nodes), gathered.families, nodes)
        times = support(rows, edges, reach, slots.node[rows.slot] + rows.member)
        found = Chains(edges, reach, arrivals(edges, reach), times)
    if found is None or not supported:
        return Solution(gathered, rows, slots, summarise(rows, rows.lo, rank, slots.node.size, before), found)
    summary = summarise(rows, found.supported, rank, slots.node.size, before)
    by_slot = _earliest_of_slot(found.reach.certain, slots, nodes)
    certain = np.where((by_slot < before) & (summary.first >= 0), by_slot, NEVER)
    return Solution(gathered, rows, slots, summary._replace(certain=certain), found)


def rank_of(rows: Rows, events: EventArrays) -> NDArray[np.int8]:
    """Of rows of the same time, which comes first: authorship, what brought the product, what was done with it."""
    rank = np.where(rows.act, 2, 1).astype(np.int8)
    rank[events.kind[rows.event] == AUTHOR] = 0
    return rank


def _earliest_of_slot(times: NDArray[np.int64], slots: Slots, nodes: int) -> NDArray[np.int64]:
    """The earliest time over the nodes of each slot."""
    if nodes == 0:
        return np.empty(0, np.int64)
    found: NDArray[np.int64] = np.minimum.reduceat(times, slots.node)
    return found
