"""The files of the events view: sorted runs in Parquet, the tables of their codes, and the manifest that says
which of them count.

A file is written under its own name and never changed; putting a new manifest in its place is what makes it count.
The manifest carries a seal of itself under the workspace's key, and of each file its SHA-256 and its size and time
of change: a file whose size or time is not what the manifest says is hashed again before it is used. That time is
the inode's own, which no program can set, and not that of the content, which every program can.

Numbers of a run are kept plain and lightly compressed: of the forms measured (docs/scale.md) this one is nearly as
small as any and is read at several times the speed of words.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tearline.ledger.files import sync_file
from tearline.views.event_codes import CODED_EVENTS, KIND_WORDS, WORDS
from tearline.views.seals import same_seal, view_seal

MANIFEST = "manifest.json"
FORMAT = 3
ROW_GROUP = 1 << 15
"""Rows: small enough to read one product out of many, large enough to compress."""

_NAME = "events"
_PREFIXES = ("run-", "index-", "words-", "counts-")
# Few values, or the same one many times over; of the other columns a dictionary would be as large as they are.
_REPEATED = ["product", "kind", "basis", "organisation", "system", "copy", "batch", "detail"]
_INDEX = pa.schema([("product", pa.int32()), ("first", pa.int64())])


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file of the view, as it was written."""

    file: str
    sha256: str
    size: int
    changed: int


@dataclass(frozen=True, slots=True)
class Run:
    """Events of stream positions `[first, stop)`, sorted; `rows` may be fewer (erased records).

    `events`: the columns (CODED_EVENTS). `index`: where each product's rows begin. `counts`: events a day.
    """

    first: int
    stop: int
    rows: int
    events: Sealed
    index: Sealed
    counts: Sealed


@dataclass(frozen=True, slots=True)
class Words:
    """New words of the tables of codes, so many."""

    rows: int
    words: Sealed


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
    words: tuple[Words, ...]

    def files(self) -> Iterator[Sealed]:
        for run in self.runs:
            yield from (run.events, run.index, run.counts)
        for piece in self.words:
            yield piece.words


class Index(NamedTuple):
    """Products in a run's order: rows `first[i]` to `first[i + 1]` are those of `product[i]`."""

    product: NDArray[np.int32]
    first: NDArray[np.int64]


