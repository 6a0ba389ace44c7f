"""A record's canonical bytes: one line of JSON in fixed field order, built and taken apart by columns.

`{"salt":"<32 hex>","at":"<RFC 3339 UTC, microseconds>","body":<the body's JSON>}` in UTF-8 without spaces
of ours. Everything before the body has a fixed width, so taking a line apart is slicing, not parsing.
The salt is HMAC-SHA-256 (salt key; stream name, a zero byte, the index as 8 bytes, big-endian) cut to
16 bytes: without it, a proof's sibling hashes would let a reader guess short neighbouring records.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tearline.ledger.hashing import hash_rows, hmac_rows
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream

ROWS = 1 << 16
"""Records handled at once: a row group, and the bound on memory."""

BYTES = 64 << 20
"""Bytes of bodies handled at once."""

LARGEST = 512 << 20
"""The longest body a record may have, in bytes."""

LINE_SCHEMA = pa.schema([("line", pa.string()), ("leaf", pa.binary(32))])
"""A stored record. `leaf` is set only where `line` was lawfully erased."""

SCAN_SCHEMA = pa.schema([("index", pa.int64()), ("at", pa.string()), ("body", pa.string())])

_BEFORE_SALT, _BEFORE_TIME, _BEFORE_BODY = '{"salt":"', '","at":"', '","body":'
_TIME_AT = len(_BEFORE_SALT) + 32 + len(_BEFORE_TIME)
_TIME_END = _TIME_AT + len("2024-01-01T00:00:00.000000Z")
_BODY_AT = _TIME_END + len(_BEFORE_BODY)

FEW = 1 << 14
"""Bodies that are parsed one by one; more of them are worth a call into compiled code."""


def as_bodies(bodies: pa.Array | pa.ChunkedArray | Sequence[str]) -> pa.ChunkedArray:
    """Any column of JSON texts as chunks of Arrow strings. Raises BadInput for text that is not Unicode."""
    if isinstance(bodies, pa.ChunkedArray):
        return bodies
    if isinstance(bodies, pa.Array):
        return pa.chunked_array([bodies])
    try:
        return pa.chunked_array([pa.array(bodies, pa.large_string())])
    except UnicodeEncodeError as error:
        raise BadInput("a record holds half of a surrogate pair, which is no character", remedy=_WHOLE) from error


_WHOLE = "Replace such halves (U+FFFD) before recording"


def portions(bodies: pa.ChunkedArray) -> Iterator[pa.Array]:
    """Cut a column into pieces of at most `ROWS` rows and about `BYTES` bytes, each an Arrow string array."""
    for chunk in bodies.chunks:
        waiting = [chunk.slice(start, ROWS) for start in range(0, len(chunk), ROWS)][::-1]
        while waiting:
            piece = waiting.pop()
            if piece.nbytes > BYTES and len(piece) > 1:
                half = len(piece) // 2
                waiting += [piece.slice(half), piece.slice(0, half)]
                continue
            if piece.nbytes > LARGEST:
                raise BadInput("a record is longer than the ledger takes", remedy="Split or leave it out")
            yield piece.cast(pa.string())


def check_bodies(stream: Stream, bodies: pa.Array) -> None:
    """Raise BadInput unless every body is a JSON object on one line: what is sealed can never be mended."""
    doubtful = bodies if len(bodies) < FEW else bodies.filter(pa.array(~_objects(bodies)))
    found = next((body for body in doubtful.to_pylist() if not _is_object(body)), _NONE_FOUND)
    if found is not _NONE_FOUND:
        shown = "nothing" if found is None else repr(found[:80])
        raise BadInput(f"a record must be a JSON object on one line, not {shown}", where=str(stream))


def _objects(bodies: pa.Array) -> npt.NDArray[np.bool_]:
    """Which bodies are well-formed beyond doubt; the others are for a parser to decide."""
    from tearline.ledger.json_scan import objects  # noqa: PLC0415 -- importing its compiler takes most of a second

    data, bounds = text_bytes(bodies)
    return objects(data, bounds)


_NONE_FOUND: Any = object()


def _is_object(body: str | None) -> bool:
    if body is None or not (body.startswith("{") and body.endswith("}")) or "\n" in body or "\r" in body:
        return False
    try:
        parsed = json.loads(body)
        if "\\u" in body:  # an escaped half of a surrogate pair, which DuckDB refuses as well
            json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


def salts(key: bytes, stream: Stream, first: int, count: int) -> pa.Array:
    """The salts of records `[first, first + count)`, as 32 hex digits each."""
    start = np.frombuffer(stream.value.encode() + b"\0", np.uint8)
    messages = np.empty((count, len(start) + 8), np.uint8)
    messages[:, : len(start)] = start
    messages[:, len(start) :] = np.arange(first, first + count, dtype=">u8").view(np.uint8).reshape(count, 8)
    cut = hmac_rows(key, messages)[:, :16].tobytes()
    offsets = np.arange(0, 32 * count + 1, 32, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(cut.hex().encode()))


def build(salt: pa.Array, at: str, bodies: pa.Array) -> pa.Array:
    """The canonical lines (without newline) of bodies recorded at one moment."""
    return pc.binary_join_element_wise(_BEFORE_SALT, salt, f"{_BEFORE_TIME}{at}{_BEFORE_BODY}", bodies, "}", "")


def leaves(lines: pa.Array) -> bytes:
    """The row of leaf hashes of lines none of which is null."""
    if len(lines) == 0:
        return b""
    data, bounds = text_bytes(lines)
    return hash_rows(data, bounds, 0)


def text_bytes(texts: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """The bytes of a string column, and where each text begins and the last one ends. Nothing is copied."""
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    first, last = int(bounds[0]), int(bounds[-1])
    if data is None or first == last:
        return np.frombuffer(b"\0", np.uint8)[:0], np.zeros(len(bounds), np.int32)
    return np.frombuffer(data, np.uint8, last - first, first), bounds - np.int32(first)


def take_apart(first: int, lines: pa.Array) -> pa.RecordBatch:
    """Lines as `index, at, body`; erased records (null lines) are left out and show as a gap in `index`."""
    index = pa.array(np.arange(first, first + len(lines), dtype=np.int64))
    if lines.null_count:
        kept = lines.is_valid()
        index, lines = index.filter(kept), lines.filter(kept)
    raw = lines.view(pa.binary())
    at = pc.binary_slice(raw, _TIME_AT, _TIME_END).cast(pa.string())
    body = pc.binary_slice(raw, _BODY_AT, -1).cast(pa.string())
    return pa.record_batch([index, at, body], schema=SCAN_SCHEMA)
