"""How far the clocks of two logs stand apart, estimated from events that come in pairs. Shown, never applied.

A pair is one product on its way to one party: sent on one log (disseminated, forwarded), arrived on another
(delivered, received, opened). Only where nothing else was sent to them, to a group of theirs or to their
organisation is it plain which arrival belongs to which sending; only times known to within a minute tell anything
about a clock. Ways that no record shows remain: up to STRAY of the pairs are taken to be none.

`delay = arrival - sending = time on the way + offset`, and nothing arrives before it is sent. So

1. the offset is at most the delay: `at_most` is the smallest delay but for those that strays may account for, a
   share of STRAY and its sampling error at 97.5 %; arrivals in the other direction bound it from below, as
   `at_least`;
2. a machine notes delivery (`delivered`) soon after sending: over such pairs the median delay estimates the
   offset, with the distribution-free interval of the order statistics (David and Nagaraja, Order Statistics, 7.1):
   from the k-th smallest to the k-th largest delay, k the largest with P(Binomial(n, 1/2) < k) at most half of
   what is left out. Where half of these delays do not lie within SPREAD, it is no machine that notes them, or
   not of the same sending, and nothing is estimated;
3. with such pairs in both directions the time on the way cancels out: half the difference of the two medians (as
   RFC 5905, section 8, does for every exchange); each interval then is one of 97.5 %, so that both hold at 95 %.

Which of two clocks is wrong the record does not say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from math import comb
from statistics import NormalDist

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tearline.ledger import LedgerState
from tearline.records.clocks import ClockOffset, ClockSource, ClockSurvey
from tearline.records.kinds import GapKind
from tearline.records.parties import Party, PartyKind
from tearline.records.pathways import ClockNote, Pathway
from tearline.records.said import Said, say, say_many, together
from tearline.views.events import EventsView
from tearline.views.register import Register

LEAST_PAIRS = 8
"""Fewer than six give no interval of the order statistics at 95 %; among eight one wrong pair decides nothing."""
STRAY = 0.1
"""Share of pairs that may be none: what arrived came by a way that is not on record."""
SPREAD = 600.0
"""Seconds within which the middle half of the delays lies where machines pass on and note at once."""
APART = 60.0
"""Seconds: clocks that are set by hand stand so far apart."""
EXACT = 60_000_000
"""Microseconds within which a time must be known to say anything about a clock."""

_ORDERED = (
    GapKind.OPENED_WITHOUT_DELIVERY,
    GapKind.SENDER_WITHOUT_POSSESSION,
    GapKind.DELIVERED_WITHOUT_RECEIPT,
)
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
_HALF_HOUR, _NEAR = 1800, 90
_LARGE = 1000
"""Pairs from which on the binomial is as good as normal."""
_NAMES = """
SELECT DISTINCT name FROM (
    SELECT recipient AS name FROM events WHERE kind IN ('disseminated', 'forwarded', 'delivered', 'received')
    UNION SELECT actor FROM events WHERE kind IN ('received', 'opened')
) WHERE name IS NOT NULL
"""
_SOURCES = """
SELECT organisation, system, count(*) AS events, list(DISTINCT batch ORDER BY batch) AS batches,
       min(epoch_us(at_latest) - epoch_us(at_earliest)) AS finest,
       max(epoch_us(at_latest) - epoch_us(at_earliest)) AS coarsest
