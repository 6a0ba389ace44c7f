"""What is logged at all, by organisation and system, over every product: missing logs, and logs with holes.

The view keeps counts a day (`views/daily_counts.py`), so nothing here grows with events. An event belongs to the
organisation it names, or else to that of the person who acted (or received, if nobody acted), as they last were.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tearline.ledger import LedgerState
from tearline.records.parties import PartyKind
from tearline.records.times import EPOCH, from_micros, to_micros
from tearline.views.events import EventsView
from tearline.views.register import Register

# A hole: at least so many days without an event, in which at least so many were to be expected at the log's own
# rate, and so many times longer than its next longest pause. Weekends and holidays are pauses of every log: where
# the same system was quieter in other organisations meanwhile, as much less was to be expected here.
LEAST_DAYS = 3
LEAST_EXPECTED = 20.0
LONGER = 3.0
# A log with fewer events has no rate of its own.
_LEAST_EVENTS = 50


@dataclass(frozen=True, slots=True)
class Hole:
    """Nothing is logged from `start` to `end` though `expected` events were, at the log's own rate and by what the
    same system of other organisations logged meanwhile."""

    organisation: str
    system: str | None
    start: datetime
    end: datetime
    expected: float


@dataclass(frozen=True, slots=True)
class LogSurvey:
    """`logged`: (organisation, system) pairs with any event; `acting`: organisations for which any act of their
    people is on record; `receipting`: those with recorded receipts; `until`: the last day with any event."""

    logged: frozenset[tuple[str, str]]
    acting: frozenset[str]
    receipting: frozenset[str]
    holes: tuple[Hole, ...]
    until: datetime | None

    def document(self) -> dict[str, Any]:
        """The survey as JSON, to be kept."""
        return {
            "logged": sorted(self.logged),
            "acting": sorted(self.acting),
            "receipting": sorted(self.receipting),
            "holes": [
                [hole.organisation, hole.system, to_micros(hole.start), to_micros(hole.end), hole.expected]
                for hole in self.holes
            ],
            "until": None if self.until is None else to_micros(self.until),
        }

    @classmethod
    def of_document(cls, kept: dict[str, Any]) -> LogSurvey:
        """The survey that `document` wrote."""
        return cls(
            logged=frozenset((organisation, system) for organisation, system in kept["logged"]),
            acting=frozenset(kept["acting"]),
            receipting=frozenset(kept["receipting"]),
            holes=tuple(
                Hole(organisation, system, from_micros(start), from_micros(end), expected)
                for organisation, system, start, end, expected in kept["holes"]
            ),
            until=None if kept["until"] is None else from_micros(kept["until"]),
        )


def survey_logs(register: Register, view: EventsView, state: LedgerState) -> LogSurvey:
    """Survey every event at `state`, without retracted batches."""
    counts = view.daily_counts(state, register.retracted)
    names = pc.unique(counts["name"]).drop_null()
    owners = pa.array([_owner(register, name) for name in names.to_pylist()], pa.string())
    named = owners.take(pc.index_in(counts["name"], value_set=names))
    organisation = pc.coalesce(counts["organisation"], named)
    place = counts.schema.get_field_index("organisation")
    counts = counts.set_column(place, "organisation", organisation).drop_columns("name")
    keys = ["organisation", "system", "day"]
    counts = counts.group_by(keys).aggregate([(name, "sum") for name in ("events", "receipts", "acts")])
    counts = counts.rename_columns([name.removesuffix("_sum") for name in counts.column_names])
    return survey_counts(counts.sort_by([(name, "ascending") for name in keys]))


def survey_counts(counts: pa.Table) -> LogSurvey:
    """The survey of daily counts: columns `organisation, system, day, events, receipts, acts`, sorted."""
    days = counts["day"].to_numpy()
    counts = counts.filter(counts["organisation"].is_valid())
    columns = {name: counts[name].to_pylist() for name in ("organisation", "system")}
    keys = list(zip(columns["organisation"], columns["system"], strict=True))
    acts, receipts = counts["acts"].to_numpy(), counts["receipts"].to_numpy()
    day, events = counts["day"].to_numpy(), counts["events"].to_numpy()
    starts = [i for i, key in enumerate(keys) if i == 0 or key != keys[i - 1]]
    all_of = {system: _Together.of(np.array(columns["system"]) == system, day, events) for _, system in set(keys)}
    holes = [
        hole
        for start, stop in pairwise([*starts, len(keys)])
        for hole in _holes(*keys[start], day[start:stop], events[start:stop], all_of[keys[start][1]])
    ]
    return LogSurvey(
        logged=frozenset(keys),
        acting=frozenset(columns["organisation"][i] for i in np.flatnonzero(acts > 0)),
        receipting=frozenset(columns["organisation"][i] for i in np.flatnonzero(receipts > 0)),
        holes=tuple(holes),
        until=_day(int(days.max()) + 1) if days.size else None,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Together:
    """What all organisations logged on one system: days in order, and how many events up to before each."""

    day: NDArray[np.int64]
    before: NDArray[np.int64]

    @classmethod
    def of(cls, chosen: NDArray[np.bool_], day: NDArray[np.int64], events: NDArray[np.int64]) -> _Together:
        order = np.argsort(day[chosen], kind="stable")
        return cls(day[chosen][order], np.cumsum(np.append(0, events[chosen][order])))

    def busy(self, start: int, end: int, own: int) -> float:
        """How busy the others were in the days from `start` to before `end`, against their other days; 1 where
        they logged too little to tell. `own` events of the log in question lie outside these days."""
        inside = int(self.before[np.searchsorted(self.day, end)] - self.before[np.searchsorted(self.day, start)])
        outside, days = int(self.before[-1]) - own - inside, int(self.day[-1] - self.day[0]) + 1 - (end - start)
        if inside + outside < _LEAST_EVENTS or outside <= 0 or days <= 0:
            return 1.0
        return (inside / (end - start)) / (outside / days)


def _holes(
    organisation: str, system: str, day: NDArray[np.int64], events: NDArray[np.int64], everybody: _Together
) -> Iterator[Hole]:
    total = int(events.sum())
    if total < _LEAST_EVENTS:
        return
    pauses = np.diff(day) - 1
    for at in np.flatnonzero(pauses >= LEAST_DAYS).tolist():
        others = np.delete(pauses, at)
        rate = total / (int(day[-1] - day[0]) + 1 - int(pauses[at]))
        start, end = int(day[at]) + 1, int(day[at + 1])
        expected = rate * int(pauses[at]) * min(1.0, everybody.busy(start, end, total))
        if expected >= LEAST_EXPECTED and pauses[at] >= LONGER * max(int(others.max(initial=0)), 1):
            yield Hole(organisation, system or None, _day(start), _day(end), expected)


def _owner(register: Register, name: str) -> str | None:
    """The organisation of the person a name means, as they last were; None where it means nobody known."""
    party = register.resolve(name)
    return register.people[party.id].periods[-1].organisation if party.kind is PartyKind.PERSON else None


def _day(number: int) -> datetime:
    return EPOCH + timedelta(days=number)
