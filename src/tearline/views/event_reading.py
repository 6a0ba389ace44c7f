"""Reading the events view's columns by product: as many row groups as it takes, each once, in bounded memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tearline.views.event_codes import CODED_EVENTS, CodeTables
from tearline.views.event_runs import ROW_GROUP, Manifest, Run, index_of, metadata_of


class CodedEvents:
    """The coded events of one manifest up to a size of the stream, without some batches.

    Files are opened when this is made: what is merged away meanwhile stays readable. `tables`: what codes mean.
    """

    def __init__(
        self, folder: Path, manifest: Manifest, tables: CodeTables, size: int, retracted: Collection[str]
    ) -> None:
        self.tables = tables
        self.rows = sum(run.rows for run in manifest.runs)
        self._runs = [_RunReader(folder, run) for run in manifest.runs if run.first < size]
        self._size = size if size < manifest.size else None
        gone = [tables.code("batch", batch) for batch in sorted(retracted)]
        self._gone = pa.array([code for code in gone if code >= 0], pa.int32())

    @property
    def whole(self) -> bool:
        """Does every row of the files count?"""
        return self._size is None and not len(self._gone)

    def sizes(self) -> NDArray[np.int64]:
        """By code of product, how many rows its events take up in the files."""
        found = np.zeros(len(self.tables.words["product"]), np.int64)
        for run in self._runs:
            np.add.at(found, run.index.product, np.diff(run.index.first))
        return found

    def of_products(self, products: Sequence[int] | NDArray[np.int64], columns: Sequence[str]) -> pa.Table:
        """The events of `products` (codes, each once): by product as listed, then by time and id.

        Besides `columns` those that the order and the choice of rows need may be there.
        """
        wanted = np.asarray(products, np.int64)
        several = len(self._runs) > 1
        asked = [*columns]
        asked += [c for c in ("product", "at_earliest", "at_latest", "id") if several and c not in asked]
        asked += [c for c, needed in (("position", self._size), ("batch", len(self._gone))) if needed]
        asked = [name for name in CODED_EVENTS.names if name in asked]
        found = pa.concat_tables([
            CODED_EVENTS.empty_table().select(asked), *(run.read(wanted, asked) for run in self._runs)
        ])  # fmt: skip
        if self._size is not None:
            found = found.filter(pc.less(found["position"], self._size))
        if len(self._gone):
            found = found.filter(pc.invert(pc.is_in(found["batch"], value_set=self._gone)))
        return _in_order(found, wanted) if several else found


class _RunReader:
    """One run's file, and the row group read last: the next product often begins in it."""

    def __init__(self, folder: Path, run: Run) -> None:
        path = folder / run.events.file
        self.index = index_of(folder, run)
        self._file = pq.ParquetFile(path, metadata=metadata_of(path), page_checksum_verification=True)
        self._place: NDArray[np.int64] | None = None
        self._kept: tuple[int, tuple[str, ...], pa.Table] | None = None

    def read(self, products: NDArray[np.int64], columns: Sequence[str]) -> pa.Table:
        """The rows of `products` in the order of the list."""
        place = self._places(products)
        place = place[place >= 0]
        pieces = [CODED_EVENTS.empty_table().select(columns)]
        if place.size:
            # Products that lie one after the other are read as one.
            breaks = np.flatnonzero(np.diff(place) != 1)
            firsts = self.index.first[place[np.append(0, breaks + 1)]]
            stops = self.index.first[place[np.append(breaks, place.size - 1)] + 1]
            for first, stop in zip(firsts.tolist(), stops.tolist(), strict=True):
                pieces.extend(self._range(first, stop, columns))
        return pa.concat_tables(pieces)

    def _range(self, first: int, stop: int, columns: Sequence[str]) -> list[pa.Table]:
        one, other = first // ROW_GROUP, (stop - 1) // ROW_GROUP
        names, kept = tuple(columns), self._kept
        pieces = []
        at = one
        if kept is not None and kept[:2] == (one, names):
            pieces.append(kept[2])
            at += 1
        if at <= other:
            table = self._file.read_row_groups(list(range(at, other + 1)), columns=names)
            pieces.append(table)
            begin = (other - at) * ROW_GROUP
            self._kept = (other, names, table.slice(begin))
        found = pa.concat_tables(pieces).slice(first - one * ROW_GROUP, stop - first)
        return [found]

    def _places(self, products: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where each product stands in the run's order, -1 where it does not."""
        if self._place is None:
            place = np.full(int(self.index.product.max(initial=-1)) + 1, -1, np.int64)
            place[self.index.product] = np.arange(self.index.product.size)
            self._place = place
        known = (products >= 0) & (products < self._place.size)
        found: NDArray[np.int64] = np.where(known, self._place[np.where(known, products, 0)], -1)
        return found


def _in_order(table: pa.Table, products: NDArray[np.int64]) -> pa.Table:
    """By product as listed, then at_earliest, at_latest and id; ids are compared only where all else is equal."""
    if table.num_rows == 0:
        return table
    rank = np.empty(int(products.max()) + 1, np.int64)
    rank[products] = np.arange(products.size)
    product = rank[table["product"].to_numpy()]
    low, high = (table[name].cast(pa.int64()).to_numpy() for name in ("at_earliest", "at_latest"))
    order: NDArray[np.int64] = np.lexsort((high, low, product))
    same = np.ones(order.size - 1, np.bool_)
    for column in (product, low, high):
        same &= np.diff(column[order]) == 0
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        rows = order[tied]
        rank = np.empty(rows.size, np.int64)
        rank[pc.sort_indices(table["id"].take(pa.array(rows))).to_numpy()] = np.arange(rows.size)
        order[tied] = rows[np.lexsort((rank, high[rows], low[rows], product[rows]))]
    return table.take(pa.array(order))
