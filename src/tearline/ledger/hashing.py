"""Hashing rows of messages: one by one by the library while they are few, in vector lanes once they are many."""

from __future__ import annotations

import sys
from hashlib import sha256
from itertools import pairwise
from types import ModuleType

import numpy as np
import numpy.typing as npt

Bounds = npt.NDArray[np.int32]

FEW = 1 << 13
"""Messages that are not worth a call into compiled code; every tail is shorter."""

WARM = 1 << 18
"""Messages hashed one by one before lanes are used: until then, getting a compiler ready would take longer, unless
others needed it already."""

_hashed = 0


def _lanes(count: int) -> ModuleType | None:
    global _hashed  # noqa: PLW0603 -- a threshold; that two threads may miscount it does no harm
    if count < FEW:
        return None
    if _hashed < WARM and "numba" not in sys.modules:
        _hashed += count
        return None
    from tearline.ledger import sha_lanes  # noqa: PLC0415 -- importing its compiler takes most of a second

    return sha_lanes


def hash_rows(data: bytes | npt.NDArray[np.uint8], bounds: Bounds, prefix: int) -> bytes:
    """The SHA-256 of each message `data[bounds[i]:bounds[i + 1]]` behind one byte `prefix`, as one row."""
    lanes = _lanes(len(bounds) - 1)
    if lanes is None:
        first, text = bytes([prefix]), bytes(data)
        return b"".join([sha256(first + text[a:b]).digest() for a, b in pairwise(bounds.tolist())])
    found: bytes = lanes.digests(np.frombuffer(data, np.uint8), bounds, prefix, lanes.START, 0).tobytes()
    return found


def hmac_rows(key: bytes, messages: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The HMAC-SHA-256 (n, 32) of each row of `messages` (n, length), under a key of at most 64 bytes."""
    # HMAC written out (RFC 2104): the key's two pads are the same for every message.
    block = key.ljust(64, b"\0")
    inner, outer = bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)
    count, length = messages.shape
    row = messages.tobytes()
    lanes = _lanes(count)
    if lanes is None:
        found = b"".join(
            [
                sha256(outer + sha256(inner + row[at : at + length]).digest()).digest()
                for at in range(0, count * length, length)
            ]
        )
        return np.frombuffer(found, np.uint8).reshape(count, 32)
    for pad, width in ((inner, length), (outer, 32)):
        bounds = np.arange(count + 1, dtype=np.int32) * np.int32(width)
        row = lanes.digests(np.frombuffer(row, np.uint8), bounds, -1, lanes.after(pad), 64).tobytes()
    return np.frombuffer(row, np.uint8).reshape(count, 32)
