"""The cases of docs/pathway.md, one after another, and odd input: each has the answer that stands there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pathway_reference import Event, World
from pathway_worlds import at, register, table

from tearline.pathway import trace, witnesses
from tearline.records.errors import BadInput
from tearline.records.kinds import GapKind, Level
from tearline.records.pathways import Pathway
from tearline.records.times import Interval

PEOPLE = ("ann", "bob", "cid", "dan", "eve")
PLAIN = World(
    posts={"ann": [("origin", 0, 99)], **{p: [("other", 0, 99)] for p in PEOPLE[1:]}},
    groups={},
    organisations=frozenset({"origin", "other"}),
    originator={"X": "origin"},
    issued={"X": 0},
    authors={},
    derived_from={},
)


def traced(*events: Event, before: int | None = None, world: World = PLAIN, supported: bool = False) -> Pathway:
    cut = None if before is None else at(before)
    return trace("X", register(world), table(events), before=cut, supported=supported)


def levels(found: Pathway) -> dict[str, Level]:
    return {holder.person: holder.level for holder in found.holders}


SENT = Event("e1", "disseminated", "X", 1, 1, "ann", "bob")


def test_a_briefing_opens_on_both_sides_and_leaves_nothing_behind() -> None:
    found = traced(
        SENT, Event("e2", "briefed", "X", 2, 2, "bob", "cid"), Event("e3", "briefed", "X", 3, 3, "cid", "dan")
    )
    assert levels(found) == {"bob": Level.OPENED, "cid": Level.OPENED, "dan": Level.OPENED}
    assert all(holder.supported for holder in found.holders)


def test_read_and_return_undoes_nothing() -> None:
    found = traced(
        SENT, Event("e2", "shown", "X", 2, 2, "bob", "cid"), Event("e3", "returned", "X", 2, 2, "cid", "bob")
    )
    assert levels(found) == {"bob": Level.OPENED, "cid": Level.OPENED}
    assert len(found.transfers) == 2


def test_a_numbered_copy_accounts_for_its_print() -> None:
    events = table([SENT, Event("e2", "printed", "X", 2, 2, "bob"), Event("e3", "destroyed", "X", 5, 5, "eve")])
    place = events.schema.get_field_index("copy")
    for number, kinds in (("7", set()), ("8", {GapKind.PRINT_UNACCOUNTED})):
        copies = events.set_column(place, "copy", [[None, "7", number]])
        found = trace("X", register(PLAIN), copies)
        assert {gap.kind for gap in found.gaps} & {GapKind.PRINT_UNACCOUNTED} == kinds
        assert levels(found) == {"bob": Level.EXTRACTED}  # whoever destroys is no holder by that


def test_an_edition_has_its_own_holders_and_counts_for_what_it_is_derived_from() -> None:
    world = replace(
        PLAIN, originator={"X": "origin", "X2": "origin"}, issued={"X": 0, "X2": 4}, derived_from={"X2": ("X",)}
    )
    events = table([SENT, Event("e2", "disseminated", "X2", 5, 5, "ann", "cid")])
    assert {h.person for h in trace("X", register(world), events).holders} == {"bob", "cid"}
    assert {h.person for h in trace("X2", register(world), events).holders} == {"cid"}


def test_a_recall_proves_no_holding_and_undoes_none() -> None:
    found = traced(
        SENT, Event("e2", "recalled", "X", 2, 2, "ann", "bob"), Event("e3", "recalled", "X", 2, 2, "ann", "cid")
    )
    assert levels(found) == {"bob": Level.DELIVERED}
    assert [transfer.event for transfer in found.transfers] == ["e1"]


def test_a_list_is_as_it_was_that_day() -> None:
    world = replace(PLAIN, groups={"list": [("bob", 0, 3), ("cid", 3, 99), ("dan", 0, 99)]})
    first = Event("e1", "disseminated", "X", 2, 2, "ann", "list")
    assert set(levels(traced(first, world=world))) == {"bob", "dan"}
    assert set(levels(traced(first, Event("e2", "disseminated", "X", 3, 3, "ann", "list"), world=world))) == {
        "bob", "cid", "dan",
    }  # fmt: skip
    unsure = traced(Event("e1", "disseminated", "X", 2, 4, "ann", "list"), world=world)
    certain = {holder.person: holder.first_certain is not None for holder in unsure.holders}
    assert certain == {"bob": False, "cid": False, "dan": True}


def test_the_assistant_who_assembles_a_binder() -> None:
    found = traced(
        SENT,
        Event("e2", "copied", "X", 2, 2, "bob"),
        Event("e3", "delivered", "X", 3, 3, "bob", "cid"),
    )
    assert levels(found) == {"bob": Level.EXTRACTED, "cid": Level.DELIVERED}
    assert {holder.person: holder.path for holder in found.holders} == {"bob": ("e1",), "cid": ("e1", "e3")}


def test_a_circle_ends_where_it_began_and_a_passage_to_oneself_changes_nothing() -> None:
    circle = (
        SENT,
        Event("e2", "forwarded", "X", 2, 2, "bob", "cid"),
        Event("e3", "forwarded", "X", 3, 3, "cid", "bob"),
    )
    itself = Event("e4", "forwarded", "X", 4, 4, "cid", "cid")
    for events in (circle, (*circle, itself)):
        found = traced(*events)
        assert {h.person: h.path for h in found.holders} == {"bob": ("e1",), "cid": ("e1", "e2")}
        assert all(h.supported for h in found.holders)
    alone = traced(Event("e4", "forwarded", "X", 4, 4, "eve", "eve"))
    assert [(h.person, h.supported) for h in alone.holders] == [("eve", False)]


def test_products_derived_from_one_another_in_a_circle_are_one_family() -> None:
    world = replace(
        PLAIN,
        originator={"X": "origin", "Y": "origin"},
        issued={"X": 0, "Y": 0},
        derived_from={"X": ("Y",), "Y": ("X",)},
    )
    events = table([SENT, Event("e2", "disseminated", "Y", 2, 2, "ann", "cid")])
    for product in ("X", "Y"):
        found = trace(product, register(world), events, supported=True)
        assert {h.person for h in found.holders} == {"bob", "cid"}
    assert witnesses("X", "cid", register(world), events).earliest is not None


def test_what_happened_before_the_product_existed_counts_as_recorded() -> None:
    world = replace(PLAIN, issued={"X": 9})
    assert set(levels(traced(SENT, world=world))) == {"bob"}


def test_an_interval_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(BadInput, match=r"ends .* before it starts"):
        Interval(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))


def test_a_group_within_itself_adds_nothing() -> None:
    world = replace(
        PLAIN, groups={"list": [("list", 0, 99), ("loop", 0, 99), ("bob", 0, 99)], "loop": [("list", 0, 99)]}
    )
    found = traced(Event("e1", "disseminated", "X", 1, 1, "ann", "list"), world=world)
    assert set(levels(found)) == {"bob"}


def test_a_cut_off_before_everything_leaves_nobody() -> None:
    found = traced(SENT, before=-5)
    assert (found.holders, found.transfers, found.gaps) == ((), (), ())


def test_an_unknown_product_or_portion_is_said() -> None:
    for product, portion, field in (("Y", None, "product"), ("X", "9", "portion")):
        with pytest.raises(BadInput) as fault:
            trace(product, register(PLAIN), table([SENT]), portion=portion)
        assert fault.value.field == field


def test_an_event_to_a_very_long_list_reaches_everybody_on_it() -> None:
    """Twenty thousand here; time and memory grow with the list, and a million differ in nothing else."""
    size = 20_000
    world = replace(PLAIN, groups={"list": [(f"n{n}@x.example", 0, 99) for n in range(size)]})
    known, events = register(world), table([Event("e1", "disseminated", "X", 1, 1, "ann", "list")])
    found = trace("X", known, events, supported=True)
    assert len(found.holders) == size
    assert all(holder.path == ("e1",) for holder in found.holders)
    assert witnesses("X", "n5@x.example", known, events).every_path.events == ("e1",)
