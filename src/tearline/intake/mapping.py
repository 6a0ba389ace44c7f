"""The mapping file: which column of somebody's table means what. See docs/formats.md.

A value of `[event]` and `[detail]` is a column's name, or a constant behind `=`; several columns joined by a space
may stand in a list (a date and a time of day kept apart).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tearline.records.errors import BadInput
from tearline.records.kinds import EventKind
from tearline.records.times import Interval, parse_interval

PRECISIONS = ("month", "day", "minute", "second")
EVENT_KEYS = ("id", "kind", "product", "at", "at_earliest", "at_latest", "copy", "actor", "recipient",
              "organisation", "system", "basis", "by", "note")  # fmt: skip
KINDS_OF_SOURCE = ("csv", "xlsx", "mail")
_SOURCE_KEYS = {"kind", "sheet", "header", "timezone", "precision", "organisation", "date_format", "page_log"}
_LARGEST = 1 << 18
_OFFSET = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$", re.IGNORECASE)

Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A mapping as read. `event` and `detail`: key -> column(s) or `=constant`; `kinds`: what stands in the kind
    column, case-folded -> event kind; `zone` and `precision` belong to every time of the table; `page_log`:
    the PageLogFormat of a CUPS log."""

    kind: str | None = None
    sheet: str | None = None
    header: int = 1
    zone: tzinfo = UTC
    zone_name: str = "UTC"
    precision: str | None = None
    organisation: str | None = None
    date_format: str | None = None
    page_log: str | None = None
    event: Mapping[str, Value] = field(default_factory=dict)
    detail: Mapping[str, Value] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> list[str]:
        """Every column that the mapping names, once each."""
        values = [*self.event.values(), *self.detail.values()]
        names = [name for value in values for name in (value if isinstance(value, tuple) else (value,))]
        return list(dict.fromkeys(name for name in names if not name.startswith("=")))

    def document(self) -> dict[str, Any]:
        """Plain values from which `mapping_of` makes the same mapping again."""
        source = {
            "kind": self.kind,
            "sheet": self.sheet,
            "header": self.header,
            "timezone": self.zone_name,
            "precision": self.precision,
            "organisation": self.organisation,
            "date_format": self.date_format,
            "page_log": self.page_log,
        }

        def plain(values: Mapping[str, Value]) -> dict[str, Any]:
            return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}

        return {
            "source": {key: value for key, value in source.items() if value is not None},
            "event": plain(self.event),
            "detail": plain(self.detail),
            "kinds": dict(self.kinds),
        }