FROM events GROUP BY ALL ORDER BY ALL
"""
_PAIRS = """
SELECT * FROM (WITH exact AS (
    SELECT e.product, e.organisation, e.system, e.kind, e.actor, e.recipient,
           epoch_us(e.at_earliest) AS lo, epoch_us(e.at_latest) AS hi
    FROM events e WHERE e.kind IN ('disseminated', 'forwarded', 'delivered', 'received', 'opened')
), sent AS (
    SELECT x.product, p.party, any_value(x.organisation) AS organisation, any_value(x.system) AS system,
           any_value(x.lo) AS lo, any_value(x.hi) AS hi
    FROM exact x JOIN parties p ON p.name = x.recipient
    WHERE x.kind IN ('disseminated', 'forwarded')
    GROUP BY x.product, p.party HAVING count(*) = 1 AND any_value(p.direct) AND any_value(x.hi - x.lo) < $exact
       AND any_value(coalesce(x.organisation, x.system)) IS NOT NULL
), arrived AS (
    SELECT x.product, p.party, x.organisation, x.system, x.kind, min(x.lo) AS lo, arg_min(x.hi, x.lo) AS hi
    FROM exact x JOIN parties p ON p.direct
     AND p.name = CASE WHEN x.kind = 'delivered' THEN x.recipient ELSE coalesce(x.actor, x.recipient) END
    WHERE x.kind IN ('delivered', 'received', 'opened') AND x.hi - x.lo < $exact
      AND (x.organisation IS NOT NULL OR x.system IS NOT NULL)
    GROUP BY ALL
)
SELECT s.organisation AS from_organisation, s.system AS from_system,
       a.organisation AS organisation, a.system AS system, a.kind = 'delivered' AS noted,
       (a.lo + a.hi) / 2 - (s.lo + s.hi) / 2 AS delay, a.hi - s.lo AS most
FROM sent s JOIN arrived a ON a.product = s.product AND a.party = s.party
WHERE a.organisation IS DISTINCT FROM s.organisation OR a.system IS DISTINCT FROM s.system
) ORDER BY ALL
"""

Log = tuple[str | None, str | None]
"""Organisation and system."""


@dataclass(frozen=True, slots=True)
class Delays:
    """Of arrivals on one log of what another sent, in seconds: `delay` by the middle of both times, `most` under
    the reading that makes it longest; `noted` where a machine noted the arrival."""

    delay: NDArray[np.float64]
    most: NDArray[np.float64]
    noted: NDArray[np.bool_]


def survey_clocks(
    register: Register, view: EventsView, state: LedgerState, stated: Mapping[str, Sequence[str]]
) -> ClockSurvey:
    """Every log's precision, and every two logs compared that have pairs enough, over all products.

    `stated`: batch -> what the files of that batch were taken in as.
    """
    names = view.query(_NAMES, state, register.retracted)["name"].to_pylist()
    rows = list(dict.fromkeys(_standing_for(register, names)))
    numbers = {party: number for number, party in enumerate(dict.fromkeys(party for _, party, _ in rows))}
    known = pa.table(
        {
            "name": pa.array([name for name, *_ in rows], pa.string()),
            "party": pa.array([numbers[party] for _, party, _ in rows], pa.int64()),
            "direct": pa.array([direct for *_, direct in rows], pa.bool_()),
        }
    )
    pairs = view.query(_PAIRS, state, register.retracted, {"exact": EXACT}, {"parties": known})
    sources = view.query(_SOURCES, state, register.retracted).to_pylist()
    return ClockSurvey(
        sources=tuple(
            ClockSource(
                row["organisation"],
                row["system"],
                row["events"],
                round(row["finest"] / 1e6, 3),
                round(row["coarsest"] / 1e6, 3),
                tuple(sorted({said for batch in row["batches"] or () for said in stated.get(batch or "", ())})),
            )
            for row in sources
        ),
        clocks=compare(delays_of(pairs)),
        least_pairs=LEAST_PAIRS,
    )


def _standing_for(register: Register, names: Sequence[str]) -> Iterator[tuple[str, Party, bool]]:
    """Each name with whom it is (True), and with everybody who at any time belonged to the group or organisation
    it is (False)."""
    staff = _staff(register)
    for name in names:
        party = register.resolve(name)
        yield name, party, True
        if party.kind is PartyKind.GROUP:
            yield from ((name, member, False) for member in register.members(party.id, _FIRST, _LAST))
        elif party.kind is PartyKind.ORGANISATION:
            yield from ((name, Party(PartyKind.PERSON, who), False) for who in staff.get(party.id, ()))


def _staff(register: Register) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for person in register.people.values():
        for organisation in {period.organisation for period in person.periods}:
            found.setdefault(organisation, []).append(person.id)
    return found


def delays_of(pairs: pa.Table) -> dict[tuple[Log, Log], Delays]:
    """The columns `from_organisation, from_system, organisation, system, noted, delay, most` (microseconds, sorted
    by the first four) by the two logs: the sender's, the one it arrived on."""
    columns = [pairs[name].to_pylist() for name in ("from_organisation", "from_system", "organisation", "system")]
    keys = [((a, b), (c, d)) for a, b, c, d in zip(*columns, strict=True)]
    starts = [place for place, key in enumerate(keys) if place == 0 or key != keys[place - 1]]
    noted = pairs["noted"].to_numpy().astype(np.bool_)
    delay, most = (pairs[name].to_numpy().astype(np.float64) / 1e6 for name in ("delay", "most"))
    return {
        keys[start]: Delays(delay[start:stop], most[start:stop], noted[start:stop])
        for start, stop in pairwise([*starts, len(keys)])
    }


