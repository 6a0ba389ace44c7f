"""Spark gives the rows of the engine here: the same kernel, on a real cluster, one executor of it killed."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tearline.engine import LocalEngine
from tearline.engine.interface import Relation
from tearline.engine.spark import SparkEngine
from tearline.ledger import Ledger, LedgerState, create_keys, create_ledger
from tearline.pathway import exposures, exposures_on
from tearline.pathway.spreading import pieces
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream
from tearline.records.times import parse_instant
from tearline.views.events import EventsView
from tearline.views.register import Register

KINDS = ["disseminated", "delivered", "received", "opened", "shown", "briefed", "printed", "forwarded", "returned"]

needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None or shutil.which("java") is None, reason="Spark needs pyspark and Java 17 or newer"
)


def day(number: int) -> str:
    return f"2026-03-{1 + number:02d}T00:00:00Z"


class Place:
    """A ledger with 40 products, families among them, and two runs of events with groups and interval times."""

    def __init__(self, folder: Path) -> None:
        draw = random.Random(11)
        self.folder = folder
        self.ledger: Ledger = create_ledger(folder / "ledger", create_keys(folder / "keys"))
        people = [f"p{n}" for n in range(12)]
        names = [f"X{n:02d}" for n in range(40)]
        self.append(Stream.ORGANISATIONS, [
            {"id": o, "name": o, "kind": "recipient", "parent": None, "batch": "b"} for o in ("o0", "o1")
        ])  # fmt: skip
        self.append(Stream.PEOPLE, [
            {"id": p, "name": p.title(), "organisation": f"o{n % 2}", "valid_from": day(0), "valid_to": None,
             "accounts": [f"mail:{p}@x.example"], "batch": "b"}
            for n, p in enumerate(people)
        ])  # fmt: skip
        self.append(Stream.GROUPS, [
            {"id": g, "name": g, "member": m, "valid_from": day(n), "valid_to": day(n + 9), "batch": "b"}
            for g, members in {"list": people[:5], "desk": ["p7", "p8", "list"]}.items()
            for n, m in enumerate(members)
        ])  # fmt: skip
        self.append(Stream.PRODUCTS, [
            {"id": name, "title": name, "originator": "o0", "issued_at": day(draw.randrange(5)),
             "marking": "SECRET", "portions": [{"id": "1", "marking": "SECRET", "text": "words"}],
             "derived_from": draw.sample(names[:n], 1) if n and n % 3 == 0 else [],
             "authors": ["p0"] if n % 4 == 0 else [], "batch": "b"}
            for n, name in enumerate(names)
        ])  # fmt: skip
        parties = [*people, "p3@x.example", "A. Stranger", "o0", "list", "desk", None]

        def event(n: int, batch: str) -> dict[str, Any]:
            lo = draw.randrange(15)
            return {
                "id": f"e{draw.randrange(10_000):05d}-{n}", "kind": draw.choice(KINDS),
                # Nothing is recorded of the last products; one has a third of everything.
                "product": "X01" if n % 3 == 0 else draw.choice(names[:36]),
                "at_earliest": day(lo), "at_latest": day(lo + draw.choice([0, 0, 0, 3])),
                "actor": draw.choice(parties), "recipient": draw.choice(parties),
                "organisation": draw.choice([None, "o1"]), "basis": draw.choice([None, "attested", "arrival"]),
                "system": None, "copy": None, "detail": {}, "batch": batch,
            }  # fmt: skip

        self.view = EventsView(folder / "view", self.ledger, LocalEngine(folder / "scratch"))
        self.append(Stream.EVENTS, [event(n, "b") for n in range(4000)])
        self.view.refresh(self.ledger.state())
        self.append(Stream.EVENTS, [event(n, "wrong" if n % 5 == 0 else "b") for n in range(4000, 4500)])
        self.state: LedgerState = self.ledger.state()
        self.append(Stream.EVENTS, [event(n, "b") for n in range(4500, 4600)])
        self.view.refresh(self.ledger.state())
        self.register = replace(Register.read(self.ledger, self.state), retracted=frozenset({"wrong"}))

    def append(self, stream: Stream, bodies: Sequence[Mapping[str, Any]]) -> None:
        self.ledger.append(stream, [json.dumps(body) for body in bodies])

    def here(self, before: str | None, supported: bool) -> list[dict[str, Any]]:
        cut = parse_instant(before) if before else None
        return in_order(exposures(self.register, self.view, self.state, before=cut, supported=supported))

    def there(self, engine: SparkEngine, before: str | None, supported: bool, chunk: int) -> list[dict[str, Any]]:
        cut = parse_instant(before) if before else None
        return in_order(
            exposures_on(
                engine, self.register, self.view, self.state, before=cut, supported=supported, chunk=chunk
            )
        )


def in_order(rows: pa.RecordBatchReader) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rows.read_all().to_pylist()
    return sorted(found, key=lambda row: (row["product"], row["person"]))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("spark") / "it's [a] {b}*")


@pytest.fixture(scope="module")
def engine(place: Place) -> Iterator[SparkEngine]:
    """One session for the tests of this file: two executors, each a Java process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        # Short jobs gain nothing from the second compiler.
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        with SparkEngine("local-cluster[2,1,1024]", place.folder / "spark") as running:
            application = running._session.sparkContext.applicationId
            yield running
    # Executors of a local cluster keep their logs where Spark is installed.
    found = find_spec("pyspark")
    assert found is not None
    assert found.submodule_search_locations
    home = os.environ.get("SPARK_HOME", found.submodule_search_locations[0])
    shutil.rmtree(Path(home) / "work" / application, ignore_errors=True)


