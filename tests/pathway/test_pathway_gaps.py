"""Gaps: where the record is silent, and only there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from pathway_reference import Event, World
from pathway_worlds import at, register, table, worlds

from tearline.engine import LocalEngine
from tearline.ledger import create_keys, create_ledger
from tearline.pathway import survey_logs, trace
from tearline.records.events import STORED_EVENTS
from tearline.records.kinds import GapKind, Stream
from tearline.records.naming import mention
from tearline.records.pathways import Gap
from tearline.records.people import Organisation
from tearline.views.events import EventsView
from tearline.views.register import Register

DAY = 86_400_000_000
G = GapKind


def world(*events: Event, **more: object) -> World:
    plain: dict[str, object] = {
        "posts": {"ann": [("origin", 0, 99)], "bob": [("other", 0, 99)], "cid": [("other", 0, 99)]},
        "groups": {"list": [("bob", 0, 10**15)]},
        "organisations": frozenset({"origin", "other"}),
        "originator": {"X": "origin"},
        "issued": {"X": 0},
        "authors": {},
        "derived_from": {},
        "events": events,
    }
    return World(**{**plain, **more})  # type: ignore[arg-type]


def gaps(told: World, known: Register | None = None, events: pa.Table | None = None) -> dict[G, list[Gap]]:
    answer = trace("X", known or register(told), events if events is not None else table(told.events))
    found: dict[G, list[Gap]] = {}
    for gap in answer.gaps:
        found.setdefault(gap.kind, []).append(gap)
    for holder in answer.holders:
        assert holder.gaps == tuple(gap.id for gap in answer.gaps if gap.person == holder.person)
    return found


def test_a_complete_record_has_no_gap() -> None:
    told = world(
        Event("e1", "disseminated", "X", 1, 1, "ann", "bob"),
        Event("e2", "received", "X", 2, 2, "bob"),
        Event("e3", "printed", "X", 3, 3, "bob"),
        Event("e4", "forwarded", "X", 4, 4, "bob", "cid"),
        Event("e5", "opened", "X", 5, 5, "cid"),
        Event("e6", "destroyed", "X", 6, 6, "bob"),
    )
    assert gaps(told) == {}


def test_used_without_recorded_delivery() -> None:
    told = world(
        Event("e1", "opened", "X", 1, 1, "bob"),
        Event("e2", "opened", "X", 2, 2, "bob"),
        Event("e3", "delivered", "X", 5, 5, "ann", "bob"),
    )
    (gap,) = gaps(told)[G.OPENED_WITHOUT_DELIVERY]
    assert (gap.person, gap.organisation, gap.events) == ("bob", "other", ("e1", "e2"))
    assert mention("bob") in gap.says
    assert "bob" not in gap.says.replace(mention("bob"), "")


@pytest.mark.parametrize(
    "arrival",
    [
        Event("e0", "disseminated", "X", 1, 1, "ann", "bob"),
        Event("e0", "received", "X", 1, 1, "bob"),
        Event("e0", "disseminated", "X", 1, 1, "ann", "list"),
        Event("e0", "delivered", "X", 0, 5, None, "bob"),
    ],
)
def test_any_recorded_arrival_by_then_explains_a_use(arrival: Event) -> None:
    told = world(arrival, Event("e1", "opened", "X", 1, 1, "bob"))
    assert G.OPENED_WITHOUT_DELIVERY not in gaps(told)


def test_a_source_product_explains_work_on_what_is_derived_from_it_but_not_the_other_way() -> None:
    family = {
        "originator": {"X": "origin", "D": "origin"}, "issued": {"X": 0, "D": 0}, "derived_from": {"D": ("X",)}
    }  # fmt: skip
    had_source = world(
        Event("e1", "delivered", "X", 1, 1, "ann", "bob"),
        Event("e2", "forwarded", "D", 2, 2, "bob", "cid"),
        **family,
    )
    had_derived = world(
        Event("e1", "delivered", "D", 1, 1, "ann", "bob"),
        Event("e2", "forwarded", "X", 2, 2, "bob", "cid"),
        **family,
    )
    assert G.SENDER_WITHOUT_POSSESSION not in gaps(had_source)
    assert [gap.events for gap in gaps(had_derived)[G.SENDER_WITHOUT_POSSESSION]] == [("e2",)]


def test_passed_on_without_recorded_possession() -> None:
    told = world(
        Event("e1", "forwarded", "X", 1, 1, "bob", "cid"),
        Event("e2", "forwarded", "X", 2, 2, "list", "cid"),
        Event("e3", "delivered", "X", 2, 2, "other", "cid"),
        Event("e4", "delivered", "X", 0, 0, "origin", "ann"),
    )
    found = gaps(told)[G.SENDER_WITHOUT_POSSESSION]
    assert {(gap.person, gap.organisation, gap.events) for gap in found} == {
        ("bob", "other", ("e1",)),
        (None, "other", ("e3",)),
    }
    assert gaps(told)[G.SHARED_ACCOUNT][0].says.startswith("X was handled once in the name of list")


def test_an_event_does_not_vouch_for_itself() -> None:
    for sender in ("bob", "list"):
        told = world(Event("e1", "forwarded", "X", 1, 1, sender, sender))
        assert len(gaps(told)[G.SENDER_WITHOUT_POSSESSION]) == 1


def test_sent_where_receipts_are_recorded_but_this_one_is_not() -> None:
    told = world(
        Event("e1", "disseminated", "X", 0, 0, "ann", "bob"),
        Event("e2", "disseminated", "X", 0, 0, "ann", "cid"),
        Event("e3", "received", "X", 9 * DAY, 9 * DAY, "cid"),
    )
    (gap,) = gaps(told)[G.DELIVERED_WITHOUT_RECEIPT]
    assert gap.person == "bob"
    early = trace("X", register(told), table(told.events), before=at(8 * DAY))
    assert early.gaps == (), "where no receipt is recorded yet, none is missing"


def test_prints_are_accounted_for_by_person_or_by_copy_number() -> None:
    told = world(
        Event("e1", "delivered", "X", 0, 0, "ann", "bob"),
        Event("e2", "printed", "X", 1, 1, "bob"),
        Event("e3", "printed", "X", 5, 5, "bob"),
        Event("e4", "destroyed", "X", 3, 3, "bob"),
        Event("e5", "returned", "X", 9, 9, "cid"),
    )
    assert gaps(told)[G.PRINT_UNACCOUNTED][0].events == ("e3",)
    copies = [{"e3": "7", "e5": "7"}.get(event.id) for event in told.events]
    events = table(told.events).set_column(
        STORED_EVENTS.get_field_index("copy"), "copy", pa.array(copies, pa.string())
    )
    assert G.PRINT_UNACCOUNTED not in gaps(told, events=events)


def test_a_login_that_people_share_and_a_name_nobody_knows() -> None:
    told = world(
        Event("e1", "opened", "X", 1, 1, "portal:watch"), Event("e2", "disseminated", "X", 2, 2, "ann", "J. Doe")
    )
    known = register(told)
    people = {key: replace(person, accounts=("portal:watch",)) for key, person in known.people.items()}
    found = gaps(told, replace(known, people=people))
    assert [gap.person for gap in found[G.SHARED_ACCOUNT]] == ["portal:watch"]
    assert G.OPENED_WITHOUT_DELIVERY not in found
    assert "3 people" in found[G.SHARED_ACCOUNT][0].says
    assert [(gap.person, gap.events) for gap in found[G.UNRESOLVED_NAME]] == [("J. Doe", ("e2",))]


def test_expiry_is_what_the_organisation_says_or_the_usual() -> None:
    told = world(Event("e1", "printed", "X", 0, 0, "bob"))
    usual = gaps(told)[G.PRINT_UNACCOUNTED][0]
    assert (usual.system, usual.expires) == ("print", at(30 * DAY))
    known = register(told)
    other = known.organisations["other"]
    stated = Organisation(other.id, other.name, other.kind, retention={"print": 7})
    own = gaps(told, replace(known, organisations={**known.organisations, "other": stated}))[G.PRINT_UNACCOUNTED][
        0
    ]
    assert own.expires == at(7 * DAY)
    assert own.id == usual.id


def test_a_gap_keeps_its_id() -> None:
    told = world(Event("e1", "opened", "X", 1, 1, "bob"))
    more = replace(told, events=(*told.events, Event("e2", "opened", "X", 2, 2, "cid")))
    first = gaps(told)[G.OPENED_WITHOUT_DELIVERY][0]
    assert first in gaps(more)[G.OPENED_WITHOUT_DELIVERY]


@settings(max_examples=200, deadline=None)
@given(worlds(products=2, most=8))
def test_whoever_a_chain_supports_has_no_unexplained_use(told: World) -> None:
    answer = trace("X0", register(told), table(told.events))
    unsupported = {transfer.event for transfer in answer.transfers if not transfer.supported}
    for gap in answer.gaps:
        if gap.kind is G.SENDER_WITHOUT_POSSESSION:
            assert set(gap.events) <= unsupported


@pytest.fixture
def surveyed(tmp_path: Path) -> tuple[Register, EventsView, pa.Table]:
    """Sixty days of a portal's log at `other`, ten of them missing; nothing at all from `third`."""
    ledger = create_ledger(tmp_path / "ledger", create_keys(tmp_path / "keys"))
    start = datetime(2026, 3, 1, tzinfo=UTC)
    told = []
    for day in range(60):
        if 30 <= day < 40 or day % 7 in (5, 6):
            continue
        for n in range(6):
            moment = (start + timedelta(days=day, minutes=n)).isoformat()
            told.append(
                {"kind": "opened", "product": "Y", "at_earliest": moment, "actor": "cid", "system": "portal"}
            )
    told.append(
        {"kind": "delivered", "product": "X", "at_earliest": start.isoformat(), "actor": "ann", "recipient": "bob"}
    )
    told.append(
        {"kind": "delivered", "product": "X", "at_earliest": start.isoformat(), "actor": "ann", "recipient": "dan"}
    )
    ledger.append(
        Stream.EVENTS,
        [
            json.dumps({"actor": None, "recipient": None, "system": None, "organisation": None, "basis": None,
                        "copy": None, "detail": {}, "batch": "b", "id": f"e{n}",
                        "at_latest": event["at_earliest"], **event})
            for n, event in enumerate(told)
        ],
    )  # fmt: skip
    posts = {
        "ann": [("origin", 0, 99)],
        "bob": [("other", 0, 99)],
        "cid": [("other", 0, 99)],
        "dan": [("third", 0, 99)],
    }
    here = world(
        posts=posts, organisations=frozenset({"origin", "other", "third"}),
        originator={"X": "origin", "Y": "origin"}, issued={"X": 0, "Y": 0},
    )  # fmt: skip
    view = EventsView(tmp_path / "view", ledger, LocalEngine(tmp_path / "scratch"))
    return register(here), view, view.of_products(["X"], ledger.state())


def test_holes_in_logs_and_logs_that_are_missing(surveyed: tuple[Register, EventsView, pa.Table]) -> None:
    known, view, events = surveyed
    logs = survey_logs(known, view, view._ledger.state())
    found = {
        gap.kind: gap for gap in trace("X", known, events, logs=logs).gaps if gap.kind in (G.LOG_HOLE, G.NO_LOG)
    }
    hole = found[G.LOG_HOLE]
    assert (hole.organisation, hole.system) == ("other", "portal")
    assert "from 2026-03-31 until 2026-04-12" in hole.says
    assert hole.silent_from == datetime(2026, 3, 31, tzinfo=UTC)
    assert hole.silent_to == datetime(2026, 4, 12, tzinfo=UTC)
    before_hole = trace("X", known, events, logs=logs, before=datetime(2026, 3, 20, tzinfo=UTC))
    assert G.LOG_HOLE not in {gap.kind for gap in before_hole.gaps}
    missing = {(g.organisation, g.system) for g in trace("X", known, events, logs=logs).gaps if g.kind is G.NO_LOG}
    assert missing == {("other", "mail"), ("third", None)}
