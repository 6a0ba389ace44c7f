"""CUPS `page_log`: what was printed, by whom, in the format that CUPS is shipped with.

`printer user job [time] total sheets billing host name media sides`; before CUPS 1.6 a line a page, with the
page's number and its copies in the place of `total sheets`. The lines of one job that follow each other are one
record. Where PageLogFormat was changed, a mapping says what it is (`page_log`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from tearline.intake.lines import SourceFile
from tearline.intake.log_events import (
    MONTHS,
    FileNames,
    detail,
    faulty,
    no_product,
    refused,
    taken,
    text_lines,
    when,
)
from tearline.intake.native import Clock, Item, Reader, Told
from tearline.intake.rows import Unread
from tearline.records.errors import BadInput

_LINE = re.compile(
    r"(?P<printer>\S{1,255}) (?P<user>\S.{0,200}?) (?P<job>[0-9]{1,9}) \[(?P<time>[^\]]{1,60})\] "
    r"(?P<page>total|[0-9]{1,9}) (?P<count>[0-9]{1,9})(?: (?P<rest>.*))?"
)
# What PageLogFormat may name (cupsd.conf): the letters, and the attributes of a job that are of use. Only one part
# of a line may hold blanks, the document's name, so that no line costs more than its length.
_LETTERS = {
    "p": r"(?P<printer>\S{1,255})", "u": r"(?P<user>\S{1,255})", "j": r"(?P<job>[0-9]{1,9})",
    "T": r"\[(?P<time>[^\]]{1,60})\]", "P": r"(?P<page>total|[0-9]{1,9})", "C": r"(?P<count>[0-9]{1,9})", "%": "%",
}  # fmt: skip
_ATTRIBUTES = {
    "job-name": r"(?P<document>.{1,2000}?)", "job-billing": r"(?P<billing>\S*)",
    "job-originating-host-name": r"(?P<host>\S*)", "job-originating-user-name": r"(?P<owner>\S*)",
    "job-impressions-completed": r"(?P<count>[0-9]{1,9})",
}  # fmt: skip
_PLACE = re.compile(r"%(?:\{([^}]{1,100})\}|(.))")
_TIME = re.compile(r"(\d\d)/(\w{3})/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)")
_MOST_PAGES = 100_000
_LONGEST = 8_000
# Behind the counts: billing, host, the document's name (which may have blanks), media, sides.
_BEFORE_NAME, _BEHIND_NAME = 2, 2


def _recognises(name: str, head: bytes) -> bool:
    first = head.lstrip().split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    found = _LINE.fullmatch(first)
    return found is not None and _TIME.fullmatch(found["time"]) is not None


@lru_cache(maxsize=16)
def _pattern(wanted: str) -> re.Pattern[str]:
    """A line in the format that cupsd.conf names. Raises BadInput where it cannot be told apart."""
    parts, at = list[str](), 0
    for found in _PLACE.finditer(wanted):
        name, letter = found[1], found[2]
        part = _ATTRIBUTES.get(name, r"\S*") if name else _LETTERS.get(letter, r"\S*")
        parts += [re.escape(wanted[at : found.start()]), part]
        at = found.end()
    text = "".join([*parts, re.escape(wanted[at:])])
    try:
        pattern = re.compile(text)
    except re.error:
        pattern = None
    if pattern is None or not {"time", "document"} <= pattern.groupindex.keys():
        raise BadInput(
            f"{wanted!r} does not say what a line of page_log is",
            field="page_log",
            remedy="Copy PageLogFormat from cupsd.conf; it has to name %T and %{job-name}, each thing once",
        )
    return pattern


def _page(text: str, told: Told) -> Mapping[str, str | None] | None:
    """The parts of a line; None where it is none in the format that is expected."""
    if told.mapping is not None and told.mapping.page_log is not None:
        found = _pattern(told.mapping.page_log).fullmatch(text[:_LONGEST])
        return found.groupdict() if found is not None else None
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    parts = (found["rest"] or "").split(" ")
    if len(parts) <= _BEFORE_NAME + _BEHIND_NAME:
        return found.groupdict()
    document = " ".join(parts[_BEFORE_NAME:-_BEHIND_NAME])
    return {**found.groupdict(), "billing": parts[0], "host": parts[1], "document": document}


def _read(source: SourceFile, told: Told) -> Iterator[Item]:
    names = FileNames(told.finder)
    held: list[str] = []
    line, last = 0, None
    for one in text_lines(source):
        if isinstance(one, Unread):
            yield one
            continue
        number, text = one
        job = _job(text, told)
        if held and (job is None or job != last or len(held) >= _MOST_PAGES):
            yield _item(line, held, told, names)
            held = []
        line, last = (line if held else number), job
        held.append(text)
    if held:
        yield _item(line, held, told, names)


def _job(text: str, told: Told) -> tuple[str | None, ...] | None:
    """What the lines of one job have in common, where it has a line a page."""
    found = _page(text, told)
    if found is None or found.get("page") in (None, "total") or found.get("job") is None:
        return None
    return found.get("printer"), found.get("user"), found["job"]


def _again(line: int, raw: str, told: Told) -> Item:
    return _item(line, raw.split("\n"), told, FileNames(told.finder))


def _item(line: int, lines: Sequence[str], told: Told, names: FileNames) -> Item:
    raw = "\n".join(lines)
    found = [page for text in lines if (page := _page(text, told)) is not None]
    if len(found) != len(lines):
        whose = (
            "the mapping names" if told.mapping is not None and told.mapping.page_log else "CUPS is shipped with"
        )
        return refused(line, raw, f"not a line of page_log in the format that {whose}")
    first = found[0]
    document, user = first.get("document"), first.get("user") or first.get("owner")
    if document is None:
        return refused(line, raw, "the line names no document: PageLogFormat leaves %{job-name} out", "job-name")
    if user is None:
        return refused(line, raw, "the line names no user: PageLogFormat leaves %u out", "user")
    try:
        time = when(_written(first["time"] or ""), told, "time")
    except BadInput as fault:
        return faulty(line, raw, fault)
    # A billing code with blanks in it shifts the name, which then stands somewhere in the rest.
    product = names.product(document, first.get("rest"))
    if product is None:
        return no_product(line, raw, "a print", document, "job-name")
    counts = [int(count) for one in found if (count := one.get("count"))]
    paged = first.get("page") not in (None, "total")
    more = {
        "document": document,
        "pages": len(found) if paged else next(iter(counts), None),
        "copies": max(counts, default=None) if paged else None,
        "job": first.get("job"),
        "printer": first.get("printer"),
        "computer": first.get("host"),
        "billing": first["billing"] if first.get("billing") not in (None, "-") else None,
    }
    said = {
        "kind": "printed",
        "product": product,
        "actor": user,
        "system": "print",
        "detail": detail(more),
    }
    return taken(line, raw, {**time, **said}, told)


def _written(text: str) -> str:
    """`20/May/1999:19:21:06 +0000` as RFC 3339; what is written otherwise as it stands."""
    found = _TIME.fullmatch(text)
    month = MONTHS.get(found[2].casefold()) if found else None
    if found is None or month is None:
        return text
    return f"{found[3]}-{month:02d}-{found[1]}T{found[4]}{found[5]}:{found[6]}"


READER = Reader("cups", _recognises, _read, _again, Clock("stated", "second"))
