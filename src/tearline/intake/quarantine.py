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
from pathlib import Path
from typing import IO, Any

from tearline.ledger import Ledger, LedgerState
from tearline.records.errors import BadInput, CouldNot, IntegrityFailure
from tearline.records.kinds import Stream

KEPT = 4 << 20
"""Characters of a row that are kept; of a longer one, its beginning and its SHA-256."""

SHOWN = 4096


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

    def digest(self) -> str:
        """Equal for the same row refused for the same reason, wherever it stands."""
        said = json.dumps([self.source.reader, self.what, self.field, self.raw])
        return blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()


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


class QuarantineWriter:
    """Gathers the refused rows of one batch in a file that counts only once `finish` has named it."""

    def __init__(self, folder: Path, batch: str, before: frozenset[str]) -> None:
        """`before`: the digests of the rows that lie in quarantine already."""
        self._path = folder / f"{batch}.jsonl"
        self._part = folder / f"{batch}.jsonl.part"
        self._before = before
        self._file: IO[str] | None = None
        self._sources: dict[str, int] = {}
        self.stored = 0

    def add(self, row: Refused) -> None:
        digest = row.digest()
        if digest in self._before:
            return
        try:
            if self._file is None:
                self._part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._file = self._part.open("w", encoding="utf-8", newline="\n")
            source = json.dumps(row.source.document(), ensure_ascii=False, separators=(",", ":"))
            if source not in self._sources:
                self._sources[source] = len(self._sources)
                self._file.write(f'{{"source":{source}}}\n')
            self._file.write(_line(row, self._sources[source], digest))
        except OSError as error:
            raise _cannot(self._part, error) from error
        self.stored += 1

    def finish(self) -> str | None:
        """Make the file durable under its name; its SHA-256, or None where nothing was stored."""
        if self._file is None:
            return None
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
            with self._path.open("rb") as file:
                return file_digest(file, sha256).hexdigest()
        except OSError as error:
            raise _cannot(self._path, error) from error

    def abandon(self) -> None:
        """Nothing of this batch was committed: leave nothing behind."""
        if self._file is not None:
            self._file.close()
            self._part.unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)


def _line(row: Refused, source: int, digest: str) -> str:
    raw = row.raw.encode("utf-8", "replace").decode()
    body: dict[str, Any] = {
        "source": source,
        "line": row.line,
        "what": row.what,
        "field": row.field,
        "remedy": row.remedy,
        "digest": digest,
        "lossy": row.lossy or len(raw) > KEPT,
        "raw": raw[:KEPT],
    }
    if len(raw) > KEPT:
        body["raw_sha256"] = sha256(raw.encode()).hexdigest()
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).replace("\u2028", "\\u2028") + "\n"


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
