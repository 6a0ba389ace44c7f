"""Do the files that lie beside the ledger still hold what its batches say of them?

A batch's record names its quarantine file by SHA-256; a row of that file names, by SHA-256, what a protected
communication was sealed in; that of an entry by hand names the scans it was typed from. So all are evidence,
though none is in the ledger. Nothing here raises for a file that does not hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tearline.intake.received import check_received, file_fault
from tearline.ledger import Fault

SEALED_AS = "sealed as"
"""In a row of quarantine, between the SHA-256 of a protected communication and that of its sealed file."""

_SEALED = re.compile(rf"SHA-256 ([0-9a-f]{{64}}), {SEALED_AS} ([0-9a-f]{{64}}), ")


def check_kept_files(folder: Path, batches: Iterable[dict[str, Any]]) -> tuple[list[Fault], list[str]]:
    """Faults of a workspace's quarantine files, sealed files and scans, and what no batch refers to: left by a
    killed process. `batches`: the bodies of the batches stream."""
    batches = list(batches)
    quarantine = folder / "quarantine"
    faults, leftovers = check_received(folder, batches)
    referred: set[str] = set()
    for body in batches:
        digest, batch = body.get("quarantine_sha256"), str(body["batch"])
        if not digest:
            continue
        path = quarantine / f"{batch}.jsonl"
        referred.add(path.name)
        what = file_fault(path, str(digest))
        if what is not None:
            faults.append(Fault(f"quarantine/{path.name}", f"what batch {batch} refused {what}"))
            continue
        faults += _check_sealed(folder / "sealed", path)
    present = sorted(path.name for path in quarantine.iterdir()) if quarantine.is_dir() else []
    return faults, leftovers + [f"quarantine/{name}" for name in present if name not in referred]


def _check_sealed(sealed: Path, quarantine: Path) -> Iterator[Fault]:
    """What a quarantine file whose own hash holds says of sealed files."""
    with quarantine.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            found = _SEALED.match(json.loads(line).get("raw", "")) if SEALED_AS in line else None
            if found is None:
                continue
            what = file_fault(sealed / f"{found[1]}.box", found[2])
            if what is not None:
                yield Fault(f"sealed/{found[1]}.box", f"a protected communication that was sealed {what}")
