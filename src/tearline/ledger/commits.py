"""The commit log: one line a commit, and appending that line is what commits all its streams together.

A line states its number, its time, the SHA-256 of the line before, the checkpoint (and manifest) of each
stream that changed, and a signature of all that. Because each line holds the hash of the one before, the
last signature vouches for the whole file. Every 256th line lists all streams, so the newest state is found
by reading backwards no further than that. Bytes after the last newline are a commit that never happened.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from tearline.ledger import times
from tearline.ledger.files import append_durably
from tearline.ledger.logbytes import LogBytes
from tearline.ledger.notes import BadNote, Checkpoint, Signer, VerifierKey, opened
from tearline.ledger.state import LedgerState, StreamState
from tearline.records.errors import IntegrityFailure
from tearline.records.kinds import Stream

COMMITS = "commits.jsonl"
ALL_STREAMS_EVERY = 256
NO_LINE = "0" * 64

_SIGNATURE = b',"signature":"'


@dataclass(frozen=True, slots=True)
class Change:
    """A stream's new tree head, to be committed: size, root (32 bytes), and its manifest's SHA-256."""

    size: int
    root: bytes
    manifest: str | None


@dataclass(frozen=True, slots=True)
class Commit:
    """One line of the log, read. `previous` is the SHA-256 (hex) of the line before, newline included."""

    number: int
    at: str
    previous: str
    streams: Mapping[Stream, StreamState]


def compose(before: LedgerState | None, previous: str, at: str, changes: Mapping[Stream, Change],
            signer: Signer) -> bytes:  # fmt: skip
    """The next line of the log, newline included."""
    number = 0 if before is None else before.number + 1
    listed: dict[str, dict[str, str | None]] = {}
    for stream in Stream:
        if stream in changes:
            change = changes[stream]
            text = Checkpoint(f"{signer.name}/{stream.value}", change.size, change.root, at).text()
            listed[stream.value] = {"checkpoint": signer.sign(text), "manifest": change.manifest}
        elif before is not None and number % ALL_STREAMS_EVERY == 0:
            state = before.streams[stream]
            listed[stream.value] = {"checkpoint": state.checkpoint, "manifest": state.manifest}
    text = json.dumps(
        {"number": number, "at": at, "previous": previous, "streams": listed},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    signature = signer.signature_line(f"{text}\n".encode())
    return f'{text[:-1]},"signature":"{signature}"}}\n'.encode()


def read_commit(line: bytes, key: VerifierKey, *, check: bool) -> Commit:
    """Read a whole line (newline included). `check` verifies its signature. Raises BadNote."""
    start = line.rfind(_SIGNATURE)
    if start < 0 or not line.endswith(b'"}\n'):
        raise BadNote("not a commit line")
    try:
        if check:
            key.check(line[:start] + b"}\n", line[start + len(_SIGNATURE) : -3].decode())
        raw = json.loads(line[:start] + b"}")
        streams = {}
        for name, entry in raw["streams"].items():
            stream = Stream(name)
            point = Checkpoint.parse(_text(entry["checkpoint"]))
            streams[stream] = StreamState(
                stream, point.size, point.root.hex(), entry["checkpoint"], entry["manifest"]
            )
        return Commit(raw["number"], raw["at"], raw["previous"], streams)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise error if isinstance(error, BadNote) else BadNote(f"not a commit line: {error}") from error


def _text(note: str) -> str:
    return note.rpartition("\n\n")[0] + "\n"


def checked_checkpoint(state: StreamState, key: VerifierKey) -> Checkpoint:
    """The stream's checkpoint with its signature and origin verified. Raises BadNote."""
    point = Checkpoint.parse(opened(state.checkpoint, key))
    if point.origin != f"{key.name}/{state.stream.value}":
        raise BadNote("the checkpoint belongs to another stream")
    return point


