"""Events for the benchmarks of the pathway: made by DuckDB straight into a run of the events view."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from tearline.engine import LocalEngine
from tearline.ledger import Ledger, LedgerState, StreamState
from tearline.records import bodies
from tearline.records.kinds import Stream
from tearline.views.daily_counts import count_days
from tearline.views.event_codes import CODED_EVENTS, KIND_WORDS, TABLES, WORDS
from tearline.views.event_runs import Manifest, write_manifest, write_run, write_words
from tearline.views.events import EventsView
from tearline.views.register import Register

PEOPLE = 50_000
EACH = 1_000  # events a product
START = 1_772_323_200_000_000

_KINDS = ("disseminated", "delivered", "opened", "forwarded", "opened", "printed")
_MADE = """
SELECT CAST(i // $each AS INTEGER) AS product,
       make_timestamptz($start + (i % $each) * 60000000) AS at_earliest,
       make_timestamptz($start + (i % $each) * 60000000 + CASE WHEN h % 11 = 0 THEN 3600000000 ELSE 0 END)
         AS at_latest,
       CAST(list_extract($kinds, CAST(h % 6 AS INTEGER) + 1) AS TINYINT) AS kind,
       CAST(0 AS TINYINT) AS basis,
       CAST(CASE WHEN h % 6 = 0 THEN -1 ELSE (h // 7 % 60 + (i // $each) * 131) % $people END AS INTEGER)
         AS actor,
       CAST(CASE WHEN h % 6 IN (2, 4, 5) THEN -1 ELSE (h // 421 % 60 + (i // $each) * 131) % $people END
         AS INTEGER) AS recipient,
       CAST(-1 AS INTEGER) AS organisation, CAST(0 AS INTEGER) AS system, CAST(-1 AS INTEGER) AS copy,
       CAST(0 AS INTEGER) AS batch, i AS position, 'e' || lpad(CAST(i AS VARCHAR), 10, '0') AS id, '{}' AS detail
FROM (SELECT range AS i, hash(range) AS h FROM range($first, $stop))
"""


def made(engine: LocalEngine, events: int) -> Iterator[pa.RecordBatch]:
    """Events of CODED_EVENTS in order: a thousand a product, among sixty people each, a minute apart."""
    known = KIND_WORDS.to_pylist()
    kinds = [known.index(kind) for kind in _KINDS]
    for first in range(0, events, 5_000_000):
        values = {
            "each": EACH, "people": PEOPLE, "start": START, "kinds": kinds,
            "first": first, "stop": min(events, first + 5_000_000),
        }  # fmt: skip
        yield from (batch.cast(CODED_EVENTS) for batch in engine.batches(f"{_MADE} ORDER BY i", {}, values))


def words(products: int) -> pa.Table:
    """What the codes of `made` stand for."""
    listed = {
        "product": [f"X{n:08d}" for n in range(products)],
        "name": [f"p{n}" for n in range(PEOPLE)],
        "system": ["portal"],
        "batch": ["b"],
    }
    pieces = [
        pa.table([pa.array([place] * len(listed.get(table, [])), pa.int8()), listed.get(table, [])], schema=WORDS)
        for place, table in enumerate(TABLES)
    ]
    return pa.concat_tables(pieces)


def person_bodies() -> Iterator[dict[str, str]]:
    for n in range(PEOPLE):
        yield {"id": f"p{n}", "name": f"P {n}", "organisation": f"o{n % 50}", "valid_from": "2020-01-01T00:00:00Z"}


def product_body(number: int) -> dict[str, object]:
    name = f"X{number:08d}"
    return {
        "id": name, "title": name, "originator": "o0", "issued_at": "2026-03-01T00:00:00Z", "marking": "SECRET",
        "portions": [{"id": "1", "text": "text"}],
    }  # fmt: skip


def register_of(products: int) -> Register:
    return Register(
        organisations={},
        people={str(body["id"]): bodies.person([body]) for body in person_bodies()},
        groups={},
        products={str((body := product_body(n))["id"]): bodies.product(body) for n in range(products)},
        disclosures={}, public={}, links={}, declarations=(), retracted=frozenset(),
    )  # fmt: skip


def view_of(folder: Path, ledger: Ledger, events: int) -> tuple[EventsView, LedgerState, float]:
    """A view of so many events, the state it is of, and the seconds that writing it took.

    The ledger itself stays empty: its own speed is measured in benchmarks/ledger.py.
    """
    engine = LocalEngine(folder / "scratch")
    view = EventsView(folder / "view", ledger, engine)
    view.folder.mkdir()
    start = time.perf_counter()
    run = write_run(view.folder, 0, events, made(engine, events), lambda path: count_days(engine, [path]))
    listed = write_words(view.folder, words(events // EACH))
    state = ledger.state()
    manifest = Manifest(events, state.streams[Stream.EVENTS].root, 0, 0, (run,), (listed,))
    write_manifest(view.folder, manifest, None, ledger.keys.salt)
    view._manifest = manifest
    streams = {**state.streams, Stream.EVENTS: StreamState(Stream.EVENTS, events, manifest.root, "", None)}
    return view, LedgerState(state.number, state.at, streams), time.perf_counter() - start
