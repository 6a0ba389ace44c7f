"""The trace of every product at once, as columns: one pass over the view of events in its own order.

Families are taken so many at a time that their events fill a chunk; the next chunk is read while one is worked on.
A family larger than a chunk is streamed: what is kept of it grows with its holders alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tearline.ledger import LedgerState
from tearline.ledger.ahead import ahead
from tearline.pathway.blocks import Block, Columns, Runs, Seeds, block_of
from tearline.pathway.cast import NEVER
from tearline.pathway.families import Families, Roll, call_roll
from tearline.pathway.frontier import advance, blank_nodes, blank_queue, finish
from tearline.pathway.gathering import canonical
from tearline.pathway.holdings import (
    BASIS,
    FIRST_CERTAIN,
    FIRST_POSSIBLE,
    LEVEL,
    PARTY,
    POSTED,
    RUN,
    SAID,
    VIA,
    emit,
    hold,
    seat,
    tell,
    widest,
)
from tearline.records.kinds import Basis, Level
from tearline.records.times import to_micros
from tearline.views.event_codes import CODED_EVENTS
from tearline.views.event_reading import CodedEvents
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
"""Events worked on at a time: about 100 bytes each while they are."""

NEEDED = ("at_earliest", "at_latest", "kind", "basis", "actor", "recipient", "organisation", "id")
"""What the kernel and its rows need of an event."""

Stretch: TypeAlias = "tuple[pa.Table, NDArray[np.int32]]"
"""Events of one family by time and id, and of each the member of the family that it is of."""

_NAMED = ("product", *NEEDED)
_INTERVAL = ("at_earliest", "at_latest")

_LEVELS = pa.array([None, *(level.word for level in Level)], pa.string())
_BASES = pa.array([None, *(basis.word for basis in Basis)], pa.string())


def exposures(
    register: Register,
    view: EventsView,
    state: LedgerState,
    *,
    before: datetime | None = None,
    supported: bool = False,
) -> pa.RecordBatchReader:
    """What `trace` answers for every registered product (schema EXPOSURES), in order of product.

    Memory is bounded by people, products and a chunk of events.
    """
    cut = int(NEVER) if before is None else to_micros(before)
    events = view.coded(state, register.retracted)
    roll, families = call_roll(register, events.tables, chains=supported)
    kernel = Kernel(roll, families, cut, supported=supported)

    def each() -> Iterator[pa.RecordBatch]:
        for piece in ahead(_chunks(families, events)):
            if not isinstance(piece, int):
                yield from kernel.solve(*piece).to_batches()
                continue
            codes = families.members(piece)
            place = np.full(len(events.tables.words["product"]), -1, np.int32)
            place[codes[codes >= 0]] = np.flatnonzero(codes >= 0)

            def stretches(codes: NDArray[np.int64] = codes, place: NDArray[np.int32] = place) -> Iterator[Stretch]:
                batches = view.sorted_batches(codes[codes >= 0], state, register.retracted, rows=CHUNK)
                tables = (pa.Table.from_batches([batch]) for batch in batches)
                return ((table, place[table["product"].to_numpy()]) for table in tables)

            yield from kernel.stream(piece, stretches).to_batches()

    return pa.RecordBatchReader.from_batches(EXPOSURES, each())


def _chunks(families: Families, events: CodedEvents) -> Iterator[tuple[pa.Table, Runs, NDArray[np.int64]] | int]:
    """All families in order: so many at a time that their events fill a chunk, or the number of one too large."""
    rows = np.append(events.sizes(), 0)[families.member]
    # Every family counts for one more, so that those without events end too.
    ends = np.append(0, np.cumsum(rows))[families.arrays.first] + np.arange(len(families) + 1)
    number = 0
    while number < len(families):
        stop = int(np.searchsorted(ends, ends[number] + CHUNK, side="right")) - 1
        if stop == number:
            yield number
            number += 1
            continue
        numbers = np.arange(number, stop)
        codes = families.member[families.arrays.first[number] : families.arrays.first[stop]]
        if codes.size == numbers.size and events.whole:
            table = events.of_products(codes[codes >= 0], NEEDED)
            first = np.append(0, np.cumsum(rows[families.arrays.first[number:stop]]))
            yield table, straight(first), numbers
        else:
            table = events.of_products(np.array(list(dict.fromkeys(codes[codes >= 0].tolist())), np.int64), _NAMED)
            yield table, runs_of(table, [families.members(each) for each in numbers.tolist()]), numbers
        number = stop


def straight(first: NDArray[np.int64]) -> Runs:
    """Runs of rows as they come, all of the families' own products."""
    return Runs(first, np.empty(0, np.int64), np.empty(0, np.int32))


