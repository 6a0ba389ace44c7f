"""Exported files: a name from outside never chooses a path, and a file is there whole or not at all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tearline.records.errors import BadInput

_ODD = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST = 60  # characters kept of a name


def made(folder: Path) -> Path:
    """The folder, made if need be. Raises BadInput where a file is in its place."""
    if folder.exists() and not folder.is_dir():
        raise BadInput("this is a file", where=str(folder), field="--out", remedy="Name a folder")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def file_name(identifier: str) -> str:
    """A file name for an id: readable where it can be, and different for different ids."""
    readable = _ODD.sub("-", identifier).strip("-")[:_LONGEST]
    if readable == identifier:
        return readable
    return f"{readable}-{hashlib.sha256(identifier.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}".lstrip("-")


def write_text(file: Path, text: str) -> Path:
    """The file, with just this in it."""
    with whole(file) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    return file


@contextmanager
def whole(file: Path) -> Iterator[Path]:
    """Where to write `file`: it takes its place at the end, and nothing is left of it after a fault."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        yield unfinished
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
