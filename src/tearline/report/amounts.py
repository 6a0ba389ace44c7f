"""Amounts, times and probabilities in words: how the report says them, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from tearline.records.times import Interval

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


def number(amount: int) -> str:
    """`three`, `1,500`: small amounts as words."""
    return _WORDS[amount] if amount < len(_WORDS) else f"{amount:,}"


def count(amount: int, one: str, many: str | None = None) -> str:
    """`three people`, `no people`: an amount and a noun that agrees with it."""
    return f"{number(amount)} {one if amount == 1 else many or one + 's'}"


def listed(items: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    found = list(items)
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} {last} {found[-1]}"


def first_few(items: Sequence[str], most: int, one: str, many: str | None = None) -> str:
    """The items, or the first `most` of them and how many more there are."""
    if len(items) <= most:
        return listed(items)
    return listed([*items[:most], f"{count(len(items) - most, 'other ' + one, 'other ' + (many or one + 's'))}"])


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    text = text.strip()
    if not text:
        return text
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…" else ".")


def figure(probability: float) -> str:
    """Two decimals, three below 0.1; never a rounded 0 or 1."""
    if probability < 0.001:
        return "< 0.001"
    if probability > 0.999:
        return "> 0.999"
    return f"{probability:.3f}" if probability < 0.0995 or probability > 0.9905 else f"{probability:.2f}"


def day(moment: datetime) -> str:
    """`14 March 2026`."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y}"


def moment(at: datetime) -> str:
    """`14 March 2026`, with the time of day (UTC) where it is not midnight."""
    at = at.astimezone(UTC)
    return day(at) if (at.hour, at.minute) == (0, 0) else f"{day(at)}, {at:%H:%M} UTC"


def stamp(at: datetime) -> str:
    """`2026-03-14 09:30`, for tables; UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def span(interval: Interval) -> str:
    """A day as its date, an instant as such, anything else as between two."""
    if interval.is_instant:
        return moment(interval.earliest)
    start, end = interval.earliest.astimezone(UTC), interval.latest.astimezone(UTC)
    whole_days = start.time() == datetime.min.time() and (end + _TICK).time() == datetime.min.time()
    if whole_days and interval.latest - interval.earliest < _DAY:
        return day(start)
    if whole_days:
        return f"between {day(start)} and {day(end)}"
    if end - start < timedelta(minutes=1):
        return f"{day(start)}, {start:%H:%M} UTC"
    return f"between {moment(start)} and {moment(end)}"
