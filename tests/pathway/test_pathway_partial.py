"""An event that carries some portions exposes to these alone: excerpts in mails, a briefing on one paragraph."""

from __future__ import annotations

import json
from dataclasses import replace

import pyarrow as pa
from pathway_reference import Event, World
from pathway_worlds import register as plain_register
from pathway_worlds import table

from tearline.pathway import trace
from tearline.records.products import Portion
from tearline.views.register import Register

TOLD = World(
    posts={p: [("other", 0, 99)] for p in ("ann", "bob", "cid", "dan", "eve")},
    groups={},
    organisations=frozenset({"origin", "other"}),
    originator={"X": "origin", "X-S": "origin"},
    issued={"X": 0, "X-S": 0},
    authors={"X": ("ann",)},
    derived_from={"X-S": ("X",)},
    events=(
        Event("e1", "disseminated", "X", 1, 1, None, "bob"),
        Event("e2", "forwarded", "X", 2, 2, "bob", "cid"),
        Event("e3", "briefed", "X", 3, 3, "bob", "dan"),
        Event("e4", "forwarded", "X", 4, 4, "bob", "dan"),
        Event("e5", "disseminated", "X-S", 5, 5, None, "eve"),
        Event("e6", "forwarded", "X", 6, 6, "bob", "eve"),
    ),
)
TEXTS = {
    "1": "Two convoys crossed the northern pass on Tuesday night and unloaded crates at the abandoned mill.",
    "2": "The minister's brother met the shipping agent in Lisbon and paid forty thousand euros in cash.",
    "3": "Satellite images taken in June show new antennas beside the harbour master's office.",
}


def register() -> Register:
    known = plain_register(TOLD)
    whole = tuple(Portion(name, "SECRET", text) for name, text in TEXTS.items())
    products = {
        "X": replace(known.products["X"], portions=whole),
        "X-S": replace(known.products["X-S"], portions=(Portion("a", "SECRET", TEXTS["3"]),)),
    }
    return replace(known, products=products)


def events(**portions: object) -> pa.Table:
    """The events, with `detail.portions` for those named."""
    found = table(TOLD.events)
    details = [
        json.dumps({"subject": "x", "portions": portions[e]}) if e in portions else None
        for e in found["id"].to_pylist()
    ]
    return found.set_column(found.schema.get_field_index("detail"), "detail", pa.array(details, pa.string()))


def seen(told: pa.Table, portion: str | None = None) -> dict[str, tuple[str, ...] | None]:
    return {h.person: h.portions for h in trace("X", register(), told, portion=portion).holders}


def test_an_excerpt_exposes_to_the_portions_it_carries() -> None:
    told = events(e2=["2"], e3=["1"], e4=["3"], e6=["2"])
    assert seen(told) == {"ann": None, "bob": None, "cid": ("2",), "dan": ("1", "3"), "eve": ("2", "3")}


def test_whoever_had_all_of_it_once_had_all_of_it() -> None:
    assert seen(events(e3=["1"]))["dan"] is None


def test_tracing_a_portion_leaves_out_who_saw_others_only() -> None:
    told = events(e2=["2"], e3=["1"], e4=["3"], e6=["2"])
    assert set(seen(told, "2")) == {"ann", "bob", "cid", "eve"}
    assert set(seen(told, "3")) == {"ann", "bob", "dan", "eve"}


def test_portions_that_the_product_has_not_and_lists_of_all_say_nothing() -> None:
    for stated in (["9"], [], ["1", "2", "3"], ["3", "2", "1", "9"]):
        assert seen(events(e2=stated))["cid"] is None
    assert seen(events(e2="2"))["cid"] is None
    assert seen(events(e2=["9", "2"]))["cid"] == ("2",)
