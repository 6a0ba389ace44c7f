"""Compiled code that reads lines of `events.jsonl`: the plain ones become bodies, others are for `events.event`.

A line counts as plain only where `events.event` would accept it and write the very same body. Bodies are written
byte for byte as `json.dumps` would; each line's two hashes (`event_hash`) are taken on the way, and whom it names.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from tearline.intake.byte_sets import find, mix
from tearline.intake.event_hash import Hashes, Key
from tearline.intake.scan_times import interval, write_instant
from tearline.intake.texts import LONGEST_ID, LONGEST_NAME
from tearline.ledger.json_scan import (
    CONTROL,
    ESCAPED,
    LOOSE,
    MOST_KEYS,
    SPACED,
    TWICE,
    UNWANTED,
    key_end,
    past_space,
    scratch,
    text_end,
    value_end,
    word_end,
)
from tearline.ledger.raw_bytes import byte_at, put_byte, put_word, word_at

READ = ("id", "kind", "product", "at", "at_earliest", "at_latest", "copy", "actor", "recipient", "organisation",
        "system", "basis", "detail")  # fmt: skip
ID, KIND, PRODUCT, AT, EARLIEST, LATEST, COPY, ACTOR, RECIPIENT, ORGANISATION, SYSTEM, BASIS, DETAIL = range(13)

PLAIN, DOUBTFUL, BLANK = 0, 1, 2

WRITTEN = ('{"id":"', '","kind":"', '","product":"', '","at_earliest":"', '","at_latest":"', '","copy":',
           ',"actor":', ',"recipient":', ',"organisation":', ',"system":', ',"basis":', ',"detail":')  # fmt: skip
"""What stands before each field of a body."""
PIECE = 24
"""Bytes in which each of them is held."""
ROOM = sum(map(len, WRITTEN)) + 128
"""What a body may be longer than its line, without its batch and source."""

_V = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)


@njit(nogil=True, cache=True)
def _turn(word, by):  # type: ignore[no-untyped-def]
    return (word << np.uint64(by)) | (word >> np.uint64(64 - by))


@njit(nogil=True, cache=True)
def _rounds(a, b, c, d, count):  # type: ignore[no-untyped-def]
    for _ in range(count):
        a += b
        c += d
        b = _turn(b, 13) ^ a
        d = _turn(d, 16) ^ c
        a = _turn(a, 32)
        c += b
        a += d
        b = _turn(b, 17) ^ c
        d = _turn(d, 21) ^ a
        c = _turn(c, 32)
    return a, b, c, d


@njit(nogil=True, cache=True)
def siphash(base, at, length, key):  # type: ignore[no-untyped-def]
    """`event_hash.siphash` of the bytes from `at`; `key` is an array of two words."""
    a, b = key[0] ^ np.uint64(_V[0]), key[1] ^ np.uint64(_V[1])
    c, d = key[0] ^ np.uint64(_V[2]), key[1] ^ np.uint64(_V[3])
    end = at + (length & ~7)
    while at < end:
        word = word_at(base, at)
        a, b, c, d = _rounds(a, b, c, d ^ word, 2)
        a ^= word
        at += 8
    word = np.uint64(length & 255) << np.uint64(56)
    for place in range(length & 7):
        word |= np.uint64(byte_at(base, at + place)) << np.uint64(8 * place)
    a, b, c, d = _rounds(a, b, c, d ^ word, 2)
    a, b, c, d = _rounds(a ^ word, b, c ^ np.uint64(0xFF), d, 4)
    return a ^ b ^ c ^ d


@njit(nogil=True, cache=True)
def _copy(out, to, base, at, length):  # type: ignore[no-untyped-def]
    while length >= 8:
        put_word(out, to, word_at(base, at))
        to += 8
        at += 8
        length -= 8
    for place in range(length):
        put_byte(out, to + place, byte_at(base, at + place))
    return to + length


@njit(nogil=True, cache=True)
def _copy_close(out, to, base, at, length):  # type: ignore[no-untyped-def]
    """A JSON value without the blanks between its tokens."""
    end = at + length
    inside = False
    while at < end:
        byte = byte_at(base, at)
        if byte == 0x22:
            inside = not inside
        if inside and byte == 0x5C:
            put_byte(out, to, byte)
            to += 1
            at += 1
            byte = byte_at(base, at)
        if inside or (byte != 0x20 and byte != 0x09):
            put_byte(out, to, byte)
            to += 1
        at += 1
    return to


@njit(nogil=True, cache=True)
def _fields(base, at, end, spans, keys, names):  # type: ignore[no-untyped-def]
    """Where the fields of an object stand, as (start, length) in `spans`; length -1 where there is none. False
    where anything is doubtful; SPACED is kept behind the last field."""
    for field in range(13):
        put_word(spans, field * 16 + 8, np.uint64(-1))
    if byte_at(base, at) != 0x7B:
        return False
    at = past_space(base, at + 1, end)
    held = 0
    while True:
        at, flags, held = key_end(base, at, end, keys, 0, held)
        if at < 0 or flags & (TWICE | LOOSE | CONTROL | ESCAPED | UNWANTED):
            return False
        key, length = np.int64(word_at(keys, 8 * held - 8)), np.int64(word_at(keys, 8 * (MOST_KEYS + held) - 8))
        field = find(names, base, key, length)
        at = past_space(base, at, end)
        if at >= end:
            return False
        byte = byte_at(base, at)
        start = at
        if field < 0:
            at, flags = value_end(base, at, end, keys, held)
            if at < 0 or flags & TWICE:
                return False
        elif byte == 0x6E:
            at = word_end(base, at, end)
            if at < 0:
                return False
        elif field == DETAIL:
            if byte != 0x7B:
                return False
            at, flags = value_end(base, at, end, keys, held)
            if at < 0 or flags & (TWICE | LOOSE | UNWANTED):
                return False
            put_word(spans, field * 16, np.uint64(start))
            put_word(spans, field * 16 + 8, np.uint64(at - start))
            put_word(spans, 13 * 16, np.uint64(flags & SPACED))
        else:
            if byte != 0x22:
                return False
            at, flags = text_end(base, at + 1, end)
            if at < 0 or flags & (LOOSE | CONTROL | UNWANTED):
                return False
            length = at - start - 1
            if length > 0:
                if byte_at(base, start + 1) <= 0x20 or byte_at(base, at - 1) <= 0x20:
                    return False
                put_word(spans, field * 16, np.uint64(start + 1))
                put_word(spans, field * 16 + 8, np.uint64(length))
            at += 1
        at = past_space(base, at, end)
        if at >= end:
            return False
        byte = byte_at(base, at)
        if byte == 0x7D:
            return at + 1 == end
        if byte != 0x2C:
            return False
        at = past_space(base, at + 1, end)


@njit(nogil=True, cache=True)
def _start(spans, field):  # type: ignore[no-untyped-def]
    return np.int64(word_at(spans, field * 16))


@njit(nogil=True, cache=True)
def _length(spans, field):  # type: ignore[no-untyped-def]
    return np.int64(word_at(spans, field * 16 + 8))


@njit(nogil=True, cache=True)
def _known(base, spans, field, table):  # type: ignore[no-untyped-def]
    return find(table, base, _start(spans, field), _length(spans, field)) >= 0


@njit(nogil=True, cache=True)
def _holds(base, spans, tables, closed):  # type: ignore[no-untyped-def]
    """Is everything there that must be, known where it must be known, and of sensible length? (Times apart.)"""
    if _length(spans, ID) <= 0 or _length(spans, KIND) <= 0 or _length(spans, PRODUCT) <= 0:
        return False
    if not _known(base, spans, KIND, tables[1]) or not _known(base, spans, PRODUCT, tables[2]):
        return False
    if _length(spans, BASIS) > 0 and not _known(base, spans, BASIS, tables[3]):
        return False
    if _length(spans, ORGANISATION) > 0 and closed and not _known(base, spans, ORGANISATION, tables[4]):
        return False
    for field in (ID, PRODUCT, COPY, ORGANISATION, SYSTEM):
        if _length(spans, field) > LONGEST_ID:
            return False
    return _length(spans, ACTOR) <= LONGEST_NAME and _length(spans, RECIPIENT) <= LONGEST_NAME


@njit(nogil=True, cache=True)
def _times(base, spans):  # type: ignore[no-untyped-def]
    """Both ends of the event's time; the later one first where they are doubtful."""
    at, first, last = _length(spans, AT), _length(spans, EARLIEST), _length(spans, LATEST)
    if at > 0:
        if first > 0 or last > 0:
            return 1, 0
        return interval(base, _start(spans, AT), at)
    if first <= 0 or last <= 0:
        return 1, 0
    earliest, end = interval(base, _start(spans, EARLIEST), first)
    start, latest = interval(base, _start(spans, LATEST), last)
    if end < earliest or latest < start:
        return 1, 0
    return earliest, latest


