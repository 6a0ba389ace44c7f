"""How far unbroken chains reach, worked out while events stream by in order of time.

The same least fixed points as `sweep`, without keeping the passages: what has to be remembered is when each node
was reached, and passages whose interval still lasts while their sender has not been reached. So memory grows with
those who hold a family, not with its events. Passages are taken in order of lo, then hi, then as they come; one
that a membership puts off (it begins within the event's interval) waits in a heap for its time.
"""

# Compiled functions take columns one by one and cannot be cut up without cost.
# ruff: noqa: PLR0912, PLR0917

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tearline.pathway.cast import NEVER
from tearline.pathway.columns import ACTOR_LEVEL, ISSUES, ROOT, STARTS, TRANSFER
from tearline.pathway.expansion import stand_for

# Not plain numbers: for each of those that is passed on, the compiler would make a function of its own.
SEATED, SLOT = range(2)
"""Columns of a party's seat: the run it was last seen in, and its slot there."""

_NEVER, _ROOT = np.int64(NEVER), np.int64(ROOT)
# Columns of a passage.
_TAIL, _HEAD, _LO, _HI, _SURE, _SOURCE, _SEQUENCE, _NEXT = range(8)
# Columns of a node (slot x members + member): its arrivals, the event that brought the possible one, and where the
# lists of passages that wait for it begin; that of certain ones lasts only for the time at which it was begun.
POSSIBLE, CERTAIN, BROUGHT, _FIRST, _FIRST_SURE, _BEGUN = range(6)
# Counters: passages at the time at hand, put off, waiting (possible, certain), ever made; and the time at hand.
_NOW_MADE, _PUT_OFF, _WAITING, _ASSURED, _MADE, _TIME = range(6)


class Queue(NamedTuple):
    """Passages in waiting, a row each; `used` says how many rows of each are in use."""

    at_hand: NDArray[np.int64]
    put_off: NDArray[np.int64]
    waiting: NDArray[np.int64]
    assured: NDArray[np.int64]
    used: NDArray[np.int64]


@njit(cache=True, nogil=True)
def blank_nodes(size):  # type: ignore[no-untyped-def]
    nodes = np.empty((size, 6), np.int64)
    clear_nodes(nodes, size)
    return nodes


@njit(cache=True, nogil=True)
def clear_nodes(nodes, size):  # type: ignore[no-untyped-def]
    for node in range(size):
        nodes[node, POSSIBLE] = nodes[node, CERTAIN] = nodes[node, _BEGUN] = _NEVER
        nodes[node, BROUGHT] = nodes[node, _FIRST] = nodes[node, _FIRST_SURE] = -1


