"""Handling events by product: a rebuildable view of the events stream, in small numbers.

Sorted by product, then at_earliest, at_latest and id; words stand as codes (`event_codes`). New positions of the
stream become a further run; runs are merged once the newer are not much smaller than the older, so that there are
never more than a few. What the view was built from (size and root of the stream) is compared with the ledger
before it is used: a stale view is extended, one that is wrong, damaged or missing is built again. Erased records
are not kept: after the erasure of an event the view is built anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tearline.engine import Cluster, Engine
from tearline.engine.interface import Work
from tearline.ledger import Ledger, LedgerState
from tearline.ledger.locks import held
from tearline.records.errors import CouldNot
from tearline.records.events import EVENT_FIELDS, STORED_EVENTS
from tearline.records.kinds import Stream
from tearline.views.daily_counts import count_days, summed_days
from tearline.views.event_codes import CODED_EVENTS, TABLE_OF, Coder, CodeTables
from tearline.views.event_reading import CodedEvents
from tearline.views.event_runs import (
    MANIFEST,
    Manifest,
    Words,
    is_as_written,
    is_stamped,
    read_manifest,
    read_sealed,
    write_manifest,
    write_run,
    write_words,
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
_CODED = {**TABLE_OF, "kind": "kind", "basis": "basis"}


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
_MERGE = (
    f"SELECT {', '.join(f'r.{name}' for name in CODED_EVENTS.names)} FROM runs AS r "
    "JOIN product_words AS p ON p.code = r.product ORDER BY p.word, r.at_earliest, r.at_latest, r.id"
)
_COUNTED = (
    f"SELECT {', '.join(CODED_EVENTS.names)} FROM runs AS r WHERE r.position < $size "
    "AND NOT EXISTS (SELECT 1 FROM gone WHERE gone.batch = r.batch)"
)
# Events in words, as every engine's SQL can say it.
_WORDED = (
    "SELECT "
    + ", ".join(
        f"{name}_word.word AS {name}" if name in _CODED else f"r.{name} AS {name}" for name in STORED_EVENTS.names
    )
    + " FROM runs AS r "
    + " ".join(
        f"LEFT JOIN {table}_words AS {name}_word ON {name}_word.code = r.{name}" for name, table in _CODED.items()
    )
    + " WHERE r.position < $size AND NOT EXISTS (SELECT 1 FROM gone WHERE gone.batch = r.batch)"
)


class EventsView:
    """Events in `folder`, brought up to date by `refresh`. Safe to use from several processes."""

    def __init__(self, folder: Path, ledger: Ledger, engine: Engine) -> None:
        self.folder = folder
        self._ledger = ledger
        self._key = ledger.keys.salt
        self._engine = engine
        self._manifest: Manifest | None = None
        self._known: tuple[tuple[Words, ...], CodeTables] | None = None

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

        def read(manifest: Manifest) -> pa.Table:
            coded = self._opened(manifest, state, retracted)
            codes = coded.tables.codes("product", pa.array(sorted(set(products)), pa.string()))
            return coded.tables.decoded(coded.of_products(codes[codes >= 0], CODED_EVENTS.names))

        return self._read(state, read)

    def coded(self, state: LedgerState, retracted: Collection[str] = frozenset()) -> CodedEvents:
        """The events at `state` without retracted batches as codes, to be read by product."""
        return self._read(state, lambda manifest: self._opened(manifest, state, retracted))

    def sorted_batches(
        self, products: NDArray[np.int64], state: LedgerState, retracted: Collection[str], *, rows: int
    ) -> pa.RecordBatchReader:
        """The coded events of `products` (codes) by time and id, in batches; sorted on disk if need be."""

        wanted = pa.table({"product": pa.array(products, pa.int32())})

        def read(manifest: Manifest) -> pa.RecordBatchReader:
            files = [self.folder / run.events.file for run in manifest.runs]
            return self._engine.batches(
                f"{_COUNTED} AND EXISTS (SELECT 1 FROM wanted WHERE wanted.product = r.product) "
                "ORDER BY at_earliest, at_latest, id",
                {"runs": files, "wanted": wanted, "gone": self._gone(manifest, retracted)},
                {"size": state.size(Stream.EVENTS)},
                rows=rows,
            )

        return self._read(state, read)

    def daily_counts(self, state: LedgerState, retracted: Collection[str] = frozenset()) -> pa.Table:
        """What is logged on which day (see `daily_counts`), of all events at `state` without retracted batches."""

        def read(manifest: Manifest) -> pa.Table:
            counted: pa.Table | list[Path] = [self.folder / run.counts.file for run in manifest.runs]
            if manifest.size > state.size(Stream.EVENTS):
                events = [self.folder / run.events.file for run in manifest.runs]
                counted = count_days(self._engine, events, state.size(Stream.EVENTS))
            return summed_days(self._engine, counted, self._tables(manifest), self._gone(manifest, retracted))

        return self._read(state, read)

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
        """What `work` makes on a cluster of `sql` over `events` (CODED_EVENTS) and `relations`; see
        `Cluster.by_group`.

        The machines read the view's own files, so all must see its folder under the same path.
        """

        def run(manifest: Manifest) -> pa.RecordBatchReader:
            files = [self.folder / run.events.file for run in manifest.runs]
            gone = self._gone(manifest, retracted)
            return cluster.by_group(
                f"WITH events AS ({_COUNTED}) {sql}",
                {"runs": files or CODED_EVENTS.empty_table(), "gone": gone, **relations},
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
        def run(manifest: Manifest) -> pa.RecordBatchReader:
            files = [self.folder / run.events.file for run in manifest.runs]
            words = self._tables(manifest).relations()
            return self._engine.batches(
                f"WITH events AS ({_WORDED}) {sql}",
                {
                    "runs": files or CODED_EVENTS.empty_table(),
                    "gone": self._gone(manifest, retracted),
                    **words,
                    **(relations or {}),
                },
                {**values, "size": state.size(Stream.EVENTS)},
            )

        return self._read(state, run)

    def _opened(self, manifest: Manifest, state: LedgerState, retracted: Collection[str]) -> CodedEvents:
        return CodedEvents(self.folder, manifest, self._tables(manifest), state.size(Stream.EVENTS), retracted)

    def _tables(self, manifest: Manifest) -> CodeTables:
        """The tables of codes; those read last are kept."""
        if self._known is None or self._known[0] != manifest.words:
            pieces = [read_sealed(self.folder, piece.words) for piece in manifest.words]
            self._known = manifest.words, CodeTables.of(pieces)
        return self._known[1]

    def _gone(self, manifest: Manifest, retracted: Collection[str]) -> pa.Table:
        """The codes of batches that do not count."""
        codes = self._tables(manifest).codes("batch", pa.array(sorted(retracted), pa.string()))
        return pa.table({"batch": pa.array(codes[codes >= 0], pa.int32())})

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
                files = list(self._manifest.files())
                if all((self.folder / sealed.file).exists() for sealed in files):
                    if all(is_as_written(self.folder, sealed) for sealed in files):
                        raise
                    (self.folder / MANIFEST).unlink(missing_ok=True)
                self._manifest = None
        raise CouldNot("the view of events keeps changing", where=str(self.folder), remedy="Try again")

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
        covered, root, runs, words = 0, "", [], []
        if found is not None:
            covered, root, runs, words = found.size, found.root, list(found.runs), list(found.words)
        tables = CodeTables.of(read_sealed(self.folder, piece.words) for piece in words)
        events = state.streams[Stream.EVENTS]
        if found is None or covered < events.size:
            if covered < events.size:
                scanned = self._ledger.scan(Stream.EVENTS, covered, events.size, state=state)
                batches = self._engine.batches(_SORT, {"scanned": scanned}, {"shape": _SHAPE})
                coder = Coder(tables)
                coded = coder.coded(batch.cast(STORED_EVENTS) for batch in batches)
                runs.append(write_run(self.folder, covered, events.size, coded, self._count))
                if (fresh := coder.fresh()).num_rows:
                    words.append(write_words(self.folder, fresh))
                    tables = CodeTables.of(read_sealed(self.folder, piece.words) for piece in words)
            covered, root = events.size, events.root
        while len(runs) > 1 and 2 * runs[-1].rows >= runs[-2].rows:
            older, newer = runs[-2:]
            files = [self.folder / run.events.file for run in (older, newer)]
            merged = self._engine.batches(
                _MERGE, {"runs": files, "product_words": tables.relations()["product_words"]}
            )
            sorted_ = (batch.cast(CODED_EVENTS) for batch in merged)
            runs[-2:] = [write_run(self.folder, older.first, newer.stop, sorted_, self._count)]
        while len(words) > 1 and 2 * words[-1].rows >= words[-2].rows:
            joined = pa.concat_tables([read_sealed(self.folder, piece.words) for piece in words[-2:]])
            words[-2:] = [write_words(self.folder, joined)]
        manifest = Manifest(covered, root, now.size(Stream.CUSTODY), self._erased(now), tuple(runs), tuple(words))
        write_manifest(self.folder, manifest, found, self._key)
        return manifest

    def _count(self, path: Path) -> pa.Table:
        return count_days(self._engine, [path])