def runs_of(table: pa.Table, families: Iterable[NDArray[np.int64]]) -> Runs:
    """The runs of families (the codes of each one's members) whose events stand in `table`, product by product."""
    product = table["product"].to_numpy()
    begins = np.flatnonzero(np.diff(product, prepend=-1))
    ends = np.append(begins[1:], product.size)
    at = {code: place for place, code in enumerate(product[begins].tolist())}
    rows: list[NDArray[np.int64]] = []
    members: list[NDArray[np.int32]] = []
    first = [0]
    for family in families:
        found = [(member, at[code]) for member, code in enumerate(family.tolist()) if code in at]
        row = np.concatenate([np.empty(0, np.int64), *(np.arange(begins[p], ends[p]) for _, p in found)])
        member = np.repeat(np.array([m for m, _ in found], np.int32), [int(ends[p] - begins[p]) for _, p in found])
        if len(found) > 1:
            low, high = (table[name].take(pa.array(row)).cast(pa.int64()).to_numpy() for name in _INTERVAL)
            order = canonical(np.zeros(row.size, np.int64), low, high, row, table["id"])
            row, member = row[order], member[order]
        rows.append(row)
        members.append(member)
        first.append(first[-1] + row.size)
    return Runs(
        np.array(first, np.int64),
        np.concatenate([np.empty(0, np.int64), *rows]),
        np.concatenate([np.empty(0, np.int32), *members]),
    )


