"""Reading records while others append: files come and go, records stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from tearline.ledger.commits import CommitLog
from tearline.ledger.lines import LINE_SCHEMA, leaves, take_apart
from tearline.ledger.manifest import Manifest, manifest_file, read_manifest
from tearline.ledger.notes import BadNote, VerifierKey
from tearline.ledger.state import StreamState
from tearline.ledger.store import as_column, read_segment, tail_lines
from tearline.records.errors import CouldNot, IntegrityFailure
from tearline.records.kinds import Stream

ATTEMPTS = 5
"""How often to look for a file again: a writer that seals a tail removes it just after its commit."""


def leaf_row(batch: pa.RecordBatch) -> bytes:
    """The leaf hashes of stored records: computed from each line, taken as stored where it was erased."""
    lines, stored = batch.column("line"), batch.column("leaf")
    if not lines.null_count:
        return leaves(lines)
    computed = leaves(lines.drop_null())
    row, at = [], 0
    for leaf, kept in zip(stored.to_pylist(), lines.is_valid().to_pylist(), strict=True):
        # Neither line nor leaf is damage; a leaf that no record has keeps the count and fails the root.
        row.append(computed[at : at + 32] if kept else leaf or bytes(32))
        at += 32 if kept else 0
    return b"".join(row)


def read_bodies(folder: Path, key: VerifierKey, stream: Stream) -> Iterator[dict[str, Any]]:
    """The bodies of a stream for whoever has the public key alone. Raises IntegrityFailure, CouldNot."""
    log = CommitLog(folder, key)
    reader = Reader(folder, key, log)
    for first, batch in reader.records(stream, 0, log.latest().size(stream)):
        for body in take_apart(first, batch.column("line")).column("body").to_pylist():
            yield json.loads(body)


class Reader:
    """Finds records by index, in whichever file they lie at the moment."""

    def __init__(self, folder: Path, key: VerifierKey, log: CommitLog) -> None:
        self._folder, self._key, self._log = folder, key, log
        self._manifests: dict[Stream, tuple[str, Manifest]] = {}

    def manifest(self, state: StreamState) -> Manifest:
        """The manifest a committed state refers to. Raises FileNotFoundError, IntegrityFailure."""
        if state.manifest is None:
            return Manifest()
        known = self._manifests.get(state.stream)
        if known is not None and known[0] == state.manifest:
            return known[1]
        name = manifest_file(state.manifest)
        try:
            note = (self._folder / state.stream.value / name).read_bytes()
            manifest = read_manifest(note, state.manifest, state.stream, self._key)
        except BadNote as error:
            raise IntegrityFailure(str(error), where=f"{state.stream.value}/{name}") from error
        self._manifests[state.stream] = (state.manifest, manifest)
        return manifest

    def layout(self, stream: Stream) -> tuple[StreamState, Manifest]:
        """The newest committed state of a stream and its manifest."""
        for _ in range(ATTEMPTS):
            state = self._log.latest().streams[stream]
            try:
                return state, self.manifest(state)
            except FileNotFoundError:
                continue
        raise IntegrityFailure("the manifest is missing", where=stream.value)

    def records(self, stream: Stream, start: int, stop: int) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Stored records `[start, stop)` in order: the first index of each batch, and `line, leaf`."""
        at, missing = start, 0
        while at < stop:
            state, manifest = self.layout(stream)
            if state.size < stop:
                raise IntegrityFailure(f"the stream holds {state.size} records, not {stop}", where=stream.value)
            try:
                for first, batch in self._piece(stream, state, manifest, at, stop):
                    yield first, batch
                    at, missing = first + len(batch), 0
            except FileNotFoundError as error:
                missing += 1
                if missing == ATTEMPTS:
                    gone = Path(error.filename).name if error.filename else str(error)
                    raise IntegrityFailure("the file is missing", where=f"{stream.value}/{gone}") from error
            except OSError as error:
                raise CouldNot(f"a file cannot be read: {error.strerror}", where=stream.value) from error

    def _piece(
        self, stream: Stream, state: StreamState, manifest: Manifest, at: int, stop: int
    ) -> Iterator[tuple[int, pa.RecordBatch]]:
        folder = self._folder / stream.value
        if at < manifest.sealed:
            segment = next(one for one in manifest.segments if one.stop > at)
            yield from read_segment(folder / segment.file, segment, at, stop)
            return
        path = folder / manifest.tail
        try:
            lines, _ = tail_lines(path, state.size - manifest.sealed)
        except IntegrityFailure:
            if path.exists():
                raise
            # Sealed since, most likely: the caller looks again where its records are now.
            raise FileNotFoundError(2, "missing", str(path)) from None
        wanted = list(islice(lines, at - manifest.sealed, stop - manifest.sealed))
        column = as_column(wanted, path)
        yield at, pa.record_batch([column, pa.nulls(len(column), pa.binary(32))], schema=LINE_SCHEMA)

    def leaves(self, stream: Stream, start: int, stop: int) -> bytes:
        """The leaf hashes of records `[start, stop)`."""
        return b"".join([leaf_row(batch) for _, batch in self.records(stream, start, stop)])

    def line(self, stream: Stream, index: int) -> str | None:
        """One record's canonical line; None where its body was erased."""
        _, batch = next(self.records(stream, index, index + 1))
        line: str | None = batch.column("line")[0].as_py()
        return line
