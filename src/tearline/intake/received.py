"""Paper as it was received: scans kept beside what was typed from them, byte for byte and never opened.

A scan lies in `WORKSPACE/received/` under its SHA-256; the batch of the entry names it with hash and size, so that
`verify` can tell whether it is still what was received.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from tearline.intake.lines import SourceFile
from tearline.intake.texts import clean
from tearline.ledger import Fault
from tearline.records.errors import BadInput, CouldNot

LARGEST = 1 << 30
_PIECE = 1 << 20


def received_file(folder: Path, digest: str) -> Path:
    """Where a scan of this SHA-256 lies in the workspace `folder`."""
    return folder / "received" / digest


def keep(folder: Path, path: Path) -> SourceFile:
    """Copy a scan into the workspace `folder`; the same bytes are kept once. Returns its name, size and hash.

    Raises BadInput where there is no such file, it is empty or larger than LARGEST; CouldNot where the disk
    refuses.
    """
    if not path.is_file():
        raise BadInput("there is no such file", where=str(path), field="--scan", remedy="Name the scan's file")
    scan = SourceFile(path, clean(path.name)[:255])
    if path.stat().st_size > LARGEST:
        raise BadInput(
            f"a scan of more than {LARGEST >> 20:,} MB",
            where=scan.name,
            field="--scan",
            remedy="Split it by pages",
        )
    part = received_file(folder, f".{secrets.token_hex(8)}.part")
    try:
        part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in part.parent.glob(".*.part"):
            # Whoever keeps a scan holds the lock of the events stream: what lies here is a killed process's.
            left.unlink(missing_ok=True)
        with path.open("rb") as file, part.open("xb") as copy:
            while data := file.read(_PIECE):
                scan.take(data)
                copy.write(data)
            copy.flush()
            os.fsync(copy.fileno())
        if not scan.size:
            raise BadInput("the scan is empty", where=scan.name, field="--scan", remedy="Scan the page again")
        target = received_file(folder, scan.sha256)
        if not target.exists():
            part.chmod(0o400)
            part.replace(target)
            _make_durable(target.parent)
    except OSError as error:
        raise CouldNot(
            f"the scan could not be kept: {error.strerror or error}",
            where=str(error.filename or path),
            remedy="Nothing was recorded. Check free space and permissions, then try again",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return scan


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_received(folder: Path, batches: Iterable[Mapping[str, Any]]) -> tuple[list[Fault], list[str]]:
    """Faults of the scans that entries by hand name, and what lies beside them and belongs to no entry.

    `batches`: the bodies of the batches stream. Nothing here raises for a scan that does not hold.
    """
    named = {
        str(file["sha256"]): (str(file["name"]), str(body["batch"]))
        for body in batches
        if body["kind"] == "record"
        for file in body.get("files") or ()
    }
    faults = []
    for digest, (name, batch) in sorted(named.items()):
        what = file_fault(received_file(folder, digest), digest)
        if what is not None:
            faults.append(Fault(f"received/{digest}", f"the scan {name!r} of batch {batch} {what}"))
    home = folder / "received"
    present = sorted(path.name for path in home.iterdir()) if home.is_dir() else []
    return faults, [f"received/{name}" for name in present if name not in named]


def file_fault(path: Path, digest: str) -> str | None:
    """What became of a file of this SHA-256; None where it is as it was."""
    try:
        with path.open("rb") as file:
            return None if file_digest(file, sha256).hexdigest() == digest else "was changed"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