def compare(delays: Mapping[tuple[Log, Log], Delays]) -> tuple[ClockOffset, ...]:
    """Every two logs that can be compared, those furthest apart first. Pure."""
    found = list(_compared(delays))
    return tuple(sorted(found, key=lambda one: (not one.matters, -_size(one), one.says)))


def _compared(delays: Mapping[tuple[Log, Log], Delays]) -> Iterator[ClockOffset]:
    done: set[tuple[Log, Log]] = set()
    for (sender, log), there in delays.items():
        back = delays.get((log, sender))
        # Of two directions the one with more arrivals is told, the other helps.
        if (log, sender) in done or (back is not None and back.delay.size > there.delay.size):
            continue
        done.add((sender, log))
        one = _offset(log, sender, there, back)
        if one is not None:
            yield one


def _offset(log: Log, sender: Log, there: Delays, back: Delays | None) -> ClockOffset | None:
    quick = np.sort(there.delay[there.noted])
    other = np.sort(back.delay[back.noted]) if back is not None else quick[:0]
    both = min(quick.size, other.size) >= LEAST_PAIRS
    offset: float | None = None
    interval: tuple[float, float] | None = None
    if both and _close(quick) and _close(other):
        one, two = _median_interval(quick, 0.025), _median_interval(other, 0.025)
        offset = float(np.median(quick) - np.median(other)) / 2
        interval = ((one[0] - two[1]) / 2, (one[1] - two[0]) / 2)
    elif quick.size >= LEAST_PAIRS and _close(quick):
        offset, interval = float(np.median(quick)), _median_interval(quick, 0.05)
    at_most, over = _bound(there), _bound(back) if back is not None else None
    at_least = None if over is None else -over
    impossible = int((there.most < 0).sum()) + (int((back.most < 0).sum()) if back is not None else 0)
    if offset is None and at_most is None and at_least is None:
        return None
    out = interval is not None and (interval[0] > APART or interval[1] < -APART)
    out = out or (at_most is not None and at_most < -APART) or (at_least is not None and at_least > APART)
    found = ClockOffset(
        organisation=log[0],
        system=log[1],
        against_organisation=sender[0],
        against_system=sender[1],
        pairs=int(quick.size),
        arrivals=int(there.delay.size),
        offset=offset,
        interval=interval,
        at_most=at_most,
        at_least=at_least,
        both_ways=both,
        impossible=impossible,
        matters=out,
        says="",
    )
    return replace(found, says=_says(found))


def _close(ordered: NDArray[np.float64]) -> bool:
    """Do the delays stem from machines that note at once?"""
    low, high = np.quantile(ordered, (0.25, 0.75))
    return bool(high - low <= SPREAD)


def _bound(delays: Delays) -> float | None:
    """What the offset of the receiving clock is at most; None where too few arrivals are on record."""
    size = delays.delay.size
    if size < LEAST_PAIRS:
        return None
    strays = int(STRAY * size + NormalDist().inv_cdf(0.975) * (STRAY * (1 - STRAY) * size) ** 0.5) + 1
    return float(np.partition(delays.delay, strays)[strays])


