"""Checking the commit log from its first line to its last.

Rules: lines are numbered from 0 without a gap; each states the SHA-256 of the line before; times and sizes
never go back; the first and every 256th line list all streams. The last signature vouches, through those
hashes, for all lines; `deep` verifies every signature as well.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from tearline.ledger.commits import (
    ALL_STREAMS_EVERY,
    COMMITS,
    NO_LINE,
    Commit,
    checked_checkpoint,
    read_commit,
    torn,
)
from tearline.ledger.notes import BadNote, VerifierKey
from tearline.ledger.state import StreamState
from tearline.records.kinds import Stream


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not hold: `where` (stream, file, line or records) and `what`."""

    where: str
    what: str


@dataclass(slots=True)
class History:
    """Every tree head a stream ever had, in order: sizes, a row of roots (32 bytes each), and the number of
    the commit that signed it."""

    sizes: array[int] = field(default_factory=lambda: array("q"))
    roots: bytearray = field(default_factory=bytearray)
    numbers: array[int] = field(default_factory=lambda: array("q"))


@dataclass(slots=True)
class LogReport:
    """What the commit log says, as far as it can be read."""

    number: int = -1
    at: str = ""
    streams: dict[Stream, StreamState] = field(default_factory=dict)
    history: dict[Stream, History] = field(default_factory=lambda: {stream: History() for stream in Stream})
    faults: list[Fault] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)


def check_commits(folder: Path, key: VerifierKey, *, deep: bool) -> LogReport:
    """Read the whole log. Memory grows with the number of commits, not with the records they hold."""
    report = LogReport()
    path = folder / COMMITS
    if path.is_symlink() or not path.is_file():
        report.faults.append(Fault(COMMITS, "the commit log is missing"))
        return report
    reader = _Reader(report, key, deep)
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                reader.line(line)
            elif torn(line):
                report.leftovers.append(f"{COMMITS}: {len(line)} bytes of a commit that was cut short")
            else:
                report.faults.append(Fault(COMMITS, "the newline that ends the last commit was overwritten"))
    reader.end()
    return report


class _Reader:
    """Follows the chain of lines; the only place that knows the line before."""

    def __init__(self, report: LogReport, key: VerifierKey, deep: bool) -> None:
        self._report, self._key, self._deep = report, key, deep
        self._count = 0
        self._digest = NO_LINE
        self._last = b""

    def _fault(self, what: str, number: int | None = None) -> None:
        shown = self._count if number is None else number
        self._report.faults.append(Fault(f"{COMMITS} line {shown + 1}", what))

    def line(self, line: bytes) -> None:
        try:
            commit = read_commit(line, self._key, check=self._deep)
        except BadNote as error:
            self._fault(str(error))
        else:
            self._follows(commit)
            self._take(commit)
        self._digest = sha256(line).hexdigest()
        self._last = line
        self._count += 1

    def _follows(self, commit: Commit) -> None:
        if commit.number != self._count:
            self._fault(f"this is commit {commit.number}; a line was dropped, added or moved")
        if commit.previous != self._digest:
            self._fault("does not follow from the line before, which was changed or is another")
        if commit.at < self._report.at:
            self._fault("its time lies before the commit before")
        if commit.number % ALL_STREAMS_EVERY == 0 and len(commit.streams) != len(Stream):
            self._fault("does not list all streams")

    def _take(self, commit: Commit) -> None:
        report = self._report
        for stream, state in commit.streams.items():
            before = report.streams.get(stream)
            if before is not None and state.size < before.size:
                self._fault(f"{stream} shrinks from {before.size} to {state.size} records")
            if before is None or state.checkpoint != before.checkpoint:
                history = report.history[stream]
                history.sizes.append(state.size)
                history.roots += bytes.fromhex(state.root)
                history.numbers.append(self._count)
                if self._deep:
                    self._signed(state)
            report.streams[stream] = state
        report.number, report.at = commit.number, commit.at

    def _signed(self, state: StreamState) -> None:
        try:
            checked_checkpoint(state, self._key)
        except BadNote as error:
            self._fault(f"the checkpoint of {state.stream}: {error}")

    def end(self) -> None:
        """The last line's signature vouches for the chain; the newest checkpoints are checked one by one."""
        if not self._count:
            self._report.faults.append(Fault(COMMITS, "the commit log is empty"))
            return
        if not self._deep:
            try:
                read_commit(self._last, self._key, check=True)
            except BadNote as error:
                self._fault(str(error), self._count - 1)
            for state in self._report.streams.values():
                self._signed(state)
        for stream in Stream:
            if stream not in self._report.streams:
                self._report.faults.append(Fault(COMMITS, f"no commit tells of the stream {stream}"))
