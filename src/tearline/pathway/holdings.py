"""What the evidence of a run adds up to for each holder, in one pass over its events.

The same answer as `expand`, `support` and `summarise` give one product, without keeping the evidence: a holder's
level, basis and first times are brought up to date as each event passes.
"""

# Compiled functions take columns one by one and cannot be cut up without cost.
# ruff: noqa: PLR0912, PLR0915, PLR0917

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tearline.pathway.cast import NEVER
from tearline.pathway.columns import (
    ACTOR_BASIS,
    ACTOR_LEVEL,
    AUTHOR,
    ISSUES,
    RECIPIENT_BASIS,
    RECIPIENT_LEVEL,
    STARTS,
    TRANSFER,
)
from tearline.pathway.expansion import stand_for
from tearline.pathway.frontier import advance, blank_nodes, blank_queue, clear_nodes, finish
from tearline.records.kinds import Basis

_NEVER = np.int64(NEVER)
_ATTESTED = int(Basis.ATTESTED)
# Columns of what comes out.
RUN, PARTY, LEVEL, BASIS, POSSIBLE, CERTAIN, FIRST, VIA, SAID, POSTED = range(10)


class Seats(NamedTuple):
    """Of each party, the run it was last seen in and its slot there; `widest`: how many a party may stand for."""

    run: NDArray[np.int64]
    slot: NDArray[np.int64]
    widest: int


class Holdings(NamedTuple):
    """Of each slot of a run; `first` is the source of its first evidence (-1: authorship), `said` the organisation
    that event names."""

    party: NDArray[np.int64]
    holds: NDArray[np.bool_]
    written: NDArray[np.bool_]
    rank: NDArray[np.int8]
    level: NDArray[np.int8]
    basis: NDArray[np.int8]
    possible: NDArray[np.int64]
    certain: NDArray[np.int64]
    first: NDArray[np.int64]
    said: NDArray[np.int32]


class Ground(NamedTuple):
    """From when on each party belonged to which organisation."""

    first: NDArray[np.int64]
    since: NDArray[np.int64]
    organisation: NDArray[np.int64]


@njit(cache=True, nogil=True)
def blank_seats(cast):  # type: ignore[no-untyped-def]
    widest = 1
    for p in range(cast.holds.size):
        widest = max(widest, cast.members.first[p + 1] - cast.members.first[p] + 1)
    return Seats(np.full(cast.holds.size, -1), np.empty(cast.holds.size, np.int64), widest)


