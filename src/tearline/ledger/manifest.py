"""A stream's manifest: which sealed files hold its records, with their hashes. Signed, never changed.

The file is a signed note whose text is one line of JSON. It is named after its own hash, which the commit
line states, so a manifest cannot be exchanged for another, older one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise

from tearline.ledger.notes import BadNote, Signer, VerifierKey, opened
from tearline.ledger.tree import BLOCK, EMPTY, HASH, Frontier
from tearline.records.kinds import Stream


@dataclass(frozen=True, slots=True)
class Segment:
    """A sealed Parquet file: records `[first, first + count)`, the file's size in bytes and SHA-256 (hex)."""

    first: int
    count: int
    bytes: int
    sha256: str

    @property
    def file(self) -> str:
        return f"segment-{self.first:012d}-{self.sha256[:16]}.parquet"

    @property
    def stop(self) -> int:
        return self.first + self.count


@dataclass(frozen=True, slots=True)
class Manifest:
    """The sealed part of a stream: its segments in order, the frontier at their end, and the nodes over
    each complete block of `BLOCK` leaves (a row of hashes)."""

    segments: tuple[Segment, ...] = ()
    frontier: Frontier = field(default=EMPTY)
    blocks: bytes = b""

    @property
    def sealed(self) -> int:
        """How many records are sealed; the tail begins with this index."""
        return self.frontier.size

    @property
    def tail(self) -> str:
        return f"tail-{self.sealed:012d}.jsonl"

    def note(self, stream: Stream, signer: Signer) -> tuple[bytes, str]:
        """The signed file, and the SHA-256 (hex) by which a commit refers to it."""
        text = json.dumps(
            {
                "manifest": stream.value,
                "origin": f"{signer.name}/{stream.value}",
                "sealed": self.sealed,
                "frontier": [node.hex() for node in self.frontier.nodes],
                "blocks": self.blocks.hex(),
                "segments": [
                    {"first": s.first, "count": s.count, "bytes": s.bytes, "sha256": s.sha256}
                    for s in self.segments
                ],
            },
            separators=(",", ":"),
        )
        note = signer.sign(text + "\n").encode()
        return note, sha256(note).hexdigest()


def manifest_file(reference: str) -> str:
    """The name of the manifest whose SHA-256 (hex) is `reference`."""
    return f"manifest-{reference[:16]}.note"


def read_manifest(note: bytes, reference: str, stream: Stream, key: VerifierKey) -> Manifest:
    """Read a manifest file. Raises BadNote where it is not the one referred to, or not well formed."""
    if sha256(note).hexdigest() != reference:
        raise BadNote("the manifest is not the one that was committed")
    try:
        raw = json.loads(opened(note.decode(), key))
        nodes = tuple(bytes.fromhex(node) for node in raw["frontier"])
        manifest = Manifest(
            tuple(Segment(s["first"], s["count"], s["bytes"], s["sha256"]) for s in raw["segments"]),
            Frontier(raw["sealed"], nodes),
            bytes.fromhex(raw["blocks"]),
        )
        origin = raw["origin"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadNote(f"the manifest cannot be read: {error}") from error
    bounds = [(0, 0), *((s.first, s.stop) for s in manifest.segments), (manifest.sealed, manifest.sealed)]
    if (
        origin != f"{key.name}/{stream.value}"
        or any(before[1] != after[0] for before, after in pairwise(bounds))
        or len(nodes) != manifest.sealed.bit_count()
        or len(manifest.blocks) != manifest.sealed // BLOCK * HASH
    ):
        raise BadNote("the manifest contradicts itself or belongs to another stream")
    return manifest
