"""Deep checking: every stored record is hashed again, and every root ever signed is recomputed on the way.

One pass a stream, in bounded memory: the frontier grows batch by batch, stopping wherever a checkpoint was
signed. Nodes over whole blocks are compared as well; they say where in a large load the damage is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from tearline.ledger.ahead import ahead
from tearline.ledger.commits import COMMITS
from tearline.ledger.lines import LINE_SCHEMA, take_apart
from tearline.ledger.manifest import Manifest
from tearline.ledger.reading import leaf_row
from tearline.ledger.state import StreamState
from tearline.ledger.store import as_column, read_segment, tail_lines
from tearline.ledger.tree import BLOCK, EMPTY, EMPTY_ROOT, HASH, Frontier, extend
from tearline.ledger.verify_commits import Fault, History, LogReport
from tearline.records.errors import IntegrityFailure
from tearline.records.kinds import Stream

ERASURE = "erasure"
"""The `kind` of a custody record that allowed a body to be dropped."""

Orders = dict[tuple[Stream, int], str]
"""Which records were lawfully erased: stream and index to leaf hash (hex)."""


def stored(folder: Path, state: StreamState, manifest: Manifest) -> Iterator[tuple[str, int, pa.RecordBatch]]:
    """All stored records: file, first index, `line, leaf`. Raises IntegrityFailure, FileNotFoundError."""
    home = folder / state.stream.value
    for segment in manifest.segments:
        rows = 0
        for first, batch in read_segment(home / segment.file, segment, segment.first, segment.stop):
            rows += len(batch)
            yield segment.file, first, batch
        if rows != segment.count:
            raise IntegrityFailure(
                f"{rows} records where {segment.count} were sealed", where=f"{home.name}/{segment.file}"
            )
    path = home / manifest.tail
    lines, _ = tail_lines(path, state.size - manifest.sealed)
    if lines:
        column = as_column(lines, path)
        nothing = pa.nulls(len(column), LINE_SCHEMA.field("leaf").type)
        yield manifest.tail, manifest.sealed, pa.record_batch([column, nothing], schema=LINE_SCHEMA)


def erasure_orders(
    folder: Path, report: LogReport, sound: Mapping[Stream, Manifest]
) -> dict[tuple[Stream, int], str]:
    """The orders in `custody`. Where that stream cannot be read there are none, and erasures are faults."""
    orders: Orders = {}
    state, manifest = report.streams.get(Stream.CUSTODY), sound.get(Stream.CUSTODY)
    if state is None or manifest is None:
        return orders
    try:
        for _, first, batch in stored(folder, state, manifest):
            for body in take_apart(first, batch.column("line")).column("body").to_pylist():
                record = json.loads(body)
                if record.get("kind") == ERASURE:
                    orders[Stream(record["stream"]), record["index"]] = record["leaf"]
    except (IntegrityFailure, FileNotFoundError, ValueError, KeyError):
        return orders
    return orders


@dataclass(slots=True)
class _Growth:
    """A stream's tree as it grows under checking."""

    name: str
    manifest: Manifest
    history: History
    frontier: Frontier = EMPTY
    reached: int = 0
    good: int = 0
    blocks: int = 0
    faults: list[Fault] = field(default_factory=list)
    wrong_root: bool = False

    def grow(self, file: str, row: bytes) -> None:
        """Add a batch's leaves, stopping at every size that was signed."""
        done, count = 0, len(row) // HASH
        start = self.frontier.size
        while done < count:
            stop = min(self._next_signed() - start, count)
            self.frontier, blocks = extend(self.frontier, row[done * HASH : stop * HASH])
            done = stop
            self._compare_blocks(file, blocks)
            self._compare_roots(start, file)

    def _next_signed(self) -> int:
        sizes = self.history.sizes
        while self.reached < len(sizes) and sizes[self.reached] <= self.frontier.size:
            self.reached += 1
        nearest = sizes[self.reached] if self.reached < len(sizes) else None
        sealed = self.manifest.sealed
        if self.frontier.size < sealed and (nearest is None or sealed < nearest):
            return sealed
        return nearest if nearest is not None else self.frontier.size + (1 << 62)

    def _compare_blocks(self, file: str, row: bytes) -> None:
        for at in range(0, len(row), HASH):
            expected = self.manifest.blocks[self.blocks * HASH : (self.blocks + 1) * HASH]
            if expected and expected != row[at : at + HASH]:
                first = self.blocks * BLOCK
                what = f"records {first} to {first + BLOCK - 1} are not those that were sealed"
                self.faults.append(Fault(f"{self.name}/{file}", what))
            self.blocks += 1

    def _compare_roots(self, start: int, file: str) -> None:
        size, history = self.frontier.size, self.history
        if self.wrong_root:
            return
        compared = False
        if size == self.manifest.sealed:
            compared = True
            if self.frontier != self.manifest.frontier:
                self._differs(start, file, "its manifest")
        at = self.reached
        while at < len(history.sizes) and history.sizes[at] == size and not self.wrong_root:
            compared = True
            if self.frontier.root() != history.roots[at * HASH : (at + 1) * HASH]:
                self._differs(start, file, f"{COMMITS} line {history.numbers[at] + 1}")
            at += 1
        if compared and not self.wrong_root:
            self.good = size

    def _differs(self, start: int, file: str, against: str) -> None:
        # Every later root is wrong as well and says nothing new.
        self.wrong_root = True
        what = f"records {self.good} to {self.frontier.size - 1} do not add up to the root signed in {against}"
        where = f"{self.name}/{file}" if self.good >= start else self.name
        self.faults.append(Fault(where, what))


def check_records(
    folder: Path, state: StreamState, manifest: Manifest, history: History, orders: Orders
) -> list[Fault]:
    """Every record of one stream, and every root in its history."""
    growth = _Growth(state.stream.value, manifest, history)
    for at, size in enumerate(history.sizes):
        if size == 0 and history.roots[at * HASH : (at + 1) * HASH] != EMPTY_ROOT:
            growth.faults.append(Fault(state.stream.value, "the root of the empty stream is not that of nothing"))
    try:
        for file, first, batch in ahead(stored(folder, state, manifest)):
            if batch.column("line").null_count:
                growth.faults += _unordered(state.stream, file, first, batch, orders)
            growth.grow(file, leaf_row(batch))
    except (IntegrityFailure, FileNotFoundError) as error:
        what = error.what if isinstance(error, IntegrityFailure) else "a file is missing"
        where = (error.where if isinstance(error, IntegrityFailure) else None) or state.stream.value
        growth.faults.append(Fault(where, f"{what} (from record {growth.frontier.size} on)"))
    return growth.faults


def _unordered(stream: Stream, file: str, first: int, batch: pa.RecordBatch, orders: Orders) -> list[Fault]:
    """Bodies that are gone without an order that names the record and its leaf."""
    gone = batch.column("line").is_null().to_pylist()
    leaves = batch.column("leaf").to_pylist()
    return [
        Fault(f"{stream.value}/{file}", f"record {first + at} has lost its body without an order in custody")
        for at, missing in enumerate(gone)
        if missing and (leaves[at] is None or orders.get((stream, first + at)) != leaves[at].hex())
    ]
