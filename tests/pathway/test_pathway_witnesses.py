"""Witnesses: held to an account that tries every way, and to the record with one event more or less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pathway_reference import Event, World, family, play, readings
from pathway_routes import ways
from pathway_worlds import END, at, register, table, worlds

from tearline.pathway import trace, witnesses
from tearline.records.errors import BadInput
from tearline.records.times import to_micros
from tearline.records.witnesses import Witnesses

ROUNDS = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BASE = to_micros(at(0))


def told(world: World, person: str, before: int = END, paths: int = 4) -> Witnesses:
    return witnesses("X0", person, register(world), table(world.events), before=at(before), paths=paths)


def people(world: World, before: int = END) -> list[str]:
    return [h.person for h in trace("X0", register(world), table(world.events), before=at(before)).holders]


def ticks(moment: object) -> int:
    return to_micros(moment) - BASE  # type: ignore[arg-type]


@ROUNDS
@given(worlds(products=2, most=7), st.integers(2, END))
def test_the_routes_are_the_earliest_of_all_ways(world: World, before: int) -> None:
    for person in people(world, before):
        every = ways(world, "X0", person, before)
        found = told(world, person, before)
        assert (found.earliest is None) is (not every)
        if found.earliest is None:
            continue
        routes = (found.earliest, *found.further)
        assert [ticks(route.arrives) for route in routes] == sorted(every.values())[:4]
        assert len({route.parties for route in routes}) == len(routes)
        for route in routes:
            assert every[route.parties] == ticks(route.arrives)


@ROUNDS
@given(worlds(products=2, most=7))
def test_a_route_alone_leads_to_the_holder_at_that_time(world: World) -> None:
    scope = family(world, "X0")
    for person in people(world):
        found = told(world, person)
        for route in filter(None, (found.earliest, *found.further)):
            events = [event for event in world.events if event.id in route.events]
            played = [play(world, events, scope, reading, sure=False) for reading in readings(events)]
            times = [time for held in played for (who, _), time in held.items() if who == person]
            assert min(times) <= ticks(route.arrives)
        if found.certain is not None:
            events = [event for event in world.events if event.id in found.certain.events]
            for reading in readings(events):
                held = play(world, events, scope, reading, sure=True)
                assert min(t for (who, _), t in held.items() if who == person) <= ticks(found.certain.arrives)


@ROUNDS
@given(worlds(products=2, most=7))
def test_the_surest_way_is_as_sure_as_the_trace_says(world: World) -> None:
    supported = trace("X0", register(world), table(world.events), before=at(END), supported=True).holders
    certain = {h.person: h.first_certain for h in supported}
    for person in people(world):
        found = told(world, person)
        assert (found.certain.arrives if found.certain else None) == certain.get(person)
        assert (found.earliest is not None) is (person in certain)


@ROUNDS
@given(worlds(products=2, most=6))
def test_what_every_way_runs_through(world: World) -> None:
    for person in people(world):
        every = ways(world, "X0", person, END)
        if not every:
            continue
        found = told(world, person).every_path
        shared = set.intersection(*(set(way[:-1]) for way in every))
        assert set(found.parties) == shared - {world.originator[name] for name in family(world, "X0")}
        for event in world.events:
            rest = replace(world, events=tuple(other for other in world.events if other != event))
            assert (event.id in found.events) is (not ways(rest, "X0", person, END))


@ROUNDS
@given(worlds(products=2, most=6), st.integers(3, END))
def test_a_record_that_would_close_a_gap_would_and_a_later_one_would_not(world: World, before: int) -> None:
    for person in people(world, before):
        found = told(world, person, before)
        assert (found.closers == ()) is (found.earliest is not None)
        for closer in found.closers:
            if closer.party == person or ticks(closer.by) < 0:
                continue
            # What reaches a list reaches the holder on it by that very record, however late.
            for late in (0,) if closer.party in world.groups else (0, 1):
                tick = ticks(closer.by) + late
                missing = Event("zz", "disseminated", "X0", tick, tick, None, closer.party)
                more = replace(world, events=(*world.events, missing))
                reached = {h.person for h in trace("X0", register(more), table(more.events), before=at(before),
                                                   supported=True).holders}  # fmt: skip
                if late == 0:
                    assert person in reached, closer
                elif tick < before and ticks(closer.by) < max(e.hi for e in world.events):
                    assert person not in reached, closer


PLAIN = World(
    posts={"ann": [("origin", 0, 99)], "bob": [("mid", 0, 99)], "cid": [("mid", 0, 99)], "dan": [("far", 0, 99)]},
    groups={},
    organisations=frozenset({"origin", "mid", "far"}),
    originator={"X0": "origin"},
    issued={"X0": 0},
    authors={},
    derived_from={},
    events=(
        Event("e1", "disseminated", "X0", 1, 1, "ann", "bob"),
        Event("e2", "disseminated", "X0", 1, 1, "ann", "cid"),
        Event("e3", "forwarded", "X0", 3, 3, "bob", "dan"),
        Event("e4", "forwarded", "X0", 4, 4, "cid", "dan"),
        Event("e5", "forwarded", "X0", 5, 5, "eve", "fay"),
    ),
)


def test_two_ways_through_one_organisation() -> None:
    found = told(PLAIN, "dan")
    assert found.earliest is not None
    assert (found.earliest.parties, found.earliest.events) == (("bob", "dan"), ("e1", "e3"))
    assert found.earliest.issued_by == "ann"
    assert [route.parties for route in found.further] == [("cid", "dan")]
    assert found.every_path.events == found.every_path.parties == ()
    assert found.every_path.organisations == ("mid",)


def test_a_break_names_whom_to_ask() -> None:
    found = told(PLAIN, "fay")
    assert found.earliest is None
    assert found.recorded == ("e5",)
    assert [(closer.party, ticks(closer.by)) for closer in found.closers] == [("eve", 5)]
    sender = trace("X0", register(PLAIN), table(PLAIN.events)).gaps
    assert set(found.closers[0].gaps) == {gap.id for gap in sender if gap.person == "eve"}


def test_somebody_who_does_not_hold_it_has_no_witnesses() -> None:
    for person, paths, field in (("gus", 3, "--holder"), ("dan", 0, "--paths")):
        with pytest.raises(BadInput) as fault:
            told(PLAIN, person, paths=paths)
        assert fault.value.field == field
