"""Times in compiled code: what `records.times` reads and writes, as far as logs write it."""

from __future__ import annotations

import numpy as np
from numba import njit

from tearline.ledger.raw_bytes import byte_at, put_byte

DAY = 86_400_000_000
MINUTE = 60_000_000
SECOND = 1_000_000


@njit(nogil=True, cache=True)
def _digits(base, at, count):  # type: ignore[no-untyped-def]
    """A number of `count` digits; -1 where one is none."""
    value = 0
    for place in range(at, at + count):
        digit = byte_at(base, place) - 0x30
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


@njit(nogil=True, cache=True)
def _month_days(year, month):  # type: ignore[no-untyped-def]
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31


@njit(nogil=True, cache=True)
def _day_number(year, month, day):  # type: ignore[no-untyped-def]
    """Days since 1970-01-01 in the Gregorian calendar, by years that begin in March."""
    year -= month <= 2
    cycle = year // 400
    of_cycle = year - cycle * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return cycle * 146_097 + of_cycle * 365 + of_cycle // 4 - of_cycle // 100 + of_year - 719_468


@njit(nogil=True, cache=True)
def _zone(base, at, end):  # type: ignore[no-untyped-def]
    """The offset from UTC in microseconds that is written from `at` to `end`; beyond a day where it is none."""
    if at == end or (at + 1 == end and byte_at(base, at) == 0x5A):
        return 0
    sign = byte_at(base, at)
    if at + 6 != end or (sign != 0x2B and sign != 0x2D) or byte_at(base, at + 3) != 0x3A:
        return DAY
    hours, minutes = _digits(base, at + 1, 2), _digits(base, at + 4, 2)
    if hours < 0 or hours > 23 or minutes < 0 or minutes > 59:
        return DAY
    offset = (hours * 60 + minutes) * MINUTE
    return offset if sign == 0x2B else -offset


@njit(nogil=True, cache=True)
def _day(base, at):  # type: ignore[no-untyped-def]
    """The number of the day written in ten bytes (years 1000 to 2999), or -1 << 40."""
    year, month, day = _digits(base, at, 4), _digits(base, at + 5, 2), _digits(base, at + 8, 2)
    if byte_at(base, at + 4) != 0x2D or byte_at(base, at + 7) != 0x2D:
        return -1 << 40
    if year < 1000 or year > 2999 or month < 1 or month > 12 or day < 1 or day > _month_days(year, month):
        return -1 << 40
    return _day_number(year, month, day)


@njit(nogil=True, cache=True)
def interval(base, at, length):  # type: ignore[no-untyped-def]
    """Both ends of a time as written, in microseconds since 1970; the later first where it is not told here."""
    if length < 10:
        return 1, 0
    days = _day(base, at)
    if days < -1 << 39:
        return 1, 0
    start, end = days * DAY, at + length
    if length == 10:
        return start, start + DAY - 1
    between = byte_at(base, at + 10)
    if length < 16 or (between != 0x54 and between != 0x20) or byte_at(base, at + 13) != 0x3A:
        return 1, 0
    hour, minute, second = _digits(base, at + 11, 2), _digits(base, at + 14, 2), 0
    rest, part, last = at + 16, 0, MINUTE - 1
    if length >= 19 and byte_at(base, rest) == 0x3A:
        second = _digits(base, at + 17, 2)
        rest, last = at + 19, 0
        if rest < end and byte_at(base, rest) == 0x2E:
            rest += 1
            unit = 100_000
            while rest < end and unit > 0 and 0x30 <= byte_at(base, rest) <= 0x39:
                part += unit * (byte_at(base, rest) - 0x30)
                unit //= 10
                rest += 1
            if unit == 100_000:
                return 1, 0
    offset = _zone(base, rest, end)
    if hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0 or second > 59 or offset >= DAY:
        return 1, 0
    start += hour * 60 * MINUTE + minute * MINUTE + second * SECOND + part - offset
    return start, start + last


@njit(nogil=True, cache=True)
def _write(out, to, value, count):  # type: ignore[no-untyped-def]
    for place in range(to + count - 1, to - 1, -1):
        put_byte(out, place, 0x30 + value % 10)
        value //= 10
    return to + count


@njit(nogil=True, cache=True)
def write_instant(out, to, micros):  # type: ignore[no-untyped-def]
    """RFC 3339 in UTC as `records.times.format_instant` writes it; where it ends."""
    days = micros // DAY
    rest = micros - days * DAY
    shifted = days + 719_468
    cycle = shifted // 146_097
    of_cycle = shifted - cycle * 146_097
    years = (of_cycle - of_cycle // 1_460 + of_cycle // 36_524 - of_cycle // 146_096) // 365
    of_year = of_cycle - (365 * years + years // 4 - years // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    to = _write(out, to, cycle * 400 + years + (month <= 2), 4)
    put_byte(out, to, 0x2D)
    to = _write(out, to + 1, month, 2)
    put_byte(out, to, 0x2D)
    to = _write(out, to + 1, day, 2)
    put_byte(out, to, 0x54)
    to = _write(out, to + 1, rest // (60 * MINUTE), 2)
    put_byte(out, to, 0x3A)
    to = _write(out, to + 1, rest // MINUTE % 60, 2)
    put_byte(out, to, 0x3A)
    to = _write(out, to + 1, rest // SECOND % 60, 2)
    if rest % SECOND:
        put_byte(out, to, 0x2E)
        to = _write(out, to + 1, rest % SECOND, 6)
    put_byte(out, to, 0x5A)
    return np.int64(to + 1)
