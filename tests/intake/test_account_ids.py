"""Logins, addresses and security identifiers of one account."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_world import ORGANISATIONS, PEOPLE, PRODUCTS, lines
from test_reader_windows import used

from tearline.intake import Place, decide_different, load, retract, take_in
from tearline.intake.account_ids import login_of, own_sid, same_accounts
from tearline.records.parties import PartyKind
from tearline.views.register import Register

SID = "S-1-5-21-1004336348-1177238915-682003330-1104"
OTHER = "S-1-5-21-1004336348-1177238915-682003330-1105"
EMPTY = Register({}, {}, {}, {}, {}, {}, {}, (), frozenset())


@pytest.mark.parametrize(
    "text",
    ["S-1-5-18", "S-1-5-32-544", SID.rsplit("-", 1)[0] + "-500", "S-1-5-21-1-2", "", None, "jroy", SID + "-9x"],
)
def test_what_is_no_account_of_its_own(text: str | None) -> None:
    assert own_sid(text) is None


def links(shown: dict[tuple[str, str], int], decided: tuple[str, ...] = ()) -> dict[str, str]:
    return {link.name: link.same_as for link in same_accounts(EMPTY, decided, shown).links}


def test_a_login_and_an_address_beside_one_identifier_are_one_account() -> None:
    shown = {("jroy", SID): 9, ("BETA\\jroy", SID): 2, ("J.Roy@beta.example", OTHER): 1, ("j.roy", OTHER): 1}
    assert links(shown) == {
        SID: "jroy",
        "BETA\\jroy": "jroy",
        OTHER: "j.roy",
        "J.Roy@beta.example": "j.roy",
    }


def test_a_renamed_account_and_a_login_of_two_domains_are_left_to_a_person() -> None:
    found = same_accounts(
        EMPTY, (), {("jroy", SID): 9, ("jsmith", SID): 1, ("guest1", SID): 1, ("guest1", OTHER): 1}
    )
    assert {link.name: link.same_as for link in found.links} == {SID: "jroy"}
    assert {(tie.one, tie.other) for tie in found.open} == {("jsmith", "jroy"), ("guest1", SID), ("guest1", OTHER)}


def test_what_is_decided_is_left_alone() -> None:
    assert links({("jroy", SID): 9, ("BETA\\jroy", SID): 2}, (SID, "BETA\\jroy")) == {}


_names = st.sampled_from(["jroy", "BETA\\jroy", "jroy@beta.example", "lchen", "lchen@beta.example", "JROY"])


@given(shown=st.dictionaries(st.tuples(_names, st.sampled_from([SID, OTHER, "S-1-5-18"])), st.integers(1, 9)))
def test_only_equal_logins_join_and_no_name_twice(shown: dict[tuple[str, str], int]) -> None:
    found = same_accounts(EMPTY, (), shown)
    for link in found.links:
        beside = {sid for name, sid in shown if name in (link.name, link.same_as) and own_sid(sid)}
        assert link.name != link.same_as
        if own_sid(link.name) is None:
            assert login_of(link.name) == login_of(link.same_as)
            assert len(beside) == 1
    assert len({link.name for link in found.links}) == len(found.links)


@pytest.fixture
def loaded(place: Place, tmp_path: Path) -> Place:
    for name, text in (
        ("organisations.csv", ORGANISATIONS),
        ("people.csv", PEOPLE),
        ("products.jsonl", lines(PRODUCTS)),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    load(place, [tmp_path / name for name in ("organisations.csv", "people.csv", "products.jsonl")])
    return place


def who(place: Place, name: str) -> tuple[PartyKind, str]:
    found = Register.read(place.ledger, place.ledger.state()).resolve(name)
    return found.kind, found.id


def log(tmp_path: Path, name: str, *events: str) -> Path:
    path = tmp_path / name
    path.write_text("\n".join(events), encoding="utf-8")
    return path


def again(event: str) -> str:
    """The log's next record."""
    assert "<EventRecordID>8<" in event
    return event.replace("<EventRecordID>8<", "<EventRecordID>9<")


def test_an_identifier_in_a_later_log_is_whom_an_earlier_one_showed_beside_it(
    loaded: Place, tmp_path: Path
) -> None:
    """`jroy` is a person's account; the second log knows only the number."""
    first = log(tmp_path, "first.xml", used(SubjectUserName="jroy", SubjectUserSid=SID))
    batch = take_in(loaded, [first], organisation="BETA").batch
    take_in(loaded, [log(tmp_path, "second.xml", again(used(SubjectUserName="-", SubjectUserSid=SID)))])
    assert who(loaded, SID) == (PartyKind.PERSON, "p1")
    assert batch is not None
    retract(loaded, batch, "wrong file")
    assert who(loaded, SID) == (PartyKind.NAME, SID)


def test_a_person_s_word_stands(loaded: Place, tmp_path: Path) -> None:
    first = log(tmp_path, "first.xml", used(SubjectUserName="unknown9", SubjectUserSid=SID))
    take_in(loaded, [first])
    assert who(loaded, SID) == (PartyKind.NAME, "unknown9")
    decide_different(loaded, SID, "unknown9", "the account was given to somebody else")
    take_in(loaded, [log(tmp_path, "b.xml", again(used(SubjectUserName="unknown9", SubjectUserSid=SID)))])
    assert who(loaded, SID) == (PartyKind.NAME, SID)
