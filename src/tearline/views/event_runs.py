"""The files of the events view: sorted runs in Parquet, and the manifest that says which of them count.

A run is written under its own name and never changed; putting a new manifest in its place is what makes it count.
The manifest carries a seal of itself under the workspace's key, and of each run its SHA-256 and the file's size
and time of change: a run whose size or time is not what the manifest says is hashed again before it is used. That
time is the inode's own, which no program can set, and not that of the content, which every program can.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from hashlib import file_digest, sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tearline.ledger.files import sync_file
from tearline.views.seals import same_seal, view_seal

MANIFEST = "manifest.json"
FORMAT = 2
ROW_GROUP = 1 << 15
"""Rows: small enough to read one product out of many, large enough to compress."""

_NAME = "events"


@dataclass(frozen=True, slots=True)
class Run:
    """Events of stream positions `[first, stop)`, sorted; `rows` may be fewer (erased records)."""

    file: str
    first: int
    stop: int
    rows: int
    sha256: str
    size: int
    changed: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The view covers the first `size` records of the stream whose root was then `root`.

    `custody` is how long the custody stream was, `erased` how many erasures of events it ordered.
    """

    size: int
    root: str
    custody: int
    erased: int
    runs: tuple[Run, ...]


def read_manifest(folder: Path, key: bytes) -> Manifest | None:
    """The manifest, or None where there is none, or it is not ours and whole, or a run is not the one it names.

    Its runs bear the files' present times: other than those written where they had to be hashed again.
    """
    try:
        document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        held, content = document["seal"], document["content"]
        if not same_seal(held, view_seal(key, _NAME, content)) or content["format"] != FORMAT:
            return None
        runs = tuple(Run(**run) for run in content["runs"])
        manifest = Manifest(content["size"], content["root"], content["custody"], content["erased"], runs)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    sound = [found for run in runs if (found := _sound(folder, run)) is not None]
    return replace(manifest, runs=tuple(sound)) if len(sound) == len(runs) else None


def is_stamped(folder: Path, manifest: Manifest) -> bool:
    """Does the file say the times that `manifest` bears, so that nothing has to be hashed next time?"""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["content"]
        return bool(content["runs"] == [asdict(run) for run in manifest.runs])
    except (OSError, ValueError, KeyError):
        return True  # another process is at it


def write_manifest(folder: Path, manifest: Manifest, previous: Manifest | None, key: bytes) -> None:
    """Put the manifest in place, then remove runs that neither it nor `previous` names.

    Those of `previous` stay for one turn, for whoever is still reading them. The caller holds the view's lock.
    """
    content = {"format": FORMAT, **asdict(manifest)}
    part = folder / f"{MANIFEST}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump({"seal": view_seal(key, _NAME, content), "content": content}, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / MANIFEST)
    keep = {run.file for one in (manifest, previous) if one is not None for run in one.runs}
    for path in folder.iterdir():
        if path.name.startswith("run-") and path.name not in keep:
            path.unlink(missing_ok=True)


def write_run(folder: Path, first: int, stop: int, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Run:
    """Write sorted batches as a run of stream positions `[first, stop)`."""
    part = folder / f"run-{first:012d}-{stop:012d}.part"
    rows = 0
    with pq.ParquetWriter(
        part, schema, compression="zstd", compression_level=1, write_page_checksum=True
    ) as writer:
        for table in _grouped(batches, schema):
            writer.write_table(table, row_group_size=ROW_GROUP)
            rows += table.num_rows
    sync_file(part)  # or a loss of power could leave a file of the right size with nothing in it
    digest = _digest(part)
    path = folder / f"run-{first:012d}-{stop:012d}-{digest[:12]}.parquet"
    part.replace(path)
    found = path.stat()
    return Run(path.name, first, stop, rows, digest, found.st_size, found.st_ctime_ns)


def _grouped(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterable[pa.Table]:
    """Batches joined to whole row groups, so that small batches do not make small groups."""
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= 4 * ROW_GROUP:
            table = pa.Table.from_batches(held, schema)
            whole = rows - rows % ROW_GROUP
            yield table.slice(0, whole)
            held, rows = table.slice(whole).to_batches(), rows - whole
    if rows:
        yield pa.Table.from_batches(held, schema)


def _sound(folder: Path, run: Run) -> Run | None:
    """The run with its file's present time of change; None where the file is not the one that was written."""
    path = folder / Path(run.file).name
    try:
        found = path.stat()
        if found.st_size != run.size or (found.st_ctime_ns != run.changed and _digest(path) != run.sha256):
            return None
    except OSError:
        return None
    return replace(run, changed=found.st_ctime_ns)


def is_as_written(folder: Path, run: Run) -> bool:
    """Is every byte of the run's file what it was? Whatever its size and times say."""
    return _digest(folder / Path(run.file).name) == run.sha256


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, sha256).hexdigest()