@needs_spark
@pytest.mark.parametrize(
    ("before", "supported", "chunk"),
    [(None, False, 1 << 19), (None, True, 64), (day(7), False, 64), (day(7), True, 1 << 19)],
)
def test_rows_are_those_of_the_engine_here(
    place: Place, engine: SparkEngine, before: str | None, supported: bool, chunk: int
) -> None:
    expected = place.here(before, supported)
    assert len(expected) > 200
    assert place.there(engine, before, supported, chunk) == expected


@needs_spark
def test_a_killed_executor_costs_nothing_but_time(place: Place, engine: SparkEngine) -> None:
    seen = place.folder / "seen"
    seen.mkdir()

    class Interrupted:
        """The same engine, but the first partition to have answered a batch takes its executor with it."""

        def by_group(
            self, sql: str, relations: Mapping[str, Relation], values: Mapping[str, Any], *, work: Any, **more: Any
        ) -> pa.RecordBatchReader:
            return engine.by_group(sql, relations, values, work=interrupted(work, seen), **more)

    expected = place.here(None, True)
    found = exposures_on(Interrupted(), place.register, place.view, place.state, supported=True, chunk=64)
    assert in_order(found) == expected
    executors = {path.name for path in seen.iterdir() if path.name.isdecimal()}
    killed = (seen / "killed").read_text()
    assert killed in executors
    assert len(executors) >= 2
    assert not Path(f"/proc/{killed}").exists()
    # The session goes on with the executor that took its place.
    assert place.there(engine, None, False, 64) == place.here(None, False)


def interrupted(work: Callable[..., Any], seen: Path) -> Callable[..., Any]:
    def run(shared: Any, batches: Any) -> Any:
        # A Python worker's parent is its daemon, whose parent is the executor.
        stat = Path(f"/proc/{os.getppid()}/stat").read_text()
        executor = int(stat.rpartition(")")[2].split()[1])
        (seen / str(executor)).touch()
        for answered in work(shared, batches):
            yield answered
            command = Path(f"/proc/{executor}/cmdline").read_bytes()
            if b"CoarseGrainedExecutorBackend" in command:
                try:
                    with (seen / "killed").open("x") as file:
                        file.write(str(executor))
                except FileExistsError:
                    continue
                os.kill(executor, signal.SIGKILL)

    return run


@pytest.mark.parametrize("master", ["", "nonsense", "local[2", "http://host:1", "spark://"])
def test_what_is_no_master_is_refused(tmp_path: Path, master: str) -> None:
    with pytest.raises(BadInput, match="is no Spark master"):
        SparkEngine(master, tmp_path)


def test_without_pyspark_the_remedy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(BadInput, match="pip install 'tearline\\[spark\\]'"), SparkEngine("local[1]", tmp_path):
        pass


@pytest.mark.parametrize("chunk", [2, 7, 40, 10_000])
def test_pieces_hold_whole_families_or_say_they_go_on(chunk: int) -> None:
    draw = random.Random(chunk)
    rows = sorted(draw.choice([0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7]) for _ in range(200))
    table = pa.table({"family": rows, "n": range(200)})
    found = list(pieces(iter(table.to_batches(max_chunksize=9)), chunk))
    assert [n for piece, _ in found for n in piece["n"].to_pylist()] == list(range(200))
    closed: set[int] = set()
    going: set[int] = set()
    for piece, goes_on in found:
        families = set(piece["family"].to_pylist())
        assert not families & closed
        if going:
            assert families <= going
        if goes_on:
            assert len(families) == 1
            going = families
        else:
            closed |= families | going
            going = set()
    assert closed == set(rows)
    assert chunk > 40 or any(goes_on for _, goes_on in found)


def test_a_path_that_spark_would_read_as_two_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="comma"):
        SparkEngine("local[1]", tmp_path / "a,b")
    assert list(tmp_path.iterdir()) == []
