"""Appending: records of several streams become part of the ledger together, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from tearline.ledger import lines as records
from tearline.ledger.commits import Change
from tearline.ledger.erasure import without
from tearline.ledger.files import append_durably, disk_faults, write_durably
from tearline.ledger.keys import Keys
from tearline.ledger.manifest import Manifest, Segment, manifest_file
from tearline.ledger.state import LedgerState, StreamState
from tearline.ledger.store import (
    SEGMENT_ROWS,
    TAIL_BYTES,
    TAIL_RECORDS,
    SegmentWriter,
    as_column,
    sweep,
    tail_lines,
)
from tearline.ledger.tree import extend
from tearline.records.errors import IntegrityFailure
from tearline.records.kinds import Stream


class StreamWriter:
    """Appends to one stream whose lock is held. Nothing it writes counts until the ledger commits it."""

    def __init__(self, folder: Path, state: StreamState, manifest: Manifest, keys: Keys, at: str) -> None:
        self._folder, self._stream, self._keys, self._at = folder, state.stream, keys, at
        self._before, self._manifest = state, manifest
        self._tail = folder / manifest.tail
        tail, self._tail_bytes = tail_lines(self._tail, state.size - manifest.sealed)
        sweep(folder, manifest, state.manifest, self._tail_bytes)
        column = as_column(tail, self._tail)
        self._frontier, self._blocks = extend(manifest.frontier, records.leaves(column))
        if self._frontier.root().hex() != state.root:
            raise IntegrityFailure(
                "the tail does not add up to the signed root",
                where=f"{folder.name}/{self._tail.name}",
                remedy="Run `tearline verify`; nothing can be appended to a stream that does not hold",
            )
        self._old_tail = column
        self._waiting: list[pa.Array] = []
        self._waiting_rows = self._waiting_bytes = 0
        self._segment: SegmentWriter | None = None
        self._sealed: list[Segment] = []
        self._new_manifest: str | None = None
        self._erased_from: Path | None = None

    @property
    def size(self) -> int:
        return self._frontier.size

    def append(self, bodies: pa.Array | pa.ChunkedArray | Sequence[str]) -> range:
        """Add records; returns their indexes. Raises BadInput for a body that is not JSON on one line."""
        first = self.size
        for piece in records.portions(records.as_bodies(bodies)):
            records.check_bodies(self._stream, piece)
            salt = records.salts(self._keys.salt, self._stream, self.size, len(piece))
            built = records.build(salt, self._at, piece)
            self._frontier, blocks = extend(self._frontier, records.leaves(built))
            self._blocks += blocks
            self._add(built)
        return range(first, self.size)

    def _add(self, built: pa.Array) -> None:
        self._waiting.append(built)
        self._waiting_rows += len(built)
        self._waiting_bytes += built.nbytes
        if self._segment is not None or self._too_long_for_a_tail():
            self._to_segment()

    def _too_long_for_a_tail(self) -> bool:
        count = len(self._old_tail) + self._waiting_rows
        return count > TAIL_RECORDS or self._tail_bytes + self._waiting_bytes > TAIL_BYTES

    def _to_segment(self) -> None:
        with disk_faults(self._folder):
            if self._segment is None and not self._sealed:
                self._waiting.insert(0, self._old_tail)
            for built in self._waiting:
                done = 0
                while done < len(built):
                    if self._segment is None:
                        self._segment = SegmentWriter(self._folder, self._sealed_to())
                    piece = built.slice(done, SEGMENT_ROWS - self._segment.rows)
                    self._segment.add(piece)
                    done += len(piece)
                    if self._segment.rows >= SEGMENT_ROWS:
                        self._sealed.append(self._segment.finish())
                        self._segment = None
            self._waiting = []
            self._waiting_rows = self._waiting_bytes = 0

    def _sealed_to(self) -> int:
        return self._sealed[-1].stop if self._sealed else self._manifest.sealed

    def seal(self) -> None:
        """Move the whole tail into a segment, however short it is."""
        if len(self._old_tail) or self._waiting_rows:
            self._to_segment()

    def erase(self, index: int) -> bytes:
        """Write the sealed segment of record `index` anew without its body; returns its leaf.

        Only for a writer that appends nothing, and a record that is sealed.
        """
        old, new, leaf = without(self._folder, self._manifest, index)
        kept = tuple(new if one == old else one for one in self._manifest.segments)
        self._erased_from = self._folder / old.file
        self._write_manifest(replace(self._manifest, segments=kept))
        return leaf

    def _write_manifest(self, manifest: Manifest) -> None:
        note, self._new_manifest = manifest.note(self._stream, self._keys.signer)
        with disk_faults(self._folder):
            write_durably(self._folder / manifest_file(self._new_manifest), note)

    def finish(self) -> Change | None:
        """Put everything on the disk. Returns the new tree head, or None where nothing changed."""
        if self._erased_from is not None:
            return Change(self.size, self._frontier.root(), self._new_manifest)
        if self._segment is None and not self._sealed:
            if not self._waiting_rows:
                return None
            # A slice of an Arrow array per line would be slower than text, and a tail is short.
            text = "".join(f"{line}\n" for built in self._waiting for line in built.to_pylist())
            with disk_faults(self._folder):
                append_durably(self._tail, text.encode())
            return Change(self.size, self._frontier.root(), self._before.manifest)
        if self._segment is not None:
            with disk_faults(self._folder):
                self._sealed.append(self._segment.finish())
            self._segment = None
        segments = (*self._manifest.segments, *self._sealed)
        self._write_manifest(Manifest(segments, self._frontier, self._manifest.blocks + self._blocks))
        return Change(self.size, self._frontier.root(), self._new_manifest)

    def tidy(self) -> None:
        """After the commit: drop the files that it replaced.

        What cannot be dropped now, the next writer sweeps up.
        """
        replaced = [self._erased_from]
        if self._sealed:
            replaced.append(self._tail)
        if self._new_manifest is not None and self._before.manifest is not None:
            replaced.append(self._folder / manifest_file(self._before.manifest))
        for path in replaced:
            if path is not None:
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def abandon(self, now: StreamState) -> None:
        """Take back what was written, unless `now` shows that it was committed after all.

        An interruption may arrive between the commit and our hearing of it; what a commit refers to must
        never be removed.
        """
        with suppress(OSError):
            if self._segment is not None:
                self._segment.abandon()
            if now == self._before:
                sweep(self._folder, self._manifest, self._before.manifest, self._tail_bytes)


class Transaction:
    """Appends to the streams whose locks it holds; see `Ledger.transaction`.

    `state` is the ledger as it stood when the locks were taken: nobody else can have added to these streams
    since, so it is safe to look there for what is already known.
    """

    def __init__(self, state: LedgerState, writers: dict[Stream, StreamWriter]) -> None:
        self.state = state
        self._writers = writers

    def append(self, stream: Stream, bodies: pa.Array | pa.ChunkedArray | Sequence[str]) -> range:
        """Add records (JSON objects as text, one a record) to a stream; returns their indexes.

        Raises BadInput for a body that is not JSON on one line, CouldNot where the disk refuses.
        """
        return self._writers[stream].append(bodies)

    def size(self, stream: Stream) -> int:
        """How many records the stream will have once this is committed."""
        return self._writers[stream].size
