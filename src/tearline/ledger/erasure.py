"""Lawful erasure: a body is dropped, its leaf stays, and the order that allowed it is a record in `custody`.

The tree does not change, so every checkpoint and proof made before still holds. What was erased is gone
from the sealed file only; copies elsewhere (backups, views, exports) are for the order to name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from tearline.ledger.manifest import Manifest, Segment
from tearline.ledger.reading import leaf_row
from tearline.ledger.store import SegmentWriter, read_segment
from tearline.ledger.tree import HASH
from tearline.ledger.verify_records import ERASURE
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream


def order_record(stream: Stream, index: int, leaf: bytes, order: Mapping[str, str]) -> str:
    """The custody record of an erasure, as JSON."""
    body = {"kind": ERASURE, "stream": stream.value, "index": index, "leaf": leaf.hex(), "order": dict(order)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def without(folder: Path, manifest: Manifest, index: int) -> tuple[Segment, Segment, bytes]:
    """Write the segment that holds `index` anew without that body: the old segment, the new, and the leaf.

    Raises BadInput where the body is already gone.
    """
    old = next(one for one in manifest.segments if one.stop > index)
    writer = SegmentWriter(folder, old.first)
    leaf = b""
    try:
        for first, batch in read_segment(folder / old.file, old, old.first, old.stop):
            lines, stored = batch.column("line"), batch.column("leaf")
            if first <= index < first + len(batch):
                at = index - first
                if not lines[at].is_valid:
                    raise BadInput(f"record {index} was erased before", where=folder.name)
                leaf = leaf_row(batch.slice(at, 1))[:HASH]
                lines = pa.concat_arrays([lines.slice(0, at), pa.nulls(1, lines.type), lines.slice(at + 1)])
                hashed = pa.array([leaf], stored.type)
                stored = pa.concat_arrays([stored.slice(0, at), hashed, stored.slice(at + 1)])
            writer.add(lines, stored if stored.null_count < len(stored) else None)
        return old, writer.finish(), leaf
    except BaseException:
        writer.abandon()
        raise
