"""Blocks of lines of events to columns: bodies, hashes, names, and the lines to be read by themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tearline.intake.byte_sets import ByteSet
from tearline.intake.event_hash import Hashes, Key
from tearline.intake.event_scan import DOUBTFUL, PIECE, READ, ROOM, WRITTEN, scan
from tearline.intake.events import BASES
from tearline.intake.identities import MOST_NAMES
from tearline.intake.known import Known
from tearline.intake.lines import Block
from tearline.intake.rows import Unread, decode
from tearline.ledger.json_scan import scratch
from tearline.records.kinds import EventKind, Stream

MARGIN = 8
"""Bytes behind a buffer that may be read eight at a time."""


Raw = tuple[int, str | Unread]
"""A record that has to be read by itself, or cannot be, and the line where it begins."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """The plain events of a block: `bodies` (Arrow strings), their `lines` and hashes; and the `rest`.

    `objects` counts the lines that were read as events here.
    """

    bodies: pa.Array
    lines: npt.NDArray[np.int64]
    ids: Hashes
    contents: Hashes
    rest: Sequence[Raw]

    @property
    def objects(self) -> int:
        return len(self.bodies)


class EventScanner:
    """`read` makes columns of a block. One thread at a time."""

    def __init__(self, known: Known, batch: str, key: Key) -> None:
        organisations = known.ids[Stream.ORGANISATIONS]
        self._sets = (
            ByteSet(READ),
            ByteSet(EventKind),
            ByteSet(sorted(known.ids[Stream.PRODUCTS])),
            ByteSet(BASES),
            ByteSet(sorted(organisations)),
        )
        self._closed = bool(organisations)
        self._batch = batch
        self._key = np.array(key, dtype=np.uint64)
        pieces = b"".join(bytes([len(text)]) + text.encode().ljust(PIECE - 1) for text in WRITTEN)
        self._pieces = np.frombuffer(pieces + b"null".ljust(PIECE), dtype=np.uint8)
        self._room, self._spans = scratch(), np.zeros(28, dtype=np.int64)
        slots = 4 << (MOST_NAMES - 1).bit_length()
        self._seen, self._times = np.zeros(slots, dtype=np.uint64), np.zeros(slots, dtype=np.int64)
        self._state = np.array([0, MOST_NAMES, 0], dtype=np.int64)
        self._names: list[tuple[str, int]] = []

    @staticmethod
    def nothing(rest: Sequence[Raw]) -> Scanned:
        """No plain events, only records to be read by themselves."""
        return Scanned(
            pa.array([], pa.string()), np.empty(0, np.int64), np.empty(0, np.uint64), np.empty(0, np.uint64), rest
        )

    def names(self) -> dict[str, int]:
        """Whom the plain events name as actor or recipient, and how often; the first MOST_NAMES of them."""
        return {name: int(self._times[place]) for name, place in self._names}

    def read(self, file: str, block: Block) -> Scanned:
        """The plain events of a block of JSON Lines of a file, with their source; the others as they stand."""
        data, unread = _readable(block)
        ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == 10) + 1
        bounds = np.concatenate([np.zeros(1, dtype=np.int64), ends])
        numbers = np.arange(block.first, block.first + len(ends), dtype=np.int64)
        scanned, doubtful = self.read_lines(file, data, bounds, numbers)
        return replace(
            scanned, rest=[*((one.line, one) for one in unread), *_lines(data, bounds, block.first, doubtful)]
        )

    def read_lines(
        self, file: str, data: bytes, bounds: npt.NDArray[np.int64], numbers: npt.NDArray[np.int64]
    ) -> tuple[Scanned, npt.NDArray[np.int64]]:
        """As `read`, of the lines `data[bounds[i]:bounds[i + 1]]` with their line feeds, which stand on the lines
        `numbers`; and which of them are doubtful."""
        count = len(bounds) - 1
        said = json.dumps(file, ensure_ascii=False)
        tail = f',"batch":{json.dumps(self._batch)},"source":{{"file":{said},"line":'.encode("utf-8", "replace")
        out = np.empty(len(data) + count * (ROOM + len(tail) + 24) + MARGIN, dtype=np.uint8)
        made = (np.empty(count, np.uint8), np.empty(count, np.int64), np.empty(count, np.int64),
                np.empty(count, np.uint64), np.empty(count, np.uint64))  # fmt: skip
        found = np.empty((min(2 * count, MOST_NAMES) + 1, 3), dtype=np.int64)
        self._state[2] = 0
        bytes_in = np.frombuffer(data, dtype=np.uint8)
        plain = scan(
            bytes_in, bounds, numbers, tuple(one.address for one in self._sets), self._closed, self._pieces,
            np.frombuffer(tail + bytes(MARGIN), dtype=np.uint8), self._key,
            (self._seen, self._times, found, self._state), out, made, self._room, self._spans,
        )  # fmt: skip
        for start, length, place in found[: self._state[2]].tolist():
            self._names.append((json.loads(b'"' + data[start : start + length] + b'"'), place))
        status, ends, lines, ids, contents = made
        offsets = np.zeros(plain + 1, dtype=np.int32)
        offsets[1:] = ends[:plain]
        text = out[: offsets[-1]].copy() if offsets[-1] < len(out) // 2 else out
        bodies = pa.StringArray.from_buffers(plain, pa.py_buffer(offsets), pa.py_buffer(text))
        scanned = Scanned(bodies, lines[:plain], ids[:plain], contents[:plain], ())
        return scanned, np.flatnonzero(status == DOUBTFUL)


def _lines(data: bytes, bounds: npt.NDArray[np.int64], first: int, rows: npt.NDArray[np.int64]) -> Iterator[Raw]:
    for row in rows.tolist():
        raw = data[bounds[row] : bounds[row + 1] - 1].decode().removesuffix("\r")
        if raw.strip():
            yield first + row, raw


def _readable(block: Block) -> tuple[bytes, list[Unread]]:
    """The block with lines that are not UTF-8 blanked out, and those lines."""
    try:
        block.data.decode("utf-8")
    except UnicodeDecodeError:
        kept: list[bytes] = []
        unread: list[Unread] = []
        for number, raw in block.lines():
            text = decode(number, raw)
            kept.append(b"" if isinstance(text, Unread) else raw)
            if isinstance(text, Unread):
                unread.append(text)
        return b"\n".join([*kept, b""]), unread
    return block.data, []
