"""How the dates of a column are written: ISO, or which formats read every one of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product

CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?: ?[AaPp][Mm])?")

_DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d/%m/%y",
         "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y",
         "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%a %d %b %Y", "%A %d %B %Y", "%A, %B %d, %Y")  # fmt: skip
_CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p")
_JOINS = (" ", ", ", "T")
_FORMATS = (*_DAYS, *(f"{day}{join}{clock}" for day, join, clock in product(_DAYS, _JOINS, _CLOCKS)))


@dataclass(frozen=True, slots=True)
class Dates:
    """How a column's values read as times. `share` of them are dates; `iso`: all of those as ISO; otherwise
    `formats` are those that read every one. `clocked`: a time of day stands with them; `zoned`: its offset too."""

    share: float
    iso: bool
    formats: tuple[str, ...]
    clocked: bool
    zoned: bool


def read_dates(values: Sequence[str]) -> Dates:
    """Looks at every value given; what no format reads counts against `share`."""
    if not values:
        return Dates(0.0, iso=False, formats=(), clocked=False, zoned=False)
    iso = [found for text in values if (found := _iso(text)) is not None]
    if len(iso) >= 0.8 * len(values):
        clocked = any(len(text) > 10 for text in values if _iso(text) is not None)
        zoned = any(isinstance(found, datetime) and found.tzinfo is not None for found in iso)
        return Dates(len(iso) / len(values), iso=True, formats=(), clocked=clocked, zoned=zoned)
    reads = {form: sum(_reads(text, form) for text in values) for form in _possible(values)}
    most = max(reads.values(), default=0)
    # A sample that lies in May does not tell short names of months from full ones: full names then.
    best = tuple(
        {form.replace("%B", "%b"): form for form, count in reads.items() if count == most and count}.values()
    )
    return Dates(most / len(values), iso=False, formats=best, clocked=any("%M" in f for f in best), zoned=False)


def clock_format(values: Sequence[str]) -> str:
    """The format of a column of times of day."""
    reads = {form: sum(_reads(text, form) for text in values) for form in _CLOCKS}
    return max(_CLOCKS, key=lambda form: reads[form])


def _possible(values: Sequence[str]) -> list[str]:
    """Formats that read one of the first values at all: the rest need not be tried on all of them."""
    return [form for form in _FORMATS if any(_reads(text, form) for text in values[:5])]


def _iso(text: str) -> date | None:
    if not re.match(r"\d{4}-\d{2}", text):
        return None
    try:
        if len(text) == 7:
            return date.fromisoformat(f"{text}-01")
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return None


def _reads(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 -- only whether it fits is asked
    except ValueError:
        return False
    return True
