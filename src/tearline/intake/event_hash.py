"""Two keyed hashes an event: of its id, and of what it says.

SipHash-2-4 (Aumasson and Bernstein, 2012) under a key of the workspace, so that nobody outside it can make two
events that share one. What an event says is its body as it is written, between the id and the batch.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tearline.intake.known import Body
from tearline.ledger.lines import text_bytes

Hashes = npt.NDArray[np.uint64]
Key = tuple[int, int]

MANY = 1 << 11
"""Bodies that are worth a call into compiled code."""

_MASK = (1 << 64) - 1


def hash_key(salt: bytes) -> Key:
    """The hashes' key, from the workspace's."""
    made = blake2b(b"tearline event keys", key=salt, digest_size=16).digest()
    return int.from_bytes(made[:8], "little"), int.from_bytes(made[8:], "little")


def said(body: Body) -> tuple[bytes, bytes]:
    """An event's id and what it says, as the bytes that are hashed."""
    kept = {name: value for name, value in body.items() if name not in {"id", "batch", "source"}}
    return _plain(body["id"])[1:-1], _plain(kept)[1:-1]


def _plain(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def hash_bodies(bodies: pa.Array, key: Key) -> tuple[Hashes, Hashes, list[str]]:
    """The hashes of the ids and of the contents of bodies as they stand in the ledger, and their batches."""
    count = len(bodies)
    ids, contents = np.empty(count, np.uint64), np.empty(count, np.uint64)
    batches = [""] * count
    rest: Sequence[int] = range(count)
    if count >= MANY:
        from tearline.intake.event_scan import hash_columns  # noqa: PLC0415 -- importing its compiler takes long

        data, bounds = text_bytes(bodies)
        decided, places = hash_columns(data, bounds, key, ids, contents)
        text = data.tobytes()
        batches = [text[start:end].decode() for start, end in places.tolist()]
        rest = np.flatnonzero(~decided).tolist()
    for row in rest:
        body = json.loads(bodies[row].as_py())
        identifier, content = said(body)
        ids[row], contents[row] = siphash(identifier, key), siphash(content, key)
        batches[row] = body["batch"]
    return ids, contents, batches


def siphash(data: bytes, key: Key) -> int:
    """SipHash-2-4 of `data`."""
    v = [
        key[0] ^ 0x736F6D6570736575,
        key[1] ^ 0x646F72616E646F6D,
        key[0] ^ 0x6C7967656E657261,
        key[1] ^ 0x7465646279746573,
    ]
    whole = len(data) & ~7
    for at in range(0, whole, 8):
        _take(v, int.from_bytes(data[at : at + 8], "little"))
    _take(v, int.from_bytes(data[whole:], "little") | (len(data) & 255) << 56)
    v[2] ^= 0xFF
    for _ in range(4):
        _round(v)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _take(v: list[int], word: int) -> None:
    v[3] ^= word
    _round(v)
    _round(v)
    v[0] ^= word


def _round(v: list[int]) -> None:
    a, b, c, d = v
    a, c = (a + b) & _MASK, (c + d) & _MASK
    b, d = _turn(b, 13) ^ a, _turn(d, 16) ^ c
    a = _turn(a, 32)
    c, a = (c + b) & _MASK, (a + d) & _MASK
    b, d = _turn(b, 17) ^ c, _turn(d, 21) ^ a
    v[:] = a, b, _turn(c, 32), d


def _turn(word: int, by: int) -> int:
    return (word << by | word >> (64 - by)) & _MASK
