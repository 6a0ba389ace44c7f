"""Handling events by product: a rebuildable view of the events stream.

Sorted by product, then at_earliest, at_latest and id. New positions of the stream become a further run; runs are
merged once the newer are not much smaller than the older, so that there are never more than a few. What the view
was built from (size and root of the stream) is compared with the ledger before it is used: a stale view is
extended, one that is wrong, damaged or missing is built again. Erased records are not kept: after the erasure of
an event the view is built anew.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tearline.engine import Cluster, Engine
from tearline.engine.interface import Work
from tearline.ledger import Ledger, LedgerState
from tearline.ledger.locks import held
from tearline.records.errors import CouldNot
from tearline.records.events import EVENT_FIELDS, STORED_EVENTS
from tearline.records.kinds import Stream
from tearline.views.event_runs import (
    MANIFEST,
    Manifest,
    Run,
    is_as_written,
    is_stamped,
    read_manifest,
    write_manifest,
    write_run,
)

T = TypeVar("T")
S = TypeVar("S")

_LOCK = "view-events"
_PATIENCE = 3600.0
"""Seconds to wait for another process that is bringing the view up to date; the work would be the same."""

_ORDER = "product, at_earliest, at_latest, id"
_COLUMNS = ", ".join(STORED_EVENTS.names)
_SHAPE = (
    "{"
    + ", ".join(f'"{name}": "{"JSON" if name == "detail" else "VARCHAR"}"' for name, _ in EVENT_FIELDS)
    + ', "batch": "VARCHAR"}'
)


def _read_body(name: str, kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return f"CAST(e.{name} AS TIMESTAMPTZ) AS {name}"
    return f"CAST(e.{name} AS VARCHAR) AS {name}"


# Every statement is made of constants; values are bound.
# ruff: noqa: S608
_SORT = (
    f"SELECT {', '.join(_read_body(name, kind) for name, kind in EVENT_FIELDS)}, e.batch AS batch, position "
    "FROM (SELECT json_transform(body, $shape) AS e, index AS position FROM scanned) "
    f"ORDER BY {_ORDER}"
)
_MERGE = f"SELECT {_COLUMNS} FROM runs ORDER BY {_ORDER}"
_VALID = (
    f"SELECT {_COLUMNS} FROM runs WHERE position < $size "
    "AND (batch IS NULL OR NOT list_contains(CAST($retracted AS VARCHAR[]), batch))"
)
# The same as every engine's SQL can say it.
_VALID_ANYWHERE = (
    f"SELECT {_COLUMNS} FROM runs WHERE position < $size "
    "AND NOT EXISTS (SELECT 1 FROM retracted WHERE retracted.batch = runs.batch)"
)


class EventsView:
    """Events in `folder`, brought up to date by `refresh`. Safe to use from several processes."""

    def __init__(self, folder: Path, ledger: Ledger, engine: Engine) -> None:
        self.folder = folder
        self._ledger = ledger
        self._key = ledger.keys.salt
        self._engine = engine
        self._manifest: Manifest | None = None

    def refresh(self, state: LedgerState) -> None:
        """Make the view cover at least `state`. Raises CouldNot where the disk refuses."""
        found = read_manifest(self.folder, self._key)
        if found is None or not self._covers(found, state):
            try:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                with held(self._ledger.folder.parent / "locks", [_LOCK], _PATIENCE):
                    found = self._brought_up(state)
            except OSError as error:
                raise CouldNot(
                    f"the view of events could not be written: {error.strerror or error}",
                    where=str(self.folder),
                    remedy="Check free space and permissions, then try again; nothing of the record is lost",
                ) from error
        elif not is_stamped(self.folder, found):
            self._stamp()
        self._manifest = found

    def covered(self) -> int | None:
        """How many records of the stream the view on disk covers; None where it would be built again."""
        found = read_manifest(self.folder, self._key)
        return found.size if found is not None and self._agrees(found) else None

    def rebuild(self) -> int:
        """Build the view anew, trusting nothing of the old one; how many records of the stream it covers."""
        with held(self._ledger.folder.parent / "locks", [_LOCK], _PATIENCE):
            (self.folder / MANIFEST).unlink(missing_ok=True)
        state = self._ledger.state()
        self.refresh(state)
        return state.size(Stream.EVENTS)

    def position(self, event: str, state: LedgerState) -> int | None:
        """Where in the events stream the event with this id stands; None where none is, or its body was erased."""
        found = self.query("SELECT position FROM events WHERE id = $event", state, values={"event": event})
        return int(found["position"][0].as_py()) if found.num_rows else None

    def _stamp(self) -> None:
        """A workspace was copied or restored and its runs hashed again: once is enough. Never waits."""
        with suppress(CouldNot, OSError), held(self._ledger.folder.parent / "locks", [_LOCK], 0):
            found = read_manifest(self.folder, self._key)
            if found is not None:
                write_manifest(self.folder, found, found, self._key)

    def of_products(
        self, products: Sequence[str], state: LedgerState, retracted: Collection[str] = frozenset()
    ) -> pa.Table:
        """The events of `products` at `state` without retracted batches (schema STORED_EVENTS), in order."""
        wanted = sorted(set(products))
        values = pa.array(wanted, pa.string())

        def read(manifest: Manifest) -> pa.Table:
            pieces = [
                self._piece(run, wanted, values) for run in manifest.runs if run.first < state.size(Stream.EVENTS)
            ]
            return pa.concat_tables([STORED_EVENTS.empty_table(), *pieces])

        found = self._read(state, read)
        found = found.filter(pc.less(found["position"], state.size(Stream.EVENTS)))
        if retracted:
            gone = pc.is_in(found["batch"], value_set=pa.array(sorted(retracted), pa.string()))
            found = found.filter(pc.invert(gone))
        # One run is in order already.
        pieces = 1 if self._manifest is None else len(self._manifest.runs)
        return found if pieces <= 1 else found.sort_by([(name, "ascending") for name in _ORDER.split(", ")])

    def all_events(self, state: LedgerState, retracted: Collection[str] = frozenset()) -> pa.Table:
        """Every event at `state`, in order, in memory: for amounts that fit."""
        return self.query(f"SELECT {_COLUMNS} FROM events ORDER BY {_ORDER}", state, retracted)

    def scan(self, state: LedgerState, retracted: Collection[str] = frozenset()) -> pa.RecordBatchReader:
        """Every event at `state`, in order, as batches; memory does not grow with the stream."""
        return self._scan(f"SELECT {_COLUMNS} FROM events ORDER BY {_ORDER}", state, retracted, {})

    def query(
        self,
        sql: str,
        state: LedgerState,
        retracted: Collection[str] = frozenset(),
        values: Mapping[str, Any] | None = None,
        relations: Mapping[str, pa.Table] | None = None,
    ) -> pa.Table:
        """The result of `sql` over the relation `events` (columns of STORED_EVENTS) at `state`, values bound."""
        return self._scan(sql, state, retracted, values or {}, relations).read_all()

    def by_group(
        self,
        cluster: Cluster,
        sql: str,
        state: LedgerState,
        retracted: Collection[str],
        relations: Mapping[str, pa.Table],
        *,
        order: Sequence[str],
        work: Work[S],
        shared: S,
        schema: pa.Schema,
    ) -> pa.RecordBatchReader:
        """What `work` makes on a cluster of `sql` over `events` and `relations`; see `Cluster.by_group`.

        The machines read the view's own files, so all must see its folder under the same path.
        """
        gone = pa.table({"batch": pa.array(sorted(retracted), pa.string())})

        def run(manifest: Manifest) -> pa.RecordBatchReader:
            files = [self.folder / run.file for run in manifest.runs]
            return cluster.by_group(
                f"WITH events AS ({_VALID_ANYWHERE}) {sql}",
                {"runs": files or STORED_EVENTS.empty_table(), "retracted": gone, **relations},
                {"size": state.size(Stream.EVENTS)},
                order=order,
                rows=sum(run.rows for run in manifest.runs),
                work=work,
                shared=shared,
                schema=schema,
            )

        return self._read(state, run)

    def count(self, state: LedgerState, retracted: Collection[str] = frozenset()) -> int:
        """How many events count at `state`."""
        found: int = self.query("SELECT count(*) AS events FROM events", state, retracted)["events"][0].as_py()
        return found

    def _scan(
        self,
        sql: str,
        state: LedgerState,
        retracted: Collection[str],
        values: Mapping[str, Any],
        relations: Mapping[str, pa.Table] | None = None,
    ) -> pa.RecordBatchReader:
        bound = {**values, "size": state.size(Stream.EVENTS), "retracted": sorted(retracted)}

        def run(manifest: Manifest) -> pa.RecordBatchReader:
            files = [self.folder / run.file for run in manifest.runs]
            runs = files or STORED_EVENTS.empty_table()
            return self._engine.batches(
                f"WITH events AS ({_VALID}) {sql}", {"runs": runs, **(relations or {})}, bound
            )

        return self._read(state, run)

    def _read(self, state: LedgerState, read: Callable[[Manifest], T]) -> T:
        """Read runs; where another process has merged them away meanwhile, those that took their place; where the
        disk gives back something else than was written, runs that are built again."""
        for _ in range(5):
            if self._manifest is None or self._manifest.size < state.size(Stream.EVENTS):
                self.refresh(state)
            assert self._manifest is not None
            try:
                return read(self._manifest)
            except (OSError, CouldNot, pa.ArrowException):
                if all((self.folder / run.file).exists() for run in self._manifest.runs):
                    if all(is_as_written(self.folder, run) for run in self._manifest.runs):
                        raise
                    (self.folder / MANIFEST).unlink(missing_ok=True)
                self._manifest = None
        raise CouldNot("the view of events keeps changing", where=str(self.folder), remedy="Try again")

    def _piece(self, run: Run, wanted: Sequence[str], values: pa.Array) -> pa.Table:
        """The rows of `wanted` in one run, reading only the row groups that may hold them."""
        path = self.folder / run.file
        metadata, first, last = _bounds(path)
        groups: dict[int, None] = {}
        for product in wanted:
            groups.update(dict.fromkeys(range(bisect_left(last, product), bisect_right(first, product))))
        if not groups:
            return STORED_EVENTS.empty_table()
        with pq.ParquetFile(path, metadata=metadata, page_checksum_verification=True) as file:
            table = file.read_row_groups(sorted(groups), use_threads=False)
        return table.filter(pc.is_in(table["product"], value_set=values))

    def _covers(self, manifest: Manifest, state: LedgerState) -> bool:
        return manifest.size >= state.size(Stream.EVENTS) and self._agrees(manifest)

    def _agrees(self, manifest: Manifest) -> bool:
        """Whether the ledger at the manifest's size is what the view was built from, with as much erased."""
        now = self._ledger.state()
        if manifest.size > now.size(Stream.EVENTS) or manifest.custody > now.size(Stream.CUSTODY):
            return False
        then = now
        if now.size(Stream.EVENTS) != manifest.size:
            then = self._ledger.state_as_of({Stream.EVENTS: manifest.size})
        stream = then.streams[Stream.EVENTS]
        if stream.size != manifest.size or stream.root != manifest.root:
            return False
        return manifest.custody == now.size(Stream.CUSTODY) or manifest.erased == self._erased(now)

    def _erased(self, state: LedgerState) -> int:
        orders = self._ledger.bodies(Stream.CUSTODY, state)
        return sum(order.get("stream") == Stream.EVENTS and "leaf" in order for order in orders)

    def _brought_up(self, state: LedgerState) -> Manifest:
        """Add what is missing up to `state`; the caller holds the lock."""
        now, found = self._ledger.state(), read_manifest(self.folder, self._key)
        if found is not None and not self._agrees(found):
            found = None
        covered, root, runs = (found.size, found.root, list(found.runs)) if found else (0, "", [])
        events = state.streams[Stream.EVENTS]
        if found is None or covered < events.size:
            if covered < events.size:
                scanned = self._ledger.scan(Stream.EVENTS, covered, events.size, state=state)
                batches = self._engine.batches(_SORT, {"scanned": scanned}, {"shape": _SHAPE})
                runs.append(write_run(self.folder, covered, events.size, _typed(batches), STORED_EVENTS))
            covered, root = events.size, events.root
        while len(runs) > 1 and 2 * runs[-1].rows >= runs[-2].rows:
            older, newer = runs[-2:]
            files = [self.folder / older.file, self.folder / newer.file]
            merged = self._engine.batches(_MERGE, {"runs": files})
            runs[-2:] = [write_run(self.folder, older.first, newer.stop, _typed(merged), STORED_EVENTS)]
        manifest = Manifest(covered, root, now.size(Stream.CUSTODY), self._erased(now), tuple(runs))
        write_manifest(self.folder, manifest, found, self._key)
        return manifest


def _typed(batches: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    return (batch.cast(STORED_EVENTS) for batch in batches)


@lru_cache(maxsize=256)
def _bounds(path: Path) -> tuple[pq.FileMetaData, list[str], list[str]]:
    """A run's metadata, and the first and last product of each of its row groups. Runs never change."""
    with pq.ParquetFile(path) as file:
        metadata = file.metadata
    column = STORED_EVENTS.get_field_index("product")
    found = [metadata.row_group(group).column(column).statistics for group in range(metadata.num_row_groups)]
    return metadata, [each.min for each in found], [each.max for each in found]
