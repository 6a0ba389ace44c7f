"""What the ledger held at one commit: the answer to "according to what?"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tearline.records.kinds import Stream


@dataclass(frozen=True, slots=True)
class StreamState:
    """One stream: how many records, the tree's root (hex), the signed checkpoint (a C2SP note), and the
    SHA-256 of its manifest where anything is sealed."""

    stream: Stream
    size: int
    root: str
    checkpoint: str
    manifest: str | None


@dataclass(frozen=True, slots=True)
class LedgerState:
    """All streams as of commit `number`, made at `at` (RFC 3339). Readers take one and see no further."""

    number: int
    at: str
    streams: Mapping[Stream, StreamState] = field(hash=False)

    def size(self, stream: Stream) -> int:
        """How many records the stream held."""
        return self.streams[stream].size

    def basis(self, streams: Iterable[Stream] = tuple(Stream)) -> list[dict[str, str | int]]:
        """The `basis` of an answer that read these streams: `stream`, `size` and `root` (hex) of each."""
        chosen = [self.streams[stream] for stream in streams]
        return [{"stream": one.stream.value, "size": one.size, "root": one.root} for one in chosen]
