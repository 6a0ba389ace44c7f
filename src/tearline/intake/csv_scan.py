"""Compiled code that turns records of CSV into lines of JSON, for `event_scan` to read.

Cells are written as texts, a detail as the JSON that it is; empty cells are left out. What is strange becomes a
line that is no JSON, so that its record is read by itself, by `rows.parse_record`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from tearline.intake.event_scan import DETAIL, READ
from tearline.intake.rows import RECORD_BYTES, RECORD_LINES
from tearline.ledger.raw_bytes import byte_at, put_byte

NAME = 16
"""Bytes in which a field's name is held, its length before it."""

_NAMES = np.frombuffer(
    b"".join(bytes([len(name)]) + name.encode().ljust(NAME - 1) for name in READ), dtype=np.uint8
)


@njit(nogil=True, cache=True)
def _record_end(base, at, end):  # type: ignore[no-untyped-def]
    """Past the line feed that ends the record at `at`; 0 where none does, the negative end of what is torn; its
    lines."""
    quoted, lines, start = False, 0, at
    while at < end:
        byte = byte_at(base, at)
        at += 1
        if byte == 0x22:
            quoted = not quoted
        elif byte == 0x0A:
            lines += 1
            if not quoted:
                return at, lines
            if lines > RECORD_LINES or at - start > RECORD_BYTES:
                return -at, lines
    return 0, lines


@njit(nogil=True, cache=True)
def _put(out, to, byte):  # type: ignore[no-untyped-def]
    """A byte of a text, escaped where JSON wants it."""
    if byte == 0x22 or byte == 0x5C:
        put_byte(out, to, 0x5C)
        to += 1
    put_byte(out, to, byte)
    return to + 1


@njit(nogil=True, cache=True)
def _cell(base, at, end, delimiter, out, to, plain):  # type: ignore[no-untyped-def]
    """Write what a cell says (`plain`: as it is); where the cell ends, or -1 where its quotation is strange, and
    where the text does."""
    if at < end and byte_at(base, at) == 0x22:
        at += 1
        while at < end:
            byte = byte_at(base, at)
            if byte == 0x22:
                if at + 1 == end or byte_at(base, at + 1) == delimiter:
                    return at + 1, to
                if byte_at(base, at + 1) != 0x22:
                    return -1, to
                at += 1
            if plain:
                put_byte(out, to, byte)
                to += 1
            else:
                to = _put(out, to, byte)
            at += 1
        return -1, to
    while at < end:
        byte = byte_at(base, at)
        if byte == delimiter:
            return at, to
        if byte == 0x22:
            return -1, to
        to = _put(out, to, byte)
        at += 1
    return at, to


@njit(nogil=True, cache=True)
def _object(base, at, end, delimiter, columns, names, out, to):  # type: ignore[no-untyped-def]
    """Write a record's object; where it ends, or -1 where the record is strange."""
    column, begun = 0, to
    put_byte(out, to, 0x7B)
    to += 1
    while True:
        field = columns[column] if column < len(columns) else -2
        if field == -2:
            return -1
        first = at + 1 if at < end and byte_at(base, at) == 0x22 else at
        plain = field == DETAIL and first > at and first < end and byte_at(base, first) == 0x7B
        before = to
        if field >= 0:
            if to > begun + 1:
                put_byte(out, to, 0x2C)
                to += 1
            put_byte(out, to, 0x22)
            for place in range(byte_at(names, field * NAME)):
                put_byte(out, to + 1 + place, byte_at(names, field * NAME + 1 + place))
            to += 1 + byte_at(names, field * NAME)
            put_byte(out, to, 0x22)
            put_byte(out, to + 1, 0x3A)
            to += 2
            if not plain:
                put_byte(out, to, 0x22)
                to += 1
        said = to
        at, to = _cell(base, at, end, delimiter, out, to, plain)
        if at < 0:
            return -1
        if field < 0 or to == said:
            to = before
        elif not plain:
            put_byte(out, to, 0x22)
            to += 1
        column += 1
        if at == end:
            put_byte(out, to, 0x7D)
            return to + 1
        at += 1


@njit(nogil=True, cache=True)
def _convert(data, at, line, delimiter, columns, names, out, bounds, records, state):  # type: ignore[no-untyped-def]
    base, end = np.int64(data.ctypes.data), len(data)
    begin, called = np.int64(out.ctypes.data), np.int64(names.ctypes.data)
    to = count = 0
    while at < end:
        stop, lines = _record_end(base, at, end)
        if stop <= 0:
            state[0], state[1], state[2] = at, line, -stop
            return count
        last = stop - 1
        if last > at and byte_at(base, last - 1) == 0x0D:
            last -= 1
        blank = at
        while blank < last and (byte_at(base, blank) == 0x20 or byte_at(base, blank) == 0x09):
            blank += 1
        if blank < last:
            bounds[count] = to
            made = _object(base, at, last, delimiter, columns, called, begin, to)
            if made < 0:
                put_byte(begin, to, 0x21)
                made = to + 1
            put_byte(begin, made, 0x0A)
            to = made + 1
            records[count, 0], records[count, 1], records[count, 2] = at, last, line
            count += 1
            bounds[count] = to
        at = stop
        line += lines
    state[0], state[1], state[2] = at, line, 0
    return count


class Converted:
    """Records of CSV as lines of JSON: `data[bounds[i]:bounds[i + 1]]`;
    `records` has `(start, end, line)` of each in the source.

    `stopped` and `line`: where reading stopped; `torn`: the end of what is torn there, 0 where the rest of a
    record is still to come.
    """

    def __init__(
        self, source: bytes, at: int, line: int, delimiter: str, columns: npt.NDArray[np.int64], width: int
    ) -> None:
        """`columns`: the place in `event_scan.READ` of each column, or -1; `width`: bytes of all fields' names."""
        count = source.count(b"\n", at) + 1
        out = np.empty(2 * (len(source) - at) + count * width + 8, dtype=np.uint8)
        bounds, records = np.zeros(count + 1, dtype=np.int64), np.empty((count, 3), dtype=np.int64)
        state = np.zeros(3, dtype=np.int64)
        data = np.frombuffer(source, dtype=np.uint8)
        made = _convert(data, at, line, ord(delimiter), columns, _NAMES, out, bounds, records, state)
        self.bounds, self.records = bounds[: made + 1], records[:made]
        self.data = out[: bounds[made]].tobytes()
        self.stopped, self.line, self.torn = state.tolist()
