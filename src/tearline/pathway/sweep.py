"""How far unbroken chains reach, and what the evidence adds up to for each holder.

Possible arrival: a passage in [lo, hi] from a party reached at a <= hi arrives at max(a, lo). Certain arrival: a
passage in [lo, hi] from a party certainly reached by lo has certainly arrived by hi. Both are least fixed points,
found in one pass over the passages in order of lo: a party is first reached at the lo of the passage at hand, and
passages that were waiting for it (their interval had begun) are then followed at that same time, from a list kept
for each party. Every passage is looked at no more than twice, and within a tie order does not matter.

No reading of the clocks is overlooked: take for every passage that is certain its latest time, and for every
other its earliest. In that one reading nothing arrives but what is certain, and no earlier.
"""

# Compiled functions take columns one by one and cannot be cut up without cost.
# ruff: noqa: PLR0917

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tearline.pathway.cast import EVER, NEVER
from tearline.pathway.columns import Edges, FamilyArrays, Reach, Rows, Slots

_EVER, _NEVER = int(EVER), int(NEVER)


class Kin(NamedTuple):
    """What a node's holder holds with it: nodes of the same party for the descendants of the node's product."""

    place: NDArray[np.int64]  # of each node, its product's place in the families' columns
    member: NDArray[np.int32]  # of each node, its product's place in its own family


def kin(slots: Slots, families: FamilyArrays, nodes: int) -> Kin:
    sizes = families.first[slots.run + 1] - families.first[slots.run]
    owner = np.repeat(np.arange(slots.node.size), sizes)
    member = np.arange(nodes, dtype=np.int64) - slots.node[owner]
    return Kin(place=families.first[slots.run[owner]] + member, member=member.astype(np.int32))


def in_order(edges: Edges, run: NDArray[np.int32]) -> Edges:
    """Sorted by lo, then hi, then as they come, within each run; `run` is each edge's.

    Events come in order: only a membership that begins or ends within an interval puts passages out of it.
    """
    later = (edges.lo[1:] > edges.lo[:-1]) | ((edges.lo[1:] == edges.lo[:-1]) & (edges.hi[1:] >= edges.hi[:-1]))
    if bool(np.all(later | (run[1:] != run[:-1]))):
        return edges
    order = np.lexsort((edges.hi, edges.lo, run))
    return Edges(
        tail=edges.tail[order],
        head=edges.head[order],
        event=edges.event[order],
        row=edges.row[order],
        lo=edges.lo[order],
        hi=edges.hi[order],
        sure=edges.sure[order],
    )


def sweep(edges: Edges, relatives: Kin, families: FamilyArrays, nodes: int) -> Reach:
    """Earliest possible and certain arrival at every node; `edges` in order."""
    reach = Reach(
        possible=np.full(nodes, NEVER),
        certain=np.full(nodes, NEVER),
        possible_edge=np.full(nodes, -1, np.int64),
        certain_edge=np.full(nodes, -1, np.int64),
    )
    _possible(edges, relatives, families, reach.possible, reach.possible_edge)
    _certain(edges, relatives, families, reach.certain, reach.certain_edge)
    return reach


@njit(cache=True)
def _possible(edges, relatives, families, reach, brought):  # type: ignore[no-untyped-def]
    first = np.full(reach.size, -1, np.int64)
    following = np.full(edges.tail.size, -1, np.int64)
    stack = np.empty(reach.size, np.int64)
    for i in range(edges.tail.size):
        tail, now = edges.tail[i], edges.lo[i]
        if tail >= 0 and reach[tail] == _NEVER:
            following[i] = first[tail]
            first[tail] = i
            continue
        depth = _hold(edges.head[i], now, i, relatives, families, reach, brought, stack, 0)
        while depth > 0:
            depth -= 1
            waiting = first[stack[depth]]
            while waiting >= 0:
                if edges.hi[waiting] >= now:
                    depth = _hold(
                        edges.head[waiting], now, waiting, relatives, families, reach, brought, stack, depth
                    )
                waiting = following[waiting]


@njit(cache=True)
def _hold(node, now, edge, relatives, families, reach, brought, stack, depth):  # type: ignore[no-untyped-def]
    """Reach a node, and with it the same party's nodes for everything derived from its product."""
    if reach[node] > now:
        reach[node], brought[node], stack[depth] = now, edge, node
        depth += 1
    place = relatives.place[node]
    for d in range(families.descendants_first[place], families.descendants_first[place + 1]):
        other = node - relatives.member[node] + families.descendants[d]
        if reach[other] > now:
            reach[other], brought[other], stack[depth] = now, edge, other
            depth += 1
    return depth


