"""Reads a file's lines in blocks of bounded size, whatever the file contains.

A line longer than LONGEST is never held in memory: its beginning, length and SHA-256 are given instead. Line
numbers are 1-based and count every line feed, so that a message points at the place an editor shows.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

from tearline.records.errors import BadInput

LONGEST = 16 << 20
"""Bytes of one line; a report of a thousand pages has about a fifth of it."""

BLOCK = 32 << 20
EXPANSION = 200
HEAD = 4096

_BOMS = (b"\xff\xfe", b"\xfe\xff")
_UTF8_BOM = b"\xef\xbb\xbf"
_Take = Callable[[BinaryIO, int], bytes]
_SAVE_AS = "Save the file as UTF-8 text and load it again"


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines, each ending in a line feed; `first` is the number of the first one."""

    first: int
    data: bytes

    def lines(self) -> Iterator[tuple[int, bytes]]:
        for offset, line in enumerate(self.data.split(b"\n")[:-1]):
            yield self.first + offset, line.removesuffix(b"\r")


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line too long to read: how it begins, its length in bytes, and its SHA-256 (hex)."""

    number: int
    head: bytes
    size: int
    sha256: str


@dataclass(slots=True)
class SourceFile:
    """A file as it is read: `sha256` and `size` are complete once `blocks` has been read to its end.

    `name` is how messages and records call it.
    """

    path: Path
    name: str
    size: int = 0
    _digest: hashlib._Hash = field(default_factory=sha256)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def blocks(self, size: int = BLOCK) -> Iterator[Block | LongLine]:
        """The file's lines. Raises BadInput where it cannot be read, is empty, or is UTF-16."""
        self.size, self._digest = 0, sha256()
        try:
            if self.path.suffix.lower() == ".gz":
                yield from self._unpacked(size)
            else:
                with self.path.open("rb") as file:
                    yield from self._read(file, size, self._take)
        except (OSError, EOFError, zlib.error) as error:
            raise self._unreadable(error) from error
        if self.size == 0:
            raise self._empty()

    def _unpacked(self, size: int) -> Iterator[Block | LongLine]:
        """A gzip file's lines; `size` and `sha256` are those of the packed file. Raises BadInput for a bomb."""
        self.digest()
        most, taken = EXPANSION * self.size + BLOCK, 0

        def take(file: BinaryIO, wanted: int) -> bytes:
            nonlocal taken
            data = file.read(wanted)
            taken += len(data)
            if taken > most:
                raise BadInput(
                    f"it unpacks to more than {EXPANSION} times its size",
                    where=self.name,
                    remedy="Unpack it first",
                )
            return data

        with gzip.open(self.path, "rb") as file:
            yield from self._read(cast(BinaryIO, file), size, take)

    def digest(self) -> None:
        """Take the file's size and hash, for readers that open it themselves. Raises BadInput as `blocks` does."""
        self.size, self._digest = 0, sha256()
        try:
            with self.path.open("rb") as file:
                while data := file.read(1 << 20):
                    self._digest.update(data)
                    self.size += len(data)
        except OSError as error:
            raise self._unreadable(error) from error
        if self.size == 0:
            raise self._empty()

    def take(self, data: bytes) -> None:
        """Count a piece of the file that somebody else has read."""
        self._digest.update(data)
        self.size += len(data)

    def whole(self) -> bytes:
        """The whole file; for kinds whose size was checked before. Raises BadInput as `blocks` does."""
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise self._unreadable(error) from error
        if not data:
            raise self._empty()
        self.size, self._digest = len(data), sha256(data)
        return data

    def _unreadable(self, error: Exception) -> BadInput:
        why = getattr(error, "strerror", None) or str(error)
        return BadInput(
            f"the file cannot be read ({why})", where=self.name, remedy="Check its name and permissions"
        )

    def _empty(self) -> BadInput:
        return BadInput("the file is empty", where=self.name, remedy="Leave it out, or export it again")

    def _take(self, file: BinaryIO, size: int) -> bytes:
        data = file.read(size)
        self._digest.update(data)
        if self.size == 0:
            if data.startswith(_BOMS):
                raise BadInput("the file is UTF-16, not UTF-8", where=self.name, remedy=_SAVE_AS)
            self.size = len(data)
            return data.removeprefix(_UTF8_BOM)
        self.size += len(data)
        return data

    def _read(self, file: BinaryIO, size: int, take: _Take) -> Iterator[Block | LongLine]:
        number, rest = 1, b""
        while data := take(file, size):
            data = rest + data
            cut = data.rfind(b"\n") + 1
            rest = data[cut:]
            if cut:
                for piece in _apart(number, data[:cut]):
                    yield piece
                    number = (
                        piece.first + piece.data.count(b"\n") if isinstance(piece, Block) else piece.number + 1
                    )
            if len(rest) > LONGEST:
                long, rest = self._skip(file, size, take, number, rest)
                yield long
                number += 1
        if rest:
            yield from _apart(number, rest if rest.endswith(b"\n") else rest + b"\n")

    def _skip(self, file: BinaryIO, size: int, take: _Take, number: int, start: bytes) -> tuple[LongLine, bytes]:
        """Read on to the end of a line that is too long; what follows it is returned with it."""
        digest, length, rest = sha256(start), len(start), b""
        while data := take(file, size):
            end = data.find(b"\n")
            part = data if end < 0 else data[:end]
            digest.update(part)
            length += len(part)
            if end >= 0:
                rest = data[end + 1 :]
                break
        return LongLine(number, start[:HEAD], length, digest.hexdigest()), rest


def _apart(first: int, data: bytes) -> Iterator[Block | LongLine]:
    """Whole lines as one block, or around those lines that are too long."""
    if len(data) <= LONGEST:
        yield Block(first, data)
        return
    start, number, at = 0, first, 0
    while at < len(data):
        # Only where no line feed comes within LONGEST can a line be too long; the rest is skipped over.
        end = data.rfind(b"\n", at, at + LONGEST + 1)
        if end >= 0:
            at = end + 1
            continue
        end = data.find(b"\n", at)
        if at > start:
            block = Block(number, data[start:at])
            yield block
            number += block.data.count(b"\n")
        line = data[at:end]
        yield LongLine(number, line[:HEAD], len(line), sha256(line).hexdigest())
        number += 1
        start = at = end + 1
    if start < len(data):
        yield Block(number, data[start:])
