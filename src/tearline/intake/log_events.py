"""What the readers of logs share: whose product a file name shows, when a clock's writing was, and refusals.

A log's record names a file by its name or path, not by its content. Names repeat millions of times, so each
distinct one is looked up once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote

from tearline.intake.lines import LongLine, SourceFile
from tearline.intake.mapping import TableMapping, read_time
from tearline.intake.native import Item, Record, Told
from tearline.intake.products_in import ProductFinder
from tearline.intake.rows import Unread, decode, too_long
from tearline.records.errors import BadInput
from tearline.records.times import format_instant

RETRY = "Load the product, then run `tearline quarantine --retry`"
ENTER = "Nothing has to be done; what it proves of a product can be entered with `tearline record`"

MONTHS: Final = MappingProxyType({
    name: place
    for place, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
})  # fmt: skip

_CACHED = 500_000
_LONGEST_NAME = 4_000
_UTC = TableMapping()


class FileNames:
    """The products that names of files, paths, addresses and subjects show; each is asked for once."""

    def __init__(self, finder: ProductFinder) -> None:
        self._finder = finder
        self._known: dict[str, str | None] = {}

    def product(self, *names: str | None) -> str | None:
        """The product the first of these names shows that shows just one."""
        for name in names:
            if name and (found := self._one(name[:_LONGEST_NAME])) is not None:
                return found
        return None

    def _one(self, name: str) -> str | None:
        if name not in self._known:
            if len(self._known) >= _CACHED:
                self._known.clear()
            self._known[name] = self._look(name)
        return self._known[name]

    def _look(self, name: str) -> str | None:
        path = unquote(name).replace("\\", "/").rstrip("/")
        last = path.rpartition("/")[2]
        if last != name and last and (found := self._one(last)) is not None:
            return found
        stem = last.rpartition(".")[0]
        for text in (stem, path) if last == name else (path,):
            if text and (found := self._finder.named(text)) is not None:
                return found
        return None


def when(text: str | None, told: Told, field: str) -> dict[str, str]:
    """A written time as `at_earliest` and `at_latest`; zone and precision are the mapping's where one is given.

    Raises BadInput where it is no time.
    """
    if not text:
        raise BadInput("no time is given", field=field, remedy="Enter the record with `tearline record`")
    earliest, latest = _written(text, field) if told.mapping is None else _span(text, told.mapping, field)
    return {"at_earliest": earliest, "at_latest": latest}


@lru_cache(maxsize=50_000)
def _written(text: str, field: str) -> tuple[str, str]:
    """A time on a clock in UTC: a log has many records of each second."""
    return _span(text, _UTC, field)


def _span(text: str, mapping: TableMapping, field: str) -> tuple[str, str]:
    span = read_time(text, mapping, field)
    return format_instant(span.earliest), format_instant(span.latest)


def organisation(told: Told) -> str | None:
    """Whose records these are: as the caller says, or the mapping."""
    return told.organisation or (told.mapping.organisation if told.mapping else None)


def detail(values: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is known of it, without what is not."""
    return {name: value for name, value in values.items() if value not in (None, "")} or None


def refused(line: int, raw: str, what: str, field: str | None = None) -> Unread:
    """A record that shows no handling, and why."""
    return Unread(line, raw, what, ENTER, field)


def no_product(line: int, raw: str, kind: str, name: str | None, field: str) -> Unread:
    """A record that would be understood if its file were a registered product."""
    said = f"in {name[:120]!r}" if name else "because it names no file"
    return Unread(line, raw, f"{kind}: no registered product is recognised {said}", RETRY, field)


def taken(line: int, raw: str, event: Mapping[str, Any], told: Told) -> Item:
    """The one event of a record."""
    return Record(line, raw, ({**event, "organisation": organisation(told)},))


def faulty(line: int, raw: str, fault: BadInput) -> Unread:
    return Unread(line, raw, fault.what, fault.remedy or "", fault.field)


def text_lines(source: SourceFile) -> Iterator[tuple[int, str] | Unread]:
    """The lines of a log that are not blank, with their numbers; those that cannot be read as text."""
    for block in source.blocks():
        if isinstance(block, LongLine):
            yield too_long(block)
            continue
        for number, data in block.lines():
            if data and not data.isspace():
                text = decode(number, data)
                yield text if isinstance(text, Unread) else (number, text)