@njit(cache=True, nogil=True)
def blank_holdings(size):  # type: ignore[no-untyped-def]
    return Holdings(
        np.empty(size, np.int64), np.empty(size, np.bool_), np.empty(size, np.bool_), np.empty(size, np.int8),
        np.empty(size, np.int8), np.empty(size, np.int8), np.empty(size, np.int64), np.empty(size, np.int64),
        np.empty(size, np.int64), np.empty(size, np.int32),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _seat(party, run, seats, held, slots):  # type: ignore[no-untyped-def]
    """Give a party a slot in this run, if it has none. Returns how many slots there are."""
    if seats.run[party] != run:
        seats.run[party], seats.slot[party] = run, slots
        held.party[slots], held.holds[slots], held.written[slots] = party, False, False
        held.level[slots], held.basis[slots] = 0, 0
        held.possible[slots], held.certain[slots] = _NEVER, _NEVER
        return slots + 1
    return slots


@njit(cache=True, nogil=True)
def seat(block, start, stop, run, cast, seats, held, slots):  # type: ignore[no-untyped-def]
    """Seat everybody that events `start` to `stop` name. Returns how many slots there are then."""
    for e in range(start, stop):
        if not TRANSFER[block.kind[e]]:
            continue
        for party in (block.actor[e], block.recipient[e]):
            if party < 0:
                continue
            slots = _seat(party, run, seats, held, slots)
            for m in range(cast.members.first[party], cast.members.first[party + 1]):
                if cast.members.since[m] <= block.hi[e] and cast.members.until[m] > block.lo[e]:
                    slots = _seat(cast.members.other[m], run, seats, held, slots)
    return slots


@njit(cache=True, nogil=True)
def tell(  # type: ignore[no-untyped-def]
    block, start, stop, run, size, place, cast, families, seats, held, slots, before, nodes, chains
):
    """Bring the holdings up to date with events `start` to `stop`; with `chains`, as far as `nodes` are reached.

    Without chains everybody is seated here. Returns how many slots there are.
    """
    widest = seats.widest
    t_who, h_who = np.empty(widest, np.int32), np.empty(widest, np.int32)
    t_lo, h_lo = np.empty(widest, np.int64), np.empty(widest, np.int64)
    t_hi, h_hi = np.empty(widest, np.int64), np.empty(widest, np.int64)
    t_sure, h_sure = np.empty(widest, np.bool_), np.empty(widest, np.bool_)
    for e in range(start, stop):
        kind = block.kind[e]
        if not TRANSFER[kind]:
            continue
        lo, hi, basis, member = block.lo[e], block.hi[e], block.basis[e], block.member[e]
        actor, recipient = block.actor[e], block.recipient[e]
        tails = heads = 0
        if actor >= 0:
            tails = stand_for(actor, lo, hi, cast.members, t_who, t_lo, t_hi, t_sure)
        if recipient >= 0:
            heads = stand_for(recipient, lo, hi, cast.members, h_who, h_lo, h_hi, h_sure)
        starts = actor < 0 and STARTS[kind]
        level = ACTOR_LEVEL[kind]
        if level > 0:
            shown = ACTOR_BASIS[kind]
            if basis > 0 and (basis == _ATTESTED or recipient < 0):
                shown = basis
            for i in range(tails):
                if not cast.holds[t_who[i]]:
                    continue
                if chains:
                    time = _own(t_who[i], member, t_lo[i], t_hi[i], size, seats, nodes)
                    if recipient < 0:
                        by = _by_groups(t_who[i], member, t_lo[i], t_hi[i], run, size, cast, seats, nodes)
                        time = min(time, by)
                else:
                    slots = _seat(t_who[i], run, seats, held, slots)
                    time = t_lo[i]
                if time < before:
                    _note(
                        held,
                        seats.slot[t_who[i]],
                        time,
                        t_hi[i],
                        t_sure[i],
                        level,
                        shown,
                        np.int64(2),
                        block,
                        e,
                        before,
                    )
        level = RECIPIENT_LEVEL[kind]
        if level == 0:
            continue
        shown = basis if basis > 0 else RECIPIENT_BASIS[kind]
        for i in range(heads):
            if not cast.holds[h_who[i]]:
                continue
            if not chains:
                slots = _seat(h_who[i], run, seats, held, slots)
                time = h_lo[i]
            elif starts:
                time = h_lo[i]
            elif actor < 0:
                time = _own(h_who[i], member, h_lo[i], h_hi[i], size, seats, nodes)
                by = _by_groups(h_who[i], member, h_lo[i], h_hi[i], run, size, cast, seats, nodes)
                time = min(time, by)
            else:
                time = _NEVER
                for j in range(tails):
                    since, until = max(t_lo[j], h_lo[i]), min(t_hi[j], h_hi[i])
                    if since > until:
                        continue
                    reached = nodes.possible[seats.slot[t_who[j]] * size + member]
                    if reached <= until:
                        time = min(time, max(reached, since))
                    if ISSUES[kind]:
                        time = min(time, _issued(t_who[j], since, until, cast, families, place + member))
            slot = seats.slot[h_who[i]]
            rank = 1
            if kind == AUTHOR:
                rank = 0
                if member == 0:
                    held.written[slot] = True
            if time < before:
                _note(held, slot, time, h_hi[i], h_sure[i], level, shown, rank, block, e, before)
    return slots


@njit(cache=True, nogil=True)
def _note(held, slot, time, hi, sure, level, basis, rank, block, event, before):  # type: ignore[no-untyped-def]
    if (
        not held.holds[slot]
        or time < held.possible[slot]
        or (time == held.possible[slot] and rank < held.rank[slot])
    ):
        held.holds[slot], held.possible[slot], held.rank[slot] = True, time, rank
        held.first[slot], held.said[slot] = block.source[event], block.organisation[event]
    if sure and hi < before:
        held.certain[slot] = min(held.certain[slot], hi)
    held.level[slot] = max(held.level[slot], level)
    held.basis[slot] = max(held.basis[slot], basis)


@njit(cache=True, nogil=True)
def _own(party, member, lo, hi, size, seats, nodes):  # type: ignore[no-untyped-def]
    """When a chain can have led to what rests on the party's having had it."""
    reached = nodes.possible[seats.slot[party] * size + member]
    return max(reached, lo) if reached <= hi else _NEVER


@njit(cache=True, nogil=True)
def _by_groups(party, member, lo, hi, run, size, cast, seats, nodes):  # type: ignore[no-untyped-def]
    """When a chain can have led to it through a group that the party then belonged to."""
    time = _NEVER
    for g in range(cast.groups.first[party], cast.groups.first[party + 1]):
        group = cast.groups.other[g]
        if seats.run[group] == run and cast.groups.since[g] <= hi and cast.groups.until[g] > lo:
            since, until = max(lo, cast.groups.since[g]), min(hi, cast.groups.until[g] - 1)
            reached = nodes.possible[seats.slot[group] * size + member]
            if reached <= until:
                time = min(time, max(reached, since))
    return time


@njit(cache=True, nogil=True)
def _issued(sender, lo, hi, cast, families, at):  # type: ignore[no-untyped-def]
    """From when on the sender issued on behalf of an originating organisation."""
    time = _NEVER
    for p in range(cast.posts.first[sender], cast.posts.first[sender + 1]):
        if cast.posts.since[p] > hi or cast.posts.until[p] <= lo:
            continue
        for o in range(families.originators_first[at], families.originators_first[at + 1]):
            if families.originators[o] == cast.posts.other[p]:
                time = min(time, max(lo, cast.posts.since[p]))
    return time


@njit(cache=True, nogil=True)
def emit(run, size, held, slots, ground, before, nodes, chains, out, rows):  # type: ignore[no-untyped-def]
    """Add a row for each holder. Returns the rows (there may be room for more) and how many they are."""
    if rows + slots > out.shape[0]:
        more = np.empty((max(2 * out.shape[0], rows + slots), out.shape[1]), np.int64)
        more[:rows] = out[:rows]
        out = more
    for slot in range(slots):
        if not held.holds[slot]:
            continue
        certain, via = held.certain[slot], held.first[slot]
        if chains:
            certain, best = _NEVER, slot * size
            for node in range(slot * size, (slot + 1) * size):
                certain = min(certain, nodes.certain[node])
                if nodes.possible[node] < nodes.possible[best]:
                    best = node
            via = nodes.brought[best]
            certain = certain if certain < before else _NEVER
        row, party = out[rows], held.party[slot]
        row[RUN], row[PARTY], row[LEVEL], row[BASIS] = run, party, held.level[slot], held.basis[slot]
        row[POSSIBLE], row[CERTAIN] = held.possible[slot], certain
        row[FIRST], row[VIA], row[SAID] = held.first[slot], via, held.said[slot]
        if held.written[slot]:
            row[VIA] = -1
        row[POSTED] = -1
        for p in range(ground.first[party], ground.first[party + 1]):
            if p == ground.first[party] or ground.since[p] <= held.possible[slot]:
                row[POSTED] = ground.organisation[p]
        rows += 1
    return out, rows


@njit(cache=True, nogil=True)
def hold(block, numbers, cast, families, seats, held, ground, before, chains):  # type: ignore[no-untyped-def]
    """The holders of every run of a block of whole families, a row each; `numbers` is each run's family.

    No family may have been seated before.
    """
    out, rows = np.empty((block.lo.size // 8 + 64, 10), np.int64), np.int64(0)
    nodes, queue = blank_nodes(np.int64(1)), blank_queue()
    for at in range(numbers.size):
        start, stop, run = block.first[at], block.first[at + 1], numbers[at]
        if start == stop:
            continue
        place = families.first[run]
        size = families.first[run + 1] - place
        slots = np.int64(0)
        if chains:
            slots = seat(block, start, stop, run, cast, seats, held, np.int64(0))
            if slots * size > nodes.possible.size:
                nodes = blank_nodes(2 * slots * size)
            else:
                clear_nodes(nodes, slots * size)
            queue = advance(block, start, stop, run, size, place, cast, families, seats, nodes, queue)
            queue = finish(size, place, families, nodes, queue)
        slots = tell(
            block, start, stop, run, size, place, cast, families, seats, held, slots, before, nodes, chains
        )
        out, rows = emit(run, size, held, slots, ground, before, nodes, chains, out, rows)
    return out[:rows]
