"""Which events are on record: a rebuildable index of their ids and contents, never trusted.

Two 64-bit hashes an event, one of its id and one of what it says, in Parquet files under
`WORKSPACE/views/event-keys/`. Its catalogue, sealed with the workspace's key, names the size and root of the
events stream it covers and the SHA-256 of each file; what does not match is built again from the ledger. Two
different ids share a hash with probability n²/2⁶⁵ (for 1e8 events 3e-4 that it happens at all); the later of the
two would then lie in quarantine, in sight.
"""

from __future__ import annotations

import json
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tearline.ledger import Ledger, LedgerState
from tearline.records.errors import CouldNot
from tearline.records.kinds import Stream
from tearline.views.seals import same_seal, view_seal

FIELDS = (
    "kind",
    "product",
    "at_earliest",
    "at_latest",
    "copy",
    "actor",
    "recipient",
    "organisation",
    "system",
    "basis",
)

BODY = "{" + ",".join(f'"{name}":"VARCHAR"' for name in ("id", *FIELDS)) + ',"detail":"JSON","batch":"VARCHAR"}'
"""The shape in which DuckDB reads an event's body."""

CONTENT = f"hash({', '.join(f'e.{name}' for name in FIELDS)}, CAST(e.detail AS VARCHAR))"
"""The hash of what an event says, of a struct `e` with the fields of a body."""

_CATALOGUE = "catalogue.json"
_NAME = "event-keys"


def build_keys(
    connection: duckdb.DuckDBPyConnection, folder: Path, ledger: Ledger, state: LedgerState
) -> list[Path]:
    """The index's files for `state`: columns `key`, `content` (UBIGINT) and `batch`. Built where needed."""
    root = state.streams[Stream.EVENTS].root
    size = state.size(Stream.EVENTS)
    catalogue = _catalogue(folder, ledger.keys.salt)
    covered = _covered(catalogue, ledger, state)
    parts: list[dict[str, Any]] = catalogue["parts"] if catalogue is not None and covered else []
    if covered < size or catalogue is None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if covered < size:
                parts = [*parts, _part(connection, folder, ledger, state, covered, size)]
            _write(folder, {"size": size, "root": root, "parts": parts}, ledger.keys.salt)
        except OSError as error:
            raise CouldNot(
                f"the index of events could not be written: {error.strerror or error}",
                where=str(folder),
                remedy="Check free space and permissions, then try again",
            ) from error
    return [folder / part["file"] for part in parts]


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


def rebuild_keys(spill: Path, folder: Path, ledger: Ledger) -> int:
    """Build the index anew, trusting nothing of the old one; how many events it covers.

    Raises CouldNot while an intake is at work.
    """
    with ledger.transaction([Stream.EVENTS]) as transaction, duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = '{_quoted(spill / 'keys')}'")
        (folder / _CATALOGUE).unlink(missing_ok=True)
        build_keys(connection, folder, ledger, transaction.state)
        return transaction.state.size(Stream.EVENTS)


def _part(  # noqa: PLR0917 -- private, and each argument is of another kind
    connection: duckdb.DuckDBPyConnection, folder: Path, ledger: Ledger, state: LedgerState, start: int, stop: int
) -> dict[str, Any]:
    name = f"{start:012d}-{stop:012d}.parquet"
    # `scan` streams; DuckDB pulls one batch after the other, so memory does not grow with the stream.
    scanned: pa.RecordBatchReader = ledger.scan(Stream.EVENTS, start, stop, state=state)
    connection.register("scanned", scanned)
    try:
        connection.execute(
            f"COPY (SELECT hash(e.id) AS key, {CONTENT} AS content, e.batch AS batch "  # noqa: S608 -- constants
            f"FROM (SELECT json_transform(body, '{BODY}') AS e FROM scanned)) "
            f"TO '{_quoted(folder / name)}' (FORMAT parquet, COMPRESSION zstd)"
        )
    finally:
        connection.unregister("scanned")
    with (folder / name).open("rb") as file:
        return {"file": name, "sha256": file_digest(file, sha256).hexdigest()}


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _write(folder: Path, covered: dict[str, Any], key: bytes) -> None:
    content = {"engine": duckdb.__version__, **covered}
    text = json.dumps({"seal": view_seal(key, _NAME, content), "content": content})
    part = folder / f"{_CATALOGUE}.part"
    part.write_text(text, encoding="utf-8")
    part.replace(folder / _CATALOGUE)
    named = {_CATALOGUE, *(entry["file"] for entry in covered["parts"])}
    for path in folder.iterdir():
        if path.name not in named:
            path.unlink(missing_ok=True)


def _catalogue(folder: Path, key: bytes) -> dict[str, Any] | None:
    """The catalogue, where it is ours, every file it names is sound, and this engine made them (hashes differ)."""
    try:
        document = json.loads((folder / _CATALOGUE).read_text(encoding="utf-8"))
        found = document["content"]
        if not same_seal(document["seal"], view_seal(key, _NAME, found)):
            return None
        if found["engine"] != duckdb.__version__ or not isinstance(found["size"], int):
            return None
        for part in found["parts"]:
            with (folder / Path(part["file"]).name).open("rb") as file:
                if file_digest(file, sha256).hexdigest() != part["sha256"]:
                    return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return dict(found)
