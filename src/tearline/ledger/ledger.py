"""The ledger: open it, append to it, read it as it is or as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from tearline.ledger import times
from tearline.ledger.commits import COMMITS, NO_LINE, Change, CommitLog, compose
from tearline.ledger.erasure import order_record
from tearline.ledger.files import disk_faults, sync_folder, write_durably
from tearline.ledger.keys import Keys
from tearline.ledger.lines import SCAN_SCHEMA, take_apart
from tearline.ledger.locks import COMMIT_PATIENCE, PATIENCE, held
from tearline.ledger.proofs import Proof, prove_consistency, prove_inclusion
from tearline.ledger.reading import Reader
from tearline.ledger.state import LedgerState
from tearline.ledger.transaction import StreamWriter, Transaction
from tearline.ledger.tree import EMPTY_ROOT
from tearline.records.errors import BadInput, CouldNot, TearlineError
from tearline.records.kinds import Stream


def create_ledger(folder: Path, keys: Keys) -> Ledger:
    """Make an empty ledger: a folder a stream, and a first commit in which every stream is empty.

    Raises BadInput where one is already there. A creation that was interrupted can be repeated.
    """
    if is_ledger(folder):
        raise BadInput("a ledger is already here", where=str(folder), remedy="Choose a new workspace folder")
    with disk_faults(folder):
        for stream in Stream:
            (folder / stream.value).mkdir(parents=True, exist_ok=True)
        empty = {stream: Change(0, EMPTY_ROOT, None) for stream in Stream}
        write_durably(folder / COMMITS, compose(None, NO_LINE, times.now(), empty, keys.signer))
        sync_folder(folder.parent)
    return Ledger.open(folder, keys)


def is_ledger(folder: Path) -> bool:
    """Is there anything of a ledger here? A commit log that is gone from among its records is no absence."""
    return any(path.is_file() and path.suffix != ".part" for path in folder.rglob("*"))


class Ledger:
    """A workspace's streams of sealed records.

    Every reading method takes the `state` to read at (None: the newest) and sees no further than it,
    whatever is appended meanwhile. Safe to use from several processes; a `Ledger` object itself belongs to
    one thread at a time.
    """

    def __init__(self, folder: Path, keys: Keys, *, writable: bool) -> None:
        self.folder = folder
        self.keys = keys
        self._writable = writable
        self._log = CommitLog(folder, keys.verifier)
        self._reader = Reader(folder, keys.verifier, self._log)
        self._locks = folder.parent / "locks"

    @classmethod
    def open(cls, folder: Path, keys: Keys, *, writable: bool = True) -> Ledger:
        """Open a ledger. Raises BadInput where none is, IntegrityFailure where its log is broken."""
        if not is_ledger(folder):
            raise BadInput(
                "there is no ledger here", where=str(folder), remedy="Make a workspace with `tearline init`"
            )
        ledger = cls(folder, keys, writable=writable)
        ledger.state()
        return ledger

    # Reading -----------------------------------------------------------------------------------------------

    def state(self) -> LedgerState:
        """The newest committed state."""
        with disk_faults(self.folder):
            return self._log.latest()

    def state_as_of(self, when: datetime | int | Mapping[Stream, int]) -> LedgerState:
        """The ledger as it was: at a moment (with time zone), at a number of events, or at given sizes.

        The last commit made no later than `when`; or at which the events stream held at most `when`
        records; or at which each named stream held at most so many. Before the first: all streams empty.
        """
        if isinstance(when, datetime):
            moment = times.written(when)
            return self._log.last_where(lambda state: state.at <= moment)
        sizes = {Stream.EVENTS: when} if isinstance(when, int) else when
        return self._log.last_where(lambda state: all(state.size(s) <= size for s, size in sizes.items()))

    def size(self, stream: Stream, state: LedgerState | None = None) -> int:
        """How many records the stream holds."""
        return (state or self.state()).size(stream)

    def checkpoint(self, stream: Stream, state: LedgerState | None = None) -> str:
        """The stream's signed checkpoint, a C2SP note."""
        return (state or self.state()).streams[stream].checkpoint

    def scan(
        self, stream: Stream, start: int = 0, stop: int | None = None, *, state: LedgerState | None = None
    ) -> pa.RecordBatchReader:
        """Records `[start, stop)` in order, as batches of `index:int64, at:string, body:string`.

        A RecordBatchReader is an iterator of batches, and DuckDB reads it as a table. Memory is bounded by
        one row group. Erased records are left out; the gap in `index` shows them.
        """
        size = self.size(stream, state)
        last = size if stop is None else min(stop, size)
        found = (
            take_apart(first, batch.column("line"))
            for first, batch in self._reader.records(stream, max(start, 0), last)
        )
        return pa.RecordBatchReader.from_batches(SCAN_SCHEMA, found)

    def bodies(self, stream: Stream, state: LedgerState | None = None) -> list[dict[str, Any]]:
        """All bodies of a small stream, parsed, in order."""
        return [
            json.loads(body)
            for batch in self.scan(stream, state=state)
            for body in batch.column("body").to_pylist()
        ]

    def prove_inclusion(self, stream: Stream, index: int, state: LedgerState | None = None) -> Proof:
        """The proof that record `index` is in the stream. Raises BadInput where there is no such record."""
        return prove_inclusion(self._reader, stream, index, self.size(stream, state))

    def prove_consistency(self, stream: Stream, old: int, state: LedgerState | None = None) -> Proof:
        """The proof that the first `old` records are still the beginning of the stream."""
        return prove_consistency(self._reader, stream, old, self.size(stream, state))

    def inclusion_document(self, stream: Stream, index: int, state: LedgerState | None = None) -> dict[str, Any]:
        """A record with the proof that it is in the stream, for whoever has no Tearline: JSON with `record`
        (its line; null where it was erased), `leaf`, `steps` and the signed `checkpoint`."""
        state = state or self.state()
        proof = self.prove_inclusion(stream, index, state)
        line = self._reader.line(stream, index)
        return proof.document(self.checkpoint(stream, state), record=line)

    def consistency_document(
        self, stream: Stream, old: LedgerState, state: LedgerState | None = None
    ) -> dict[str, Any]:
        """The proof that what `old` held is still the beginning of the stream: `older`, `checkpoint`, `steps`."""
        state = state or self.state()
        proof = self.prove_consistency(stream, old.size(stream), state)
        return proof.document(self.checkpoint(stream, state), older=self.checkpoint(stream, old))

    # Writing -----------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self, streams: Sequence[Stream], patience: float = PATIENCE) -> Iterator[Transaction]:
        """Append to these streams together: committed when the block ends, dropped when it raises. `patience`: how
        many seconds to wait for other writers.

        Raises CouldNot where another writer holds one of them or the disk refuses.
        """
        with self._writers(streams, patience) as (state, writers):
            yield Transaction(state, writers)

    def append(
        self, stream: Stream, bodies: pa.Array | pa.ChunkedArray | Sequence[str], patience: float = PATIENCE
    ) -> range:
        """Append records to one stream and commit; returns their indexes."""
        with self.transaction([stream], patience) as transaction:
            return transaction.append(stream, bodies)

    def seal(self, stream: Stream) -> None:
        """Move a stream's tail into a sealed segment. No leaf and no root changes."""
        with self._writers([stream]) as (_, writers):
            writers[stream].seal()

    def erase(self, stream: Stream, index: int, order: Mapping[str, str]) -> None:
        """Drop the body of a record, keeping its leaf, on an order (who, on what ground) kept in `custody`.

        Both happen in one commit. Raises BadInput for a record that does not exist, was erased before, or
        is itself in custody.
        """
        if stream is Stream.CUSTODY:
            raise BadInput("orders cannot themselves be erased", where=stream.value)
        if not order:
            raise BadInput("an erasure needs the order that allows it", where=stream.value)
        if not 0 <= index < self.size(stream):
            raise BadInput(f"there is no record {index} among {self.size(stream)}", where=stream.value)
        self.seal(stream)
        with self._writers([stream, Stream.CUSTODY]) as (_, writers):
            leaf = writers[stream].erase(index)
            writers[Stream.CUSTODY].append([order_record(stream, index, leaf, order)])

    @contextmanager
    def _writers(
        self, streams: Sequence[Stream], patience: float = PATIENCE
    ) -> Iterator[tuple[LedgerState, dict[Stream, StreamWriter]]]:
        """Hold the streams' locks; commit what was written when the block ends, drop it when it raises."""
        if not self._writable:
            raise CouldNot("the ledger was opened for reading only", where=str(self.folder))
        chosen = sorted(set(streams))
        with held(self._locks, [stream.value for stream in chosen], patience):
            state = self.state()
            at = max(state.at, times.now())
            writers: dict[Stream, StreamWriter] = {}
            try:
                for stream in chosen:
                    with disk_faults(self.folder):
                        manifest = self._reader.layout(stream)[1]
                        home = self.folder / stream.value
                        writers[stream] = StreamWriter(home, state.streams[stream], manifest, self.keys, at)
                yield state, writers
                self._commit(writers)
            except BaseException:
                with suppress(TearlineError):
                    now = self.state()
                    for stream, writer in writers.items():
                        writer.abandon(now.streams[stream])
                raise
            for writer in writers.values():
                writer.tidy()

    def _commit(self, writers: Mapping[Stream, StreamWriter]) -> None:
        changes = {stream: change for stream, writer in writers.items() if (change := writer.finish())}
        if changes:
            with held(self._locks, ["commit"], COMMIT_PATIENCE), disk_faults(self.folder):
                self._log.append(changes, self.keys.signer)
