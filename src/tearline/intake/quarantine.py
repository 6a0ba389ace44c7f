"""What was not accepted and why: one JSON Lines file a batch, written before the batch is committed.

The first line names the sources (what each row was read as, so that it can be read again); every other line is a
row. The batch's record in the ledger holds the file's SHA-256. A row that lies here already, with the same reason,
is counted again but not stored again. Rows of retracted batches, and of batches that a later batch ran again,
no longer lie in quarantine.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b, file_digest, sha256
from json.encoder import encode_basestring, encode_basestring_ascii
from pathlib import Path
from typing import IO, Any

from tearline.ledger import Ledger, LedgerState
from tearline.records.errors import BadInput, CouldNot, IntegrityFailure
from tearline.records.kinds import Stream

KEPT = 4 << 20
"""Characters of a row that are kept; of a longer one, its beginning and its SHA-256."""

SHOWN = 4096

_BLOCK = 1 << 20
"""Characters that are written at once."""
_MOST_REASONS = 10_000


@dataclass(frozen=True, slots=True)
class Source:
    """What a row was read from and as: `reader` is a register file's kind or a native format.

    `options` holds what the reader was told (mapping, organisation, header …), as JSON values.
    """

    file: str
    reader: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return {"file": self.file, "reader": self.reader, "options": dict(self.options)}


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that was not accepted. `line` is 1-based; `raw` the row as it came, or (`lossy`) what is left."""

    source: Source
    line: int
    raw: str
    what: str
    field: str | None = None
    remedy: str | None = None
    lossy: bool = False

    @classmethod
    def because(cls, source: Source, line: int, raw: str, fault: BadInput) -> Refused:
        return cls(source, line, raw, fault.what, fault.field, fault.remedy)

    @property
    def reason(self) -> str:
        """For a reader: file, line, field, what is wrong and what to do."""
        return str(
            BadInput(self.what, where=self.source.file, line=self.line, field=self.field, remedy=self.remedy)
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A row that lies in quarantine, and the batch it came with."""

    batch: str
    row: Refused

    def document(self) -> dict[str, Any]:
        return {
            "batch": self.batch,
            "file": self.row.source.file,
            "line": self.row.line,
            "reason": self.row.reason,
            "raw": self.row.raw[:SHOWN],
        }


@dataclass(frozen=True, slots=True)
class _Reason:
    """What rows refused for one reason have in common, as it is written: the hash of what comes before their own
    text, and the pieces of their lines around number and digest. The digest is equal for the same row refused for
    the same reason, wherever it stands."""

    hashed: Any
    before_line: str
    before_digest: str

    @classmethod
    def of(cls, number: int, source: Source, what: str, field: str | None, remedy: str | None) -> _Reason:
        said = json.dumps([source.reader, what, field])
        told = {"what": what, "field": field, "remedy": remedy}
        return cls(
            blake2b(f"{said[:-1]}, ".encode(), digest_size=16),
            f'{{"source":{number},"line":',
            f',{_plain(told)[1:-1]},"digest":"',
        )


class QuarantineWriter:
    """Gathers the refused rows of one batch in a file that counts only once `finish` has named it.

    There may be millions, most of them refused for one of a few reasons: what they have in common is put into
    words once, and they are written a block at a time.
    """

    def __init__(self, folder: Path, batch: str, before: frozenset[str]) -> None:
        """`before`: the digests of the rows that lie in quarantine already."""
        self._path = folder / f"{batch}.jsonl"
        self._part = folder / f"{batch}.jsonl.part"
        self._before = before
        self._file: IO[bytes] | None = None
        self._sha256 = sha256()
        self._sources: dict[str, int] = {}
        self._source: Source | None = None
        self._reasons: dict[tuple[str, str | None, str | None], _Reason] = {}
        self._waiting: list[str] = []
        self._waiting_size = 0
        self.stored = 0

    def add(self, row: Refused) -> None:
        self.add_row(row.source, row.line, row.raw, row.what, row.field, row.remedy, row.lossy)

    def add_row(  # noqa: PLR0917 -- called once a row of millions, so without a `Refused` of its own
        self, source: Source, line: int, raw: str, what: str, field: str | None, remedy: str | None, lossy: bool
    ) -> None:
        """Add what a `Refused` of these says."""
        if source is not self._source and source != self._source:
            self._turn_to(source)
        reason = self._reasons.get((what, field, remedy))
        if reason is None:
            if len(self._reasons) >= _MOST_REASONS:
                self._reasons.clear()
            number = self._sources[_plain(source.document())]
            reason = self._reasons[what, field, remedy] = _Reason.of(number, source, what, field, remedy)
        hashed = reason.hashed.copy()
        hashed.update(f"{encode_basestring_ascii(raw)}]".encode())
        digest = hashed.hexdigest()
        if digest in self._before:
            return
        self._write(f'{reason.before_line}{line}{reason.before_digest}{digest}",{_kept(raw, lossy)}}}\n')
        self.stored += 1

    def _turn_to(self, source: Source) -> None:
        """Rows of another source follow; where it is new, it is described first."""
        self._source = source
        self._reasons.clear()
        told = _plain(source.document())
        if told not in self._sources:
            self._sources[told] = len(self._sources)
            self._write(f'{{"source":{told}}}\n')

    def _write(self, text: str) -> None:
        self._waiting.append(text)
        self._waiting_size += len(text)
        if self._waiting_size >= _BLOCK:
            self._flush()

    def _flush(self) -> None:
        data = "".join(self._waiting).encode()
        self._waiting.clear()
        self._waiting_size = 0
        self._sha256.update(data)
        try:
            if self._file is None:
                self._part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._file = self._part.open("wb")
            self._file.write(data)
        except OSError as error:
            raise _cannot(self._part, error) from error

    def finish(self) -> str | None:
        """Make the file durable under its name; its SHA-256, or None where nothing was stored."""
        if not self.stored:
            self.abandon()
            return None
        self._flush()
        assert self._file is not None
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.replace(self._path)
            descriptor = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise _cannot(self._path, error) from error
        return self._sha256.hexdigest()

    def abandon(self) -> None:
        """Nothing of this batch was committed: leave nothing behind."""
        self._waiting.clear()
        if self._file is not None:
            self._file.close()
            self._part.unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _kept(raw: str, lossy: bool) -> str:
    """The end of a row's line: what is kept of its text, and whether that is all."""
    if not raw.isascii():
        raw = raw.encode("utf-8", "replace").decode()
    if len(raw) > KEPT:
        return f'"lossy":true,"raw":{_told(raw[:KEPT])},"raw_sha256":"{sha256(raw.encode()).hexdigest()}"'
    return f'"lossy":{"true" if lossy else "false"},"raw":{_told(raw)}'


def _told(text: str) -> str:
    """A text as JSON. What some programs take for the end of a line is escaped."""
    return encode_basestring(text).replace("\u2028", "\\u2028")


def _cannot(path: Path, error: OSError) -> CouldNot:
    return CouldNot(
        f"the quarantine could not be written or read: {error.strerror or error}",
        where=str(path),
        remedy="Nothing was kept. Check free space and permissions, then try again",
    )


def held_rows(folder: Path, ledger: Ledger, state: LedgerState) -> Iterator[Held]:
    """Every row that lies in quarantine, oldest batch first.

    Raises IntegrityFailure where a file is missing or is not the one its batch recorded.
    """
    for batch, digest in _batches_with_rows(ledger, state).items():
        yield from _read(folder / f"{batch}.jsonl", batch, digest)


def sweep(folder: Path, ledger: Ledger, state: LedgerState) -> None:
    """Remove files that no batch refers to: a process was killed before its commit. The caller holds the lock."""
    referred = {
        f"{body['batch']}.jsonl" for body in ledger.bodies(Stream.BATCHES, state) if body.get("quarantine_sha256")
    }
    if folder.is_dir():
        for path in folder.iterdir():
            if path.name not in referred:
                path.unlink(missing_ok=True)


def held_digests(folder: Path, ledger: Ledger, state: LedgerState) -> frozenset[str]:
    """The digests of all rows that lie in quarantine, as they were when the rows were whole."""
    found: set[str] = set()
    for batch, seal in _batches_with_rows(ledger, state).items():
        found.update(body["digest"] for body in _bodies(folder / f"{batch}.jsonl", seal) if "digest" in body)
    return frozenset(found)


def _batches_with_rows(ledger: Ledger, state: LedgerState) -> dict[str, str]:
    bodies = ledger.bodies(Stream.BATCHES, state)
    gone = {body["retracts"] for body in bodies if body.get("retracts") is not None}
    valid = [body for body in bodies if body["batch"] not in gone]
    again = {batch for body in valid for batch in body.get("retries") or ()}
    return {
        body["batch"]: body["quarantine_sha256"]
        for body in valid
        if body.get("quarantine_sha256") and body["batch"] not in again
    }


def _read(path: Path, batch: str, digest: str) -> Iterator[Held]:
    sources: list[Source] = []
    for body in _bodies(path, digest):
        if isinstance(body["source"], dict):
            sources.append(Source(**body["source"]))
        else:
            yield Held(batch, _row(sources[body["source"]], body))


def _bodies(path: Path, digest: str) -> Iterator[dict[str, Any]]:
    """The lines of a quarantine file whose seal is intact."""
    try:
        with path.open("rb") as file:
            if file_digest(file, sha256).hexdigest() != digest:
                raise IntegrityFailure(
                    "the quarantine file is not the one that was recorded",
                    where=f"{path.parent.name}/{path.name}",
                    remedy="Restore it from a copy",
                )
        with path.open(encoding="utf-8", newline="\n") as text:
            for line in text:
                yield json.loads(line)
    except FileNotFoundError as error:
        raise IntegrityFailure(
            "the quarantine file is missing",
            where=f"{path.parent.name}/{path.name}",
            remedy="Restore it from a copy",
        ) from error
    except OSError as error:
        raise _cannot(path, error) from error


def _row(source: Source, body: Mapping[str, Any]) -> Refused:
    return Refused(
        source,
        body["line"],
        body["raw"],
        body["what"],
        field=body["field"],
        remedy=body["remedy"],
        lossy=body["lossy"],
    )
