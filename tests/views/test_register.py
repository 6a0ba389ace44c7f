"""The register: the latest record counts, retracted batches do not, and names are never guessed at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tearline.ledger import Ledger, create_keys, create_ledger
from tearline.records.kinds import Stream
from tearline.records.parties import Party, PartyKind
from tearline.records.times import parse_instant
from tearline.views.register import Register

DAY = "2026-03-14T00:00:00Z"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return create_ledger(tmp_path / "ledger", create_keys(tmp_path / "keys"))


def put(ledger: Ledger, stream: Stream, *rows: dict[str, Any]) -> None:
    ledger.append(stream, [json.dumps({"batch": "b1", **row}) for row in rows])


def person(identifier: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": identifier, "name": name, "organisation": "ORG", "valid_from": "2026-01-01T00:00:00Z", **more}


def read(ledger: Ledger) -> Register:
    return Register.read(ledger, ledger.state())


def test_later_records_supersede_and_the_earlier_state_stays_readable(ledger: Ledger) -> None:
    put(ledger, Stream.ORGANISATIONS, {"id": "ORG", "name": "Old name", "kind": "recipient"})
    before = ledger.state()
    put(ledger, Stream.ORGANISATIONS, {"id": "ORG", "name": "New name", "kind": "recipient"})
    assert read(ledger).organisations["ORG"].name == "New name"
    assert Register.read(ledger, before).organisations["ORG"].name == "Old name"


def test_several_rows_are_one_person_with_periods(ledger: Ledger) -> None:
    put(
        ledger,
        Stream.PEOPLE,
        person(
            "p1",
            "Anna Verel",
            valid_from="2026-06-01T00:00:00Z",
            position="Director",
            accounts=["mail:a@x.example"],
        ),
        person("p1", "Anna Verel", valid_to="2026-06-01T00:00:00Z", position="Analyst"),
    )
    found = read(ledger).people["p1"]
    assert [period.position for period in found.periods] == ["Analyst", "Director"]
    at = parse_instant("2026-06-01")
    assert [period.position for period in found.periods_at(at)] == ["Director"], "periods are half-open"


def test_a_retracted_batch_no_longer_counts(ledger: Ledger) -> None:
    put(ledger, Stream.PEOPLE, person("p1", "Anna Verel"))
    put(ledger, Stream.BATCHES, {"batch": "b2", "kind": "retraction", "retracts": "b1", "reason": "wrong file"})
    assert read(ledger).people == {}


def test_a_name_is_resolved_by_id_account_address_or_a_name_only_one_person_has(ledger: Ledger) -> None:
    put(
        ledger,
        Stream.PEOPLE,
        person("p1", "Anna Verel", accounts=["mail:a.verel@x.example", "portal:averel"]),
        person("p2", "Bo Lund", accounts=["portal:shared"]),
        person("p3", "Bo Lund", accounts=["portal:shared"]),
    )
    register = read(ledger)
    anna = Party(PartyKind.PERSON, "p1")
    for raw in ("p1", "mail:a.verel@x.example", "A.Verel@X.example", "portal:averel", "anna  verel"):
        assert register.resolve(raw) == anna, raw
    for raw in ("Bo Lund", "portal:shared", "somebody"):
        assert register.resolve(raw) == Party(PartyKind.NAME, raw), raw


def test_a_persons_decision_on_a_name_outlives_any_machines(ledger: Ledger) -> None:
    put(ledger, Stream.PEOPLE, person("p1", "Anna Verel"), person("p2", "Ann Verel"))
    put(
        ledger,
        Stream.IDENTITIES,
        {"name": "Verel, A", "person": "p2", "by": "reviewer"},
        {"name": "Verel, A", "person": "p1", "by": "machine"},
        {"name": "Anna Verel", "person": None, "by": "reviewer"},
    )
    register = read(ledger)
    assert register.resolve("verel, a") == Party(PartyKind.PERSON, "p2")
    assert register.resolve("Anna Verel") == Party(PartyKind.NAME, "Anna Verel")


def test_groups_stand_for_their_members_of_the_day(ledger: Ledger) -> None:
    put(ledger, Stream.PEOPLE, *(person(f"p{i}", f"Person {i}") for i in range(1, 4)))
    put(
        ledger,
        Stream.GROUPS,
        {"id": "g", "name": "List", "member": "p1", "valid_from": "2026-01-01T00:00:00Z"},
        {"id": "g", "name": "List", "member": "p2", "valid_from": "2026-03-14T12:00:00Z"},
        {"id": "g", "name": "List", "member": "inner", "valid_from": "2026-01-01T00:00:00Z"},
        {"id": "inner", "name": "Inner", "member": "p3", "valid_from": "2026-01-01T00:00:00Z"},
        {"id": "inner", "name": "Inner", "member": "g", "valid_from": "2026-01-01T00:00:00Z"},
        {"id": "g", "name": "List", "member": "left", "valid_from": "2026-01-01T00:00:00Z", "valid_to": DAY},
    )
    found = read(ledger).members("g", parse_instant("2026-03-14"), parse_instant("2026-03-14T23:00:00Z"))
    assert found == {
        Party(PartyKind.PERSON, "p1"): True,
        Party(PartyKind.PERSON, "p2"): False,
        Party(PartyKind.PERSON, "p3"): True,
    }


def test_a_family_is_a_product_and_its_descendants_even_in_a_circle(ledger: Ledger) -> None:
    def product(identifier: str, *parents: str) -> dict[str, Any]:
        return {
            "id": identifier,
            "title": identifier,
            "originator": "ORG",
            "issued_at": "2026-01-01T00:00:00Z",
            "marking": "SECRET",
            "portions": [{"id": "1", "text": "x"}],
            "derived_from": list(parents),
        }

    put(ledger, Stream.PRODUCTS, product("a", "c"), product("b", "a"), product("c", "b"), product("d"))
    register = read(ledger)
    assert register.family("a") == ("a", "b", "c")
    assert register.family("d") == ("d",)
    assert register.products["a"].portions[0].marking == "SECRET"
