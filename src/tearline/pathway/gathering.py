"""From the events table and the register to the kernel's columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tearline.pathway.cast import EVER, Cast, assemble
from tearline.pathway.columns import AUTHOR, KINDS, ORIGIN, EventArrays, FamilyArrays
from tearline.records.kinds import Basis
from tearline.records.parties import Party, PartyKind
from tearline.records.products import Product
from tearline.records.times import to_micros
from tearline.views.register import Register

N = TypeVar("N", bound=np.generic)

_WORDS = pa.array(["", *(basis.word for basis in Basis)])
_KINDS = pa.array([kind.value for kind in KINDS])


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Kernel columns; `source[e]` is the row of `table` an event comes from, -1 for authorship and origin."""

    table: pa.Table
    source: NDArray[np.int64]
    events: EventArrays
    cast: Cast
    families: FamilyArrays


@dataclass(frozen=True, slots=True, eq=False)
class _Roll:
    """Every name in some events, and who it is: `codes[i]` is the party of `names[i]`, the last one nobody's."""

    names: pa.Array
    codes: NDArray[np.int32]
    cast: Cast


def _call(register: Register, names: Iterable[str], products: Iterable[str]) -> _Roll:
    """The roll of these names and of the authors and originators of `products`. Each name is resolved once."""
    listed = sorted(set(names))
    known = [register.products[product] for product in products]
    parties = [register.resolve(name) for name in listed]
    authors = [register.resolve(author) for product in known for author in product.authors]
    cast = assemble(register, [*parties, *authors], [product.originator for product in known])
    codes = np.array([*(cast.codes[party] for party in parties), -1], dtype=np.int32)
    return _Roll(pa.array(listed, pa.string()), codes, cast)


def gather(
    register: Register,
    families: Sequence[tuple[str, ...]],
    table: pa.Table,
    before: int,
    *,
    chains: bool,
) -> Gathered:
    """Columns for one run per family (its product first); events at or after `before` (microseconds) are left out.

    `table` holds events of the families' products, in any order; an event counts once for every family it is in.
    """
    members = sorted({product for family in families for product in family})
    table = table.filter(pc.less(table["at_earliest"].cast(pa.int64()), before))
    roll = _call(register, _names(table), members)
    cast = roll.cast
    product = _codes(table["product"], pa.array(members, pa.string()))
    runs, places, source = _memberships(families, members, product)
    lo, hi = _micros(table, "at_earliest")[source], _micros(table, "at_latest")[source]
    actor, recipient = (roll.codes[_codes(table[side], roll.names)[source]] for side in ("actor", "recipient"))
    seeds = _seeds(register, families, before, chains=chains)
    own = [
        np.array(column, dtype=np.int64)
        for column in zip(*((r, m, k, t, cast.codes[party]) for r, m, k, t, party in seeds), strict=True)
    ] or [np.empty(0, np.int64)] * 5
    run = np.concatenate([own[0], runs])
    low, high = np.concatenate([own[3], lo]), np.concatenate([own[3], hi])
    sources = np.concatenate([np.full(len(seeds), -1, np.int64), source])
    order = canonical(run, low, high, sources, table["id"])

    def column(seed: NDArray[Any] | int, rest: NDArray[Any], dtype: type[N]) -> NDArray[N]:
        first = np.full(len(seeds), seed) if isinstance(seed, int) else seed
        return np.concatenate([first, rest]).astype(dtype)[order]

    events = EventArrays(
        run=run.astype(np.int32)[order],
        member=column(own[1], places, np.int32),
        kind=column(own[2], _codes(table["kind"], _KINDS)[source], np.int8),
        basis=column(0, np.maximum(_codes(table["basis"], _WORDS), 0)[source], np.int8),
        lo=low[order],
        hi=high[order],
        actor=column(-1, actor, np.int32),
        recipient=column(own[4], recipient, np.int32),
    )
    return Gathered(
        table=table,
        source=sources[order],
        events=events,
        cast=cast,
        families=family_arrays(register.products, families, cast),
    )


def _codes(column: pa.ChunkedArray, words: pa.Array) -> NDArray[np.int64]:
    """The place of each value among `words`, -1 where it is absent or not one of them."""
    return _numpy(pc.fill_null(pc.index_in(column, value_set=words), -1)).astype(np.int64)


def _names(table: pa.Table) -> list[str]:
    """The distinct names of actors and recipients."""
    sides = pa.chunked_array([*table["actor"].chunks, *table["recipient"].chunks], pa.string())
    found: list[str] = pc.unique(sides).drop_null().to_pylist()
    return found


def _numpy(column: pa.ChunkedArray | pa.Array) -> NDArray[np.int64]:
    found: NDArray[np.int64] = column.to_numpy()
    return found


