"""From events to evidence and passages: groups stand for their members at the time, kinds for what they prove.

A time is clipped to the membership it rests on: who joined a list on the third was not sent on the second what
went to it some day that week.
"""

# Compiled functions take columns one by one and cannot be cut up without cost.
# ruff: noqa: PLR0912, PLR0915, PLR0917

from __future__ import annotations

import numpy as np
from numba import njit

from tearline.pathway.cast import CastArrays
from tearline.pathway.columns import (
    ACTOR_BASIS,
    ACTOR_LEVEL,
    ISSUES,
    RECIPIENT_BASIS,
    RECIPIENT_LEVEL,
    ROOT,
    STARTS,
    TRANSFER,
    Edges,
    EventArrays,
    FamilyArrays,
    Rows,
    Slots,
)
from tearline.records.kinds import Basis

_ATTESTED = int(Basis.ATTESTED)


def expand(
    events: EventArrays, cast: CastArrays, families: FamilyArrays, *, chains: bool
) -> tuple[Rows, Edges, Slots, int]:
    """All evidence and passages of `events`, and the number of nodes; without `chains`, no passages."""
    rows, edges, slots = _blank_rows(0), _blank_edges(0), _blank_slots(0)
    if chains:
        sizes = _expand(False, chains, events, cast, families, rows, edges, slots)
        rows, edges, slots = _blank_rows(sizes[0]), _blank_edges(sizes[1]), _blank_slots(sizes[2])
    else:
        # Everybody a party may ever stand for is bound enough, and counting them takes no pass of its own.
        stands = np.append(np.diff(cast.members.first) + 1, 0)
        bound = int(stands[events.actor].sum() + stands[events.recipient].sum())
        rows, slots = _blank_rows(bound), _blank_slots(bound)
    n_rows, _, n_slots, nodes = _expand(True, chains, events, cast, families, rows, edges, slots)
    return _first_rows(rows, n_rows), edges, _first_slots(slots, n_slots), int(nodes)


def _first_rows(rows: Rows, size: int) -> Rows:
    return Rows(
        slot=rows.slot[:size],
        member=rows.member[:size],
        event=rows.event[:size],
        level=rows.level[:size],
        basis=rows.basis[:size],
        lo=rows.lo[:size],
        hi=rows.hi[:size],
        sure=rows.sure[:size],
        own=rows.own[:size],
        act=rows.act[:size],
    )


def _first_slots(slots: Slots, size: int) -> Slots:
    return Slots(party=slots.party[:size], run=slots.run[:size], node=slots.node[:size])


def _blank_rows(size: int) -> Rows:
    return Rows(
        slot=np.empty(size, np.int32),
        member=np.empty(size, np.int32),
        event=np.empty(size, np.int64),
        level=np.empty(size, np.int8),
        basis=np.empty(size, np.int8),
        lo=np.empty(size, np.int64),
        hi=np.empty(size, np.int64),
        sure=np.empty(size, np.bool_),
        own=np.empty(size, np.bool_),
        act=np.empty(size, np.bool_),
    )


def _blank_edges(size: int) -> Edges:
    return Edges(
        tail=np.empty(size, np.int64),
        head=np.empty(size, np.int64),
        event=np.empty(size, np.int64),
        row=np.empty(size, np.int64),
        lo=np.empty(size, np.int64),
        hi=np.empty(size, np.int64),
        sure=np.empty(size, np.bool_),
    )


def _blank_slots(size: int) -> Slots:
    return Slots(party=np.empty(size, np.int32), run=np.empty(size, np.int32), node=np.empty(size, np.int64))


@njit(cache=True)
def stand_for(party, lo, hi, members, who, since, until, sure):  # type: ignore[no-untyped-def]
    """Fill the buffers with the party and, for a group, everybody it may have stood for in [lo, hi]."""
    who[0], since[0], until[0], sure[0] = party, lo, hi, True
    found = 1
    for m in range(members.first[party], members.first[party + 1]):
        if members.since[m] <= hi and members.until[m] > lo:
            who[found] = members.other[m]
            since[found] = max(lo, members.since[m])
            until[found] = min(hi, members.until[m] - 1)
            sure[found] = members.since[m] <= lo and hi < members.until[m]
            found += 1
    return found