def _median_interval(ordered: NDArray[np.float64], left_out: float) -> tuple[float, float]:
    """The distribution-free interval of the median that misses it with probability `left_out` at the most."""
    size = ordered.size
    if size > _LARGE:
        least = int(size / 2 - NormalDist().inv_cdf(1 - left_out / 2) * size**0.5 / 2)
    else:
        least, below = 0, 0.0
        while (below := below + comb(size, least) / 2**size) * 2 <= left_out:
            least += 1
    place = max(least - 1, 0)
    return float(ordered[place]), float(ordered[size - 1 - place])


def _size(one: ClockOffset) -> float:
    known = (abs(one.offset) if one.offset is not None else 0.0, -(one.at_most or 0.0), one.at_least or 0.0)
    return max(known)


def _says(one: ClockOffset) -> Said:
    logs = {
        "log": called((one.organisation, one.system)),
        "other": called((one.against_organisation, one.against_system)),
    }
    offset, interval, at_most, at_least = one.offset, one.interval, one.at_most, one.at_least
    if offset is not None and interval is not None:
        values = {**logs, "time": _long(abs(offset)), "span": _between(*interval)}
        if offset >= 0:
            said = say("The clock of {log} stands {time} ahead of that of {other} (95 %: {span}).", **values)
        else:
            said = say("The clock of {log} stands {time} behind that of {other} (95 %: {span}).", **values)
        if abs(offset) > _HALF_HOUR - _NEAR and abs((offset + 900) % _HALF_HOUR - 900) <= _NEAR:
            near = say("It is so near a whole or half hour that a time zone may have been misread.")
            said = together(said, near)
    elif at_most is not None and at_most < 0:
        time = _long(-at_most)
        said = say("The clock of {log} stands at least {time} behind that of {other}.", time=time, **logs)
    elif at_least is not None and at_least > 0:
        time = _long(at_least)
        said = say("The clock of {log} stands at least {time} ahead of that of {other}.", time=time, **logs)
    elif at_most is not None:
        time = _long(at_most)
        said = say("The clock of {log} is no more than {time} ahead of that of {other}.", time=time, **logs)
    else:
        time = _long(-(at_least or 0.0))
        said = say("The clock of {log} is no more than {time} behind that of {other}.", time=time, **logs)
    if one.impossible:
        often = say_many(
            "Once something arrives before it was sent.",
            "{count} times something arrives before it was sent.",
            one.impossible,
        )
        said = together(said, often)
    return said


def _between(low: float, high: float) -> Said:
    if low < 0 < high:
        return say("{behind} behind to {ahead} ahead", behind=_long(-low), ahead=_long(high))
    near, far = sorted((abs(low), abs(high)))
    return say("{first} to {last}", first=_long(near), last=_long(far))


def called(log: Log) -> str:
    """A log in a sentence: `BETA mail`."""
    return " ".join(filter(None, log)) or say("a log that names neither organisation nor system")


def _long(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 100 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def beside_gaps(pathway: Pathway, events: pa.Table, clocks: Sequence[ClockOffset]) -> Pathway:
    """The pathway with a note for each two clocks that stand apart where one of its gaps says what came first, or
    that nothing did, by both of them. `events` (STORED_EVENTS) are those of its family."""
    apart = [one for one in clocks if one.matters]
    ordered = [gap for gap in pathway.gaps if gap.kind in _ORDERED]
    if not apart or not ordered:
        return pathway
    wanted = {event for gap in ordered for event in gap.events}
    rows = events.select(["id", "organisation", "system"])
    present = {
        (row["organisation"], row["system"])
        for row in rows.group_by(rows.column_names[1:]).aggregate([]).to_pylist()
    }
    logs = {
        row["id"]: (row["organisation"], row["system"])
        for row in rows.filter(pc.is_in(rows["id"], value_set=pa.array(sorted(wanted), pa.string()))).to_pylist()
    }
    notes = []
    for one in apart:
        two = {(one.organisation, one.system), (one.against_organisation, one.against_system)}
        gaps = [gap.id for gap in ordered if two <= present and two & {logs.get(event) for event in gap.events}]
        if gaps:
            notes.append(ClockNote(one.says, tuple(gaps)))
    return replace(pathway, clocks=tuple(notes))
