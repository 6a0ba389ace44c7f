"""Sets of short texts for compiled code: is this run of bytes one of them?"""

from __future__ import annotations

import json
from collections.abc import Iterable

import numpy as np
from numba import njit

from tearline.ledger.json_scan import same_bytes
from tearline.ledger.raw_bytes import byte_at, word_at

_MIX = np.uint64(0x9E3779B97F4A7C15)


@njit(nogil=True, cache=True)
def mix(base, at, length):  # type: ignore[no-untyped-def]
    """A quick hash of bytes, for tables in memory alone."""
    state = np.uint64(length) * _MIX
    end = at + length
    while at + 8 <= end:
        state = (state ^ word_at(base, at)) * _MIX
        state ^= state >> np.uint64(29)
        at += 8
    while at < end:
        state = (state ^ np.uint64(byte_at(base, at))) * _MIX
        at += 1
    return state ^ (state >> np.uint64(32))


@njit(nogil=True, cache=True)
def _fill(slots, starts, text):  # type: ignore[no-untyped-def]
    base, mask = np.int64(text.ctypes.data), np.uint64(len(slots) - 1)
    for number in range(len(starts) - 1):
        place = mix(base, starts[number], starts[number + 1] - starts[number]) & mask
        while slots[place] >= 0:
            place = (place + np.uint64(1)) & mask
        slots[place] = number


@njit(nogil=True, cache=True)
def find(table, base, at, length):  # type: ignore[no-untyped-def]
    """The place of a run of bytes in a `ByteSet` (by its `address`), or -1."""
    mask = word_at(table, 0)
    slots, starts = np.int64(word_at(table, 8)), np.int64(word_at(table, 16))
    text = np.int64(word_at(table, 24))
    place = mix(base, at, length) & mask
    while True:
        number = np.int64(word_at(slots, np.int64(place) * 8))
        if number < 0:
            return -1
        start = np.int64(word_at(starts, number * 8))
        if np.int64(word_at(starts, number * 8 + 8)) - start == length and same_bytes(
            base, at, text + start - base, length
        ):
            return number
        place = (place + np.uint64(1)) & mask


class ByteSet:
    """Texts as they stand between quotation marks in JSON. Keep it as long as its `address` is in use."""

    def __init__(self, texts: Iterable[str]) -> None:
        """The order of `texts` gives their places."""
        tokens = [json.dumps(text, ensure_ascii=False).encode("utf-8", "replace")[1:-1] for text in texts]
        size = 8
        while size < 2 * len(tokens):
            size *= 2
        self._slots = np.full(size, -1, dtype=np.int64)
        self._starts = np.cumsum([0, *map(len, tokens)], dtype=np.int64)
        self._text = np.frombuffer(b"".join(tokens) + bytes(8), dtype=np.uint8)
        _fill(self._slots, self._starts, self._text)
        places = (self._slots.ctypes.data, self._starts.ctypes.data, self._text.ctypes.data)
        self._table = np.array([size - 1, *places], dtype=np.int64)

    @property
    def address(self) -> int:
        return int(self._table.ctypes.data)
