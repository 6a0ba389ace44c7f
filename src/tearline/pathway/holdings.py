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
from tearline.pathway.frontier import (
    BROUGHT,
    CERTAIN,
    POSSIBLE,
    SEATED,
    SLOT,
    advance,
    blank_nodes,
    blank_queue,
    clear_nodes,
    finish,
)
from tearline.records.kinds import Basis

_NEVER = np.int64(NEVER)
_ATTESTED = int(Basis.ATTESTED)
# Of evidence at the same time, what comes first.
_AUTHORSHIP, _ARRIVAL, _ACT = np.int64(0), np.int64(1), np.int64(2)
# Columns of what comes out: a row a holder.
RUN, PARTY, LEVEL, BASIS, FIRST_POSSIBLE, FIRST_CERTAIN, VIA, SAID, POSTED = range(9)
# Columns of a slot: its party; whether it holds anything, or wrote the product asked about; the rank and source of
# its first evidence (-1: authorship) and the organisation that it names.
_WHO, _HOLDS, _WROTE, _RANK, _LEVEL, _BASIS, _SINCE, _SURELY, _SOURCE, _NAMED = range(10)


class Ground(NamedTuple):
    """From when on each party belonged to which organisation."""

    first: NDArray[np.int64]
    since: NDArray[np.int64]
    organisation: NDArray[np.int64]


@njit(cache=True, nogil=True)
def widest(members):  # type: ignore[no-untyped-def]
    """As how many somebody may stand at once."""
    found = 1
    for p in range(members.first.size - 1):
        found = max(found, members.first[p + 1] - members.first[p] + 1)
    return found


@njit(cache=True, nogil=True)
def _seat(party, run, seats, held, slots):  # type: ignore[no-untyped-def]
    """Give a party a slot in this run, if it has none. Returns how many slots there are."""
    if seats[party, SEATED] != run:
        seats[party, SEATED], seats[party, SLOT] = run, slots
        held[slots, _WHO], held[slots, _HOLDS], held[slots, _WROTE] = party, 0, 0
        held[slots, _LEVEL], held[slots, _BASIS] = 0, 0
        held[slots, _SINCE], held[slots, _SURELY] = _NEVER, _NEVER
        return slots + 1
    return slots


@njit(cache=True, nogil=True)
def seat(block, start, stop, run, cast, seats, held, slots):  # type: ignore[no-untyped-def]
    """Seat everybody that events `start` to `stop` name. Returns how many slots there are then."""
    kinds, los, his, actors, recipients = (
        block.kind,
        block.lo,
        block.hi,
        block.actor,
        block.recipient,
    )
    listed = cast.members.first
    for e in range(start, stop):
        if not TRANSFER[kinds[e]]:
            continue
        for party in (actors[e], recipients[e]):
            if party < 0:
                continue
            slots = _seat(party, run, seats, held, slots)
            if listed[party] == listed[party + 1]:
                continue
            for m in range(listed[party], listed[party + 1]):
                if cast.members.since[m] <= his[e] and cast.members.until[m] > los[e]:
                    slots = _seat(cast.members.other[m], run, seats, held, slots)
    return slots


