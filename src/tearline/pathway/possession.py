"""Which recorded acts and passages the record does not explain: the sender or reader is not shown to have had it.

Unlike an unbroken chain this asks for one step only: is there any record that this party had the product, or
something it is derived from, by then? The event in question does not vouch for itself.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tearline.pathway.cast import EVER, NEVER
from tearline.pathway.columns import AUTHOR, KINDS, ROOT, TRANSFER
from tearline.pathway.solving import Solution
from tearline.pathway.sweep import kin
from tearline.records.kinds import EventKind

_RECEIVED = KINDS.index(EventKind.RECEIVED)


def unexplained(solution: Solution) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(rows, events): own acts of people to whom no delivery is on record by then, and passages whose sender is
    not shown to have had it by then. The solution must have chains.
    """
    assert solution.chains is not None
    rows, edges, events = solution.rows, solution.chains.edges, solution.gathered.events
    nodes = solution.chains.reach.possible.size
    families = solution.gathered.families
    relatives = kin(solution.slots, families, nodes)
    node = solution.slots.node[rows.slot] + rows.member

    # Groups and organisations have no rows: what is sent to them stands in the passages.
    linked = edges.row < 0
    kind = events.kind[rows.event]

    came = np.full(nodes, NEVER)
    arrival = ~rows.act | (kind == _RECEIVED)
    np.minimum.at(came, node[arrival], np.where(kind == AUTHOR, EVER, rows.lo)[arrival])
    np.minimum.at(came, edges.head[linked], edges.lo[linked])
    came = np.minimum(came, _above(came, relatives, families))
    by_group = np.zeros(rows.slot.size, np.bool_)
    backed = np.flatnonzero(~linked & (edges.tail != ROOT))
    backed = backed[came[edges.tail[backed]] <= edges.hi[backed]]
    by_group[edges.row[backed]] = True
    alone = rows.act & (kind != _RECEIVED) & (events.recipient[rows.event] < 0)
    named = solution.slots.party[rows.slot] == events.actor[rows.event]
    opened = np.flatnonzero(alone & named & ~by_group & (came[node] > rows.hi))

    first, vouching, second = _two_earliest(
        np.concatenate([node, edges.head[linked]]),
        np.concatenate([rows.lo, edges.lo[linked]]),
        np.concatenate([rows.event, edges.event[linked]]),
        nodes,
    )
    above = _above(first, relatives, families)
    explained = np.zeros(events.run.size, np.bool_)
    tail = np.where(edges.tail >= 0, edges.tail, 0)
    had = np.minimum(above[tail], np.where(vouching[tail] == edges.event, second[tail], first[tail]))
    explained[edges.event[(edges.tail == ROOT) | (had <= edges.hi)]] = True
    sent = np.flatnonzero((events.actor >= 0) & (events.recipient >= 0) & TRANSFER[events.kind] & ~explained)
    return opened, sent


@njit(cache=True)
def _above(times, relatives, families):  # type: ignore[no-untyped-def]
    """Of each node, the earliest time of the same party's nodes for what its product is derived from."""
    found = np.full(times.size, np.int64(2**62))
    for n in range(times.size):
        place = relatives.place[n]
        for d in range(families.descendants_first[place], families.descendants_first[place + 1]):
            other = n - relatives.member[n] + families.descendants[d]
            found[other] = min(found[other], times[n])
    return found


@njit(cache=True)
def _two_earliest(node, lo, event, nodes):  # type: ignore[no-untyped-def]
    """Of each node the earliest row, its event, and the earliest row of another event."""
    first, second = np.full(nodes, np.int64(2**62)), np.full(nodes, np.int64(2**62))
    vouching = np.full(nodes, -1, np.int64)
    for r in range(node.size):
        n = node[r]
        if vouching[n] == event[r]:
            first[n] = min(first[n], lo[r])
        elif lo[r] < first[n]:
            second[n] = first[n]
            first[n], vouching[n] = lo[r], event[r]
        else:
            second[n] = min(second[n], lo[r])
    return first, vouching, second
