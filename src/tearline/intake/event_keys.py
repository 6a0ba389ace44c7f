"""Which events are on record: a rebuildable index of their ids and contents, never trusted.

Two keyed 64-bit hashes an event (`event_hash`), one of its id and one of what it says, in Parquet files under
`WORKSPACE/views/event-keys/`. Its catalogue, sealed with the workspace's key, names the size and root of the
events stream it covers and the SHA-256 of each file; what does not match is built again from the ledger. A long
load writes its own part while it runs. Two different ids share a hash with probability n²/2⁶⁵ (for 1e8 events 3e-4
that it happens at all); the later of the two would then lie in quarantine, in sight.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tearline.intake.event_hash import Hashes, hash_bodies, hash_key
from tearline.ledger import Ledger, LedgerState
from tearline.records.errors import CouldNot
from tearline.records.kinds import Stream
from tearline.views.seals import same_seal, view_seal

MOST_PARTS = 24
SMALL = 1 << 20
"""Rows of a part that is joined with others of its kind once there are MOST_PARTS."""

_SCHEMA = pa.schema(
    [("key", pa.uint64()), ("content", pa.uint64()), ("batch", pa.dictionary(pa.int32(), pa.string()))]
)
_HASH = "siphash-2-4"
_CATALOGUE = "catalogue.json"
_NAME = "event-keys"


class KeyPart:
    """One file of the index while it is written. Nothing refers to it before its catalogue does."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{name}.part"
        self.rows = 0
        with _disk(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Hashes do not compress.
            self._file = pq.ParquetWriter(self.path, _SCHEMA, compression="none", use_dictionary=["batch"])

    def add(self, ids: Hashes, contents: Hashes, batches: str | Sequence[str]) -> None:
        """Add events; all of one batch, or of a batch each."""
        if isinstance(batches, str):
            zeros = pa.repeat(pa.scalar(0, pa.int32()), len(ids))
            column = pa.DictionaryArray.from_arrays(zeros, pa.array([batches]))
        else:
            column = pa.array(batches, pa.string()).dictionary_encode()
        with _disk(self.path):
            self._file.write_batch(pa.record_batch([pa.array(ids), pa.array(contents), column], schema=_SCHEMA))
        self.rows += len(ids)

    def close(self) -> None:
        """Make it readable; nothing more can be added."""
        with _disk(self.path):
            self._file.close()

    def seal(self, start: int) -> dict[str, Any]:
        """Close it and give it the name of a part that covers events from `start`; its line in the catalogue."""
        self.close()
        name = f"{start:012d}-{start + self.rows:012d}.parquet"
        with _disk(self.path):
            path = self.path.replace(self.path.with_name(name))
            return {"file": name, "rows": self.rows, "sha256": _digest(path)}

    def abandon(self) -> None:
        with suppress(OSError):
            self._file.close()
            self.path.unlink(missing_ok=True)


def build_keys(folder: Path, ledger: Ledger, state: LedgerState) -> list[Path]:
    """The index's files for `state`: columns `key`, `content` (UBIGINT) and `batch`. Built where needed."""
    size = state.size(Stream.EVENTS)
    catalogue = _catalogue(folder, ledger.keys.salt)
    covered = _covered(catalogue, ledger, state)
    parts: list[dict[str, Any]] = catalogue["parts"] if catalogue is not None and covered else []
    if covered < size or catalogue is None:
        if covered < size:
            parts = [*parts, _part(folder, ledger, state, covered, size)]
        parts = _joined(folder, parts)
        _write(folder, {"size": size, "root": state.streams[Stream.EVENTS].root, "parts": parts}, ledger.keys.salt)
    return [folder / part["file"] for part in parts]


def adopt(folder: Path, ledger: Ledger, parts: Sequence[KeyPart], start: int) -> None:
    """Make parts that a load has written itself, of the events from `start` that are now committed, belong to the
    index, which covered what was before. Where that is not so, or the disk refuses, it is built when next
    needed."""
    stop = start + sum(part.rows for part in parts)
    catalogue = _catalogue(folder, ledger.keys.salt)
    if catalogue is None or catalogue["size"] != start or ledger.state().size(Stream.EVENTS) < stop:
        for part in parts:
            part.abandon()
        return
    with suppress(CouldNot):
        root = ledger.state_as_of({Stream.EVENTS: stop}).streams[Stream.EVENTS].root
        listed, at = list(catalogue["parts"]), start
        for part in parts:
            if part.rows:
                listed.append(part.seal(at))
            at += part.rows
        _write(folder, {"size": stop, "root": root, "parts": listed}, ledger.keys.salt)


def read_keys(files: Iterable[Path], gone: Iterable[str]) -> Iterator[tuple[Hashes, Hashes]]:
    """The hashes of ids and contents in the index, a piece at a time, without those of the batches `gone`."""
    retracted = pa.array(sorted(gone), pa.string())
    for path in files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(1 << 18):
                if len(retracted):
                    kept = batch.filter(pc.invert(pc.is_in(batch.column(2).cast(pa.string()), retracted)))
                else:
                    kept = batch
                yield kept.column(0).to_numpy(), kept.column(1).to_numpy()


def keys_covered(folder: Path, ledger: Ledger) -> int | None:
    """How many events the index on disk covers; None where it would be built again."""
    catalogue = _catalogue(folder, ledger.keys.salt)
    covered = _covered(catalogue, ledger, ledger.state())
    return covered if catalogue is not None and covered == catalogue["size"] else None


def _covered(catalogue: dict[str, Any] | None, ledger: Ledger, state: LedgerState) -> int:
    """How many events of the stream, as it stands at `state`, the catalogue's files are about."""
    if catalogue is None or catalogue["size"] > state.size(Stream.EVENTS):
        return 0
    size: int = catalogue["size"]
    past = state if size == state.size(Stream.EVENTS) else ledger.state_as_of({Stream.EVENTS: size})
    events = past.streams[Stream.EVENTS]
    return size if (events.size, events.root) == (size, catalogue["root"]) else 0


def rebuild_keys(folder: Path, ledger: Ledger) -> int:
    """Build the index anew, trusting nothing of the old one; how many events it covers.

    Raises CouldNot while an intake is at work.
    """
    with ledger.transaction([Stream.EVENTS]) as transaction:
        (folder / _CATALOGUE).unlink(missing_ok=True)
        build_keys(folder, ledger, transaction.state)
        return transaction.state.size(Stream.EVENTS)


def _part(folder: Path, ledger: Ledger, state: LedgerState, start: int, stop: int) -> dict[str, Any]:
    """The events `[start, stop)` of the ledger, hashed; erased ones are left out."""
    part = KeyPart(folder, f"{start:012d}-{stop:012d}")
    key = hash_key(ledger.keys.salt)
    try:
        for batch in ledger.scan(Stream.EVENTS, start, stop, state=state):
            if batch.num_rows:
                part.add(*hash_bodies(batch.column("body"), key))
        return part.seal(start)
    except BaseException:
        part.abandon()
        raise


def _joined(folder: Path, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fewer parts, where many loads of a few events have left many: those behind the last large one become one."""
    small = len(parts)
    while small and parts[small - 1]["rows"] < SMALL:
        small -= 1
    if len(parts) - small < MOST_PARTS:
        return parts
    made = KeyPart(folder, "joined")
    try:
        for part in parts[small:]:
            table = pq.read_table(folder / part["file"])
            batches = table.column("batch").cast(pa.string()).to_pylist()
            made.add(table.column("key").to_numpy(), table.column("content").to_numpy(), batches)
        return [*parts[:small], made.seal(int(parts[small]["file"].split("-")[0]))]
    except BaseException:
        made.abandon()
        raise


@contextmanager
def _disk(where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CouldNot(
            f"the index of events could not be written: {error.strerror or error}",
            where=str(where),
            remedy="Check free space and permissions, then try again",
        ) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, sha256).hexdigest()


def _write(folder: Path, covered: dict[str, Any], key: bytes) -> None:
    content = {"hash": _HASH, **covered}
    with _disk(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps({"seal": view_seal(key, _NAME, content), "content": content})
        part = folder / f"{_CATALOGUE}.part"
        part.write_text(text, encoding="utf-8")
        part.replace(folder / _CATALOGUE)
        named = {_CATALOGUE, *(entry["file"] for entry in covered["parts"])}
        for path in folder.iterdir():
            if path.name not in named:
                path.unlink(missing_ok=True)


def _catalogue(folder: Path, key: bytes) -> dict[str, Any] | None:
    """The catalogue, where it is ours, every file it names is sound, and its hashes are ours."""
    try:
        document = json.loads((folder / _CATALOGUE).read_text(encoding="utf-8"))
        found = document["content"]
        if not same_seal(document["seal"], view_seal(key, _NAME, found)):
            return None
        if found["hash"] != _HASH or not isinstance(found["size"], int):
            return None
        for part in found["parts"]:
            if _digest(folder / Path(part["file"]).name) != part["sha256"]:
                return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return dict(found)
