"""A witness: the checkpoints of one moment, to be kept where whoever holds the workspace cannot reach.

With it a rollback or a rewritten history shows, even one signed with the right key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tearline.ledger.files import disk_faults, write_durably
from tearline.ledger.ledger import Ledger
from tearline.ledger.notes import BadNote, Checkpoint, VerifierKey, opened
from tearline.ledger.tree import verify_consistency
from tearline.records.errors import BadInput, IntegrityFailure
from tearline.records.kinds import Stream


@dataclass(frozen=True, slots=True)
class Witness:
    """The verifier key, the commit's number and time, and each stream's checkpoint with its signature
    verified under that key; `notes` the checkpoints as they were signed."""

    key: VerifierKey
    number: int
    at: str
    checkpoints: dict[Stream, Checkpoint]
    notes: dict[Stream, str]


def write_witness(ledger: Ledger, path: Path) -> None:
    """Write the newest checkpoints and the verifier key to a file (JSON). Raises CouldNot."""
    state = ledger.state()
    content = {
        "witness": "tearline",
        "key": str(ledger.keys.verifier),
        "number": state.number,
        "at": state.at,
        "checkpoints": {stream.value: one.checkpoint for stream, one in state.streams.items()},
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    with disk_faults(path.parent):
        write_durably(path, text.encode())


def read_witness(path: Path) -> Witness:
    """Read a witness and verify its signatures. Raises BadInput where it is not one, or was changed."""
    try:
        raw = json.loads(path.read_bytes())
        key = VerifierKey.parse(raw["key"])
        points = {Stream(name): Checkpoint.parse(opened(note, key)) for name, note in raw["checkpoints"].items()}
        for stream, point in points.items():
            if point.origin != f"{key.name}/{stream.value}":
                raise BadNote(f"the checkpoint under {stream} is of another stream")
        notes = {Stream(name): str(note) for name, note in raw["checkpoints"].items()}
        return Witness(key, int(raw["number"]), str(raw["at"]), points, notes)
    except OSError as error:
        raise BadInput(f"the witness cannot be read: {error.strerror}", where=str(path)) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        remedy = "Use a file that `tearline checkpoint --out` wrote, unchanged"
        raise BadInput(f"not a witness: {error}", where=str(path), remedy=remedy) from error


def continuation_document(ledger: Ledger, stream: Stream, witness: Witness) -> dict[str, Any]:
    """The proof, for whoever has no Tearline, that the stream begins with what the witness saw.

    JSON with `older` (the witness's own checkpoint), `checkpoint` and `steps`. Raises IntegrityFailure where the
    ledger is no continuation of it.
    """
    state = ledger.state()
    point, root = witness.checkpoints[stream], bytes.fromhex(state.streams[stream].root)
    if witness.key != ledger.keys.verifier:
        raise IntegrityFailure(f"the witness knows another key: {witness.key}", where="keys")
    if point.size > state.size(stream):
        raise IntegrityFailure(
            f"the witness saw {point.size} records; {state.size(stream)} are here: rolled back", where=stream.value
        )
    proof = ledger.prove_consistency(stream, point.size, state)
    if not verify_consistency(point.size, proof.size, point.root, root, proof.steps):
        raise IntegrityFailure(
            f"the first {point.size} records are not those the witness saw: rewritten", where=stream.value
        )
    return proof.document(ledger.checkpoint(stream, state), older=witness.notes[stream])
