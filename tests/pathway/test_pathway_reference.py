"""The kernel against the slow account in `pathway_reference.py`, on worlds made up by Hypothesis."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pathway_reference import World, family, holdings, members_at, play, readings
from pathway_worlds import END, at, register, table, worlds

from tearline.pathway import trace
from tearline.records.pathways import Pathway

ROUNDS = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def answer(world: World, product: str, before: int, *, supported: bool, seed: int | None = None) -> Pathway:
    return trace(product, register(world), table(world.events, seed), before=at(before), supported=supported)


def is_author(world: World, person: str, before: int) -> bool:
    """Of the product asked about, once it is issued: such a holder needs no path."""
    issued = world.issued["X0"]
    return issued < before and any(person in members_at(world, author, issued) for author in world.authors["X0"])


def check(world: World, product: str, before: int, *, supported: bool) -> None:
    found = answer(world, product, before, supported=supported)
    expected = holdings(world, product, before, supported=supported)
    assert {h.person for h in found.holders} == set(expected)
    for holder in found.holders:
        right = expected[holder.person]
        assert (holder.level, holder.basis) == (right.level, right.basis), holder
        assert holder.first_possible == at(right.first), holder
        assert holder.first_certain == (None if right.certain is None else at(right.certain)), holder
        assert holder.supported == right.supported, holder


@ROUNDS
@given(worlds(), st.integers(1, END), st.booleans())
def test_one_product(world: World, before: int, supported: bool) -> None:
    check(world, "X0", before, supported=supported)


@ROUNDS
@given(worlds(products=3), st.integers(1, END), st.booleans())
def test_a_family(world: World, before: int, supported: bool) -> None:
    check(world, "X0", before, supported=supported)


@ROUNDS
@given(worlds(products=2, most=8), st.integers(0, 99), st.booleans())
def test_the_order_of_the_input_does_not_show(world: World, seed: int, supported: bool) -> None:
    assert answer(world, "X0", END, supported=supported) == answer(
        world, "X0", END, supported=supported, seed=seed
    )


@ROUNDS
@given(worlds(products=2, most=8), st.integers(1, END))
def test_supported_holders_are_holders(world: World, before: int) -> None:
    everybody = {h.person: h for h in answer(world, "X0", before, supported=False).holders}
    for holder in answer(world, "X0", before, supported=True).holders:
        assert everybody[holder.person].first_possible <= holder.first_possible
        assert everybody[holder.person].level >= holder.level
        assert everybody[holder.person].supported


@ROUNDS
@given(worlds(products=2, most=8))
def test_a_supported_path_alone_leads_to_the_holder_at_that_time(world: World) -> None:
    for holder in answer(world, "X0", END, supported=True).holders:
        if is_author(world, holder.person, END):
            assert holder.path == ()
            continue
        events = [event for event in world.events if event.id in holder.path]
        assert len(events) == len(holder.path)
        scope = family(world, "X0")
        played = [play(world, events, scope, reading, sure=False) for reading in readings(events)]
        times = [time for held in played for (who, _), time in held.items() if who == holder.person]
        assert at(min(times)) == holder.first_possible


@ROUNDS
@given(worlds(products=2, most=8), st.integers(1, END))
def test_a_path_ends_with_the_first_holding(world: World, before: int) -> None:
    events = {event.id: event for event in world.events}
    for holder in answer(world, "X0", before, supported=False).holders:
        path = [events[event] for event in holder.path]
        assert len(set(holder.path)) == len(path)
        if is_author(world, holder.person, before):
            assert not path
        elif path:
            found = holdings(replace(world, events=tuple(path), authors={}), "X0", END, supported=False)
            assert at(found[holder.person].first) == holder.first_possible
            assert all(one.lo <= other.hi for one, other in pairwise(path))
        else:
            assert holder.first_possible == at(world.issued["X1"])
