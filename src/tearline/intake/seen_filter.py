"""Which events have surely not been seen before, in bounded memory: split block Bloom filters over their hashes.

A filter never takes what it has seen for new; now and then it takes what is new for seen, and then the event is
measured against the record like any other. (Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient Bloom
Filters, 2009; the split into eight words is Apache Parquet's.)
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from tearline.intake.event_hash import Hashes

BITS = 32
"""Bits an event, of each of the two filters, as long as memory allows."""
MOST_BLOCKS = 6 << 20
"""Blocks of 32 bytes of each filter: 192 MB, 16 bits an event at 1e8."""

FRESH, DOUBTFUL, SAME = 0, 1, 2

_SALTS = np.array(
    [0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31],
    dtype=np.uint32,
)


@njit(nogil=True, cache=True)
def _add(words, told):  # type: ignore[no-untyped-def]
    """Was `told` there already? It is now."""
    blocks = np.uint64(len(words) // 8)
    place = np.int64(((told >> np.uint64(32)) * blocks) >> np.uint64(32)) * 8
    low = np.uint32(told)
    there = True
    for word in range(8):
        bit = np.uint32(1) << (np.uint32(low * _SALTS[word]) >> np.uint32(27))
        if not words[place + word] & bit:
            there = False
            words[place + word] |= bit
    return there


@njit(nogil=True, cache=True)
def _look(words, pairs, ids, contents, found):  # type: ignore[no-untyped-def]
    for row in range(len(ids)):
        known = _add(words, ids[row])
        same = _add(pairs, ids[row] ^ (contents[row] * np.uint64(0x9E3779B97F4A7C15)))
        found[row] = (SAME if same else DOUBTFUL) if known else FRESH


class SeenFilter:
    """`look` tells of each event whether it is new, and remembers it."""

    def __init__(self, expected: int) -> None:
        """`expected`: events that are on record or coming."""
        size = 8 * min(max(expected * BITS // 256, 1 << 12), MOST_BLOCKS)
        self._ids, self._pairs = np.zeros(size, np.uint32), np.zeros(size, np.uint32)

    def look(self, ids: Hashes, contents: Hashes) -> npt.NDArray[np.uint8]:
        """FRESH: its id was never seen. SAME: both id and content were, as far as can be told. Else DOUBTFUL."""
        found = np.empty(len(ids), np.uint8)
        _look(self._ids, self._pairs, ids, contents, found)
        return found
