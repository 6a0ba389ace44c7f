"""Links between names as they are recorded, decided on by people, and taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tearline.intake import (
    Place,
    decide_different,
    decide_same,
    join,
    list_identities,
    load,
    record,
    retract,
)
from tearline.intake.joining import Identities
from tearline.ledger import create_keys, create_ledger
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream
from tearline.records.parties import Party, PartyKind
from tearline.views.register import Register

PRODUCT = {
    "id": "R1",
    "title": "Grain",
    "originator": "SVC",
    "issued_at": "2025-03-10",
    "marking": "SECRET",
    "portions": [{"id": "1", "text": "Barley by night."}],
}
PEOPLE = "id,name,organisation\np1,Jane Roy,SVC\np2,Elodie Marchevent,SVC\n"
A, B, C = "Hartwell, Edmund", "Edmund Hartwell", "ehartwell@svc.example"


class World:
    """A workspace's ledger, and the names its events bear."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = Place(create_ledger(folder / "ledger", create_keys(folder / "keys")), folder, "registrar")
        self.load("organisations.csv", "id,name,kind\nSVC,Service,originator\n")
        self.load("products.jsonl", json.dumps(PRODUCT))
        self.names: dict[str, int] = {}
        self._numbers: Iterator[int] = iter(range(1_000))

    def load(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")
        load(self.place, [self.folder / name])

    def opened(self, *names: str) -> str:
        """One batch in which each of `names` opened the product."""
        rows = [
            {"id": f"e{next(self._numbers)}", "kind": "opened", "product": "R1", "at": "2025-03-11", "actor": name}
            for name in names
        ]
        self.names |= dict.fromkeys(names, 1)
        (self.folder / "events.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        return str(load(self.place, [self.folder / "events.jsonl"]).batch)

    @property
    def register(self) -> Register:
        return Register.read(self.place.ledger, self.place.ledger.state())

    def who(self, *names: str) -> set[str]:
        return {self.register.resolve(name).id for name in names}

    def listed(self) -> Identities:
        return list_identities(self.place.ledger, self.place.ledger.state(), self.register, self.names, {})


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_names_of_one_batch_that_are_the_same_are_one_holder(world: World) -> None:
    batch = world.opened(A, B, C, "Somebody Else")
    assert len(world.who(A, B, C)) == 1
    assert len(world.who(A, B, C, "Somebody Else")) == 2
    links = {link.name: link for link in world.listed().links}
    assert len(links) == 2
    assert all(link.reason and link.score and link.by == "machine" for link in links.values())
    retract(world.place, batch, "wrong file")
    assert world.who(A, B, C) == {A, B, C}, "what a batch joined goes with it; the names are as they were written"


def test_the_directory_that_comes_later_names_them_all(world: World) -> None:
    world.opened(A, B, C)
    world.load("people.csv", "id,name,organisation\np9,Edmund Hartwell,SVC\n")
    assert "p9" in world.who(A, B, C)
    join(world.place, world.names, {})
    assert world.who(A, B, C) == {"p9"}


def test_a_name_is_joined_to_a_known_person_and_to_names_that_came_before(world: World) -> None:
    world.load("people.csv", PEOPLE)
    world.opened("Marchevant, Elodie", "emarchevent@svc.example")
    assert world.who("Marchevant, Elodie", "emarchevent@svc.example") == {"p2"}
    world.opened(A, B)
    world.opened(C)
    assert len(world.who(A, B, C)) == 1


def test_names_that_stood_alone_are_joined_when_all_are_compared(world: World) -> None:
    world.opened(A)
    world.opened(B)
    assert world.who(A, B) == {A, B}
    ready = world.listed()
    assert [{tie.one, tie.other} for tie in ready.open] == [{A, B}]
    assert join(world.place, world.names, {}) == 1
    assert len(world.who(A, B)) == 1
    assert join(world.place, world.names, {}) == 0
    assert world.listed().open == ()
    assert world.listed().unresolved == 2


def test_a_persons_decision_stands_before_any_machines(world: World) -> None:
    world.load("people.csv", PEOPLE)
    world.opened(A, B, C)
    decide_different(world.place, C, A, "he left before the address was made")
    assert world.who(C) == {C}
    assert len(world.who(A, B)) == 1
    world.opened(C, "EHARTWELL@svc.example")
    join(world.place, world.names, {})
    assert world.who(C) == {C}, "no machine joins again what a person took apart"
    decide_same(world.place, C, "p1", "she says so")
    assert world.who(C) == {"p1"}
    decide_same(world.place, A, C, "asked both")
    assert world.who(A, C) == {"p1"}
    decide_different(world.place, A, "p1", "asked again")
    assert world.who(A) != {"p1"}
    last = [link for link in world.listed().links if link.name == C]
    assert [(link.same_as, link.by, link.reason) for link in last] == [("p1", "registrar", "she says so")]


def test_a_name_that_looks_like_somebodys_can_be_said_to_be_nobodys(world: World) -> None:
    world.load("people.csv", PEOPLE)
    world.opened("Jane Roy")
    assert world.who("Jane Roy") == {"p1"}
    decide_different(world.place, "Jane Roy", "p1", "a visitor of the same name")
    assert world.register.resolve("Jane Roy") == Party(PartyKind.NAME, "Jane Roy")


def test_two_names_told_apart_stay_apart_whichever_stood_for_the_other(world: World) -> None:
    world.opened(A, B)
    decide_different(world.place, A, B, "father and son")
    assert world.who(A, B) == {A, B}
    join(world.place, world.names, {})
    assert world.who(A, B) == {A, B}
    decide_same(world.place, A, B, "it was one after all")
    decide_same(world.place, B, A, "the same, said the other way round")
    assert len(world.who(A, B)) == 1


@pytest.mark.parametrize(
    ("name", "other", "reason"),
    [("p1", A, "why"), (A, "SVC", "why"), (A, "p1", "  "), (A, A, "why")],
)
def test_what_is_no_decision(world: World, name: str, other: str, reason: str) -> None:
    world.load("people.csv", PEOPLE)
    with pytest.raises(BadInput):
        decide_same(world.place, name, other, reason)


def test_an_entry_by_hand_is_linked_too(world: World) -> None:
    world.opened(A, B)
    entry: dict[str, Any] = {"kind": "opened", "product": "R1", "actor": C, "at": "2025-03-12"}
    record(world.place, entry)
    assert len(world.who(A, B, C)) == 1
    stored = list(world.place.ledger.bodies(Stream.IDENTITIES, world.place.ledger.state()))
    assert {body["name"] for body in stored} <= {A, B, C}
