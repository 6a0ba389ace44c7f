"""Questions across products agree with the traces of each, and with the list as it was that day."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pathway_reference import Event, World
from pathway_worlds import END, at, register, table, worlds

from tearline.pathway import across, trace
from tearline.records.kinds import Level

ROUNDS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@ROUNDS
@given(worlds(products=3), st.integers(1, END), st.integers(1, 3))
def test_common_holders_are_those_of_the_traces(world: World, before: int, least: int) -> None:
    known, events, products = register(world), table(world.events), ["X0", "X1", "X2"]
    found = across.common(known, products, events, before=at(before), least=least)
    held: dict[str, dict[str, tuple[object, ...]]] = {}
    for product in products:
        for h in trace(product, known, events, before=at(before)).holders:
            held.setdefault(h.person, {})[product] = (h.level, h.basis, h.first_possible, h.first_certain)
    told = {
        one.person: {h.product: (h.level, h.basis, h.first_possible, h.first_certain) for h in one.holdings}
        for one in found.common
    }
    assert told == {person: of for person, of in held.items() if len(of) >= least}
    assert list(found.holders) == [sum(product in of for of in held.values()) for product in products]


LISTED = World(
    posts={p: [("other", 0, 99)] for p in ("ann", "bob", "cid", "dan", "eve")},
    groups={"list": [("bob", 0, 5), ("cid", 0, 99), ("inner", 0, 99)], "inner": [("dan", 0, 99)]},
    organisations=frozenset({"origin", "other"}),
    originator={"X": "origin"},
    issued={"X": 3},
    authors={"X": ("ann",)},
    derived_from={},
    events=(
        Event("e1", "disseminated", "X", 7, 7, None, "list"),
        Event("e2", "opened", "X", 8, 8, "cid"),
        Event("e3", "forwarded", "X", 9, 9, "cid", "eve"),
        Event("e4", "briefed", "X", 9, 9, "cid", "A. Stranger"),
    ),
)


def listed() -> tuple[object, object]:
    known = register(LISTED)
    product = replace(known.products["X"], distribution=("list", "other"))
    return replace(known, products={"X": product}), table(LISTED.events)


def test_a_readership_is_held_against_the_list_of_the_day_of_issue() -> None:
    known, events = listed()
    (found,) = across.readerships(known, ["X"], events, before=None)  # type: ignore[arg-type]
    # Bob had left the list before it was sent; he was on it when the product was issued.
    assert (found.listed, found.reached, found.opened, found.beyond) == (3, 2, 1, 2)
    assert found.breadth == 4 / 3
    assert [(one.person, one.level) for one in found.never_opened] == [("bob", None), ("dan", Level.DELIVERED)]
    assert [one.person for one in found.outside_list] == ["A. Stranger", "eve"]
    (early,) = across.readerships(known, ["X"], events, before=at(8))  # type: ignore[arg-type]
    assert (early.reached, early.opened, early.beyond) == (2, 0, 0)


def test_a_product_without_a_list_has_no_breadth() -> None:
    (found,) = across.readerships(register(LISTED), ["X"], table(LISTED.events), before=None)
    assert (found.listed, found.breadth, found.never_opened) == (0, None, ())


def test_who_was_told_what_and_what_shows_it() -> None:
    known, events = listed()
    every = across.told(
        known, ["X"], events, wanted=lambda party, _: True, since=None, until=None  # type: ignore[arg-type]
    )  # fmt: skip
    assert [(one.person, one.kind, one.event, one.by) for one in every] == [
        ("ann", "authorship", None, None),
        ("cid", "disseminated", "e1", None),
        ("dan", "disseminated", "e1", None),
        ("cid", "opened", "e2", None),
        ("A. Stranger", "briefed", "e4", "cid"),
        ("cid", "forwarded", "e3", None),
        ("cid", "briefed", "e4", None),
        ("eve", "forwarded", "e3", "cid"),
    ]
    later = across.told(
        known, ["X"], events, wanted=lambda party, _: party.id == "cid", since=at(8), until=at(9)  # type: ignore[arg-type]
    )  # fmt: skip
    assert [one.event for one in later] == ["e2"]
