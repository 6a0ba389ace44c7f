"""A batch: one invocation that brought records in, as it stands in the batches stream."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tearline.intake.lines import SourceFile
from tearline.records.kinds import Stream
from tearline.records.times import format_instant


@dataclass(slots=True)
class StreamCounts:
    """What became of the records of one stream; `read` is always the sum of the other three."""

    accepted: int = 0
    duplicates: int = 0
    quarantined: int = 0

    @property
    def read(self) -> int:
        return self.accepted + self.duplicates + self.quarantined

    def document(self) -> dict[str, int]:
        return {
            "read": self.read,
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "quarantined": self.quarantined,
        }


@dataclass(slots=True)
class Counts:
    """What became of everything read in one invocation.

    `batch` is None where nothing new came of it. `sealed` counts protected communications, which are counted as
    quarantined too. `warnings` are for the person at the screen.
    """

    by_stream: dict[Stream, StreamCounts] = field(default_factory=dict)
    batch: str | None = None
    sealed: int = 0
    warnings: list[str] = field(default_factory=list)

    def of(self, stream: Stream) -> StreamCounts:
        return self.by_stream.setdefault(stream, StreamCounts())

    def total(self) -> StreamCounts:
        return StreamCounts(
            sum(one.accepted for one in self.by_stream.values()),
            sum(one.duplicates for one in self.by_stream.values()),
            sum(one.quarantined for one in self.by_stream.values()),
        )

    def document(self) -> dict[str, Any]:
        """The contract's document: `read, accepted, duplicates, quarantined, by_stream, batch` and more."""
        return {
            **self.total().document(),
            "by_stream": {stream.value: one.document() for stream, one in self.by_stream.items()},
            "batch": self.batch,
            "sealed": self.sealed,
            "warnings": list(self.warnings),
        }


def new_batch_id(now: datetime) -> str:
    """Unique, sorts by day, short enough to type."""
    return f"B-{now:%Y%m%d}-{secrets.token_hex(5)}"


def batch_body(
    identifier: str,
    kind: str,
    now: datetime,
    by: str,
    *,
    counts: Counts | None = None,
    files: tuple[SourceFile, ...] = (),
    quarantine_sha256: str | None = None,
    retries: tuple[str, ...] = (),
    retracts: str | None = None,
    reason: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> str:
    """The batch record as JSON. `kind`: load, intake, record or retraction; `retries` the batches whose
    quarantine was run again; `more` what a kind adds."""
    total = (counts or Counts()).total().document()
    return json.dumps(
        {
            "batch": identifier,
            "kind": kind,
            "at": format_instant(now),
            "by": by,
            "files": [{"name": file.name, "sha256": file.sha256, "size": file.size} for file in files],
            **total,
            "by_stream": {s.value: one.document() for s, one in counts.by_stream.items()} if counts else {},
            "retracts": retracts,
            "reason": reason,
            "quarantine_sha256": quarantine_sha256,
            "retries": list(retries),
            **(more or {}),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