def torn(rest: bytes) -> bool:
    """Can these bytes after the last newline be left over from a write that was cut short?

    A line cut short is never a whole JSON object with something behind it; that is a newline overwritten.
    """
    text = rest.decode("utf-8", "replace")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return True
    return end == len(text)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The newest commit read so far: where its line ends in the file, its hash, and the state."""

    end: int
    digest: str
    state: LedgerState


class CommitLog:
    """Reads and extends `commits.jsonl`. The only state kept is how far it has read."""

    def __init__(self, folder: Path, key: VerifierKey) -> None:
        self.path = folder / COMMITS
        self._key = key
        self._seen: _Seen | None = None

    def latest(self) -> LedgerState:
        """The state of the last complete commit. Raises IntegrityFailure where the log does not hold."""
        return self._latest().state

    def _latest(self) -> _Seen:
        seen = self._seen
        with self._open() as log:
            end = log.committed()
            if not torn(log.slice(end, log.size)):
                raise self._broken("the newline that ends the last commit was overwritten")
            if seen is None or end != seen.end:
                seen = self._resolve(log, end, seen)
        self._seen = seen
        return seen

    @contextmanager
    def _open(self) -> Iterator[LogBytes]:
        try:
            file = self.path.open("rb")
        except FileNotFoundError as error:
            raise self._broken("the commit log is missing") from error
        with file:
            yield LogBytes(file.fileno())

    def _resolve(self, log: LogBytes, end: int, known: _Seen | None) -> _Seen:
        """The state at the line that ends at `end`, reading backwards until every stream is known."""
        if known is not None and known.end > end:
            raise self._broken("commits that were read before are gone")
        streams: dict[Stream, StreamState] = {}
        newest: Commit | None = None
        expected: str | None = None
        digest = ""
        at = end
        try:
            while len(streams) < len(Stream):
                if known is not None and at <= known.end:
                    if at < known.end or expected != known.digest:
                        raise BadNote("the log no longer follows from what was read before")
                    streams = {**known.state.streams, **streams}
                    break
                start = log.line_start(at)
                line = log.slice(start, at)
                if not line:
                    raise BadNote("the log does not begin with all streams")
                hashed = sha256(line).hexdigest()
                if expected is not None and hashed != expected:
                    raise BadNote("a commit line was changed")
                commit = read_commit(line, self._key, check=newest is None)
                if newest is None:
                    newest, digest = commit, hashed
                streams = {**commit.streams, **streams}
                expected, at = commit.previous, start
        except BadNote as error:
            raise self._broken(str(error)) from error
        if newest is None:
            raise self._broken("the log holds no commit")
        ordered = {stream: streams[stream] for stream in Stream}
        return _Seen(end, digest, LedgerState(newest.number, newest.at, ordered))

    def _broken(self, what: str) -> IntegrityFailure:
        remedy = "Run `tearline verify` to see all that is wrong"
        return IntegrityFailure(what, where=self.path.name, remedy=remedy)

    def last_where(self, holds: Callable[[LedgerState], bool]) -> LedgerState:
        """The last state for which `holds`, which must be true up to some commit and false after it.

        Where it holds for none: the first state, in which every stream is empty.
        """
        with self._open() as log:
            low, high = log.line_end(0), log.committed()
            best = self._resolve(log, low, None).state
            while low <= high:
                # The end of the line at the middle; the state there decides which half to keep.
                end = log.line_end(max((low + high) // 2 - 1, 0))
                state = self._resolve(log, end, None).state
                if holds(state):
                    best, low = state, end + 1
                else:
                    high = log.line_start(end)
        return best

    def append(self, changes: Mapping[Stream, Change], signer: Signer) -> LedgerState:
        """Commit. The caller holds the commit lock. A clock that runs backwards is held at the last time."""
        seen = self._latest()
        with self.path.open("rb+") as file:
            if os.fstat(file.fileno()).st_size > seen.end:
                file.truncate(seen.end)
        at = max(seen.state.at, times.now())
        line = compose(seen.state, seen.digest, at, changes, signer)
        append_durably(self.path, line)
        commit = read_commit(line, self._key, check=False)
        streams = {**seen.state.streams, **commit.streams}
        state = replace(seen.state, number=commit.number, at=at, streams=streams)
        self._seen = _Seen(seen.end + len(line), sha256(line).hexdigest(), state)
        return state