@njit(nogil=True, cache=True)
def _body(base, spans, out, to, pieces, earliest, latest):  # type: ignore[no-untyped-def]
    """Write a body up to its detail; where it ends, and where what it says begins."""
    content = to
    for number in range(12):
        size = byte_at(pieces, number * PIECE)
        to = _copy(out, to, pieces, number * PIECE + 1, size)
        if number < 3:
            to = _copy(out, to, base, _start(spans, number), _length(spans, number))
            if number == 0:
                content = to + 2
        elif number < 5:
            to = write_instant(out, to, earliest if number == 3 else latest)
        else:
            start, length = _start(spans, number + 1), _length(spans, number + 1)
            if length <= 0:
                to = _copy(out, to, pieces, 12 * PIECE, 4)
            elif number < 11:
                put_byte(out, to, 0x22)
                to = _copy(out, to + 1, base, start, length)
                put_byte(out, to, 0x22)
                to += 1
            else:
                begun = to
                spaced = word_at(spans, 13 * 16) != 0
                to = _copy_close(out, to, base, start, length) if spaced else _copy(out, to, base, start, length)
                if to - begun == 2:
                    to = _copy(out, begun, pieces, 12 * PIECE, 4)
    return to, content


@njit(nogil=True, cache=True)
def _name(base, at, length, seen, times, found, state):  # type: ignore[no-untyped-def]
    """Count a name; one that is new is noted in `found`, until there are as many as are looked at."""
    told = mix(base, at, length) | np.uint64(1)
    mask = np.uint64(len(seen) - 1)
    place = (told >> np.uint64(7)) & mask
    while seen[place] != 0:
        if seen[place] == told:
            times[place] += 1
            return
        place = (place + np.uint64(1)) & mask
    if state[0] == state[1]:
        return
    seen[place] = told
    times[place] = 1
    found[state[2], 0], found[state[2], 1], found[state[2], 2] = at, length, np.int64(place)
    state[0] += 1
    state[2] += 1


