"""Statements: who told or showed whom what, and when, as somebody took it down.

A CSV with the columns `kind, product, who, to, earliest, latest, recorded_by` and, if wanted, `note` and
`organisation`. `kind` may also be `told`. What is stated rests on somebody's word: its basis is `attested`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tearline.intake.lines import SourceFile
from tearline.intake.mapping import TableMapping, mapping_of
from tearline.intake.native import Clock, Item, Reader, Told
from tearline.intake.readers import table
from tearline.intake.rows import parse_header

_NEEDED = {"kind", "product", "who", "to", "earliest", "latest", "recorded_by"}
_MAPPING = {
    "source": {"kind": "csv"},
    "event": {
        "kind": "kind",
        "product": "product",
        "actor": "who",
        "recipient": "to",
        "at_earliest": "earliest",
        "at_latest": "latest",
        "basis": "=attested",
        "system": "=statement",
        "by": "recorded_by",
    },
    "kinds": {"told": "briefed", "read to": "briefed", "gave": "delivered"},
}


def _header(head: bytes) -> set[str]:
    line = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    return set(parse_header(line, ","))


def _recognises(name: str, head: bytes) -> bool:
    return not head.lstrip().startswith((b"{", b"From ")) and _header(head) >= _NEEDED


def _told(told: Told, more: set[str]) -> Told:
    mapping: TableMapping = told.mapping or mapping_of(_MAPPING, "statements")
    extra: tuple[str, ...] = ("note", "organisation")
    optional = {name: name for name in extra if name in more and name not in mapping.event}
    return replace(told, mapping=replace(mapping, event={**mapping.event, **optional}))


def _read(source: SourceFile, told: Told) -> Iterator[Item]:
    with source.path.open("rb") as file:
        more = _header(file.read(65_536))
    return table.read_table(source, _told(told, more))


def _again(line: int, raw: str, told: Told) -> Item:
    return table.read_again(line, raw, _told(told, {"note", "organisation"}))


READER = Reader("statements", _recognises, _read, _again, Clock(None, "as written"))
