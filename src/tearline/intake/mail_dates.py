"""The time a mail was sent, from the way its text says it, as an interval.

A stated second is an instant, a minute that minute, a date alone that day, all in the zone the text names or,
where it names none, in the zone the reader is told. A local hour that the clock passed twice (end of summer
time) covers both passes.

Scanned text is mended only where the reading is forced: letters that stand for digits inside a number, a
month's name with a letter lost, a time glued to its year. If the text also names a weekday, the date must
agree with it; if it does not, a digit was misread and no one can say which, so there is no reading.

Day and month in figures (`11/9/2009`) are ambiguous. In order: a number above twelve settles it; then the
weekday; then the way the sibling messages write dates (`day_first`); then `not_after` (a quoted message is no
later than the one that quotes it); else the interval covers both readings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rapidfuzz.distance import Levenshtein

from tearline.records.errors import BadInput
from tearline.records.times import Interval

MAX_DATE_LENGTH = 160
_TICK = timedelta(microseconds=1)
_LONGEST_OFFSET_HOURS = 14

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv",
            "february feb fevrier février fevr févr fev fév",
            "march mar mars",
            "april apr avril avr",
            "may mai",
            "june jun juin",
            "july jul juillet juil",
            "august aug aout août",
            "september sep sept septembre",
            "october oct octobre",
            "november nov novembre",
            "december dec decembre décembre déc",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon lundi lun",
            "tuesday tue tues mardi",
            "wednesday wed mercredi mer",
            "thursday thu thur thurs jeudi jeu",
            "friday fri vendredi ven",
            "saturday sat samedi sam",
            "sunday sun dimanche dim",
        )
    )
    for name in names.split()
}
_ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "bst": 1, "cet": 1, "cest": 2, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "hne": -5, "hae": -4,
    "eastern standard time": -5, "eastern daylight time": -4, "central standard time": -6,
    "central daylight time": -5, "mountain standard time": -7, "mountain daylight time": -6,
    "pacific standard time": -8, "pacific daylight time": -7,
}  # fmt: skip
_ZONE_WORD = re.compile(r"\b(" + "|".join(sorted(_ZONES, key=len, reverse=True)) + r")\b", re.IGNORECASE)
_OFFSET = re.compile(r"(?:(?<=[\s\d])|(?<=gmt)|(?<=utc))\s?([+-])\s?(\d{2}):?(\d{2})\b")
_TIME = re.compile(
    r"(?<![\d.])(\d{1,2})\s?[:.]\s?(\d{2})(?:\s?[:.]\s?(\d{2}))?(?![\d.]*\d)\.?\s{0,3}(?:([ap])\.?\s?m?\b)?"
)
_TIME_FR = re.compile(r"(?<!\d)(\d{1,2})\s?h\s?(\d{2})?(?!\d)()()")
_TIME_BARE = re.compile(r"(?<!\d)(\d{1,2})\s?(\d{2})()\s{0,3}([ap])\.?m\b")
_FIGURES = re.compile(r"(?<!\d)(\d{1,4})\s?([/.-])\s?(\d{1,2})\s?\2\s?(\d{2,4})(?!\d)")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)t(\d\d:)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_DIGIT_FOR = str.maketrans({"o": "0", "u": "0", "l": "1", "i": "1", "|": "1", "s": "5"})
_NUMBERISH = re.compile(r"(?<![^\W\d_])[\doulis|:.]*\d[\doulis|:.]*(?![^\W\d_])")
_GLUED = (
    (re.compile(r"((?:19|20)\d\d)(?=\d{1,2}[:.]\d\d)"), r"\1 "),
    (re.compile(r"(?<!\d)(\d{1,2})(?=\d\d:\d\d:\d\d)"), r"\1 "),
    (re.compile(r"(:\d\d)(?=(?:19|20)\d\d\b)"), r"\1 "),
    (re.compile(r"([a-zéû]{3})(?=\d)"), r"\1 "),
    (
        re.compile(r"(\d)(?=(?:january|february|march|april|may|june|july|august|september|october|november))"),
        r"\1 ",
    ),
)


@dataclass(frozen=True, slots=True)
class _Clock:
    start: time
    span: timedelta
    at: tuple[int, int]


def zone_named(zone: str) -> tzinfo:
    """The time zone of an IANA name. Raises BadInput for a name that is none."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(
            f"{zone!r} is not a time zone", field="zone", remedy="Use an IANA name such as America/Toronto"
        ) from None


def figures_day_first(raw: str) -> bool | None:
    """Whether `raw` writes its date in figures with the day first; None where it does not show."""
    found = _FIGURES.search(raw[:MAX_DATE_LENGTH])
    if not found or len(found[1]) == 4:
        return None
    first, second = int(found[1]), int(found[3])
    if first > 12 >= second:
        return True
    return False if second > 12 >= first else None


def read_sent(
    raw: str, zone: tzinfo = UTC, *, day_first: bool | None = None, not_after: datetime | None = None
) -> Interval | None:
    """The time `raw` states, or None where it states none that can be relied on."""
    text = _mend(" ".join(raw[:MAX_DATE_LENGTH].split()).lower())
    clock, text = _take_clock(_ISO.sub(r"\1 \2", text))
    named, text = _take_zone(text, after=clock.at[0] if clock else 0)
    days = _dates(text, day_first)
    if not days:
        return None
    readings = [_interval(day, clock, named or zone) for day in days]
    if len(readings) > 1 and not_after is not None:
        readings = [reading for reading in readings if reading.earliest <= not_after] or readings
    return Interval(min(r.earliest for r in readings), max(r.latest for r in readings))


