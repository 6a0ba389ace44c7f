"""Small answers that are dear to work out, kept on disk until what they rest on changes.

A file holds one answer as JSON, the fingerprint of what it rests on, and a seal of both under the workspace's key.
What is of another fingerprint, or not just as it was written, is no answer: it is worked out again.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from tearline.ledger import LedgerState
from tearline.records.kinds import Stream
from tearline.views.seals import same_seal, view_seal

# What is logged, and whose it is. Custody, because it orders erasures.
_RESTED_ON = (
    Stream.EVENTS, Stream.PEOPLE, Stream.GROUPS, Stream.ORGANISATIONS, Stream.IDENTITIES, Stream.BATCHES,
    Stream.CUSTODY,
)  # fmt: skip


def events_fingerprint(state: LedgerState) -> str:
    """Changes with every event, and with all that says whom an event names."""
    return sha256(" ".join(state.streams[stream].root for stream in _RESTED_ON).encode()).hexdigest()


def kept_document(path: Path, fingerprint: str, key: bytes) -> Any | None:
    """What is kept in `path` for this fingerprint; None where there is nothing, or not as it was written."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads(path.read_text(encoding="utf-8"))
        content = found["content"]
        if content["fingerprint"] == fingerprint and same_seal(found["seal"], view_seal(key, path.name, content)):
            return content["document"]
    return None


def keep_document(path: Path, fingerprint: str, key: bytes, document: Any) -> None:
    """Keep a document (JSON) in place of what was kept before. Where the disk refuses, nothing is kept."""
    content = {"fingerprint": fingerprint, "document": document}
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.write_text(
            json.dumps({"seal": view_seal(key, path.name, content), "content": content}), encoding="utf-8"
        )
        part.replace(path)
