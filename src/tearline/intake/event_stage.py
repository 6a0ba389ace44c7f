"""Events of one invocation, gathered before they are appended: in memory, on disk where there are many."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import duckdb
import numpy as np
import pyarrow as pa

from tearline.intake.event_keys import BODY, CONTENT
from tearline.intake.event_sql import READ_BLOCK, READ_TORN_BLOCK, SETTLE, TABLES
from tearline.intake.known import Body, Known
from tearline.intake.lines import Block
from tearline.intake.rows import Unread, decode
from tearline.records.errors import CouldNot
from tearline.records.kinds import Stream

MEMORY = "1GB"
CHUNK = 1 << 17
"""Bodies handed to the ledger at once."""

_SLICE = 1 << 14  # rows a piece, so that both cores find work in one block
_REPLACED = (b"\xee\x80\x80", b"\xee\x80\x81")  # U+E000 and U+E001, see texts.clean


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A line that has to be read by itself."""

    line: int
    raw: str


@dataclass(frozen=True, slots=True)
class Staged:
    """An event that was checked by itself. `number` tells it from every other staged under its file; `line` is
    where its source stands."""

    number: int
    line: int
    body: Body


@dataclass(frozen=True, slots=True)
class Settled:
    """How many staged events are new, how many were known, and where (file number, line) those stand whose id
    belongs to an event with other content."""

    accepted: int
    duplicates: int
    conflicts: tuple[tuple[int, int], ...]


COUNTED = 1_000_000


