"""Who a raw name is: only where it can be said why."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tearline.intake.identities import Linker, Name, parse_name
from tearline.records.kinds import AccessBasis
from tearline.records.people import Period, Person
from tearline.views.register import Register

SINCE = datetime(2025, 1, 1, tzinfo=UTC)


def person(identifier: str, name: str, *accounts: str) -> Person:
    period = Period("ACME", None, None, (), AccessBasis.CLEARANCE, SINCE, None)
    return Person(identifier, name, (period,), accounts)


def linker(*people: Person, decided: tuple[str, ...] = ()) -> Linker:
    empty: dict[str, object] = {}
    register = Register(
        **dict.fromkeys(Register.__dataclass_fields__, empty)  # type: ignore[arg-type]
        | {"people": {one.id: one for one in people}, "retracted": frozenset(), "declarations": ()}
    )
    return Linker(register, decided)


PEOPLE = (
    person("p1", "Jane Roy", "mail:j.roy@pco.example"),
    person("p2", "Jacob J Sullivan", "mail:sullivanjj@state.example"),
    person("p3", "Anne-Marie Slaughter"),
    person("p4", "Élodie Marchevent-Dubois"),
    person("p5", "William B Hart"),
    person("p6", "William T Hart"),
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Roy, Jane (PCO/BCP)", Name("jane", "roy", ())),
        ("Jane M. Roy", Name("jane", "roy", ("m",))),
        ("Hon. Jane Roy", Name("jane", "roy", ())),
        ("ROY, JANE", Name("jane", "roy", ())),
        ("Marchevent-Dubois, Élodie", Name("elodie", "marcheventdubois", ())),
        ("H", None),
        ("Ops", None),
        ("", None),
    ],
)
def test_a_name_taken_apart(text: str, name: Name | None) -> None:
    assert parse_name(text) == name


@pytest.mark.parametrize(
    ("raw", "who"),
    [
        ("Roy, Jane (PCO/BCP)", "p1"),
        ("Jane Q. Roy <j.roy@pco.example>", "p1"),
        ("Somebody Else <J.Roy@PCO.example>", "p1"),
        ("jane.roy@elsewhere.example", "p1"),
        ("Sullivan, Jacob", "p2"),
        ("Sullivan, Jacob J <nobody@x.example>", "p2"),
        ("Slaughter, Anne-Marie", "p3"),
        ("Marchevent-Dubois, Elodie", "p4"),
        ("Marchevant-Dubois, Elodie", "p4"),
        ("Hart, William T", "p6"),
        ("Hart, William", None),
        ("Hart, William X", None),
        ("Sullivan, Jane", None),
        ("Roy, J", None),
        ("j.roy@elsewhere.example", None),
        ("H", None),
        ("S", None),
        ("ops team", None),
        ("x" * 5000, None),
    ],
)
def test_links(raw: str, who: str | None) -> None:
    link = linker(*PEOPLE).link(raw)
    assert (link.person if link else None) == who
    if link is not None:
        assert link.reason
        assert 0.9 <= link.score <= 1
        assert link.name == raw


def test_what_is_decided_is_left_alone() -> None:
    assert linker(*PEOPLE, decided=("Roy, Jane",)).link("Roy, Jane") is None


def test_two_people_of_one_name_stay_apart() -> None:
    assert linker(person("a", "Jane Roy"), person("b", "Jane Roy")).link("Roy, Jane") is None