def read_mapping(path: Path) -> TableMapping:
    """Raises BadInput for anything but a well-formed mapping file."""
    try:
        data = path.read_bytes()
        if len(data) > _LARGEST:
            raise BadInput("not a mapping file: it is too large", where=path.name, remedy="See docs/formats.md")
        document = tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise BadInput(f"the mapping cannot be read ({error.strerror})", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(
            f"not a TOML file: {error}", where=path.name, remedy="Correct it; see docs/formats.md"
        ) from None
    return mapping_of(document, path.name)


def mapping_of(document: Mapping[str, Any], where: str) -> TableMapping:
    """A mapping from the values of its file. Raises BadInput naming the key."""

    def fail(what: str, key: str, remedy: str) -> BadInput:
        return BadInput(what, where=where, field=key, remedy=remedy)

    unknown = set(document) - {"source", "event", "detail", "kinds"}
    if unknown:
        raise fail("no such table", sorted(unknown)[0], "The tables are [source], [event], [detail] and [kinds]")
    source, event, detail, kinds = (
        _table(document, name, fail) for name in ("source", "event", "detail", "kinds")
    )
    for name, allowed in ((source, _SOURCE_KEYS), (event, set(EVENT_KEYS))):
        extra = set(name) - allowed
        if extra:
            raise fail("no such key", sorted(extra)[0], f"The keys are: {', '.join(sorted(allowed))}")
    header = source.get("header", 1)
    if isinstance(header, bool) or not isinstance(header, int) or not 1 <= header <= 10_000:
        raise fail(
            f"{header!r} is not a line number", "header", "Say in which line, from 1, the columns are named"
        )
    texts = {key: value for key, value in source.items() if key != "header"}
    for key, value in texts.items():
        if not isinstance(value, str):
            raise fail("a text is expected", key, 'Write it as key = "value"')
    if texts.get("kind", "csv") not in KINDS_OF_SOURCE:
        raise fail(f"{texts['kind']!r} is not read", "kind", f"Use one of: {', '.join(KINDS_OF_SOURCE)}")
    if texts.get("precision") not in (None, *PRECISIONS):
        raise fail(f"{texts['precision']!r} is no precision", "precision", f"Use one of: {', '.join(PRECISIONS)}")
    for value in kinds.values():
        if value not in tuple(EventKind):
            raise fail(f"{value!r} is not an event kind", "kinds", f"Use one of: {', '.join(EventKind)}")
    zone_name = texts.get("timezone", "UTC")
    try:
        zone: tzinfo = UTC if zone_name == "UTC" else ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise fail(f"{zone_name!r} is not a time zone", "timezone", "Write it as Europe/Paris or UTC") from None
    return TableMapping(
        kind=texts.get("kind"),
        sheet=texts.get("sheet"),
        header=header,
        zone=zone,
        zone_name=zone_name,
        precision=texts.get("precision"),
        organisation=texts.get("organisation"),
        date_format=texts.get("date_format"),
        page_log=texts.get("page_log"),
        event={key: _value(value, key, fail) for key, value in event.items()},
        detail={key: _value(value, key, fail) for key, value in detail.items()},
        kinds={str(key).strip().casefold(): value for key, value in kinds.items()},
    )


def _table(document: Mapping[str, Any], name: str, fail: Any) -> Mapping[str, Any]:
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise fail("a table is expected", name, f"Write it as [{name}]")
    return table


def _value(value: Any, key: str, fail: Any) -> Value:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise fail("a column's name or a constant is expected", key, 'Write key = "Column" or key = "=constant"')


def read_time(value: str, mapping: TableMapping, field_name: str) -> Interval:
    """A table's time as an interval in UTC: as fine as it is written, or as coarse as the mapping says.

    Raises BadInput; a date such as 03/04/2025 is never guessed at.
    """
    moment, precision = _moment(value.strip(), mapping, field_name)
    if mapping.precision and PRECISIONS.index(mapping.precision) < PRECISIONS.index(precision):
        precision = mapping.precision
    start = {
        "month": moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
        "day": moment.replace(hour=0, minute=0, second=0, microsecond=0),
        "minute": moment.replace(second=0, microsecond=0),
    }.get(precision)
    try:
        if start is None:
            whole = mapping.precision == "second" and moment.microsecond == 0
            start, end = moment, moment + timedelta(microseconds=999_999) if whole else moment
        else:
            end = _following(start, precision) - timedelta(microseconds=1)
        # A time that the clock showed twice when it was put back, or never when it was put on, may be either.
        return Interval(
            min(start.replace(fold=fold).astimezone(UTC) for fold in (0, 1)),
            max(end.replace(fold=fold).astimezone(UTC) for fold in (0, 1)),
        )
    except OverflowError:
        raise _no_time(value, field_name) from None


def _following(start: datetime, precision: str) -> datetime:
    if precision == "month":
        return (start + timedelta(days=32)).replace(day=1)
    return start + (timedelta(days=1) if precision == "day" else timedelta(minutes=1))


def _moment(text: str, mapping: TableMapping, field_name: str) -> tuple[datetime, str]:
    """The start of what `text` names, on the table's clock, and how finely it is written."""
    if mapping.date_format:
        try:
            parsed = datetime.strptime(text, mapping.date_format)  # noqa: DTZ007 -- the zone is set below
        except ValueError:
            raise _no_time(text, field_name, f"The mapping says {mapping.date_format!r}") from None
        fine = mapping.date_format
        precision = "second" if "%S" in fine or "%T" in fine else "minute" if "%M" in fine else "day"
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=mapping.zone)), precision
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), mapping.zone), "day"
        if len(text) == 7:
            return parse_interval(text).earliest.replace(tzinfo=mapping.zone), "month"
        parsed = datetime.fromisoformat(text)
    except (ValueError, BadInput):
        raise _no_time(text, field_name) from None
    written = "minute" if len(_OFFSET.sub("", text)) == 16 else "second"
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=mapping.zone)), written


def _no_time(text: str, field_name: str, why: str | None = None) -> BadInput:
    return BadInput(
        f"{text[:60]!r} is not a time",
        field=field_name,
        remedy=why or "Write it as 2026-03-14 or 2026-03-14 09:30, or give date_format in the mapping",
    )