@njit(cache=True, nogil=True)
def tell(  # type: ignore[no-untyped-def]
    block, start, stop, run, size, place, cast, families, seats, widest, held, slots, before, nodes, chains
):
    """Bring the holdings up to date with events `start` to `stop`; with `chains`, as far as `nodes` are reached.

    Without chains everybody is seated here. Returns how many slots there are.
    """
    t_who, h_who = np.empty(widest, np.int64), np.empty(widest, np.int64)
    t_lo, h_lo = np.empty(widest, np.int64), np.empty(widest, np.int64)
    t_hi, h_hi = np.empty(widest, np.int64), np.empty(widest, np.int64)
    t_sure, h_sure = np.empty(widest, np.bool_), np.empty(widest, np.bool_)
    kinds, los, his, bases, members, sources, saids, actors, recipients = (
        block.kind,
        block.lo,
        block.hi,
        block.basis,
        block.member,
        block.source,
        block.organisation,
        block.actor,
        block.recipient,
    )
    listed, grouped, posted, holds = cast.members.first, cast.groups.first, cast.posts.first, cast.holds
    for e in range(start, stop):
        kind = kinds[e]
        if not TRANSFER[kind]:
            continue
        lo, hi, basis, member = los[e], his[e], bases[e], members[e]
        source, said = sources[e], saids[e]
        actor, recipient = actors[e], recipients[e]
        starts = actor < 0 and STARTS[kind]
        tails = heads = 0
        if actor >= 0:
            if listed[actor] == listed[actor + 1]:
                t_who[0], t_lo[0], t_hi[0], t_sure[0], tails = actor, lo, hi, True, 1
            else:
                tails = stand_for(actor, lo, hi, cast.members, t_who, t_lo, t_hi, t_sure)
        if recipient >= 0:
            if listed[recipient] == listed[recipient + 1]:
                h_who[0], h_lo[0], h_hi[0], h_sure[0], heads = recipient, lo, hi, True, 1
            else:
                heads = stand_for(recipient, lo, hi, cast.members, h_who, h_lo, h_hi, h_sure)
        level = ACTOR_LEVEL[kind]
        if level > 0:
            shown = ACTOR_BASIS[kind]
            if basis > 0 and (basis == _ATTESTED or recipient < 0):
                shown = basis
            for i in range(tails):
                who = t_who[i]
                if not holds[who]:
                    continue
                time = t_lo[i]
                if chains:
                    time = _own(nodes[seats[who, SLOT] * size + member, POSSIBLE], time, t_hi[i])
                    if recipient < 0 and grouped[who] < grouped[who + 1]:
                        by = _by_groups(who, member, t_lo[i], t_hi[i], run, size, cast.groups, seats, nodes)
                        time = min(time, by)
                else:
                    slots = _seat(who, run, seats, held, slots)
                if time < before:
                    _note(
                        held, seats[who, SLOT], time, t_hi[i], t_sure[i], level, shown, _ACT, source, said, before
                    )
        level = RECIPIENT_LEVEL[kind]
        if level == 0:
            continue
        shown = basis if basis > 0 else RECIPIENT_BASIS[kind]
        for i in range(heads):
            who = h_who[i]
            if not holds[who]:
                continue
            time = h_lo[i]
            if not chains:
                slots = _seat(who, run, seats, held, slots)
            elif actor >= 0:
                time = _NEVER
                for j in range(tails):
                    since, until = max(t_lo[j], h_lo[i]), min(t_hi[j], h_hi[i])
                    if since > until:
                        continue
                    reached = nodes[seats[t_who[j], SLOT] * size + member, POSSIBLE]
                    time = min(time, _own(reached, since, until))
                    if ISSUES[kind] and posted[t_who[j]] < posted[t_who[j] + 1]:
                        by = _issued(t_who[j], since, until, cast.posts, families, place + member)
                        time = min(time, by)
            elif not starts:
                time = _own(nodes[seats[who, SLOT] * size + member, POSSIBLE], time, h_hi[i])
                if grouped[who] < grouped[who + 1]:
                    by = _by_groups(who, member, h_lo[i], h_hi[i], run, size, cast.groups, seats, nodes)
                    time = min(time, by)
            slot = seats[who, SLOT]
            rank = _ARRIVAL
            if kind == AUTHOR:
                rank = _AUTHORSHIP
                if member == 0:
                    held[slot, _WROTE] = 1
            if time < before:
                _note(held, slot, time, h_hi[i], h_sure[i], level, shown, rank, source, said, before)
    return slots


@njit(cache=True, nogil=True)
def _note(held, slot, time, hi, sure, level, basis, rank, source, said, before):  # type: ignore[no-untyped-def]
    since = held[slot, _SINCE]
    if held[slot, _HOLDS] == 0 or time < since or (time == since and rank < held[slot, _RANK]):
        held[slot, _HOLDS], held[slot, _SINCE], held[slot, _RANK] = 1, time, rank
        held[slot, _SOURCE], held[slot, _NAMED] = source, said
    if sure and hi < before and hi < held[slot, _SURELY]:
        held[slot, _SURELY] = hi
    held[slot, _LEVEL] = max(held[slot, _LEVEL], level)
    held[slot, _BASIS] = max(held[slot, _BASIS], basis)


@njit(cache=True, nogil=True)
def _own(reached, lo, hi):  # type: ignore[no-untyped-def]
    """When a chain that reached somebody at `reached` can have led to what they did in [lo, hi]."""
    return max(reached, lo) if reached <= hi else _NEVER


