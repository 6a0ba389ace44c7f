"""What a reader of native handling records is: one module in `readers/`, found by being there.

A reader turns a file into items in source order. A record is the unit that is counted: a row of a table, a message
in a mail. It becomes one or more events, given as the fields of `events.jsonl` without `id`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from tearline.intake import readers
from tearline.intake.lines import SourceFile
from tearline.intake.mapping import TableMapping
from tearline.intake.products_in import ProductFinder
from tearline.intake.protected import ProtectedList
from tearline.intake.rows import Unread
from tearline.records.errors import BadInput


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader needs beside the file: products to recognise, the caller's mapping and organisation, and the
    addresses whose mail stays unread. `who`: the id of whoever a spelling names, else the spelling."""

    finder: ProductFinder
    protected: ProtectedList
    mapping: TableMapping | None = None
    organisation: str | None = None
    who: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Record:
    """One record that was understood. `raw` is what `Reader.again` can read once more.

    `keys`, where given, identify the events whatever else they say (a mail seen in several chains is one mail);
    otherwise an event is identified by all that it says.
    """

    line: int
    raw: str
    events: tuple[Mapping[str, Any], ...]
    keys: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A protected communication, recognised by its addresses alone. `data` is not to be looked into."""

    line: int
    data: bytes
    reason: str


Item = Record | Unread | Sealed


@dataclass(frozen=True, slots=True)
class Clock:
    """What the times of a format are: `zone` UTC, `stated` (each with its own offset) or None, where a time that
    states none is in the mapping's zone, UTC unless said; `precision` how fine the format writes them."""

    zone: str | None
    precision: str

    def told(self, mapping: TableMapping | None) -> dict[str, str]:
        """Zone and precision of a file's times, as its batch keeps them."""
        precision = mapping.precision if mapping is not None and mapping.precision else self.precision
        zone = self.zone or (mapping.zone_name if mapping is not None else "UTC")
        return {"timezone": zone, "precision": precision}


@dataclass(frozen=True, slots=True)
class Reader:
    """`recognises(name, head)`: are these the first bytes of such a file? `again` reads one refused record from
    its raw text."""

    name: str
    recognises: Callable[[str, bytes], bool]
    read: Callable[[SourceFile, Told], Iterator[Item]]
    again: Callable[[int, str, Told], Item]
    clock: Clock


_HEAD = 65_536


def _unpacked(head: bytes) -> bytes:
    """A file's first bytes as its reader will see them: those of a gzip file unpacked, no more of them."""
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, _HEAD)
    except zlib.error:
        return head


@dataclass(frozen=True, slots=True)
class Readers:
    by_name: Mapping[str, Reader] = field(default_factory=dict)

    def named(self, name: str) -> Reader:
        if name not in self.by_name:
            raise BadInput(
                f"{name!r} is not a format that can be read",
                field="--format",
                remedy=f"Use one of: {', '.join(self.by_name)}",
            )
        return self.by_name[name]

    def of(self, path: Path, mapping: TableMapping | None) -> Reader:
        """The reader for a file, by mapping, name and first bytes. Raises BadInput where none or several fit."""
        if mapping is not None and mapping.kind != "mail":
            return self.by_name["table"]
        try:
            with path.open("rb") as file:
                head = _unpacked(file.read(_HEAD))
        except OSError as error:
            raise BadInput(
                f"the file cannot be read ({error.strerror})",
                where=path.name,
                remedy="Check its name and permissions",
            ) from error
        if not head:
            raise BadInput("the file is empty", where=path.name, remedy="Leave it out, or export it again")
        fitting = [reader for reader in self.by_name.values() if reader.recognises(path.name.casefold(), head)]
        if len(fitting) != 1:
            raise BadInput(
                "it cannot be told what this file is" if not fitting else "the file fits several formats",
                where=path.name,
                remedy=f"Say it with --format ({', '.join(self.by_name)}), or describe the table with --mapping",
            )
        return fitting[0]


@cache
def shipped_readers() -> Readers:
    """Every reader in `readers/`, by name."""
    modules = (import_module(f"{readers.__name__}.{module.name}") for module in iter_modules(readers.__path__))
    found = [module.READER for module in modules]
    return Readers({reader.name: reader for reader in sorted(found, key=lambda reader: reader.name)})