@njit(nogil=True, cache=True)
def scan(  # type: ignore[no-untyped-def]
    data, bounds, numbered, tables, closed, pieces, tail, key, named, out, made, room, spans
):
    """Read the lines `data[bounds[i]:bounds[i + 1]]`, each with its line feed; how many of them are plain.

    `numbered` says which line of its file each is. `out` takes their bodies one behind the other; `made` is the
    status of each line, and of each plain one its end in `out`, line number and hashes; `named` is for `_name`.
    """
    base, to = np.int64(data.ctypes.data), 0
    begin, fields, keys = np.int64(out.ctypes.data), np.int64(spans.ctypes.data), np.int64(room.ctypes.data)
    literals, behind = np.int64(pieces.ctypes.data), np.int64(tail.ctypes.data)
    status, ends, numbers, ids, contents = made
    seen, times, found, state = named
    count = 0
    for row in range(len(bounds) - 1):
        start, end = bounds[row], bounds[row + 1] - 1
        if end > start and byte_at(base, end - 1) == 0x0D:
            end -= 1
        while end > start and (byte_at(base, end - 1) == 0x20 or byte_at(base, end - 1) == 0x09):
            end -= 1
        at = past_space(base, start, end)
        status[row] = BLANK if at >= end else DOUBTFUL
        if at >= end or not _fields(base, at, end, fields, keys, tables[0]):
            continue
        if not _holds(base, fields, tables, closed):
            continue
        earliest, latest = _times(base, fields)
        if latest < earliest:
            continue
        stop, content = _body(base, fields, begin, to, literals, earliest, latest)
        ids[count] = siphash(base, _start(fields, ID), _length(fields, ID), key)
        contents[count] = siphash(begin, content, stop - content, key)
        for field in (ACTOR, RECIPIENT):
            if _length(fields, field) > 0:
                _name(base, _start(fields, field), _length(fields, field), seen, times, found, state)
        stop = _copy(begin, stop, behind, 0, len(tail) - 8)
        number = numbered[row]
        digits = 1
        while number >= 10**digits:
            digits += 1
        for place in range(stop + digits - 1, stop - 1, -1):
            put_byte(begin, place, 0x30 + number % 10)
            number //= 10
        put_byte(begin, stop + digits, 0x7D)
        put_byte(begin, stop + digits + 1, 0x7D)
        to = stop + digits + 2
        status[row] = PLAIN
        ends[count] = to
        numbers[count] = numbered[row]
        count += 1
    return count


