"""A stream's folder: sealed Parquet segments and the open tail. Knows files, not signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tearline.ledger.files import digest, sync_file, sync_folder
from tearline.ledger.lines import BYTES, LINE_SCHEMA, ROWS
from tearline.ledger.manifest import Manifest, Segment, manifest_file
from tearline.records.errors import IntegrityFailure

TAIL_RECORDS = 4096
TAIL_BYTES = 8 << 20
"""A tail longer than either is sealed into a segment, so that opening a stream stays quick."""

SEGMENT_ROWS = 1 << 20

OURS = re.compile(r"segment-\d{12}-[0-9a-f]{16}\.parquet|manifest-[0-9a-f]{16}\.note|tail-\d{12}\.jsonl|.+\.part")
"""Names that a writer gives, and so may remove when no commit refers to them."""


def tail_lines(path: Path, count: int) -> tuple[list[bytes], int]:
    """The first `count` lines of a tail (without newlines) and their length in bytes with newlines.

    What follows them was never committed. Raises IntegrityFailure where there are fewer.
    """
    if count == 0:
        return [], 0
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise IntegrityFailure("the file is missing", where=f"{path.parent.name}/{path.name}") from error
    lines = content.split(b"\n", count)
    if len(lines) <= count:
        raise IntegrityFailure(
            f"{len(lines) - 1} whole lines where {count} were committed",
            where=f"{path.parent.name}/{path.name}",
        )
    lines = lines[:count]
    return lines, sum(map(len, lines)) + count


def as_column(lines: list[bytes], where: Path) -> pa.Array:
    """Tail lines as an Arrow string array. Raises IntegrityFailure where one is not UTF-8."""
    try:
        return pa.array(lines, pa.binary()).cast(pa.string())
    except pa.ArrowInvalid as error:
        raise IntegrityFailure("not text", where=f"{where.parent.name}/{where.name}") from error


def referred(manifest: Manifest, reference: str | None) -> set[str]:
    """The file names that a stream's committed state refers to, its tail included."""
    names = {segment.file for segment in manifest.segments} | {manifest.tail}
    return names | ({manifest_file(reference)} if reference else set())


def sweep(folder: Path, manifest: Manifest, reference: str | None, tail_bytes: int) -> None:
    """Remove what a writer left behind without committing it. The caller holds the stream's lock."""
    keep = referred(manifest, reference)
    for path in folder.iterdir():
        if path.name not in keep and OURS.fullmatch(path.name):
            path.unlink()
    tail = folder / manifest.tail
    if tail.exists() and tail.stat().st_size > tail_bytes:
        if tail_bytes == 0:
            tail.unlink()
        else:
            with tail.open("rb+") as file:
                file.truncate(tail_bytes)


class SegmentWriter:
    """Writes one segment under a temporary name; `finish` seals it under its own."""

    def __init__(self, folder: Path, first: int) -> None:
        self._folder = folder
        self._first = first
        self._part = folder / f"segment-{first:012d}.part"
        # No dictionary and no statistics: every line is different, and lines are never searched here. Page
        # checksums make a reader stumble over a damaged page instead of handing it on.
        self._file = pq.ParquetWriter(
            self._part,
            LINE_SCHEMA,
            compression="zstd",
            compression_level=1,
            use_dictionary=False,
            write_statistics=False,
            write_page_checksum=True,
        )
        # One row group is compressed and written while the next is being made ready, never more than one.
        self._thread = ThreadPoolExecutor(1, "segment")
        self._writing: Future[None] | None = None
        self._waiting: list[pa.Array] = []
        self._waiting_rows = self._waiting_bytes = 0
        self.rows = 0

    def add(self, lines: pa.Array, leaf: pa.Array | None = None) -> None:
        """Add lines (with `leaf`, hashes in place of those that are null: then as a row group of its own)."""
        self.rows += len(lines)
        if leaf is not None:
            self._flush()
            self._write(pa.record_batch([lines, leaf], schema=LINE_SCHEMA))
            return
        self._waiting.append(lines)
        self._waiting_rows += len(lines)
        self._waiting_bytes += lines.nbytes
        if self._waiting_rows >= ROWS or self._waiting_bytes >= BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            lines = pa.concat_arrays(self._waiting)
            nothing = pa.nulls(len(lines), LINE_SCHEMA.field("leaf").type)
            self._write(pa.record_batch([lines, nothing], schema=LINE_SCHEMA))
        self._waiting = []
        self._waiting_rows = self._waiting_bytes = 0

    def _write(self, batch: pa.RecordBatch) -> None:
        self._written()
        self._writing = self._thread.submit(self._file.write_batch, batch)

    def _written(self) -> None:
        """Wait for the row group that is being written; raises what went wrong with it."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def finish(self) -> Segment:
        """Seal: written, on the disk, hashed, renamed."""
        self._flush()
        self._written()
        self._thread.shutdown()
        self._file.close()
        sync_file(self._part)
        segment = Segment(self._first, self.rows, self._part.stat().st_size, digest(self._part))
        self._part.replace(self._folder / segment.file)
        sync_folder(self._folder)
        return segment

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._thread.shutdown()
        try:
            self._file.close()
        finally:
            self._part.unlink(missing_ok=True)


def read_segment(path: Path, segment: Segment, start: int, stop: int) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The records `[start, stop)` of a segment, by row group: first index, and columns `line, leaf`.

    Raises FileNotFoundError where the file is gone, IntegrityFailure where it cannot be read as it should.
    """
    where = f"{path.parent.name}/{path.name}"
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            at = segment.first
            for group in range(file.num_row_groups):
                rows = file.metadata.row_group(group).num_rows
                if at < stop and at + rows > start:
                    table = file.read_row_group(group, columns=LINE_SCHEMA.names).combine_chunks()
                    first, last = max(start, at), min(stop, at + rows)
                    batch = table.slice(first - at, last - first).to_batches()[0]
                    yield first, batch.cast(LINE_SCHEMA)
                at += rows
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise IntegrityFailure(f"the segment cannot be read: {error}", where=where) from error
