"""Which files `load` reads, and as what: known by their names, or else by what stands in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tearline.intake.lines import LongLine, SourceFile
from tearline.intake.rows import decode, parse_header
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream


class FileKind(StrEnum):
    """The files of the contract, in the order in which they are read."""

    ORGANISATIONS = "organisations"
    PEOPLE = "people"
    GROUPS = "groups"
    PRODUCTS = "products"
    EVENTS = "events"
    DISCLOSURES = "disclosures"
    PUBLIC = "public"
    ANSWERS = "answers"

    @property
    def stream(self) -> Stream:
        return Stream.DISCLOSURES if self is FileKind.PUBLIC else Stream(self.value)


REQUIRED = {
    FileKind.ORGANISATIONS: ("id", "name", "kind"),
    FileKind.PEOPLE: ("id", "name", "organisation"),
    FileKind.GROUPS: ("id", "name", "member", "valid_from"),
    FileKind.EVENTS: ("id", "kind", "product"),
    FileKind.ANSWERS: ("organisation", "asked", "answer", "date"),
}
COLUMNS = {
    FileKind.ORGANISATIONS: {"id", "name", "kind", "parent", "retention"},
    FileKind.PEOPLE: {"id", "name", "organisation", "position", "clearance", "caveats", "access_basis",
                      "valid_from", "valid_to", "accounts"},
    FileKind.GROUPS: {"id", "name", "member", "valid_from", "valid_to"},
    FileKind.EVENTS: {"id", "kind", "product", "at", "at_earliest", "at_latest", "copy", "actor", "recipient",
                      "organisation", "system", "basis", "detail"},
    FileKind.ANSWERS: {"id", "organisation", "asked", "answer", "date", "reason", "system", "product",
                       "since", "until", "held_by", "gaps"},
}  # fmt: skip
EITHER = (FileKind.EVENTS, FileKind.ANSWERS)
"""Kinds of file that come as CSV or as JSON Lines."""
DOCUMENTS = (".html", ".htm", ".txt", ".pdf", ".docx")

_ORDER = {kind: place for place, kind in enumerate(FileKind)}
_SIGNS = (
    (FileKind.PRODUCTS, {"portions"}),
    (FileKind.EVENTS, {"kind", "product"}),
    (FileKind.ANSWERS, {"asked", "answer"}),
    (FileKind.DISCLOSURES, {"text"}),
)
_PEEK = 1 << 20
_NAMES = (
    "organisations.csv, people.csv, groups.csv, products.jsonl, events.jsonl (or .csv), disclosures.jsonl, "
    "public.jsonl, answers.csv (or .jsonl)"
)


@dataclass(frozen=True, slots=True)
class RegisterFile:
    kind: FileKind
    source: SourceFile

    @property
    def is_document(self) -> bool:
        """A public item as a document of its own, not a file of rows."""
        return self.source.path.suffix.lower() in DOCUMENTS


def register_files(paths: Sequence[Path]) -> list[RegisterFile]:
    """The files named and those in the folders named, in reading order. Raises BadInput for an unknown one."""
    found: dict[Path, RegisterFile] = {}
    for path in paths:
        for file in _in_folder(path) if path.is_dir() else [_file(path)]:
            found.setdefault(file.source.path.resolve(), file)
    if not found:
        raise BadInput("no file was named", remedy=f"Name files or a folder with {_NAMES}")
    return sorted(found.values(), key=lambda file: _ORDER[file.kind])


def _in_folder(folder: Path) -> list[RegisterFile]:
    """The register files of a folder; where it has none, its documents as public items."""
    try:
        inside = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise BadInput(f"the folder cannot be read ({error.strerror})", where=folder.name) from error
    named = [(path, kind) for path in inside if (kind := _by_name(path)) is not None]
    if not named:
        named = [(path, FileKind.DISCLOSURES) for path in inside if path.suffix.lower() in DOCUMENTS]
    if not named:
        raise BadInput("the folder holds no file that load knows", where=str(folder), remedy=f"It knows {_NAMES}")
    return [RegisterFile(kind, SourceFile(path, path.name)) for path, kind in named]


def _file(path: Path) -> RegisterFile:
    source = SourceFile(path, path.name)
    if not path.exists():
        raise BadInput("there is no such file", where=str(path), remedy="Check the name")
    if not path.is_file():
        raise BadInput("not a file", where=str(path), remedy="Name a file or a folder")
    if path.suffix.lower() in DOCUMENTS:
        return RegisterFile(FileKind.DISCLOSURES, source)
    kind = _by_name(path) or _by_content(source)
    if kind is None:
        raise BadInput(
            "it cannot be told what this file is",
            where=source.name,
            remedy=f"Name it as one of {_NAMES} (also people-2.csv and the like); for native records use "
            "`tearline intake`",
        )
    return RegisterFile(kind, source)


def _by_name(path: Path) -> FileKind | None:
    """`people.csv`, `people-2.csv`, `2026_people.csv`: exactly one word of the name is a kind of file."""
    words = set(re.split(r"[^a-z]+", path.stem.casefold()))
    kinds = [kind for kind in FileKind if kind.value in words]
    if len(kinds) != 1:
        return None
    expected = ".csv" if kinds[0] in REQUIRED else ".jsonl"
    if kinds[0] in EITHER and is_json_lines(path):
        return kinds[0]
    return kinds[0] if path.suffix.lower() == expected else None


def is_json_lines(path: Path) -> bool:
    """Only the kinds in EITHER come as both; what else is a table is CSV whatever its name."""
    return path.suffix.lower() == ".jsonl"


def is_table(source: SourceFile) -> bool:
    """Of a kind that comes as either: is this file CSV? By its name, else by how it begins."""
    suffixes = [suffix.lower() for suffix in source.path.suffixes[-2:]]
    if ".jsonl" in suffixes or ".csv" in suffixes:
        return ".csv" in suffixes
    first = next(_first_lines(source), b"{")
    return not first.lstrip().startswith(b"{")


def _by_content(source: SourceFile) -> FileKind | None:
    line = next(_first_lines(source), None)
    if line is None:
        return None
    text = decode(1, line)
    if not isinstance(text, str):
        return None
    if text.lstrip().startswith("{"):
        try:
            fields = set(json.loads(text))
        except (ValueError, RecursionError):
            return None
        return next((kind for kind, sign in _SIGNS if sign <= fields), None)
    header = set(parse_header(text, max(",;\t", key=text.count)))
    matching = [kind for kind, names in REQUIRED.items() if set(names) <= header]
    return max(matching, key=lambda kind: len(REQUIRED[kind]), default=None)


def _first_lines(source: SourceFile) -> Iterator[bytes]:
    for block in source.blocks(_PEEK):
        if isinstance(block, LongLine):
            return
        yield from (raw for _, raw in block.lines() if raw.strip())
        return