@njit(nogil=True, cache=True)
def _content_end(base, at, end, keys):  # type: ignore[no-untyped-def]
    """Where the comma before a body's batch stands, of one whose second key is at `at`; -1 where there is none."""
    while True:
        start = at
        at, flags, _ = key_end(base, at, end, keys, 0, 0)
        if at < 0:
            return -1
        length = word_at(keys, 8 * MOST_KEYS)
        if length == 5 and byte_at(base, start + 1) == 0x62 and byte_at(base, start + 3) == 0x74:
            return start - 1
        at, flags = value_end(base, at, end, keys, 0)
        if at < 0 or flags & (SPACED | LOOSE) or byte_at(base, at) != 0x2C:
            return -1
        at += 1


@njit(nogil=True, cache=True)
def _hash(data, bounds, key, ids, contents, batches, room):  # type: ignore[no-untyped-def]
    base, keys = np.int64(data.ctypes.data), np.int64(room.ctypes.data)
    done = np.zeros(len(bounds) - 1, dtype=np.bool_)
    for row in range(len(bounds) - 1):
        start, end = np.int64(bounds[row]), np.int64(bounds[row + 1])
        if end - start < 10 or byte_at(base, start + 2) != 0x69 or byte_at(base, start + 5) != 0x3A:
            continue
        stop, flags = text_end(base, start + 7, end)
        if stop < 0 or flags & (LOOSE | CONTROL) or byte_at(base, start + 6) != 0x22:
            continue
        last = _content_end(base, stop + 2, end, keys)
        if last < 0 or byte_at(base, last + 9) != 0x22:
            continue
        after, flags = text_end(base, last + 10, end)
        if after < 0 or flags:
            continue
        batches[row, 0], batches[row, 1] = last + 10, after
        ids[row] = siphash(base, start + 7, stop - start - 7, key)
        contents[row] = siphash(base, stop + 2, last - stop - 2, key)
        done[row] = True
    return done


def hash_columns(
    data: npt.NDArray[np.uint8], bounds: npt.NDArray[np.int32], key: Key, ids: Hashes, contents: Hashes
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Fill in the hashes of bodies. Which of them it could read (the others are not written as ours are), and
    where the batch of each stands: (n, 2) begins and ends."""
    batches = np.zeros((len(bounds) - 1, 2), dtype=np.int64)
    done = _hash(data, bounds, np.array(key, np.uint64), ids, contents, batches, scratch())
    return done, batches