def _micros(table: pa.Table, name: str) -> NDArray[np.int64]:
    return _numpy(table[name].cast(pa.int64()))


def canonical(
    run: NDArray[np.int64],
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    source: NDArray[np.int64],
    ids: pa.ChunkedArray,
) -> NDArray[np.int64]:
    """The order by run, time and event id, so that the order of the input never shows in an answer.

    Ids are compared only where times are equal; what has no event (`source` -1) comes first there.
    """
    order: NDArray[np.int64] = np.lexsort((high, low, run))
    same = (np.diff(run[order]) == 0) & (np.diff(low[order]) == 0) & (np.diff(high[order]) == 0)
    if not same.any():
        return order
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    rows = order[tied]
    named = source[rows] >= 0
    rank = np.full(rows.size, -1, np.int64)
    found = ids.take(pa.array(source[rows[named]]))
    rank[np.flatnonzero(named)[_numpy(pc.sort_indices(found)).astype(np.int64)]] = np.arange(len(found))
    order[tied] = rows[np.lexsort((rank, high[rows], low[rows], run[rows]))]
    return order


def _memberships(
    families: Sequence[tuple[str, ...]], members: Sequence[str], product: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Every (family, event) pair: the run, the event's product's place in the family, and the event."""
    at = {name: place for place, name in enumerate(members)}
    order = np.argsort(product, kind="stable")
    edges = np.searchsorted(product[order], np.arange(len(members) + 1))
    pieces = [
        (run, place, order[edges[at[name]] : edges[at[name] + 1]])
        for run, family in enumerate(families)
        for place, name in enumerate(family)
    ]
    if not pieces:
        return (np.empty(0, np.int64),) * 3
    sizes = [len(rows) for *_, rows in pieces]
    return (
        np.repeat([run for run, *_ in pieces], sizes).astype(np.int64),
        np.repeat([place for _, place, _ in pieces], sizes).astype(np.int64),
        np.concatenate([rows for *_, rows in pieces]),
    )


def _seeds(
    register: Register, families: Sequence[tuple[str, ...]], before: int, *, chains: bool
) -> list[tuple[int, int, int, int, Party]]:
    """Where holdings begin without an event: (run, member, kind, time, party) of authors and originators."""
    seeds: list[tuple[int, int, int, int, Party]] = []
    for run, family in enumerate(families):
        for place, name in enumerate(family):
            product = register.products[name]
            if chains:
                seeds.append((run, place, ORIGIN, int(EVER), Party(PartyKind.ORGANISATION, product.originator)))
            issued = to_micros(product.issued_at)
            if issued < before:
                seeds.extend(
                    (run, place, AUTHOR, issued, register.resolve(author))
                    for author in sorted(set(product.authors))
                )
    return seeds


def family_arrays(
    products: Mapping[str, Product], families: Sequence[tuple[str, ...]], cast: Cast
) -> FamilyArrays:
    first, below_first, from_first = [0], [0], [0]
    below: list[int] = []
    above: list[int] = []
    for family in families:
        if len(family) == 1:
            below_first.append(len(below))
            above.append(cast.codes[Party(PartyKind.ORGANISATION, products[family[0]].originator)])
            from_first.append(len(above))
            first.append(len(below_first) - 1)
            continue
        descendants = _descendants(products, family)
        for place, name in enumerate(family):
            below.extend(descendants[place])
            below_first.append(len(below))
            sources = {name, *(family[p] for p, found in enumerate(descendants) if place in found)}
            above.extend(
                sorted(cast.codes[Party(PartyKind.ORGANISATION, products[s].originator)] for s in sources)
            )
            from_first.append(len(above))
        first.append(len(below_first) - 1)
    return FamilyArrays(
        first=np.array(first, np.int64),
        descendants_first=np.array(below_first, np.int64),
        descendants=np.array(below, np.int32),
        originators_first=np.array(from_first, np.int64),
        originators=np.array(above, np.int32),
    )


def _descendants(products: Mapping[str, Product], family: tuple[str, ...]) -> list[list[int]]:
    """Of each member of a family, the places of everything in the family that is derived from it."""
    places = {name: place for place, name in enumerate(family)}
    children: list[set[int]] = [set() for _ in family]
    for name, place in places.items():
        for parent in products[name].derived_from:
            if parent in places and parent != name:
                children[places[parent]].add(place)
    found: list[list[int]] = []
    for place in range(len(family)):
        below, waiting = set(children[place]), list(children[place])
        while waiting:
            fresh = children[waiting.pop()] - below
            below |= fresh
            waiting.extend(fresh)
        found.append(sorted(below - {place}))
    return found
