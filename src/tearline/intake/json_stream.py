"""Records that lie in JSON as lines, as one array, or one after another over several lines each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tearline.intake.lines import LONGEST, LongLine, SourceFile
from tearline.intake.rows import Row, Unread, json_rows, parse_object, too_long
from tearline.records.errors import BadInput

_BETWEEN = re.compile(r"[\s,\[\]]*")
_TRAILING = " \t\r\n,]"
_WIDEST = 64


def objects_in(source: SourceFile) -> Iterator[Row | Unread]:
    """Each JSON object of the file, with the line it begins at. Raises BadInput where the file has none."""
    head = _head(source)
    return json_rows(source) if is_lines(head) else _stream(source)


def is_whole_object(line: bytes) -> bool:
    """Is this line a JSON object by itself?"""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def first_object(head: bytes) -> bytes:
    """Of a file's first bytes, those of its first record, or all of them where its end cannot be told."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"[ \t\r\n")
    line = start.split(b"\n", 1)[0]
    return line if is_whole_object(line.rstrip(b"\r, ]")) else start


def has_key(head: bytes, *names: str) -> bool:
    """Does JSON whose first bytes these are use one of these keys?"""
    return re.search(rb'(?<!\\)"(?:' + "|".join(map(re.escape, names)).encode() + rb')"\s*:', head) is not None


def _head(source: SourceFile) -> bytes:
    first = next(iter(source.blocks(1 << 16)), None)
    if first is None or isinstance(first, LongLine):
        return b"" if first is None else first.head
    return first.data


def is_lines(head: bytes) -> bool:
    """JSON Lines, unless it begins as an array or as an object written over several lines."""
    first = head.lstrip().split(b"\n", 1)[0].rstrip()
    return not first.startswith(b"[") and (is_whole_object(first) or not first.endswith((b"{", b"[", b",", b":")))


def _stream(source: SourceFile) -> Iterator[Row | Unread]:
    """Objects found one after another in the running text; the text held is bounded by LONGEST and a block."""
    held, line, found = "", 1, False
    for text in _texts(source):
        if isinstance(text, Unread):
            raise BadInput(
                "a line too long to be read",
                where=source.name,
                line=text.line,
                remedy="Write the array as lines, an object each (for instance with jq -c '.[]')",
            )
        held += text
        at = 0
        for row, at in _objects(held, line, ended=False):  # noqa: B007 -- the last place is used below
            found = found or isinstance(row, Row)
            yield row
        line += held.count("\n", 0, at)
        held = held[at:]
        if len(held) > 2 * LONGEST:
            yield Unread(line, held, "an object that does not end", "Correct the file", lossy=True)
            held, line = "", line + held.count("\n")
    for row, _ in _objects(held, line, ended=True):
        found = found or isinstance(row, Row)
        yield row
    if not found:
        raise BadInput("no JSON object was found", where=source.name, remedy="Export it again as JSON")


def _texts(source: SourceFile) -> Iterator[str | Unread]:
    for block in source.blocks():
        yield too_long(block) if isinstance(block, LongLine) else block.data.decode("utf-8", "replace")


def _objects(held: str, line: int, *, ended: bool) -> Iterator[tuple[Row | Unread, int]]:
    """Each object that ends within `held`, with the place behind it."""
    decoder = json.JSONDecoder()
    at, counted = 0, 0
    while True:
        start = _BETWEEN.match(held, at)
        assert start is not None
        begin = start.end()
        if begin >= len(held):
            return
        line, counted = line + held.count("\n", counted, begin), begin
        try:
            value, at = decoder.raw_decode(held, begin)
        except (ValueError, RecursionError) as error:
            following = _following(held, begin)
            if following is None and not ended and not isinstance(error, RecursionError):
                return
            at = len(held) if following is None else following
            yield parse_object(line, held[begin:at].rstrip(_TRAILING)), at
            continue
        raw = held[begin:at]
        yield Row(line, raw, value) if isinstance(value, dict) else parse_object(line, raw), at


def _following(held: str, begin: int) -> int | None:
    """Where the next object begins that stands as far to the right as this one did."""
    column = begin - (held.rfind("\n", 0, begin) + 1)
    if column > _WIDEST:
        return None
    found = re.compile(rf"\n[ \t]{{{column}}}\{{").search(held, begin + 1)
    return found.end() - 1 if found else None
