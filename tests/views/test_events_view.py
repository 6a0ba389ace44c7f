"""The events view: the stream by product, extended, rebuilt when wrong, and never trusted."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tearline.engine import LocalEngine
from tearline.ledger import Keys, Ledger, create_keys, create_ledger
from tearline.records.events import STORED_EVENTS
from tearline.records.kinds import Stream
from tearline.records.times import parse_instant
from tearline.views.event_runs import MANIFEST, read_manifest
from tearline.views.events import EventsView


def body(number: int, product: str, at: str, *, latest: str | None = None, batch: str = "b1") -> str:
    return json.dumps({
        "id": f"e{number:06d}", "kind": "opened", "product": product, "at_earliest": at, "at_latest": latest or at,
        "copy": None, "actor": f"p{number % 7}", "recipient": None, "organisation": None, "system": "portal",
        "basis": None, "detail": {"pages": number}, "batch": batch, "source": {"file": "f.csv", "line": number},
    })  # fmt: skip


def bodies(first: int, stop: int, batch: str = "b1") -> list[str]:
    return [
        body(
            n, f"X{n * 7919 % 5}", f"2026-03-{n * 104729 % 28 + 1:02d}T00:00:00.{n % 1_000_000:06d}Z", batch=batch
        )
        for n in range(first, stop)
    ]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    keys = create_keys(tmp_path / "keys")
    return create_ledger(tmp_path / "ledger", keys)


@pytest.fixture
def view(tmp_path: Path, ledger: Ledger) -> EventsView:
    return EventsView(tmp_path / "views" / "events", ledger, LocalEngine(tmp_path / "scratch"))


def test_columns_are_typed_exactly(view: EventsView, ledger: Ledger) -> None:
    ledger.append(
        Stream.EVENTS, [body(1, "X", "2026-03-01T00:00:00.000001Z", latest="2026-03-01T23:59:59.999999Z")]
    )
    found = view.of_products(["X"], ledger.state())
    assert found.schema == STORED_EVENTS
    (row,) = found.to_pylist()
    assert row["at_earliest"] == parse_instant("2026-03-01T00:00:00.000001Z")
    assert row["at_latest"] == parse_instant("2026-03-01T23:59:59.999999Z")
    assert json.loads(row["detail"]) == {"pages": 1}
    assert (row["position"], row["batch"], row["copy"]) == (0, "b1", None)


def test_an_empty_stream_has_no_events(view: EventsView, ledger: Ledger) -> None:
    assert view.of_products(["X"], ledger.state()).num_rows == 0
    assert view.count(ledger.state()) == 0
    assert view.scan(ledger.state()).read_all().num_rows == 0


def test_runs_answer_as_one_sorted_view(view: EventsView, ledger: Ledger) -> None:
    for first in range(0, 3000, 300):
        ledger.append(Stream.EVENTS, bodies(first, first + 300))
        view.refresh(ledger.state())
    manifest = read_manifest(view.folder, ledger.keys.salt)
    assert manifest is not None
    assert len(manifest.runs) <= 4
    everything = view.all_events(ledger.state())
    assert everything.num_rows == 3000
    assert everything.equals(view.scan(ledger.state()).read_all())
    keys = list(
        zip(*(everything[k].to_pylist() for k in ("product", "at_earliest", "at_latest", "id")), strict=True)
    )
    assert keys == sorted(keys)
    for products in (["X3"], ["X0", "X4"], ["nothing"]):
        expected = everything.filter(pc.is_in(everything["product"], value_set=pa.array(products)))
        assert view.of_products(products, ledger.state()).to_pylist() == expected.to_pylist()


def test_it_answers_as_of_an_earlier_state_and_without_retracted_batches(view: EventsView, ledger: Ledger) -> None:
    ledger.append(Stream.EVENTS, bodies(0, 50))
    early = ledger.state()
    ledger.append(Stream.EVENTS, bodies(50, 90, batch="b2"))
    now = ledger.state()
    assert view.count(now) == 90
    assert view.count(early) == 50
    assert view.count(now, {"b1"}) == 40
    assert sum(view.of_products([f"X{n}"], early).num_rows for n in range(5)) == 50
    assert set(view.of_products(["X1"], now, {"b2"})["batch"].to_pylist()) == {"b1"}


@pytest.mark.parametrize("harm", ["run", "manifest", "edited manifest", "missing run", "other root"])
def test_a_damaged_view_is_built_again(view: EventsView, ledger: Ledger, tmp_path: Path, harm: str) -> None:
    ledger.append(Stream.EVENTS, bodies(0, 200))
    view.refresh(ledger.state())
    manifest = view.folder / MANIFEST
    (run,) = view.folder.glob("run-*.parquet")
    if harm == "run":
        content = bytearray(run.read_bytes())
        content[len(content) // 2] ^= 1
        run.write_bytes(content)
    elif harm == "manifest":
        manifest.write_text("{")
    elif harm == "missing run":
        run.unlink()
    else:
        document = json.loads(manifest.read_text())
        document["content"]["root"] = "00" * 32
        manifest.write_text(json.dumps(document))
    again = EventsView(view.folder, ledger, LocalEngine(tmp_path / "scratch"))
    assert again.count(ledger.state()) == 200
    assert again.all_events(ledger.state())["id"].to_pylist() != []
    found = read_manifest(view.folder, ledger.keys.salt)
    assert found is not None
    assert found.root == ledger.state().streams[Stream.EVENTS].root


def test_what_a_disk_damages_behind_our_back_is_built_again(view: EventsView, ledger: Ledger) -> None:
    ledger.append(Stream.EVENTS, bodies(0, 3000))
    state = ledger.state()
    expected = view.of_products(["X1", "X2"], state).to_pylist()
    (run,) = view.folder.glob("run-*.parquet")
    content = bytearray(run.read_bytes())
    for at in range(100, len(content) // 2, 500):
        content[at] ^= 8
    run.write_bytes(content)
    # The view was checked when it was refreshed; the damage came after.
    assert view.of_products(["X1", "X2"], state).to_pylist() == expected
    assert view.of_products(["X1", "X2"], state).num_rows == 1200


def test_a_view_of_another_ledger_is_not_used(view: EventsView, ledger: Ledger, tmp_path: Path) -> None:
    ledger.append(Stream.EVENTS, bodies(0, 100))
    view.refresh(ledger.state())
    other = create_ledger(tmp_path / "other" / "ledger", create_keys(tmp_path / "other" / "keys"))
    other.append(Stream.EVENTS, bodies(500, 520))
    elsewhere = EventsView(view.folder, other, LocalEngine(tmp_path / "scratch"))
    assert elsewhere.count(other.state()) == 20


def test_an_erased_event_leaves_the_view(view: EventsView, ledger: Ledger) -> None:
    ledger.append(Stream.EVENTS, bodies(0, 20))
    view.refresh(ledger.state())
    ledger.erase(Stream.EVENTS, 3, {"by": "registrar", "ground": "order 12"})
    view.refresh(ledger.state())
    assert view.count(ledger.state()) == 19
    assert "e000003" not in view.all_events(ledger.state())["id"].to_pylist()
    assert len(list(view.folder.glob("run-*.parquet"))) == 1


def _refresh(folder: Path) -> int:
    ledger = Ledger.open(folder / "ledger", create_or_load(folder))
    view = EventsView(folder / "views" / "events", ledger, LocalEngine(folder / "scratch", threads=1))
    return view.count(ledger.state())


def create_or_load(folder: Path) -> Keys:
    return Keys.load(folder / "keys")


def test_processes_that_refresh_together_agree(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append(Stream.EVENTS, bodies(0, 1500))
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.map(_refresh, [tmp_path] * 3) == [1500] * 3