class Kernel:
    """Solves families of `families` before `before` (microseconds); each no more than once."""

    def __init__(self, roll: Roll, families: Families, before: int, *, supported: bool) -> None:
        self._roll, self._families, self._before, self._chains = roll, families, before, supported
        self._seats = np.full((len(roll.parties), 2), -1, np.int64)
        self._held = np.empty((len(roll.parties), 10), np.int64)
        self._widest = widest(roll.cast.members)

    def solve(self, table: pa.Table, runs: Runs, numbers: NDArray[np.int64]) -> pa.Table:
        """The holders (schema EXPOSURES) of families whose events all stand in `table`, as `runs` says."""
        roll = self._roll
        block = self._made(table, runs, numbers, self._families.seeds)
        rows = hold(
            block, numbers, roll.cast, self._families.arrays, self._seats, self._widest, self._held, roll.ground,
            self._before,
            self._chains,
        )  # fmt: skip
        rows = self._in_order(rows)
        via = rows[:, VIA]
        return self._worded(rows, table["id"].take(pa.array(via, mask=via < 0)))

    def stream(self, number: int, stretches: Callable[[], Iterator[Stretch]]) -> pa.Table:
        """The holders of one family, its events (by time and id) read in stretches, as often as it takes."""
        roll, arrays, chains = self._roll, self._families.arrays, self._chains
        seats, held = self._seats, self._held
        place = arrays.first[number]
        size = arrays.first[number + 1] - place
        nodes, queue, slots = blank_nodes(1), blank_queue(), 0
        stack = np.empty(1, np.int64)
        if chains:
            for block in self._blocks(number, stretches):
                slots = seat(block, 0, block.first[1], number, roll.cast, seats, held, slots)
            nodes, stack = blank_nodes(max(slots * size, 1)), np.empty(max(slots * size, 1), np.int64)
            for block in self._blocks(number, stretches):
                queue = advance(
                    block,
                    0,
                    block.first[1],
                    number,
                    size,
                    place,
                    roll.cast,
                    arrays,
                    seats,
                    self._widest,
                    nodes,
                    stack,
                    queue,
                )
            finish(size, place, arrays, nodes, stack, queue)
        for block in self._blocks(number, stretches):
            slots = tell(
                block, 0, block.first[1], number, size, place, roll.cast, arrays, seats, self._widest, held, slots,
                self._before,
                nodes, chains,
            )  # fmt: skip
        rows, count = emit(
            number, size, held, slots, roll.ground, self._before, nodes, chains, np.empty((0, 9), np.int64), 0
        )
        rows = self._in_order(rows[:count])
        return self._worded(rows, _picked(stretches(), rows[:, VIA]))

    def _blocks(self, number: int, stretches: Callable[[], Iterator[Stretch]]) -> Iterator[Block]:
        """The family's events as blocks, rows numbered through; authorship and origin where they belong."""
        begin, end = self._families.seeds.first[number : number + 2]
        own = _part(self._families.seeds, begin, end)
        done = taken = 0
        for table, member in stretches():
            latest = table["at_earliest"][-1].cast(pa.int64()).as_py()
            stop = int(np.searchsorted(own.time, latest, side="right"))
            row = np.arange(table.num_rows)
            runs = Runs(np.array([0, row.size]), row, member)
            found = self._made(table, runs, np.zeros(1, np.int64), _part(own, taken, stop))
            yield found._replace(source=np.where(found.source >= 0, found.source + done, -1))
            done, taken = done + row.size, stop
        nothing = CODED_EVENTS.empty_table()
        yield self._made(
            nothing, straight(np.zeros(2, np.int64)), np.zeros(1, np.int64), _part(own, taken, own.time.size)
        )

    def _made(self, table: pa.Table, runs: Runs, numbers: NDArray[np.int64], seeds: Seeds) -> Block:
        block: Block = block_of(
            Columns(
                lo=_numbers(table["at_earliest"].cast(pa.int64())),
                hi=_numbers(table["at_latest"].cast(pa.int64())),
                kind=_numbers(table["kind"]),
                basis=_numbers(table["basis"]),
                actor=_numbers(table["actor"]),
                recipient=_numbers(table["recipient"]),
                organisation=_numbers(table["organisation"]),
            ),
            runs, numbers, seeds, self._roll.party_of, self._before,
        )  # fmt: skip
        return block

    def _in_order(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """By family, first possible time and person."""
        found: NDArray[np.int64] = rows[
            np.lexsort((self._roll.rank[rows[:, PARTY]], rows[:, FIRST_POSSIBLE], rows[:, RUN]))
        ]
        return found

    def _worded(self, rows: NDArray[np.int64], via: pa.Array | pa.ChunkedArray) -> pa.Table:
        roll, certain = self._roll, rows[:, FIRST_CERTAIN]
        organisation = np.where(rows[:, POSTED] >= 0, rows[:, POSTED], rows[:, SAID] + roll.said)
        nowhere = (rows[:, POSTED] < 0) & (rows[:, SAID] < 0)
        return pa.table(
            {
                "product": self._families.products.take(pa.array(rows[:, RUN])),
                "person": roll.parties.take(pa.array(rows[:, PARTY])),
                "organisation": roll.organisations.take(pa.array(organisation, mask=nowhere)),
                "level": _LEVELS.take(pa.array(rows[:, LEVEL])),
                "basis": _BASES.take(pa.array(rows[:, BASIS])),
                "first_possible": pa.array(rows[:, FIRST_POSSIBLE]).cast(_TIME),
                "first_certain": pa.array(certain, mask=certain == NEVER).cast(_TIME),
                "via_event": via,
            },
            EXPOSURES,
        )


def _part(seeds: Seeds, begin: int, end: int) -> Seeds:
    return Seeds(
        first=np.array([0, end - begin]),
        time=seeds.time[begin:end],
        kind=seeds.kind[begin:end],
        party=seeds.party[begin:end],
        member=seeds.member[begin:end],
    )


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    """A column as numbers that nobody may change: always so, or the kernel would be compiled for both."""
    found: NDArray[Any] = column.to_numpy().view()
    found.flags.writeable = False
    return found


def _picked(stretches: Iterator[Stretch], rows: NDArray[np.int64]) -> pa.Array:
    """The ids of these rows, counted through all stretches; null for -1."""
    found: list[str | None] = [None] * rows.size
    order = np.argsort(rows)
    done = 0
    for table, _ in stretches:
        here = order[np.searchsorted(rows[order], done) : np.searchsorted(rows[order], done + table.num_rows)]
        ids = table["id"].take(pa.array(rows[here] - done)).to_pylist()
        for place, name in zip(here.tolist(), ids, strict=True):
            found[place] = name
        done += table.num_rows
    return pa.array(found, pa.string())