@njit(cache=True, nogil=True)
def blank_queue():  # type: ignore[no-untyped-def]
    return Queue(
        np.empty((64, 8), np.int64), np.empty((16, 8), np.int64), np.empty((4096, 8), np.int64),
        np.empty((64, 8), np.int64), np.zeros(6, np.int64),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _twice(rows):  # type: ignore[no-untyped-def]
    more = np.empty((2 * rows.shape[0], rows.shape[1]), np.int64)
    more[: rows.shape[0]] = rows
    return more


@njit(cache=True, nogil=True)
def advance(block, start, stop, run, size, place, cast, families, seats, widest, nodes, stack, queue):  # type: ignore[no-untyped-def]
    """Follow the passages of events `start` to `stop` of a block; all their parties have seats. Returns the queue.

    `place` is where the run's members begin in `families`, `size` how many they are; `stack` has room for all.
    """
    t_who, h_who = np.empty(widest, np.int64), np.empty(widest, np.int64)
    t_lo, h_lo = np.empty(widest, np.int64), np.empty(widest, np.int64)
    t_hi, h_hi = np.empty(widest, np.int64), np.empty(widest, np.int64)
    t_sure, h_sure = np.empty(widest, np.bool_), np.empty(widest, np.bool_)
    kinds, los, his, members, sources, actors, recipients = (
        block.kind,
        block.lo,
        block.hi,
        block.member,
        block.source,
        block.actor,
        block.recipient,
    )
    listed, grouped, posted, used = cast.members.first, cast.groups.first, cast.posts.first, queue.used
    e = start - 1
    while e + 1 < stop:
        e += 1
        if used[_NOW_MADE] > 0 and used[_TIME] != los[e]:
            queue = _up_to(los[e], size, place, families, nodes, stack, queue)
            used[_TIME] = los[e]
        if size == 1 and used[_NOW_MADE] == 0 and used[_PUT_OFF] == 0:
            e = _plain(
                los, his, kinds, sources, actors, recipients, e, stop, listed, grouped, posted, seats, nodes
            )
            if e == stop:
                break
        kind = kinds[e]
        if not TRANSFER[kind]:
            continue
        lo, hi, member, source = los[e], his[e], members[e], sources[e]
        actor, recipient = actors[e], recipients[e]
        starts = actor < 0 and STARTS[kind]
        if used[_NOW_MADE] == 0 or used[_TIME] != lo:
            queue = _up_to(lo, size, place, families, nodes, stack, queue)
            used[_TIME] = lo
        tails = heads = 0
        if actor >= 0:
            tails = stand_for(actor, lo, hi, cast.members, t_who, t_lo, t_hi, t_sure)
        if recipient >= 0:
            heads = stand_for(recipient, lo, hi, cast.members, h_who, h_lo, h_hi, h_sure)
        if recipient < 0 and ACTOR_LEVEL[kind] > 0:
            for i in range(tails):
                if grouped[t_who[i]] < grouped[t_who[i] + 1]:
                    queue = _from_groups(
                        queue, cast, seats, run, size, member, source, t_who[i], t_lo[i], t_hi[i], t_sure[i]
                    )
        for i in range(heads):
            head = seats[h_who[i], SLOT] * size + member
            if starts:
                queue = _made(queue, _ROOT, head, h_lo[i], h_hi[i], h_sure[i], source)
            elif actor < 0 and grouped[h_who[i]] < grouped[h_who[i] + 1]:
                queue = _from_groups(
                    queue, cast, seats, run, size, member, source, h_who[i], h_lo[i], h_hi[i], h_sure[i]
                )
            for j in range(tails):
                since, until = max(t_lo[j], h_lo[i]), min(t_hi[j], h_hi[i])
                if since > until:
                    continue
                sure = t_sure[j] and h_sure[i]
                queue = _made(queue, seats[t_who[j], SLOT] * size + member, head, since, until, sure, source)
                if ISSUES[kind] and posted[t_who[j]] < posted[t_who[j] + 1]:
                    queue = _from_originator(
                        queue, cast, families, place + member, t_who[j], head, since, until, sure, source
                    )
    return queue


@njit(cache=True, nogil=True)
def _plain(los, his, kinds, sources, actors, recipients, start, stop, listed, grouped, posted, seats, nodes):  # type: ignore[no-untyped-def]
    """Follow events for as long as each is one passage between two people, or none, at a time of its own, and
    neither it nor anybody has to wait. Returns the first that is not so. Most never are: nothing is kept of them.
    """
    for e in range(start, stop):
        kind = kinds[e]
        if not TRANSFER[kind]:
            continue
        lo, hi, actor, recipient = los[e], his[e], actors[e], recipients[e]
        if e + 1 == stop or los[e + 1] == lo:
            return e
        if actor >= 0 and listed[actor] < listed[actor + 1]:
            return e
        if recipient < 0:
            if actor >= 0 and ACTOR_LEVEL[kind] > 0 and grouped[actor] < grouped[actor + 1]:
                return e
            continue
        if listed[recipient] < listed[recipient + 1]:
            return e
        tail, head = _ROOT, seats[recipient, SLOT]
        if actor >= 0:
            if ISSUES[kind] and posted[actor] < posted[actor + 1]:
                return e
            tail = seats[actor, SLOT]
            if nodes[tail, POSSIBLE] == _NEVER:
                if hi > lo:
                    return e
                continue
        elif not STARTS[kind]:
            if grouped[recipient] < grouped[recipient + 1]:
                return e
            continue
        if nodes[head, POSSIBLE] > lo:
            if nodes[head, _FIRST] >= 0:
                return e
            nodes[head, POSSIBLE], nodes[head, BROUGHT] = lo, sources[e]
        if nodes[head, CERTAIN] > hi and (tail < 0 or nodes[tail, CERTAIN] <= lo):
            nodes[head, CERTAIN] = hi
    return stop


@njit(cache=True, nogil=True)
def finish(size, place, families, nodes, stack, queue):  # type: ignore[no-untyped-def]
    """Follow what is left at the end of a run, and empty the queue. Returns it."""
    queue = _up_to(_NEVER, size, place, families, nodes, stack, queue)
    queue.used[:] = 0
    return queue


@njit(cache=True, nogil=True)
def _from_groups(queue, cast, seats, run, size, member, source, party, lo, hi, sure):  # type: ignore[no-untyped-def]
    """Without a sender, whatever a group that the party then belonged to had been sent explains the holding."""
    for g in range(cast.groups.first[party], cast.groups.first[party + 1]):
        group = cast.groups.other[g]
        if seats[group, SEATED] == run and cast.groups.since[g] <= hi and cast.groups.until[g] > lo:
            since, until = max(lo, cast.groups.since[g]), min(hi, cast.groups.until[g] - 1)
            certain = sure and cast.groups.since[g] <= lo and hi < cast.groups.until[g]
            tail, head = seats[group, SLOT] * size + member, seats[party, SLOT] * size + member
            queue = _made(queue, tail, head, since, until, certain, source)
    return queue


@njit(cache=True, nogil=True)
def _from_originator(queue, cast, families, at, sender, head, lo, hi, sure, source):  # type: ignore[no-untyped-def]
    """A sender who then held a post in the originating organisation issues on its behalf."""
    for p in range(cast.posts.first[sender], cast.posts.first[sender + 1]):
        if cast.posts.since[p] > hi or cast.posts.until[p] <= lo:
            continue
        for o in range(families.originators_first[at], families.originators_first[at + 1]):
            if families.originators[o] == cast.posts.other[p]:
                since, until = max(lo, cast.posts.since[p]), min(hi, cast.posts.until[p] - 1)
                certain = sure and cast.posts.since[p] <= lo and hi < cast.posts.until[p]
                queue = _made(queue, _ROOT, head, since, until, certain, source)
    return queue


@njit(cache=True, nogil=True)
def _made(queue, tail, head, lo, hi, sure, source):  # type: ignore[no-untyped-def]
    """Note a passage: at hand, or put off until it begins."""
    used = queue.used
    if lo == used[_TIME]:
        if used[_NOW_MADE] == queue.at_hand.shape[0]:
            queue = Queue(_twice(queue.at_hand), queue.put_off, queue.waiting, queue.assured, used)
        row = queue.at_hand[used[_NOW_MADE]]
        used[_NOW_MADE] += 1
        row[_TAIL], row[_HEAD], row[_LO], row[_HI] = tail, head, lo, hi
        row[_SURE], row[_SOURCE], row[_SEQUENCE] = sure, source, used[_MADE]
        used[_MADE] += 1
        return queue
    if used[_PUT_OFF] == queue.put_off.shape[0]:
        queue = Queue(queue.at_hand, _twice(queue.put_off), queue.waiting, queue.assured, used)
    heap, at = queue.put_off, used[_PUT_OFF]
    used[_PUT_OFF] += 1
    while at > 0 and heap[(at - 1) // 2, _LO] > lo:
        heap[at] = heap[(at - 1) // 2]
        at = (at - 1) // 2
    row = heap[at]
    row[_TAIL], row[_HEAD], row[_LO], row[_HI] = tail, head, lo, hi
    row[_SURE], row[_SOURCE], row[_SEQUENCE] = sure, source, used[_MADE]
    used[_MADE] += 1
    return queue


@njit(cache=True, nogil=True)
def _take_up(queue):  # type: ignore[no-untyped-def]
    """Move the earliest passage that was put off to those at hand."""
    used = queue.used
    if used[_NOW_MADE] == queue.at_hand.shape[0]:
        queue = Queue(_twice(queue.at_hand), queue.put_off, queue.waiting, queue.assured, used)
    heap = queue.put_off
    queue.at_hand[used[_NOW_MADE]] = heap[0]
    used[_NOW_MADE] += 1
    used[_PUT_OFF] -= 1
    last, at = used[_PUT_OFF], 0
    moved = heap[last].copy()
    while True:
        child = 2 * at + 1
        if child >= last:
            break
        if child + 1 < last and heap[child + 1, _LO] < heap[child, _LO]:
            child += 1
        if heap[child, _LO] >= moved[_LO]:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = moved
    return queue


@njit(cache=True, nogil=True)
def _up_to(time, size, place, families, nodes, stack, queue):  # type: ignore[no-untyped-def]
    """Follow all passages before `time`, and take up those put off until then."""
    queue = _follow(size, place, families, nodes, stack, queue)
    while queue.used[_PUT_OFF] > 0 and queue.put_off[0, _LO] <= time:
        now = queue.put_off[0, _LO]
        while queue.used[_PUT_OFF] > 0 and queue.put_off[0, _LO] == now:
            queue = _take_up(queue)
        if now < time:
            queue = _follow(size, place, families, nodes, stack, queue)
    return queue


@njit(cache=True, nogil=True)
def _follow(size, place, families, nodes, stack, queue):  # type: ignore[no-untyped-def]
    """Follow the passages at hand, which all begin at one time."""
    made = queue.used[_NOW_MADE]
    if made == 0:
        return queue
    order = _in_order(queue.at_hand, made)
    now = queue.at_hand[0, _LO]
    for i in order:
        passage = queue.at_hand[i]
        tail, head, hi, source = passage[_TAIL], passage[_HEAD], passage[_HI], passage[_SOURCE]
        # What passes at this instant and alone cannot follow anything that comes later.
        if tail >= 0 and nodes[tail, POSSIBLE] == _NEVER:
            if made == 1 and hi == now:
                continue
            queue = _wait(queue, nodes, tail, head, hi, source, now)
        else:
            depth = _reach(head, now, source, size, place, families, nodes, stack, np.int64(0))
            while depth > 0:
                depth -= 1
                at = nodes[stack[depth], _FIRST]
                while at >= 0:
                    held = queue.waiting[at]
                    if held[_HI] >= now:
                        depth = _reach(held[_HEAD], now, held[_SOURCE], size, place, families, nodes, stack, depth)
                    at = held[_NEXT]
        if not passage[_SURE]:
            continue
        if tail >= 0 and nodes[tail, CERTAIN] > now:
            if made == 1:
                continue
            queue = _wait_sure(queue, nodes, tail, head, hi, now)
            continue
        depth = _assure(head, hi, now, size, place, families, nodes, stack, np.int64(0))
        while depth > 0:
            depth -= 1
            node = stack[depth]
            at = nodes[node, _FIRST_SURE] if nodes[node, _BEGUN] == now else -1
            while at >= 0:
                held = queue.assured[at]
                depth = _assure(held[_HEAD], held[_HI], now, size, place, families, nodes, stack, depth)
                at = held[_NEXT]
    queue.used[_NOW_MADE] = queue.used[_ASSURED] = 0
    return queue


@njit(cache=True, nogil=True)
def _in_order(passages, size):  # type: ignore[no-untyped-def]
    """The order of passages that begin at one time: by hi, then as they were made (a heap sort, if needed)."""
    order = np.arange(size)
    sorted_ = True
    for i in range(1, size):
        if _after(passages, i - 1, i):
            sorted_ = False
    if sorted_:
        return order
    for begin in range(size // 2 - 1, -1, -1):
        _sift(passages, order, begin, size)
    for end in range(size - 1, 0, -1):
        order[0], order[end] = order[end], order[0]
        _sift(passages, order, 0, end)
    return order


@njit(cache=True, nogil=True)
def _after(passages, one, other):  # type: ignore[no-untyped-def]
    if passages[one, _HI] != passages[other, _HI]:
        return passages[one, _HI] > passages[other, _HI]
    return passages[one, _SEQUENCE] > passages[other, _SEQUENCE]


@njit(cache=True, nogil=True)
def _sift(passages, order, at, size):  # type: ignore[no-untyped-def]
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and _after(passages, order[child + 1], order[child]):
            child += 1
        if not _after(passages, order[child], order[at]):
            return
        order[at], order[child] = order[child], order[at]
        at = child


@njit(cache=True, nogil=True)
def _wait(queue, nodes, tail, head, hi, source, now):  # type: ignore[no-untyped-def]
    """Keep a passage until its sender is reached. Those whose interval is over are let go when room is needed."""
    used = queue.used
    if used[_WAITING] == queue.waiting.shape[0]:
        kept = 0
        for i in range(used[_WAITING]):
            nodes[queue.waiting[i, _TAIL], _FIRST] = -1
        for i in range(used[_WAITING]):
            row = queue.waiting[i]
            if row[_HI] >= now and nodes[row[_TAIL], POSSIBLE] == _NEVER:
                queue.waiting[kept] = row
                queue.waiting[kept, _NEXT] = nodes[row[_TAIL], _FIRST]
                nodes[row[_TAIL], _FIRST] = kept
                kept += 1
        used[_WAITING] = kept
        if 2 * kept > queue.waiting.shape[0]:
            queue = Queue(queue.at_hand, queue.put_off, _twice(queue.waiting), queue.assured, used)
    row = queue.waiting[used[_WAITING]]
    row[_TAIL], row[_HEAD], row[_HI], row[_SOURCE], row[_NEXT] = tail, head, hi, source, nodes[tail, _FIRST]
    nodes[tail, _FIRST] = used[_WAITING]
    used[_WAITING] += 1
    return queue


@njit(cache=True, nogil=True)
def _wait_sure(queue, nodes, tail, head, hi, now):  # type: ignore[no-untyped-def]
    """A certain passage can follow only a holding that is certain at the same time: these lists last no longer."""
    used = queue.used
    if used[_ASSURED] == queue.assured.shape[0]:
        queue = Queue(queue.at_hand, queue.put_off, queue.waiting, _twice(queue.assured), used)
    if nodes[tail, _BEGUN] != now:
        nodes[tail, _BEGUN], nodes[tail, _FIRST_SURE] = now, -1
    row = queue.assured[used[_ASSURED]]
    row[_HEAD], row[_HI], row[_NEXT] = head, hi, nodes[tail, _FIRST_SURE]
    nodes[tail, _FIRST_SURE] = used[_ASSURED]
    used[_ASSURED] += 1
    return queue


@njit(cache=True, nogil=True)
def _reach(node, now, source, size, place, families, nodes, stack, depth):  # type: ignore[no-untyped-def]
    """Reach a node, and with it the same party's nodes for everything derived from its product."""
    if nodes[node, POSSIBLE] > now:
        nodes[node, POSSIBLE], nodes[node, BROUGHT], stack[depth] = now, source, node
        depth += 1
    if size > 1:
        member = node % size
        for d in range(families.descendants_first[place + member], families.descendants_first[place + member + 1]):
            other = node - member + families.descendants[d]
            if nodes[other, POSSIBLE] > now:
                nodes[other, POSSIBLE], nodes[other, BROUGHT], stack[depth] = now, source, other
                depth += 1
    return depth


@njit(cache=True, nogil=True)
def _assure(node, by, now, size, place, families, nodes, stack, depth):  # type: ignore[no-untyped-def]
    """As `_reach`: a node is certainly reached by `by`; stacked when that is the time at hand."""
    if nodes[node, CERTAIN] > by:
        nodes[node, CERTAIN] = by
        if by == now:
            stack[depth] = node
            depth += 1
    if size > 1:
        member = node % size
        for d in range(families.descendants_first[place + member], families.descendants_first[place + member + 1]):
            other = node - member + families.descendants[d]
            if nodes[other, CERTAIN] > by:
                nodes[other, CERTAIN] = by
                if by == now:
                    stack[depth] = other
                    depth += 1
    return depth
