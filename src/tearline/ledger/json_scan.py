"""Is this text JSON? A scanner in compiled code for columns of short texts; the interpreter lock is released.

It decides the ordinary case alone: what it does not accept may still be JSON (RFC 8259) and is for a parser to
decide. It never accepts what a parser would refuse. Nothing is decoded; what the caller may have to look at more
closely is said in flags.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from tearline.ledger.raw_bytes import byte_at, lowest_bit, put_word, word_at

Bytes = npt.NDArray[np.uint8]

ESCAPED = 1
"""A text holds an escaped quotation mark or backslash."""
CONTROL = 2
"""A text holds an escaped line break, tab, backspace or form feed."""
LOOSE = 4
"""A number or an escape could be written more plainly, so reading and writing it again would change it."""
UNWANTED = 8
"""A text holds DEL, or U+E000 or U+E001."""
SPACED = 16
"""Blanks stand between tokens."""
TWICE = 32
"""An object names a key twice, or has too many keys to tell."""

DEEPEST = 30
MOST_KEYS = 64
"""Keys of one object and of those around it that are held against one another."""

UNDECIDED = -1
NO_KEYS = 1 << 40

_ONES = np.uint64(0x0101010101010101)
_HIGH = np.uint64(0x8080808080808080)


_TRUE, _NULL, _FALS = (int.from_bytes(word) for word in (b"true", b"null", b"fals"))


def scratch() -> npt.NDArray[np.int64]:
    """What `value_end` works in: where keys begin, how long they are, and for each level the first of its keys."""
    return np.empty(2 * MOST_KEYS + DEEPEST, dtype=np.int64)


@njit(nogil=True, cache=True)
def _odd(word, byte):  # type: ignore[no-untyped-def]
    """Marks the bytes of a word that are `byte`; above the lowest mark there may be wrong ones."""
    rest = word ^ (_ONES * np.uint64(byte))
    return (rest - _ONES) & ~rest


@njit(nogil=True, cache=True)
def _past_plain(base, at, end):  # type: ignore[no-untyped-def]
    """Past whatever needs no look: to a control character, quotation mark, backslash, DEL or 0xEE."""
    while at + 8 <= end:
        word = word_at(base, at)
        below = (word - _ONES * np.uint64(0x20)) & ~word
        marks = (below | _odd(word, 0x22) | _odd(word, 0x5C) | _odd(word, 0x7F) | _odd(word, 0xEE)) & _HIGH
        if marks != 0:
            return at + (lowest_bit(marks) >> 3)
        at += 8
    while at < end:
        byte = byte_at(base, at)
        if byte < 0x20 or byte == 0x22 or byte == 0x5C or byte == 0x7F or byte == 0xEE:
            return at
        at += 1
    return at


@njit(nogil=True, cache=True)
def _escape(byte):  # type: ignore[no-untyped-def]
    """The flag of the letter behind a backslash; UNDECIDED where it is none that stands for one character."""
    if byte == 0x22 or byte == 0x5C:
        return ESCAPED
    if byte == 0x6E or byte == 0x72 or byte == 0x74 or byte == 0x62 or byte == 0x66:
        return CONTROL
    return LOOSE if byte == 0x2F else UNDECIDED


@njit(nogil=True, cache=True)
def text_end(base, at, end):  # type: ignore[no-untyped-def]
    """Where the closing quotation mark stands of the text that begins at `at`, behind the opening one; flags."""
    flags = 0
    while True:
        at = _past_plain(base, at, end)
        if at >= end:
            return UNDECIDED, flags
        byte = byte_at(base, at)
        if byte == 0x22:
            return at, flags
        if byte == 0x5C:
            found = _escape(byte_at(base, at + 1)) if at + 1 < end else UNDECIDED
            if found < 0:
                return UNDECIDED, flags
            flags |= found
            at += 2
        elif byte < 0x20:
            return UNDECIDED, flags
        else:
            if byte == 0x7F or (at + 2 < end and byte_at(base, at + 1) == 0x80 and byte_at(base, at + 2) <= 0x81):
                flags |= UNWANTED
            at += 1


@njit(nogil=True, cache=True)
def past_space(base, at, end):  # type: ignore[no-untyped-def]
    """Past blanks and tabs; a line break is none of ours."""
    while at < end and (byte_at(base, at) == 0x20 or byte_at(base, at) == 0x09):
        at += 1
    return at


@njit(nogil=True, cache=True)
def _digit(base, at):  # type: ignore[no-untyped-def]
    byte = byte_at(base, at)
    return 0x30 <= byte <= 0x39


@njit(nogil=True, cache=True)
def number_end(base, at, end):  # type: ignore[no-untyped-def]
    """Where a number ends; LOOSE unless it is written as Python writes the value it stands for."""
    flags = 0
    start = at
    if at < end and byte_at(base, at) == 0x2D:
        at += 1
    first = at
    while at < end and _digit(base, at):
        at += 1
    whole = at - first
    if whole == 0 or (whole > 1 and byte_at(base, first) == 0x30):
        return UNDECIDED, flags
    if whole > 4000:
        flags |= LOOSE
    if at < end and byte_at(base, at) == 0x2E:
        point = at
        at += 1
        while at < end and _digit(base, at):
            at += 1
        part = at - point - 1
        if part == 0:
            return UNDECIDED, flags
        tiny = (
            byte_at(base, first) == 0x30
            and part > 2
            and byte_at(base, point + 1) == 0x30
            and byte_at(base, point + 2) == 0x30
        )
        if whole + part > 15 or tiny or (part > 1 and byte_at(base, at - 1) == 0x30):
            flags |= LOOSE
    elif first > start and whole == 1 and byte_at(base, first) == 0x30:
        flags |= LOOSE
    if at < end and (byte_at(base, at) == 0x65 or byte_at(base, at) == 0x45):
        flags |= LOOSE
        at += 1
        if at < end and (byte_at(base, at) == 0x2B or byte_at(base, at) == 0x2D):
            at += 1
        power = at
        while at < end and _digit(base, at):
            at += 1
        if at == power:
            return UNDECIDED, flags
    return at, flags


@njit(nogil=True, cache=True)
def word_end(base, at, end):  # type: ignore[no-untyped-def]
    """Where `true`, `false` or `null` ends."""
    if at + 4 > end:
        return UNDECIDED
    four = (
        (byte_at(base, at) << 24)
        | (byte_at(base, at + 1) << 16)
        | (byte_at(base, at + 2) << 8)
        | byte_at(base, at + 3)
    )
    if four == _TRUE or four == _NULL:
        return at + 4
    if four == _FALS and at + 5 <= end and byte_at(base, at + 4) == 0x65:
        return at + 5
    return UNDECIDED


@njit(nogil=True, cache=True)
def same_bytes(base, one, other, length):  # type: ignore[no-untyped-def]
    """Are the `length` bytes at `one` those at `other`?"""
    for offset in range(length):
        if byte_at(base, one + offset) != byte_at(base, other + offset):
            return False
    return True


@njit(nogil=True, cache=True)
def key_end(base, at, end, keys, first, held):  # type: ignore[no-untyped-def]
    """Past the key at `at` and its colon; flags; how many keys are held now (this object's from `first`)."""
    if at >= end or byte_at(base, at) != 0x22:
        return UNDECIDED, 0, held
    stop, flags = text_end(base, at + 1, end)
    if stop < 0:
        return UNDECIDED, flags, held
    length = stop - at - 1
    for place in range(first, held):
        if word_at(keys, 8 * (MOST_KEYS + place)) == length and same_bytes(
            base, np.int64(word_at(keys, 8 * place)), at + 1, length
        ):
            flags |= TWICE
    if held < MOST_KEYS:
        put_word(keys, 8 * held, np.uint64(at + 1))
        put_word(keys, 8 * (MOST_KEYS + held), np.uint64(length))
        held += 1
    else:
        flags |= TWICE
    colon = past_space(base, stop + 1, end)
    if colon >= end or byte_at(base, colon) != 0x3A:
        return UNDECIDED, flags, held
    if colon > stop + 1:
        flags |= SPACED
    return colon + 1, flags, held


@njit(nogil=True, cache=True)
def value_end(base, at, end, keys, held):  # type: ignore[no-untyped-def]  # noqa: PLR0915
    """Where the value that begins at `at`, a token, ends, or UNDECIDED; flags. `held` keys are not ours."""
    flags = 0
    depth = 0
    while True:
        byte = byte_at(base, at) if at < end else 0
        if byte == 0x22:
            stop, found = text_end(base, at + 1, end)
            flags |= found
            if stop < 0:
                return UNDECIDED, flags
            at = stop + 1
        elif byte == 0x7B or byte == 0x5B:
            inside = past_space(base, at + 1, end)
            if inside > at + 1:
                flags |= SPACED
            if inside < end and byte_at(base, inside) == byte + 2:
                at = inside + 1
            else:
                if depth == DEEPEST:
                    return UNDECIDED, flags
                put_word(keys, 8 * (2 * MOST_KEYS + depth), np.uint64(held if byte == 0x7B else NO_KEYS))
                depth += 1
                at = inside
                if byte == 0x7B:
                    at, found, held = key_end(base, at, end, keys, held, held)
                    flags |= found
                    if at < 0:
                        return UNDECIDED, flags
                    inside = past_space(base, at, end)
                    if inside > at:
                        flags |= SPACED
                    at = inside
                continue
        elif byte == 0x74 or byte == 0x66 or byte == 0x6E:
            at = word_end(base, at, end)
            if at < 0:
                return UNDECIDED, flags
        else:
            at, found = number_end(base, at, end)
            flags |= found
            if at < 0:
                return UNDECIDED, flags
        # A value has ended: so may what is around it.
        while depth > 0:
            here = past_space(base, at, end)
            if here > at:
                flags |= SPACED
            if here >= end:
                return UNDECIDED, flags
            byte = byte_at(base, here)
            first = np.int64(word_at(keys, 8 * (2 * MOST_KEYS + depth - 1)))
            in_object = first != NO_KEYS
            if byte == 0x2C:
                at = past_space(base, here + 1, end)
                if at > here + 1:
                    flags |= SPACED
                if in_object:
                    at, found, held = key_end(base, at, end, keys, first, held)
                    flags |= found
                    if at < 0:
                        return UNDECIDED, flags
                    here = past_space(base, at, end)
                    if here > at:
                        flags |= SPACED
                    at = here
                break
            if byte != (0x7D if in_object else 0x5D):
                return UNDECIDED, flags
            if in_object:
                held = first
            depth -= 1
            at = here + 1
        if depth == 0:
            return at, flags


@njit(nogil=True, cache=True)
def _objects(data: Bytes, bounds: Any, room: Any) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(bounds) - 1, dtype=np.bool_)
    base, keys = np.int64(data.ctypes.data), np.int64(room.ctypes.data)
    for row in range(len(bounds) - 1):
        start, end = np.int64(bounds[row]), np.int64(bounds[row + 1])
        if start < end and byte_at(base, start) == 0x7B:
            stop, _ = value_end(base, start, end, keys, 0)
            found[row] = stop == end
    return found


def objects(data: Bytes, bounds: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Which of the texts `data[bounds[i]:bounds[i + 1]]` are, beyond doubt, one JSON object on one line.

    `data` is UTF-8.
    """
    found: npt.NDArray[np.bool_] = _objects(data, bounds, scratch())
    return found
