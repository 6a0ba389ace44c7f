"""The same act reported by several: which handling events are copies of one act. Pure, over Arrow columns.

Two events are one act, attested twice, where all of this holds:

1. the same kind, product, actor and recipient, each as resolved (nobody named is the same as nobody named);
2. the same numbered copy, or one of them names none;
3. times that may be the same: their intervals overlap, a clock's second being no finer than CLOCK;
4. different sources: another organisation or another system. One log's entries are never one act.

Every member of an act overlaps every other, and no source is in an act twice, so there are never fewer acts than
any one source has entries. Where an entry fits several acts it goes to the one with the nearest times. What stands
for an act is its most exact time, then the best basis, then the earliest, then the id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

from tearline.records.kinds import Basis
from tearline.views.register import Register

CLOCK = 1_000_000
"""Microseconds: two clocks that show seconds and agree may still differ by one."""

_MOST_OPEN = 256
"""Acts of the same parties at the same time that an entry is compared with; it bounds time, not what is right."""

_WORDS = pa.array(["", *(basis.word for basis in Basis)])


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Columns of events as acts are told apart by them: codes that are equal where the value is, -1 where none."""

    kind: NDArray[np.int64]
    product: NDArray[np.int64]
    copy: NDArray[np.int64]
    actor: NDArray[np.int64]
    recipient: NDArray[np.int64]
    organisation: NDArray[np.int64]
    source: NDArray[np.int64]
    lo: NDArray[np.int64]
    hi: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Acts:
    """`stands[row]` is the row that stands for the act of `row`: itself where nobody else reports it."""

    stands: NDArray[np.int64]

    @property
    def standing(self) -> NDArray[np.bool_]:
        """Of each row, whether it stands for its act."""
        return np.asarray(self.stands == np.arange(self.stands.size))

    @cached_property
    def members(self) -> dict[int, tuple[int, ...]]:
        """The rows of every act that several report, by the row that stands for it (which comes first)."""
        rows = np.flatnonzero(~self.standing)
        found: dict[int, tuple[int, ...]] = {}
        for row, stands in zip(rows.tolist(), self.stands[rows].tolist(), strict=True):
            found[stands] = (*found.get(stands, (stands,)), row)
        return found


def sides(register: Register, table: pa.Table) -> Sides:
    """The columns of `table` (STORED_EVENTS), its names resolved once each."""
    raw = pa.chunked_array([*table["actor"].chunks, *table["recipient"].chunks], pa.string())
    names = pc.unique(raw).drop_null()
    parties = [register.resolve(name) for name in names.to_pylist()]
    places = {party: place for place, party in enumerate(dict.fromkeys(parties))}
    codes = np.array([*(places[party] for party in parties), -1], dtype=np.int64)
    organisation, system = _codes(table["organisation"]), _codes(table["system"])
    return Sides(
        kind=_codes(table["kind"]),
        product=_codes(table["product"]),
        copy=_codes(table["copy"]),
        actor=codes[_codes(table["actor"], names)],
        recipient=codes[_codes(table["recipient"], names)],
        organisation=organisation,
        source=organisation * (int(system.max(initial=-1)) + 2) + system + 1,
        lo=_micros(table["at_earliest"]),
        hi=_micros(table["at_latest"]),
    )


def find_acts(register: Register, table: pa.Table) -> Acts:
    """Which events of `table` (STORED_EVENTS, any order) report the same act. The answer does not depend on the
    order of the rows but for the rows themselves."""
    return acts_of(sides(register, table), table["id"], table["basis"])