@njit(cache=True)
def _expand(fill, chains, events, cast, families, rows, edges, slots):  # type: ignore[no-untyped-def]
    """Count (fill False) or write (fill True); returns the numbers of rows, edges, slots and nodes."""
    widest = 1
    for p in range(cast.holds.size):
        widest = max(widest, cast.members.first[p + 1] - cast.members.first[p] + 1)
    t_who, h_who = np.empty(widest, np.int32), np.empty(widest, np.int32)
    t_lo, h_lo = np.empty(widest, np.int64), np.empty(widest, np.int64)
    t_hi, h_hi = np.empty(widest, np.int64), np.empty(widest, np.int64)
    t_sure, h_sure = np.empty(widest, np.bool_), np.empty(widest, np.bool_)
    seen_in = np.full(cast.holds.size, -1, np.int32)
    slot_of = np.empty(cast.holds.size, np.int32)
    n_rows = n_edges = n_slots = n_nodes = 0
    current = -1
    for e in range(events.run.size):
        run, member, kind = events.run[e], events.member[e], events.kind[e]
        if run != current:
            current = run
            size = families.first[run + 1] - families.first[run]
            # All parties of the run first: a passage may lead from a group that only later events name.
            f = e
            while chains and f < events.run.size and events.run[f] == run:
                for party in (events.actor[f], events.recipient[f]):
                    if party >= 0 and TRANSFER[events.kind[f]]:
                        found = stand_for(
                            party, events.lo[f], events.hi[f], cast.members, t_who, t_lo, t_hi, t_sure
                        )
                        added = _seat(fill, found, t_who, run, seen_in, slot_of, slots, n_slots, n_nodes, size)
                        n_slots, n_nodes = n_slots + added, n_nodes + added * size
                f += 1
        if not TRANSFER[kind]:
            continue
        lo, hi, basis = events.lo[e], events.hi[e], events.basis[e]
        actor, recipient = events.actor[e], events.recipient[e]
        tails = heads = 0
        if actor >= 0:
            tails = stand_for(actor, lo, hi, cast.members, t_who, t_lo, t_hi, t_sure)
        if recipient >= 0:
            heads = stand_for(recipient, lo, hi, cast.members, h_who, h_lo, h_hi, h_sure)
        if not chains:
            added = _seat(fill, tails, t_who, run, seen_in, slot_of, slots, n_slots, n_nodes, size)
            n_slots, n_nodes = n_slots + added, n_nodes + added * size
            added = _seat(fill, heads, h_who, run, seen_in, slot_of, slots, n_slots, n_nodes, size)
            n_slots, n_nodes = n_slots + added, n_nodes + added * size
        actor_basis = ACTOR_BASIS[kind]
        if basis > 0 and (basis == _ATTESTED or recipient < 0):
            actor_basis = basis
        recipient_basis = basis if basis > 0 else RECIPIENT_BASIS[kind]
        starts = actor < 0 and STARTS[kind]
        for i in range(tails):
            row = -1
            if ACTOR_LEVEL[kind] > 0 and cast.holds[t_who[i]]:
                row = n_rows
                if fill:
                    rows.slot[row], rows.member[row], rows.event[row] = slot_of[t_who[i]], member, e
                    rows.level[row], rows.basis[row] = ACTOR_LEVEL[kind], actor_basis
                    rows.lo[row], rows.hi[row], rows.sure[row] = t_lo[i], t_hi[i], t_sure[i]
                    rows.own[row], rows.act[row] = True, True
                n_rows += 1
            if chains and recipient < 0 and ACTOR_LEVEL[kind] > 0:
                n_edges += _from_groups(
                    fill, cast, slots, edges, n_edges, seen_in, slot_of, run, member, e, row, t_who[i], t_lo[i],
                    t_hi[i], t_sure[i],
                )  # fmt: skip
        for i in range(heads):
            row = -1
            if RECIPIENT_LEVEL[kind] > 0 and cast.holds[h_who[i]]:
                row = n_rows
                if fill:
                    rows.slot[row], rows.member[row], rows.event[row] = slot_of[h_who[i]], member, e
                    rows.level[row], rows.basis[row] = RECIPIENT_LEVEL[kind], recipient_basis
                    rows.lo[row], rows.hi[row], rows.sure[row] = h_lo[i], h_hi[i], h_sure[i]
                    rows.own[row], rows.act[row] = actor < 0 and not starts, False
                n_rows += 1
            if not chains:
                continue
            if starts:
                n_edges += _edge(
                    fill,
                    slots,
                    edges,
                    n_edges,
                    ROOT,
                    slot_of[h_who[i]],
                    member,
                    e,
                    row,
                    h_lo[i],
                    h_hi[i],
                    h_sure[i],
                )
            elif actor < 0:
                n_edges += _from_groups(
                    fill, cast, slots, edges, n_edges, seen_in, slot_of, run, member, e, row, h_who[i], h_lo[i],
                    h_hi[i], h_sure[i],
                )  # fmt: skip
            for j in range(tails):
                since, until = max(t_lo[j], h_lo[i]), min(t_hi[j], h_hi[i])
                if since > until:
                    continue
                certain = t_sure[j] and h_sure[i]
                n_edges += _edge(
                    fill, slots, edges, n_edges, slot_of[t_who[j]], slot_of[h_who[i]], member, e, row, since,
                    until, certain,
                )  # fmt: skip
                if ISSUES[kind]:
                    n_edges += _from_originator(
                        fill, cast, families, slots, edges, n_edges, t_who[j], slot_of[h_who[i]], run, member, e,
                        row, since, until, certain,
                    )  # fmt: skip
    return n_rows, n_edges, n_slots, n_nodes


