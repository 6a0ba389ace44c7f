"""Every product at once is the trace of each."""

from __future__ import annotations

import importlib
import json
import random
from pathlib import Path

import pyarrow as pa
import pytest
from pathway_reference import Event, World
from pathway_worlds import END, KINDS, PEOPLE, at, register, table, written

from tearline.engine import LocalEngine
from tearline.ledger import create_keys, create_ledger
from tearline.pathway import EXPOSURES, exposures, trace
from tearline.records.kinds import Stream
from tearline.views.events import EventsView


def random_world(seed: int, products: int, events: int) -> World:
    draw = random.Random(seed)
    names = [f"X{n:02d}" for n in range(products)]
    parties = [*PEOPLE, "A. Stranger", "origin", "list", "desk", None]
    told = []
    for n in range(events):
        lo = draw.randrange(10)
        told.append(
            Event(
                f"e{draw.randrange(1000)}-{n}",
                draw.choice(KINDS),
                draw.choice(names),
                lo,
                lo + draw.choice([0, 0, 0, 2]),
                draw.choice(parties),
                draw.choice(parties),
                draw.choice([None, "attested", "arrival"]),
            )
        )
    return World(
        posts={p: [("origin" if n == 0 else "other", 0, 4), ("other", 4, END)] for n, p in enumerate(PEOPLE)},
        groups={"list": [("ann", 0, 5), ("bob", 3, END)], "desk": [("cid", 0, END), ("list", 2, 6)]},
        organisations=frozenset({"origin", "other"}),
        originator=dict.fromkeys(names, "origin"),
        issued={name: draw.randrange(6) for name in names},
        authors={name: ("dan",) if draw.random() < 0.3 else () for name in names},
        derived_from={
            name: (draw.choice(names[:n]),) if n and draw.random() < 0.3 else () for n, name in enumerate(names)
        },
        events=tuple(told),
    )


@pytest.mark.parametrize("supported", [False, True])
@pytest.mark.parametrize("before", [None, 5])
def test_exposures_are_the_traces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, supported: bool, before: int | None
) -> None:
    world = random_world(7, 25, 600)
    ledger = create_ledger(tmp_path / "ledger", create_keys(tmp_path / "keys"))
    told = [
        json.dumps({
            "id": e.id, "kind": e.kind, "product": e.product,
            "at_earliest": written(e.lo), "at_latest": written(e.hi), "actor": e.actor, "recipient": e.recipient,
            "organisation": "other" if e.lo % 2 else None, "basis": e.basis, "detail": {}, "batch": "b",
        })
        for e in world.events
    ]  # fmt: skip
    view = EventsView(tmp_path / "view", ledger, LocalEngine(tmp_path / "scratch"))
    # Two runs: a product's events lie in both.
    for part in (told[:450], told[450:]):
        ledger.append(Stream.EVENTS, part)
        view.refresh(ledger.state())
    assert len(list(view.folder.glob("run-*.parquet"))) == 2
    known, state, cut = register(world), ledger.state(), None if before is None else at(before)
    monkeypatch.setattr(importlib.import_module("tearline.pathway.exposures"), "CHUNK", 100)
    found = exposures(known, view, state, before=cut, supported=supported).read_all()
    assert found.schema == EXPOSURES
    expected = []
    for product in sorted(known.products):
        events = view.of_products(known.family(product), state)
        expected += [
            {
                "product": product, "person": h.person, "organisation": h.organisation, "level": h.level.word,
                "basis": h.basis.word, "first_possible": h.first_possible, "first_certain": h.first_certain,
                "via_event": h.path[-1] if h.path else None,
            }
            for h in trace(product, known, events, before=cut, supported=supported).holders
        ]  # fmt: skip
    assert found.to_pylist() == pa.Table.from_pylist(expected, EXPOSURES).to_pylist()
    assert found.num_rows > 60


def test_products_without_events_have_their_authors(tmp_path: Path) -> None:
    world = random_world(3, 20, 0)
    ledger = create_ledger(tmp_path / "ledger", create_keys(tmp_path / "keys"))
    view = EventsView(tmp_path / "view", ledger, LocalEngine(tmp_path / "scratch"))
    found = exposures(register(world), view, ledger.state()).read_all()
    traced = {
        (name, holder.person)
        for name in world.originator
        for holder in trace(name, register(world), table([])).holders
    }
    assert set(zip(found["product"].to_pylist(), found["person"].to_pylist(), strict=True)) == traced
    assert traced
