"""CUPS `page_log`: what was printed, by whom, in the format that CUPS is shipped with.

`printer user job [time] total sheets billing host name media sides`; before CUPS 1.6 a line a page, with the
page's number and its copies in the place of `total sheets`. The lines of one job that follow each other are one
record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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
_TIME = re.compile(r"(\d\d)/(\w{3})/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)")
_MOST_PAGES = 100_000
# Behind the counts: billing, host, the document's name (which may have blanks), media, sides.
_BEFORE_NAME, _BEHIND_NAME = 2, 2


def _recognises(name: str, head: bytes) -> bool:
    first = head.lstrip().split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    found = _LINE.fullmatch(first)
    return found is not None and _TIME.fullmatch(found["time"]) is not None


def _read(source: SourceFile, told: Told) -> Iterator[Item]:
    names = FileNames(told.finder)
    held: list[str] = []
    line, last = 0, None
    for one in text_lines(source):
        if isinstance(one, Unread):
            yield one
            continue
        number, text = one
        job = _job(text)
        if held and (job is None or job != last or len(held) >= _MOST_PAGES):
            yield _item(line, held, told, names)
            held = []
        line, last = (line if held else number), job
        held.append(text)
    if held:
        yield _item(line, held, told, names)


def _job(text: str) -> tuple[str, ...] | None:
    """What the lines of one job have in common, where it has a line a page."""
    found = _LINE.fullmatch(text)
    return found.group("printer", "user", "job") if found is not None and found["page"] != "total" else None


def _again(line: int, raw: str, told: Told) -> Item:
    return _item(line, raw.split("\n"), told, FileNames(told.finder))


def _item(line: int, lines: Sequence[str], told: Told, names: FileNames) -> Item:
    raw = "\n".join(lines)
    found = [match for text in lines if (match := _LINE.fullmatch(text)) is not None]
    if len(found) != len(lines):
        return refused(line, raw, "not a line of page_log in the format that CUPS is shipped with")
    first = found[0]
    rest = (first["rest"] or "").split(" ")
    if len(rest) <= _BEFORE_NAME + _BEHIND_NAME:
        return refused(line, raw, "the line names no document: PageLogFormat leaves %{job-name} out", "job-name")
    document = " ".join(rest[_BEFORE_NAME:-_BEHIND_NAME])
    try:
        time = when(_written(first["time"]), told, "time")
    except BadInput as fault:
        return faulty(line, raw, fault)
    # A billing code with blanks in it shifts the name, which then stands somewhere in the rest.
    product = names.product(document, first["rest"])
    if product is None:
        return no_product(line, raw, "a print", document, "job-name")
    paged = first["page"] != "total"
    more = {
        "document": document,
        "pages": len(found) if paged else int(first["count"]),
        "copies": max(int(one["count"]) for one in found) if paged else None,
        "job": first["job"],
        "printer": first["printer"],
        "computer": rest[1],
        "billing": rest[0] if rest[0] != "-" else None,
    }
    said = {
        "kind": "printed",
        "product": product,
        "actor": first["user"],
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