@njit(cache=True)
def _certain(edges, relatives, families, reach, brought):  # type: ignore[no-untyped-def]
    first = np.full(reach.size, -1, np.int64)
    following = np.full(edges.tail.size, -1, np.int64)
    # A node may be improved more than once, but only once to the time at hand: then it is walked.
    stack = np.empty(reach.size, np.int64)
    for i in range(edges.tail.size):
        if not edges.sure[i]:
            continue
        tail, now = edges.tail[i], edges.lo[i]
        if tail >= 0 and reach[tail] > now:
            following[i] = first[tail]
            first[tail] = i
            continue
        depth = _assure(edges.head[i], edges.hi[i], now, i, relatives, families, reach, brought, stack, 0)
        while depth > 0:
            depth -= 1
            waiting = first[stack[depth]]
            # Lists run from the latest lo backwards: only passages of this very time can still follow.
            while waiting >= 0 and edges.lo[waiting] == now:
                depth = _assure(
                    edges.head[waiting], edges.hi[waiting], now, waiting, relatives, families, reach, brought,
                    stack, depth,
                )  # fmt: skip
                waiting = following[waiting]


@njit(cache=True)
def _assure(node, by, now, edge, relatives, families, reach, brought, stack, depth):  # type: ignore[no-untyped-def]
    """As `_hold`: a node is certainly reached by `by`; stacked when that is the time at hand."""
    if reach[node] > by:
        reach[node], brought[node] = by, edge
        if by == now:
            stack[depth] = node
            depth += 1
    place = relatives.place[node]
    for d in range(families.descendants_first[place], families.descendants_first[place + 1]):
        other = node - relatives.member[node] + families.descendants[d]
        if reach[other] > by:
            reach[other], brought[other] = by, edge
            if by == now:
                stack[depth] = other
                depth += 1
    return depth


def support(rows: Rows, edges: Edges, reach: Reach, node: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each row, the earliest time at which an unbroken chain can have led to it; NEVER where none does.

    `node` is each row's. An own act, or an arrival whose sender is not recorded, is supported once its party can
    have had it; an arrival from somebody, by the passage that brought it.
    """
    times = np.full(rows.slot.size, NEVER)
    held = reach.possible[node]
    own = rows.own & (held <= rows.hi)
    times[own] = np.maximum(held, rows.lo)[own]
    arrived = arrivals(edges, reach)
    evident = (edges.row >= 0) & (arrived < NEVER)
    np.minimum.at(times, edges.row[evident], arrived[evident])
    return times


def arrivals(edges: Edges, reach: Reach) -> NDArray[np.int64]:
    """Of each edge, the earliest time at which an unbroken chain can have passed along it, or NEVER."""
    root = edges.tail < 0
    held = np.where(root, EVER, reach.possible[np.where(root, 0, edges.tail)])
    return np.where(held <= edges.hi, np.maximum(held, edges.lo), NEVER)


class Summary(NamedTuple):
    """Of each slot; `first` is the row of its first holding, -1 where it holds nothing before the cut-off."""

    first: NDArray[np.int64]
    possible: NDArray[np.int64]
    certain: NDArray[np.int64]
    level: NDArray[np.int8]
    basis: NDArray[np.int8]


def summarise(
    rows: Rows, times: NDArray[np.int64], kind_rank: NDArray[np.int8], slots: int, before: int
) -> Summary:
    """Level, basis and first times of each slot from rows whose time (possible reading) lies before `before`.

    `kind_rank` orders rows of the same time: what brought the product comes before what was done with it.
    `certain` is the earliest `hi` of a sure row, NEVER where none is before the cut-off.
    """
    summary = Summary(
        first=np.full(slots, -1, np.int64),
        possible=np.full(slots, NEVER),
        certain=np.full(slots, NEVER),
        level=np.zeros(slots, np.int8),
        basis=np.zeros(slots, np.int8),
    )
    _summarise(rows, times, kind_rank, before, summary)
    return summary


@njit(cache=True)
def _summarise(rows, times, rank, before, summary):  # type: ignore[no-untyped-def]
    for r in range(rows.slot.size):
        time = times[r]
        if time >= before or time == _NEVER:
            continue
        s = rows.slot[r]
        best = summary.first[s]
        if best < 0 or time < times[best] or (time == times[best] and rank[r] < rank[best]):
            summary.first[s], summary.possible[s] = r, time
        if rows.sure[r] and rows.hi[r] < before:
            summary.certain[s] = min(summary.certain[s], rows.hi[r])
        summary.level[s] = max(summary.level[s], rows.level[r])
        summary.basis[s] = max(summary.basis[s], rows.basis[r])