def read_manifest(folder: Path, key: bytes) -> Manifest | None:
    """The manifest, or None where there is none, or it is not ours and whole, or a file is not the one it names.

    Its files bear their present times: other than those written where they had to be hashed again.
    """
    try:
        document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        held, content = document["seal"], document["content"]
        if not same_seal(held, view_seal(key, _NAME, content)) or content["form"] != _form():
            return None
        return Manifest(
            content["size"], content["root"], content["custody"], content["erased"],
            runs=tuple(
                Run(run["first"], run["stop"], run["rows"],
                    *(_sound(folder, run[part]) for part in ("events", "index", "counts")))
                for run in content["runs"]
            ),
            words=tuple(Words(piece["rows"], _sound(folder, piece["words"])) for piece in content["words"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _form() -> list[Any]:
    """What files are written like: a view in another form is built again."""
    return [FORMAT, KIND_WORDS.to_pylist()]


def is_stamped(folder: Path, manifest: Manifest) -> bool:
    """Does the file say the times that `manifest` bears, so that nothing has to be hashed next time?"""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["content"]
        return bool(content == _content(manifest))
    except (OSError, ValueError, KeyError):
        return True  # another process is at it


def _content(manifest: Manifest) -> dict[str, Any]:
    written = {"form": _form(), **asdict(manifest)}
    return {**written, "runs": list(written["runs"]), "words": list(written["words"])}


def write_manifest(folder: Path, manifest: Manifest, previous: Manifest | None, key: bytes) -> None:
    """Put the manifest in place, then remove files that neither it nor `previous` names.

    Those of `previous` stay for one turn, for whoever is still reading them. The caller holds the view's lock.
    """
    content = _content(manifest)
    part = folder / f"{MANIFEST}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump({"seal": view_seal(key, _NAME, content), "content": content}, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / MANIFEST)
    keep = {sealed.file for one in (manifest, previous) if one is not None for sealed in one.files()}
    for path in folder.iterdir():
        if path.name.startswith(_PREFIXES) and path.name not in keep:
            path.unlink(missing_ok=True)


def write_run(
    folder: Path,
    first: int,
    stop: int,
    batches: Iterable[pa.RecordBatch],
    count: Callable[[Path], pa.Table],
) -> Run:
    """Write sorted batches (CODED_EVENTS) as a run of stream positions `[first, stop)`.

    `count` makes the daily counts of a file of events.
    """
    name = f"{first:012d}-{stop:012d}"
    part = folder / f"run-{name}.part"
    rows, last = 0, -1
    products: list[NDArray[np.int32]] = []
    begins: list[NDArray[np.int64]] = []
    with pq.ParquetWriter(
        part,
        CODED_EVENTS,
        compression="zstd",
        compression_level=1,
        use_dictionary=_REPEATED,
        write_statistics=["product", "position"],
        write_page_checksum=True,
    ) as writer:
        for table in _grouped(batches):
            writer.write_table(table, row_group_size=ROW_GROUP)
            product = table["product"].to_numpy()
            changes = np.flatnonzero(np.diff(product, prepend=np.int32(last)))
            products.append(product[changes])
            begins.append(changes + rows)
            rows, last = rows + table.num_rows, product[-1]
    events = _kept(part, f"run-{name}", ".parquet")
    listed = np.concatenate([np.empty(0, np.int32), *products])
    starts = np.concatenate([np.empty(0, np.int64), *begins])
    index = write_sealed(folder, f"index-{name}", pa.table([listed, starts], schema=_INDEX))
    counts = write_sealed(folder, f"counts-{name}", count(folder / events.file))
    return Run(first, stop, rows, events, index, counts)


def write_words(folder: Path, words: pa.Table) -> Words:
    """Write new words (schema WORDS)."""
    return Words(words.num_rows, write_sealed(folder, "words", words.cast(WORDS)))


def write_sealed(folder: Path, stem: str, table: pa.Table) -> Sealed:
    """Write a small table under a name that begins with `stem` and says what is in it."""
    part = folder / f"{stem}.part"
    pq.write_table(table, part, compression="zstd", compression_level=1, write_page_checksum=True)
    return _kept(part, stem, ".parquet")


def read_sealed(folder: Path, sealed: Sealed) -> pa.Table:
    with pq.ParquetFile(folder / sealed.file, page_checksum_verification=True) as file:
        return file.read()


def index_of(folder: Path, run: Run) -> Index:
    """Where each product's rows lie in a run."""
    return _index(folder / run.index.file, run.rows)


@lru_cache(maxsize=64)
def _index(path: Path, rows: int) -> Index:
    # Files of the view never change.
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        table = file.read()
    return Index(table["product"].to_numpy(), np.append(table["first"].to_numpy(), rows))


@lru_cache(maxsize=64)
def metadata_of(path: Path) -> pq.FileMetaData:
    """A run's footer."""
    with pq.ParquetFile(path) as file:
        return file.metadata


def _kept(part: Path, stem: str, ending: str) -> Sealed:
    """Put a finished file in its place, under a name that nothing else has had."""
    sync_file(part)  # or a loss of power could leave a file of the right size with nothing in it
    digest = _digest(part)
    path = part.with_name(f"{stem}-{digest[:12]}{ending}")
    part.replace(path)
    found = path.stat()
    return Sealed(path.name, digest, found.st_size, found.st_ctime_ns)


def _grouped(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.Table]:
    """Batches joined to whole row groups, so that small batches do not make small groups."""
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= 4 * ROW_GROUP:
            table = pa.Table.from_batches(held, CODED_EVENTS)
            whole = rows - rows % ROW_GROUP
            yield table.slice(0, whole)
            held, rows = table.slice(whole).to_batches(), rows - whole
    if rows:
        yield pa.Table.from_batches(held, CODED_EVENTS)


def _sound(folder: Path, written: dict[str, Any]) -> Sealed:
    """The file with its present time of change. Raises ValueError where it is not the one that was written."""
    sealed = Sealed(**written)
    path = folder / Path(sealed.file).name
    found = path.stat()
    if found.st_size != sealed.size or (found.st_ctime_ns != sealed.changed and _digest(path) != sealed.sha256):
        raise ValueError(sealed.file)
    return replace(sealed, changed=found.st_ctime_ns)


def is_as_written(folder: Path, sealed: Sealed) -> bool:
    """Is every byte of the file what it was? Whatever its size and times say."""
    return _digest(folder / Path(sealed.file).name) == sealed.sha256


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, sha256).hexdigest()