class EventStage:
    """A context: `add_block` and `add_bodies` gather, `settle` finds what is new, `bodies` gives it."""

    def __init__(self, spill: Path, known: Known, batch: str) -> None:
        """`spill`: a folder for temporary files, used where events do not fit into memory."""
        self._batch = batch
        try:
            spill.mkdir(mode=0o700, parents=True, exist_ok=True)
            for left in spill.glob("stage-*"):
                # Whoever stages holds the lock of the events stream: what lies here is a killed process's.
                shutil.rmtree(left, ignore_errors=True)
            self._folder = tempfile.TemporaryDirectory(dir=spill, prefix="stage-")
        except OSError as error:
            raise CouldNot(
                f"no temporary file can be made: {error.strerror or error}",
                where=str(spill),
                remedy="Check free space and permissions, then try again",
            ) from error
        self.connection = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": self._folder.name})
        self.connection.execute(TABLES)
        organisations = known.ids[Stream.ORGANISATIONS]
        self._closed = bool(organisations)
        self._fill("INSERT INTO products SELECT id FROM given", known.ids[Stream.PRODUCTS])
        self._fill("INSERT INTO organisations SELECT id FROM given", organisations)
        self._staged = 0

    def __enter__(self) -> EventStage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()
        with suppress(OSError):
            self._folder.cleanup()

    def _fill(self, statement: str, ids: Iterable[str]) -> None:
        self._insert(statement, pa.table({"id": pa.array(sorted(ids), pa.string())}))

    def _insert(self, statement: str, given: pa.Table) -> None:
        self.connection.register("given", given)
        try:
            self.connection.execute(statement)
        finally:
            self.connection.unregister("given")

    def add_block(self, file: int, name: str, block: Block) -> tuple[int, list[Doubtful | Unread]]:
        """Stage the plain events of a block of JSON Lines; how many, and the lines to be read by themselves."""
        data, unread = _readable(block)
        lines = _as_column(data)
        numbers = pa.array(np.arange(block.first, block.first + len(lines), dtype=np.int64))
        if any(mark in data for mark in _REPLACED):
            every = [Doubtful(number, raw.decode()) for number, raw in Block(block.first, data).lines()]
            return 0, [*unread, *(one for one in every if one.raw.strip())]
        table = pa.table({"number": numbers, "line": lines})
        self.connection.execute("DELETE FROM run")
        self.connection.execute("INSERT INTO run VALUES (?, ?, ?, ?)", [file, name, self._batch, self._closed])
        self.connection.register("lines", pa.Table.from_batches(table.to_batches(_SLICE)))
        try:
            try:
                self.connection.execute(READ_BLOCK)
            except duckdb.InvalidInputException:
                self.connection.execute(READ_TORN_BLOCK)
        finally:
            self.connection.unregister("lines")
        self.connection.execute(
            "INSERT INTO stage SELECT file, number, key, content, body FROM block WHERE body IS NOT NULL"
        )
        self.connection.execute(
            "INSERT INTO names SELECT DISTINCT name FROM (SELECT unnest([actor, recipient]) AS name FROM block) "
            "WHERE name IS NOT NULL AND name NOT IN (SELECT name FROM names)"
        )
        rest = self.connection.execute("SELECT number, line FROM block WHERE body IS NULL").fetchall()
        doubtful = (Doubtful(number, text.rstrip("\r\n")) for number, text in rest)
        return len(lines) - len(rest), [*unread, *(one for one in doubtful if one.raw.strip())]

    def add_bodies(self, file: int, name: str, events: Sequence[Staged]) -> None:
        """Stage events that were checked one by one."""
        if not events:
            return
        texts = [
            json.dumps(
                {**one.body, "batch": self._batch, "source": {"file": name, "line": one.line}},
                ensure_ascii=False,
                separators=(",", ":"),
            )
            for one in events
        ]
        numbers = pa.array([one.number for one in events], pa.int64())
        self._insert(
            f"INSERT INTO stage SELECT {file:d}, number, hash(e.id), {CONTENT}, body "  # noqa: S608 -- constants
            f"FROM (SELECT number, body, json_transform(body, '{BODY}') AS e FROM given)",
            pa.table({"number": numbers, "body": pa.array(texts, pa.string())}),
        )
        parties = (one.body[side] for one in events for side in ("actor", "recipient"))
        self._name(sorted({party for party in parties if party is not None}))

    def _name(self, names: Sequence[str]) -> None:
        self._insert(
            "INSERT INTO names SELECT name FROM given WHERE name NOT IN (SELECT name FROM names)",
            pa.table({"name": pa.array(names, pa.string())}),
        )

    def names(self, most: int) -> list[str]:
        """Whom the staged events name as actor or recipient, each once; at most so many."""
        return [
            row[0]
            for row in self.connection.execute("SELECT name FROM names ORDER BY name LIMIT ?", [most]).fetchall()
        ]

    def times(self, names: Sequence[str]) -> dict[str, int]:
        """How often the staged events name each of `names`, among the first COUNTED events: enough to tell what is
        usual from what is rare."""
        self.connection.register("given", pa.table({"name": pa.array(names, pa.string())}))
        try:
            found = self.connection.execute(
                "SELECT name, count(*) FROM (SELECT unnest([body->>'actor', body->>'recipient']) AS name "
                "FROM (SELECT body FROM stage LIMIT ?)) WHERE name IN (SELECT name FROM given) GROUP BY name",
                [COUNTED],
            )
            return dict.fromkeys(names, 1) | dict(found.fetchall())
        finally:
            self.connection.unregister("given")

    def settle(self, keys: Sequence[Path], retracted: Iterable[str]) -> Settled:
        """Hold what is staged against itself and against the index of events on record (`keys`)."""
        self._record(keys, retracted)
        self.connection.execute(SETTLE)
        total, refused, same = self.connection.execute(
            "SELECT (SELECT count(*) FROM stage), count(*), count(*) FILTER (WHERE same) FROM refused"
        ).fetchall()[0]
        conflicts = self.connection.execute(
            "SELECT file, number FROM refused WHERE NOT same ORDER BY file, number"
        ).fetchall()
        return Settled(total - refused, same, tuple(conflicts))

    def refused(self) -> dict[int, bool]:
        """After `settle`: the numbers of the events of file 0 that are not new; True where what they say is on
        record, False where their id belongs to an event with other content."""
        return dict(self.connection.execute("SELECT number, same FROM refused WHERE file = 0").fetchall())

    def staged(self, numbers: Sequence[int]) -> dict[int, str]:
        """The events of file 0 as they were staged (JSON without batch and source), by their numbers."""
        if not numbers:
            return {}
        self.connection.register("given", pa.table({"number": pa.array(numbers, pa.int64())}))
        found = self.connection.execute(
            "SELECT number, body FROM stage SEMI JOIN given USING (number) WHERE file = 0"
        ).fetchall()
        self.connection.unregister("given")
        return {number: _said(body) for number, body in found}

    def _record(self, keys: Sequence[Path], retracted: Iterable[str]) -> None:
        if not keys:
            self.connection.execute("CREATE OR REPLACE TEMP TABLE recorded (key UBIGINT, content UBIGINT)")
            return
        files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in keys)
        gone = pa.table({"batch": pa.array(sorted(retracted), pa.string())})
        self.connection.register("gone", gone)
        self.connection.execute(
            "CREATE OR REPLACE TEMP VIEW recorded AS SELECT key, content "  # noqa: S608 -- our own paths, quoted
            f"FROM read_parquet([{files}]) WHERE batch NOT IN (SELECT batch FROM gone)"
        )

    def bodies(self) -> Iterator[pa.Array]:
        """The bodies of the new events, as `settle` found them, in the order in which they were staged."""
        reader = self.connection.sql(
            "SELECT body FROM stage s ANTI JOIN refused r ON r.file = s.file AND r.number = s.number"
        ).to_arrow_reader(CHUNK)
        for batch in reader:
            if batch.num_rows:
                yield batch.column(0)


def _readable(block: Block) -> tuple[bytes, list[Doubtful | Unread]]:
    """The block with lines that are not UTF-8 blanked out, and those lines."""
    try:
        block.data.decode("utf-8")
    except UnicodeDecodeError:
        kept: list[bytes] = []
        unread: list[Doubtful | Unread] = []
        for number, raw in block.lines():
            text = decode(number, raw)
            kept.append(b"" if isinstance(text, Unread) else raw)
            if isinstance(text, Unread):
                unread.append(text)
        return b"\n".join([*kept, b""]), unread
    return block.data, []


def _as_column(data: bytes) -> pa.Array:
    """Lines, each with its line feed, as Arrow strings over the very same bytes. `data` is UTF-8."""
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == 10).astype(np.int32) + 1
    offsets = np.concatenate([np.zeros(1, dtype=np.int32), ends])
    return pa.Array.from_buffers(pa.string(), len(ends), [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def _said(body: str) -> str:
    fields = json.loads(body)
    return json.dumps({name: value for name, value in fields.items() if name not in {"batch", "source"}})
