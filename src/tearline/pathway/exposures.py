"""The trace of every product at once, as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

from tearline.ledger import LedgerState
from tearline.pathway.cast import NEVER, Cast
from tearline.pathway.columns import AUTHOR
from tearline.pathway.gathering import call
from tearline.pathway.solving import Solution, solve
from tearline.records.kinds import Basis, Level
from tearline.records.parties import PartyKind
from tearline.records.times import to_micros
from tearline.views.events import EventsView
from tearline.views.register import Register

_TIME = pa.timestamp("us", tz="UTC")
EXPOSURES = pa.schema(
    [
        ("product", pa.string()),
        ("person", pa.string()),
        ("organisation", pa.string()),
        ("level", pa.string()),
        ("basis", pa.string()),
        ("first_possible", _TIME),
        ("first_certain", _TIME),
        ("via_event", pa.string()),
    ]
)
"""A row a product and holder. `via_event` is the last event of the holder's path, null for an author."""

CHUNK = 1 << 19
"""Events worked on at a time: about 300 bytes each while they are. A family is never cut."""

_NAMES = "SELECT DISTINCT unnest([actor, recipient]) AS name FROM events"
ORDER = [("product", "ascending"), ("first_possible", "ascending"), ("person", "ascending")]
_LEVELS = np.array([None, *(level.word for level in Level)], dtype=object)
_BASES = np.array([None, *(basis.word for basis in Basis)], dtype=object)


def exposures(
    register: Register,
    view: EventsView,
    state: LedgerState,
    *,
    before: datetime | None = None,
    supported: bool = False,
) -> pa.RecordBatchReader:
    """What `trace` answers for every registered product (schema EXPOSURES), in order of product; memory is bounded
    by the largest family."""
    cut = int(NEVER) if before is None else to_micros(before)
    counted = view.query("SELECT product, count(*) AS events FROM events GROUP BY ALL", state, register.retracted)
    sizes = dict(zip(counted["product"].to_pylist(), counted["events"].to_pylist(), strict=True))

    names = view.query(_NAMES, state, register.retracted)["name"].drop_null().to_pylist()
    roll = call(register, names, register.products)
    posts = posts_of(register, roll.cast)

    def each() -> Iterator[pa.RecordBatch]:
        for families in _chunks(register, sizes):
            events = view.of_products([p for family in families for p in family], state, register.retracted)
            solution = solve(register, families, events, before=cut, supported=supported, chains=False, roll=roll)
            yield from rows_of(posts, families, solution, supported=supported).sort_by(ORDER).to_batches()

    return pa.RecordBatchReader.from_batches(EXPOSURES, each())


def _chunks(register: Register, sizes: Mapping[str, int]) -> Iterator[list[tuple[str, ...]]]:
    """Families of all products in order, so many at a time that their events fit a chunk."""
    chunk: list[tuple[str, ...]] = []
    held = 0
    for product in sorted(register.products):
        family = register.family(product)
        size = sum(sizes.get(member, 0) for member in family)
        if chunk and held + size > CHUNK:
            yield chunk
            chunk, held = [], 0
        chunk.append(family)
        held += size + 1
    if chunk:
        yield chunk


def rows_of(posts: Posts, families: Sequence[tuple[str, ...]], solution: Solution, *, supported: bool) -> pa.Table:
    """A row a holder (schema EXPOSURES), in the order of the slots that hold anything."""
    rows, slots, summary, gathered = solution.rows, solution.slots, solution.summary, solution.gathered
    chosen = np.flatnonzero(summary.first >= 0)
    first, party = summary.first[chosen], slots.party[chosen]
    event = rows.event[first]
    if supported:
        assert solution.chains is not None
        reach, edges = solution.chains.reach, solution.chains.edges
        node = _earliest(reach.possible, slots.node, reach.possible.size)[chosen]
        event = edges.event[reach.possible_edge[node]]
    source = gathered.source[event]
    written = np.zeros(slots.node.size, np.bool_)
    written[rows.slot[(gathered.events.kind[rows.event] == AUTHOR) & (rows.member == 0)]] = True
    via = np.where(written[chosen], -1, source)
    certain = summary.certain[chosen]
    return pa.table(
        {
            "product": _taken([family[0] for family in families], slots.run[chosen]),
            "person": _taken([party.id for party in gathered.cast.parties], party),
            "organisation": _organisations(posts, solution, chosen),
            "level": pa.array(_LEVELS[summary.level[chosen]], pa.string()),
            "basis": pa.array(_BASES[summary.basis[chosen]], pa.string()),
            "first_possible": pa.array(summary.possible[chosen], pa.int64()).cast(_TIME),
            "first_certain": pa.array(certain, pa.int64(), mask=certain == NEVER).cast(_TIME),
            "via_event": gathered.table["id"].take(pa.array(via, mask=via < 0)),
        },
        EXPOSURES,
    )


def _taken(words: list[str], places: NDArray[np.int32]) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(places))


class Posts(NamedTuple):
    """Of each party, from when on it belonged to which of `organisations` (-1 and nothing for all but people)."""

    first: NDArray[np.int64]
    since: NDArray[np.int64]
    organisation: NDArray[np.int64]
    organisations: pa.Array


def posts_of(register: Register, cast: Cast) -> Posts:
    """The posts of the parties of `cast`."""
    names: dict[str, int] = {}
    first, since, organisation = [0], [], []
    for party in cast.parties:
        if party.kind is PartyKind.PERSON:
            for period in register.people[party.id].periods:
                since.append(to_micros(period.valid_from))
                organisation.append(names.setdefault(period.organisation, len(names)))
        first.append(len(since))
    return Posts(
        np.array(first, np.int64),
        np.array(since, np.int64),
        np.array(organisation, np.int64),
        pa.array(list(names), pa.string()),
    )


def _organisations(posts: Posts, solution: Solution, chosen: NDArray[np.int64]) -> pa.Array:
    """As `Person.organisation_at` at the first possible time; of an unresolved name, what the first event says."""
    gathered, summary = solution.gathered, solution.summary
    party, time = solution.slots.party[chosen], summary.possible[chosen]
    code = _posted(posts.first, posts.since, posts.organisation, party, time)
    source = gathered.source[solution.rows.event[summary.first[chosen]]]
    said = gathered.table["organisation"].take(pa.array(source, mask=(source < 0) | (code >= 0)))
    held = posts.organisations.take(pa.array(code, mask=code < 0))
    return pc.coalesce(held, said.combine_chunks())


@njit(cache=True)
def _posted(first, since, organisation, party, time):  # type: ignore[no-untyped-def]
    found = np.full(party.size, -1, np.int64)
    for i in range(party.size):
        start, stop = first[party[i]], first[party[i] + 1]
        for p in range(start, stop):
            if p == start or since[p] <= time[i]:
                found[i] = organisation[p]
    return found


@njit(cache=True)
def _earliest(times, node, nodes):  # type: ignore[no-untyped-def]
    """Of each slot, its first node of the earliest time."""
    found = np.empty(node.size, np.int64)
    for s in range(node.size):
        best = node[s]
        for n in range(node[s], node[s + 1] if s + 1 < node.size else nodes):
            if times[n] < times[best]:
                best = n
        found[s] = best
    return found