@njit(cache=True, nogil=True)
def _by_groups(party, member, lo, hi, run, size, groups, seats, nodes):  # type: ignore[no-untyped-def]
    """When a chain can have led to it through a group that the party then belonged to."""
    time = _NEVER
    for g in range(groups.first[party], groups.first[party + 1]):
        group = groups.other[g]
        if seats[group, SEATED] == run and groups.since[g] <= hi and groups.until[g] > lo:
            since, until = max(lo, groups.since[g]), min(hi, groups.until[g] - 1)
            time = min(time, _own(nodes[seats[group, SLOT] * size + member, POSSIBLE], since, until))
    return time


@njit(cache=True, nogil=True)
def _issued(sender, lo, hi, posts, families, at):  # type: ignore[no-untyped-def]
    """From when on the sender issued on behalf of an originating organisation."""
    time = _NEVER
    for p in range(posts.first[sender], posts.first[sender + 1]):
        if posts.since[p] > hi or posts.until[p] <= lo:
            continue
        for o in range(families.originators_first[at], families.originators_first[at + 1]):
            if families.originators[o] == posts.other[p]:
                time = min(time, max(lo, posts.since[p]))
    return time


@njit(cache=True, nogil=True)
def emit(run, size, held, slots, ground, before, nodes, chains, out, rows):  # type: ignore[no-untyped-def]
    """Add a row for each holder. Returns the rows (there may be room for more) and how many they are."""
    if rows + slots > out.shape[0]:
        more = np.empty((max(2 * out.shape[0], rows + slots), out.shape[1]), np.int64)
        more[:rows] = out[:rows]
        out = more
    for slot in range(slots):
        if held[slot, _HOLDS] == 0:
            continue
        certain, via = held[slot, _SURELY], held[slot, _SOURCE]
        if chains:
            certain, best = _NEVER, slot * size
            for node in range(slot * size, (slot + 1) * size):
                certain = min(certain, nodes[node, CERTAIN])
                if nodes[node, POSSIBLE] < nodes[best, POSSIBLE]:
                    best = node
            via = nodes[best, BROUGHT]
            if certain >= before:
                certain = _NEVER
        party, since = held[slot, _WHO], held[slot, _SINCE]
        out[rows, RUN], out[rows, PARTY] = run, party
        out[rows, LEVEL], out[rows, BASIS] = held[slot, _LEVEL], held[slot, _BASIS]
        out[rows, FIRST_POSSIBLE], out[rows, FIRST_CERTAIN] = since, certain
        out[rows, VIA] = via if held[slot, _WROTE] == 0 else -1
        out[rows, SAID], out[rows, POSTED] = held[slot, _NAMED], -1
        for p in range(ground.first[party], ground.first[party + 1]):
            if p == ground.first[party] or ground.since[p] <= since:
                out[rows, POSTED] = ground.organisation[p]
        rows += 1
    return out, rows


@njit(cache=True, nogil=True)
def hold(block, numbers, cast, families, seats, widest, held, ground, before, chains):  # type: ignore[no-untyped-def]
    """The holders of every run of a block of whole families, a row each; `numbers` is each run's family.

    No family may have been seated before.
    """
    out, rows = np.empty((block.lo.size // 8 + 64, 9), np.int64), np.int64(0)
    nodes, stack, queue = blank_nodes(np.int64(1)), np.empty(1, np.int64), blank_queue()
    for at in range(numbers.size):
        start, stop, run = block.first[at], block.first[at + 1], numbers[at]
        if start == stop:
            continue
        place = families.first[run]
        size = families.first[run + 1] - place
        slots = np.int64(0)
        if chains:
            slots = seat(block, start, stop, run, cast, seats, held, np.int64(0))
            if slots * size > stack.size:
                nodes, stack = blank_nodes(2 * slots * size), np.empty(2 * slots * size, np.int64)
            else:
                clear_nodes(nodes, slots * size)
            queue = advance(
                block, start, stop, run, size, place, cast, families, seats, widest, nodes, stack, queue
            )
            queue = finish(size, place, families, nodes, stack, queue)
        slots = tell(
            block, start, stop, run, size, place, cast, families, seats, widest, held, slots, before, nodes, chains
        )
        out, rows = emit(run, size, held, slots, ground, before, nodes, chains, out, rows)
    return out[:rows]
