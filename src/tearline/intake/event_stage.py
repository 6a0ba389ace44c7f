"""Events of one invocation whose newness has to be found out: in memory, on disk where there are many."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tearline.intake.event_hash import Hashes, Key, hash_bodies
from tearline.intake.identities import MOST_NAMES
from tearline.intake.known import Body
from tearline.records.errors import CouldNot

MEMORY = "1GB"
CHUNK = 1 << 16
"""Bodies handed to the ledger at once."""

_TABLE = "CREATE TABLE stage (file INTEGER, number BIGINT, key UBIGINT, content UBIGINT, body VARCHAR)"

# A key that occurs once here and never on record is new. Of a key that occurs more often the first is measured
# against the record, the others against the first: same content is a duplicate, other content a conflict.
_SETTLE = """
CREATE OR REPLACE TEMP TABLE part AS SELECT file, number, key, content FROM stage WHERE key % $parts = $part;
CREATE OR REPLACE TEMP TABLE known AS
    SELECT DISTINCT key, content FROM recorded WHERE key % $parts = $part AND key IN (SELECT key FROM part);
CREATE OR REPLACE TEMP TABLE repeated AS SELECT key FROM part GROUP BY key HAVING count(*) > 1;
INSERT INTO refused
WITH old AS (
    SELECT s.file, s.number, EXISTS (FROM known k WHERE k.key = s.key AND k.content = s.content) AS same
    FROM part s WHERE s.key IN (SELECT key FROM known)
), fresh AS (
    SELECT s.file, s.number, row_number() OVER first AS place, content = first_value(content) OVER first AS same
    FROM part s SEMI JOIN repeated r ON r.key = s.key ANTI JOIN known k ON k.key = s.key
    WINDOW first AS (PARTITION BY s.key ORDER BY s.file, s.number ROWS UNBOUNDED PRECEDING)
)
SELECT file, number, same FROM old UNION ALL SELECT file, number, same FROM fresh WHERE place > 1"""
AT_ONCE = 2_000_000
"""Staged events that are settled at once: what joins them has to fit into memory."""


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


class EventStage:
    """A context: `add_bodies` and `add_columns` gather, `settle` finds what is new, `bodies` gives it."""

    def __init__(self, spill: Path, batch: str, key: Key) -> None:
        """`spill`: a folder for temporary files, for what does not fit into memory. `key`: of the hashes."""
        self._batch, self._key = batch, key
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
        # Where Python is used interactively, DuckDB would draw a bar between the lines of our output.
        self.connection.execute("SET enable_progress_bar = false")
        self.connection.execute(_TABLE)
        self._names: dict[str, int] = {}

    def __enter__(self) -> EventStage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()
        with suppress(OSError):
            self._folder.cleanup()

    def add_bodies(self, file: int, name: str, events: Sequence[Staged]) -> tuple[Hashes, Hashes]:
        """Stage events of a file that were checked one by one; their hashes."""
        texts = [
            json.dumps(
                {**one.body, "batch": self._batch, "source": {"file": name, "line": one.line}},
                ensure_ascii=False,
                separators=(",", ":"),
            )
            for one in events
        ]
        bodies = pa.array(texts, pa.string())
        ids, contents, _ = hash_bodies(bodies, self._key)
        if events:
            self.add_columns(file, np.array([one.number for one in events], np.int64), ids, contents, bodies)
            parties = (one.body[side] for one in events for side in ("actor", "recipient"))
            self.name(Counter(party for party in parties if party is not None))
        return ids, contents

    def add_columns(
        self, file: int, numbers: npt.NDArray[np.int64], ids: Hashes, contents: Hashes, bodies: pa.Array
    ) -> None:
        """Stage events by columns. A body may be null where the event is most likely on record already: it
        then has to be read again if it is not (`unread`)."""
        given = pa.table({"number": numbers, "key": ids, "content": contents, "body": bodies})
        self.connection.register("given", given)
        try:
            self.connection.execute("INSERT INTO stage SELECT ?, number, key, content, body FROM given", [file])
        finally:
            self.connection.unregister("given")

    def name(self, times: Mapping[str, int]) -> None:
        """Note whom events name, and how often; of very many, the first."""
        for name, count in times.items():
            if name in self._names:
                self._names[name] += count
            elif len(self._names) < MOST_NAMES:
                self._names[name] = count

    def names(self) -> list[str]:
        """Whom the staged events name as actor or recipient, each once."""
        return sorted(self._names)

    def times(self, names: Sequence[str]) -> dict[str, int]:
        """How often the staged events name each of `names`."""
        return {name: self._names.get(name, 1) for name in names}

    def hashes(self) -> tuple[Hashes, Hashes]:
        """Of all that is staged."""
        found = self.connection.execute("SELECT key, content FROM stage").fetchnumpy()
        return found["key"], found["content"]

    def unread(self) -> list[tuple[int, int]]:
        """After `settle`: where (file number, line) the new events stand whose bodies were not kept."""
        return self.connection.execute(
            "SELECT file, number FROM stage ANTI JOIN refused USING (file, number) WHERE body IS NULL "
            "ORDER BY file, number"
        ).fetchall()

    def keep_read(self, file: int, bodies: Mapping[int, str]) -> None:
        """Fill in bodies that were not kept, by their lines."""
        given = pa.table({"number": pa.array(bodies, pa.int64()), "body": pa.array(bodies.values(), pa.string())})
        self.connection.register("given", given)
        self.connection.execute(
            "UPDATE stage SET body = given.body FROM given WHERE stage.number = given.number AND file = ?", [file]
        )
        self.connection.unregister("given")

    def accepted_hashes(self) -> tuple[Hashes, Hashes]:
        """After `settle`: the hashes of what is new."""
        found = self.connection.execute(
            "SELECT key, content FROM stage ANTI JOIN refused USING (file, number)"
        ).fetchnumpy()
        return found["key"], found["content"]

    def settle(self, keys: Sequence[Path], retracted: Iterable[str]) -> Settled:
        """Hold what is staged against itself and against the index of events on record (`keys`)."""
        self._record(keys, retracted)
        self.connection.execute("CREATE OR REPLACE TEMP TABLE refused (file INTEGER, number BIGINT, same BOOLEAN)")
        count = self.connection.execute("SELECT count(*) FROM stage").fetchall()[0][0]
        parts = 1 + count // AT_ONCE
        for part in range(parts):
            for step in _SETTLE.split(";"):
                given = {"parts": parts, "part": part} if "$part" in step else {}
                self.connection.execute(step, given)
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


def _said(body: str) -> str:
    fields = json.loads(body)
    return json.dumps({name: value for name, value in fields.items() if name not in {"batch", "source"}})