def acts_of(columns: Sides, ids: pa.ChunkedArray, basis: pa.ChunkedArray) -> Acts:
    """The acts of columns read by `sides`; `ids` and `basis` say what stands for an act where times do not."""
    size = columns.lo.size
    stands = np.arange(size)
    key = groups([columns.kind, columns.product, columns.actor, columns.recipient])
    rows = np.flatnonzero(_told_by_several(key, columns.source))
    if rows.size == 0:
        return Acts(stands)
    rank = np.empty(rows.size, np.int64)
    rank[pc.sort_indices(ids.take(pa.array(rows))).to_numpy().astype(np.int64)] = np.arange(rows.size)
    order = np.lexsort((rank, columns.hi[rows], columns.lo[rows], key[rows]))
    rows, rank = rows[order], rank[order]
    act = _matched(key[rows], columns.lo[rows], columns.hi[rows], columns.copy[rows], columns.source[rows])
    best = pc.fill_null(pc.index_in(basis.take(pa.array(rows)), value_set=_WORDS), 0).to_numpy()
    lo, hi = columns.lo[rows], columns.hi[rows]
    by_act = np.lexsort((rank, lo, -best.astype(np.int64), hi - lo, act))
    first = by_act[np.searchsorted(act[by_act], act)]
    stands[rows] = rows[first]
    return Acts(stands)


def groups(columns: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """One code for each combination of values: equal where all columns are."""
    found = np.zeros(columns[0].size, np.int64)
    for column in columns:
        _, found = np.unique(found * (int(column.max(initial=-1)) + 2) + column + 1, return_inverse=True)
    return found.astype(np.int64)


def _told_by_several(key: NDArray[np.int64], source: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of each row, whether another source has an entry under the same key."""
    count = int(key.max(initial=-1)) + 1
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(least, key, source)
    np.maximum.at(most, key, source)
    several: NDArray[np.bool_] = (least < most)[key]
    return several


@njit(cache=True)
def _matched(
    key: NDArray[np.int64],
    lo: NDArray[np.int64],
    hi: NDArray[np.int64],
    copy: NDArray[np.int64],
    source: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The act of each entry, numbered; entries sorted by key, then time. Each goes to the nearest act it fits."""
    size = key.size
    act = np.empty(size, np.int64)
    last = np.full(size, -1, np.int64)  # the newest entry of an act, and from each entry the one before it
    before = np.full(size, -1, np.int64)
    common_lo, common_hi, numbered = lo.copy(), hi.copy(), copy.copy()
    acts, first_open = 0, 0
    for at in range(size):
        if at == 0 or key[at] != key[at - 1]:
            first_open = acts
        while first_open < acts and common_hi[first_open] + CLOCK < lo[at]:
            first_open += 1
        chosen, nearest = -1, np.int64(0)
        for one in range(max(first_open, acts - _MOST_OPEN), acts):
            if common_hi[one] + CLOCK < lo[at] or hi[at] + CLOCK < common_lo[one]:
                continue
            if numbered[one] >= 0 and copy[at] >= 0 and numbered[one] != copy[at]:
                continue
            entry, fits = last[one], True
            while entry >= 0 and fits:
                fits = source[entry] != source[at]
                entry = before[entry]
            if not fits:
                continue
            away = abs(common_lo[one] - lo[at]) + abs(common_hi[one] - hi[at])
            if chosen < 0 or away < nearest:
                chosen, nearest = one, away
        if chosen < 0:
            chosen = acts
            acts += 1
            common_lo[chosen], common_hi[chosen], numbered[chosen] = lo[at], hi[at], copy[at]
        else:
            common_lo[chosen] = max(common_lo[chosen], lo[at])
            common_hi[chosen] = min(common_hi[chosen], hi[at])
            if numbered[chosen] < 0:
                numbered[chosen] = copy[at]
        before[at], last[chosen], act[at] = last[chosen], at, chosen
    return act


def _codes(column: pa.ChunkedArray, words: pa.Array | None = None) -> NDArray[np.int64]:
    """The place of each value among `words` (all that occur, unless given), -1 where there is none."""
    known = pc.unique(column).drop_null() if words is None else words
    found: NDArray[np.int64] = pc.fill_null(pc.index_in(column, value_set=known), -1).to_numpy().astype(np.int64)
    return found


def _micros(column: pa.ChunkedArray) -> NDArray[np.int64]:
    found: NDArray[np.int64] = column.cast(pa.int64()).to_numpy()
    return found