@njit(cache=True)
def _seat(fill, count, who, run, seen_in, slot_of, slots, n_slots, n_nodes, size):  # type: ignore[no-untyped-def]
    """Give each party of the buffer a slot in this run; returns how many were new."""
    added = 0
    for i in range(count):
        if seen_in[who[i]] != run:
            seen_in[who[i]] = run
            slot_of[who[i]] = n_slots + added
            if fill:
                slots.party[n_slots + added], slots.run[n_slots + added] = who[i], run
                slots.node[n_slots + added] = n_nodes + added * size
            added += 1
    return added


@njit(cache=True)
def _edge(fill, slots, edges, at, tail, head, member, event, row, lo, hi, sure):  # type: ignore[no-untyped-def]
    if fill:
        edges.tail[at] = slots.node[tail] + member if tail >= 0 else ROOT
        edges.head[at] = slots.node[head] + member
        edges.event[at], edges.row[at] = event, row
        edges.lo[at], edges.hi[at], edges.sure[at] = lo, hi, sure
    return 1


@njit(cache=True)
def _from_groups(  # type: ignore[no-untyped-def]
    fill, cast, slots, edges, at, seen_in, slot_of, run, member, event, row, party, lo, hi, sure
):
    """Without a sender, whatever a group that the party then belonged to had been sent explains the holding."""
    count = 0
    for g in range(cast.groups.first[party], cast.groups.first[party + 1]):
        group = cast.groups.other[g]
        if seen_in[group] == run and cast.groups.since[g] <= hi and cast.groups.until[g] > lo:
            since, until = max(lo, cast.groups.since[g]), min(hi, cast.groups.until[g] - 1)
            certain = sure and cast.groups.since[g] <= lo and hi < cast.groups.until[g]
            count += _edge(
                fill, slots, edges, at + count, slot_of[group], slot_of[party], member, event, row, since, until,
                certain,
            )  # fmt: skip
    return count


@njit(cache=True)
def _from_originator(  # type: ignore[no-untyped-def]
    fill, cast, families, slots, edges, at, sender, head, run, member, event, row, lo, hi, sure
):
    """A sender who then held a post in the originating organisation issues on its behalf."""
    count = 0
    place = families.first[run] + member
    for p in range(cast.posts.first[sender], cast.posts.first[sender + 1]):
        if cast.posts.since[p] > hi or cast.posts.until[p] <= lo:
            continue
        for o in range(families.originators_first[place], families.originators_first[place + 1]):
            if families.originators[o] == cast.posts.other[p]:
                since, until = max(lo, cast.posts.since[p]), min(hi, cast.posts.until[p] - 1)
                certain = sure and cast.posts.since[p] <= lo and hi < cast.posts.until[p]
                count += _edge(
                    fill, slots, edges, at + count, ROOT, head, member, event, row, since, until, certain
                )
    return count
