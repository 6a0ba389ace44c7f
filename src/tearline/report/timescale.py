"""The time axis of a picture: a linear scale and ticks at calendar boundaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tearline.records.times import EPOCH

_SPARE = 0.03  # of the whole, left free at both ends
_MOST_TICKS = 9
_STEPS = (1, 2, 7, 14)  # days between ticks, before months are used


@dataclass(frozen=True, slots=True)
class TimeScale:
    """`start` stands at `left`, `end` at `right`."""

    start: datetime
    end: datetime
    left: float
    right: float

    @classmethod
    def over(cls, times: Iterable[datetime], left: float, right: float) -> TimeScale:
        """A scale that shows all of `times` with some room; of nothing, the day of the epoch."""
        found = list(times) or [EPOCH]
        first, last = min(found), max(found)
        spare = max((last - first) * _SPARE, timedelta(hours=6))
        return cls(first - spare, last + spare, left, right)

    def x(self, moment: datetime) -> float:
        """Where `moment` stands; times outside the scale stand at its ends."""
        share = (moment - self.start) / (self.end - self.start)
        return round(self.left + (self.right - self.left) * min(1.0, max(0.0, share)), 1)

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """At most nine, at whole days, weeks, months or years."""
        for moments in (
            *(list(self._days(step)) for step in _STEPS if (self.end - self.start).days <= step * _MOST_TICKS),
            *(self._months(step) for step in (1, 2, 3, 6, 12, 24, 60, 120, 240)),
        ):
            ticks = list(moments)
            if 1 <= len(ticks) <= _MOST_TICKS:
                short = (self.end - self.start).days <= _STEPS[-1] * _MOST_TICKS
                return tuple((self.x(at), f"{at.day} {at:%b %Y}" if short else f"{at:%b %Y}") for at in ticks)
        return ()

    def _days(self, step: int) -> Iterator[datetime]:
        at = datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC) + timedelta(days=1)
        while at < self.end:
            yield at
            at += timedelta(days=step)

    def _months(self, step: int) -> list[datetime]:
        first = self.start.year * 12 + self.start.month
        last = self.end.year * 12 + self.end.month - 1
        months = range(-(-first // step) * step, last + 1, step)
        return [datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in months]
