"""Times with uncertainty: every recorded time is an interval, `earliest` to `latest`, both inside it.

A day is `[00:00:00, 23:59:59.999999]` of that day; an instant has both ends equal. All datetimes are aware and
in UTC, at microsecond resolution.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tearline.records.errors import BadInput

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-\d{2}")
_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?:Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)
_TICK = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Interval:
    """A time known to lie between two instants, both included."""

    earliest: datetime
    latest: datetime

    def __post_init__(self) -> None:
        if self.earliest > self.latest:
            raise BadInput(
                f"the interval ends ({format_instant(self.latest)}) before it starts "
                f"({format_instant(self.earliest)})",
                remedy="Swap the two times or correct them",
            )

    @property
    def is_instant(self) -> bool:
        return self.earliest == self.latest

    def possibly_before(self, cut: datetime) -> bool:
        return self.earliest < cut

    def certainly_before(self, cut: datetime) -> bool:
        return self.latest < cut


def parse_interval(text: str, *, field: str = "at") -> Interval:
    """Read an RFC 3339 time, a date (that day), a minute (that minute) or a month (that month).

    A time without an offset is read as UTC. Raises BadInput naming `field` for anything else.
    """
    cleaned = text.strip()
    try:
        if _MONTH.fullmatch(cleaned):
            first = datetime.fromisoformat(cleaned + "-01").replace(tzinfo=UTC)
            following = (first + timedelta(days=32)).replace(day=1)
            return Interval(first, following - _TICK)
        if _DATE.fullmatch(cleaned):
            first = datetime.fromisoformat(cleaned).replace(tzinfo=UTC)
            return Interval(first, first + timedelta(days=1) - _TICK)
        moment = datetime.fromisoformat(cleaned)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(
            f"{text!r} is not a time",
            field=field,
            remedy="Write it as 2026-03-14T09:30:00Z, or 2026-03-14 for a whole day",
        ) from None
    if _MINUTE.fullmatch(cleaned):
        return Interval(moment, moment + timedelta(minutes=1) - _TICK)
    return Interval(moment, moment)


def parse_instant(text: str, *, field: str = "at") -> datetime:
    """The start of what `text` names: used for cut-offs and for the ends of periods (a date is its midnight)."""
    return parse_interval(text, field=field).earliest


def format_instant(moment: datetime) -> str:
    """RFC 3339 in UTC, without a fraction where there is none."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC, exact."""
    return (moment - EPOCH) // _TICK


def from_micros(micros: int) -> datetime:
    return EPOCH + micros * _TICK