def _mend(text: str) -> str:
    """Letters for digits inside numbers, and glued parts taken apart."""
    text = re.sub(r"[•;«»*_]", " ", text).replace("()", "0")
    text = _NUMBERISH.sub(lambda found: found[0].translate(_DIGIT_FOR), text)
    for pattern, apart in _GLUED:
        text = pattern.sub(apart, text)
    return text


def _take_clock(text: str) -> tuple[_Clock | None, str]:
    for pattern in (_TIME, _TIME_FR, _TIME_BARE):
        for found in pattern.finditer(text):
            # Three figures with points and no half of the day may be a date: 10.22.2009.
            hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
            half = found[4]
            if half and hour <= 12:
                hour = hour % 12 + (12 if half == "p" else 0)
            if hour > 23 or minute > 59 or second > 59:
                continue
            span = timedelta(0) if found[3] else timedelta(minutes=1) - _TICK
            clock = _Clock(time(hour, minute, second), span, found.span())
            return clock, text[: found.start()] + " | " + text[found.end() :]
    return None, text


def _take_zone(text: str, after: int) -> tuple[tzinfo | None, str]:
    """The zone the text names behind its time, taken out of the text."""
    offset = _OFFSET.search(text, after)
    word = _ZONE_WORD.search(text, after)
    zone: tzinfo | None = None
    if word:
        zone = timezone(timedelta(hours=_ZONES[word[1].lower()]))
    if offset and int(offset[2]) <= _LONGEST_OFFSET_HOURS and int(offset[3]) < 60:
        minutes = int(offset[2]) * 60 + int(offset[3])
        zone = timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    if zone is None:
        return None, text
    cut = min(found.start() for found in (offset, word) if found)
    return zone, text[:cut]


def _dates(text: str, day_first: bool | None) -> list[date]:
    """The date in `text`, or both readings where day and month cannot be told apart."""
    weekday, month, plain = _names(text)
    if found := _FIGURES.search(text):
        days = _from_figures(found, weekday, day_first)
        plain = True
    else:
        year = _YEAR.search(text)
        if month is None or year is None:
            return []
        rest = text[: year.start()] + " | " + text[year.end() :]
        day = _DAY.search(rest)
        days = [] if day is None else _real(int(year[1]), month, int(day[1]))
    agreeing = [day for day in days if weekday is None or day.weekday() == weekday]
    return agreeing if plain or weekday is not None else []


def _from_figures(found: re.Match[str], weekday: int | None, day_first: bool | None) -> list[date]:
    first, second, third = int(found[1]), int(found[3]), int(found[4])
    if len(found[1]) == 4:
        return _real(first, second, third) if third <= 31 else []
    if len(found[1]) > 2 or len(found[4]) == 3:
        return []
    year = third if third > 99 else third + (2000 if third < 70 else 1900)
    both = {False: _real(year, first, second), True: _real(year, second, first)}
    days = both[False] + [day for day in both[True] if day not in both[False]]
    if weekday is not None:
        days = [day for day in days if day.weekday() == weekday]
    if len(days) > 1 and day_first is not None:
        return both[day_first]
    return days


def _real(year: int, month: int, day: int) -> list[date]:
    """That date, in a list; empty where there is no such date or no mail could bear it."""
    if not 1970 <= year <= 2100:
        return []
    try:
        return [date(year, month, day)]
    except ValueError:
        return []


def _names(text: str) -> tuple[int | None, int | None, bool]:
    """The weekday and month named, and whether the month was read plainly (not mended)."""
    weekday: int | None = None
    month: int | None = None
    words = _WORD.findall(text)
    for at, word in enumerate(words):
        # French `mar.` is Tuesday, English `Mar` is March: it is the weekday when a month follows.
        if word == "mar" and month is None and any(later in _MONTHS for later in words[at + 1 :]):
            weekday = 1
        elif month is None and word in _MONTHS:
            month = _MONTHS[word]
        elif weekday is None and word in _WEEKDAYS:
            weekday = _WEEKDAYS[word]
    if month is not None:
        return weekday, month, True
    gathered = ["".join(pair) for pair in pairwise(words)] + words
    if weekday is None:
        weekday = _nearest(gathered, _WEEKDAYS)
    return weekday, _nearest([word for word in gathered if word not in _WEEKDAYS], _MONTHS), False


def _nearest(words: list[str], names: dict[str, int]) -> int | None:
    """The one name that some word is a damaged form of; None where there is none or more than one."""
    best: dict[int, int] = {}
    for word in words:
        if len(word) < 3:
            continue
        for name, number in names.items():
            allowed = 0 if len(name) < 3 else 1 if len(name) < 6 else 2
            distance = Levenshtein.distance(word, name, score_cutoff=allowed)
            if distance <= allowed:
                best[number] = min(distance, best.get(number, 9))
    if not best:
        return None
    least = min(best.values())
    closest = [number for number, distance in best.items() if distance == least]
    return closest[0] if len(closest) == 1 else None


def _interval(day: date, clock: _Clock | None, zone: tzinfo) -> Interval:
    if clock is None:
        opens = datetime.combine(day, time(), zone).astimezone(UTC)
        closes = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        return Interval(opens, closes - _TICK)
    moments = [datetime.combine(day, clock.start.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1)]
    return Interval(min(moments), max(moments) + clock.span)
