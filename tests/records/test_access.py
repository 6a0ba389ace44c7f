"""May this person, at that time, see this marking, and on what ground?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tearline.records.access import AccessAnswer, Asked, may_see, person_may_see
from tearline.records.kinds import AccessBasis
from tearline.records.markings import shipped_scheme
from tearline.records.people import Period, Person
from tearline.records.times import Interval, parse_instant, parse_interval

CANADA = shipped_scheme()
LANTERN = shipped_scheme("lantern")
SPRING = parse_instant("2026-04-01")
YEAR = (parse_instant("2026-01-01"), parse_instant("2027-01-01"))


def period(
    clearance: str | None,
    caveats: str = "",
    basis: str = "clearance",
    span: tuple[datetime, datetime | None] = YEAR,
) -> Period:
    return Period(
        organisation="harbour",
        position="Deputy Keeper of the Seal",
        clearance=clearance,
        caveats=tuple(filter(None, caveats.split(";"))),
        access_basis=AccessBasis(basis),
        valid_from=span[0],
        valid_to=span[1],
    )


def ask(held: Period | None, marking: str, at: datetime = SPRING) -> AccessAnswer:
    return may_see(held, CANADA.parse(marking), at, CANADA)


@pytest.mark.parametrize(
    ("clearance", "caveats", "basis", "marking", "allowed"),
    [
        # the level, by family
        ("SECRET", "", "clearance", "SECRET", True),
        ("SECRET", "", "clearance", "PROTECTED C", True),
        ("SECRET", "", "clearance", "TOP SECRET", False),
        ("TRÈS SECRET", "", "clearance", "TOP SECRET//PROTECTED B", True),
        ("Reliability status", "", "clearance", "PROTECTED B", True),
        ("Reliability status", "", "clearance", "CONFIDENTIAL", False),
        ("PROTECTED A", "", "clearance", "PROTECTED B", False),
        ("NONE", "", "clearance", "PROTECTED A", False),
        ("NONE", "", "clearance", "U", True),
        (None, "", "clearance", "SECRET", None),
        ("  ", "", "clearance", "SECRET", None),
        ("Vetted, level gold", "", "clearance", "SECRET", None),
        # office, statute and court
        (None, "", "office", "TOP SECRET//SI//CANADIAN EYES ONLY", True),
        (None, "", "statute", "TOP SECRET//SI", True),
        (None, "", "court", "TOP SECRET", True),
        ("RELIABILITY", "", "office", "TOP SECRET", True),
        (None, "", "office", "TOP SECRET//SI-G", False),
        (None, "GAMMA", "office", "TOP SECRET//SI-G", True),
        # special access
        ("TOP SECRET", "SI", "clearance", "TS//SI", True),
        ("TOP SECRET", "si;tk", "clearance", "TS//SI/TK", True),
        ("TS//SI", "", "clearance", "TS//SI", True),
        ("TOP SECRET", "", "clearance", "TS//SI", False),
        ("TOP SECRET", "TK", "clearance", "TS//SI", False),
        ("SECRET", "SI", "clearance", "TS//SI", False),
        (None, "", "clearance", "TS//SI", None),
        (None, "TK", "clearance", "TS//SI", False),
        # caveats that need a country
        ("SECRET", "CEO", "clearance", "SECRET//CANADIAN EYES ONLY", True),
        ("SECRET", "Réservé aux Canadiens", "clearance", "SECRET//CEO", True),
        ("SECRET", "CAN", "clearance", "SECRET//CEO", True),
        ("SECRET", "CEO", "clearance", "SECRET//REL TO CAN, FVEY", True),
        ("SECRET", "GBR", "clearance", "SECRET//CEO", False),
        ("SECRET", "GBR", "clearance", "SECRET//REL TO CAN, FVEY", True),
        ("SECRET", "FRA", "clearance", "SECRET//REL TO CAN, FVEY", False),
        ("SECRET", "FRA;CAN", "clearance", "SECRET//REL TO CAN, FVEY", True),
        ("SECRET", "CAN", "clearance", "SECRET//REL TO USA", True),
        ("SECRET", "FVEY", "clearance", "SECRET//REL TO CAN, FVEY", True),
        ("SECRET", "FVEY", "clearance", "SECRET//CEO", None),
        ("SECRET", "", "clearance", "SECRET//CEO", None),
        ("SECRET", "SI", "clearance", "SECRET//REL TO CAN, FVEY", None),
        ("SECRET", "GBR", "office", "SECRET//CEO", False),
        # caveats that need a name, or nothing
        ("SECRET", "CABINET CONFIDENCE", "clearance", "SECRET//CABINET CONFIDENCE", True),
        ("SECRET", "", "clearance", "SECRET//CABINET CONFIDENCE", None),
        (None, "", "office", "SECRET//CABINET CONFIDENCE", True),
        (None, "", "statute", "SECRET//CABINET CONFIDENCE", False),
        (None, "CABINET CONFIDENCE", "statute", "SECRET//CABINET CONFIDENCE", True),
        (None, "", "statute", "SECRET//SOLICITOR-CLIENT PRIVILEGE", True),
        ("SECRET", "", "clearance", "SECRET//ORCON", True),
        ("SECRET", "", "clearance", 'SECRET//"Room 4 only"', True),
        # no outweighs unknown
        (None, "GBR", "clearance", "SECRET//CEO", False),
    ],
)
def test_answers(clearance: str | None, caveats: str, basis: str, marking: str, allowed: bool | None) -> None:
    answer = ask(period(clearance, caveats, basis), marking)
    assert answer.allowed is allowed, answer
    assert bool(answer.obstacles) is (allowed is not True)
    assert any(o.certain for o in answer.obstacles) is (allowed is False)


def test_reasons_are_sentences_and_name_no_position() -> None:
    answer = ask(period("SECRET", "GBR"), "TS//SI//CEO")
    assert answer.ground == "clearance"
    assert answer.reason == (
        "Access at 2026-04-01T00:00:00Z is by clearance. "
        "The recorded clearance, SECRET, does not open TOP SECRET. "
        "SI access is not among what the record names. "
        "No country in the record is one CANADIAN EYES ONLY allows."
    )
    assert [o.asked for o in answer.obstacles] == [Asked.LEVEL, Asked.SPECIAL, Asked.CAVEAT]
    minister = ask(period(None, basis="office"), "TS//SI")
    assert minister.ground == "office"
    assert minister.reason == (
        "Access at 2026-04-01T00:00:00Z is by office, which takes no clearance: the level is no obstacle. "
        "The record meets all that TOP SECRET//SI asks for."
    )


def test_without_a_period_there_is_no_ground() -> None:
    for held in (None, period("TOP SECRET", span=(YEAR[1], None))):
        answer = ask(held, "PROTECTED A")
        assert (answer.allowed, answer.ground) == (False, "none")
        assert "no recorded ground for access at that time" in answer.reason
        assert ask(held, "UNCLASSIFIED//FOUO").allowed is True
    assert ask(None, "U").ground == "none needed"


def test_periods_are_half_open() -> None:
    held = period("SECRET")
    assert ask(held, "S", YEAR[0]).allowed is True
    assert ask(held, "S", YEAR[1] - timedelta(microseconds=1)).allowed is True
    assert ask(held, "S", YEAR[1]).allowed is False


def someone(*periods: Period) -> Person:
    return Person(id="p1", name="A", periods=periods)


def test_the_best_of_overlapping_periods_counts() -> None:
    both = someone(period("RELIABILITY"), period(None, basis="office"))
    answer = person_may_see(both, CANADA.parse("SECRET"), Interval(SPRING, SPRING), CANADA)
    assert (answer.allowed, answer.ground) == (True, "office")
    unknown = someone(period("RELIABILITY"), period(None))
    assert person_may_see(unknown, CANADA.parse("S"), Interval(SPRING, SPRING), CANADA).allowed is None


def test_an_uncertain_time_that_changes_the_answer_leaves_it_open() -> None:
    turn = parse_instant("2026-06-15T12:00:00Z")
    raised = someone(period("SECRET", span=(YEAR[0], turn)), period("TOP SECRET", span=(turn, None)))
    top = CANADA.parse("TOP SECRET")
    answer = person_may_see(raised, top, parse_interval("2026-06-15"), CANADA)
    assert answer.allowed is None
    assert "does not open TOP SECRET" in answer.reason
    assert "From 2026-06-15T12:00:00Z: Access" in answer.reason
    assert not any(o.certain for o in answer.obstacles)
    assert person_may_see(raised, top, parse_interval("2026-06-14"), CANADA).allowed is False
    assert person_may_see(raised, top, parse_interval("2026-06-16"), CANADA).allowed is True
    assert person_may_see(raised, CANADA.parse("S"), parse_interval("2026-06-15"), CANADA).allowed is True


def test_a_lapse_inside_the_interval_is_seen_though_both_ends_agree() -> None:
    lapsed = someone(
        period("SECRET", span=(YEAR[0], parse_instant("2026-03-05"))),
        period("SECRET", span=(parse_instant("2026-03-10"), None)),
    )
    answer = person_may_see(lapsed, CANADA.parse("SECRET"), parse_interval("2026-03"), CANADA)
    assert answer.allowed is None
    assert "no recorded ground" in answer.reason


def test_another_scheme_has_its_own_grounds() -> None:
    orchard = LANTERN.parse("GUARDED TWO//ORCHARD")
    assert may_see(period("beacon", "verger"), orchard, SPRING, LANTERN).allowed is True
    assert may_see(period("lamp", "orchard"), orchard, SPRING, LANTERN).allowed is False
    assert may_see(period(None, basis="office"), orchard, SPRING, LANTERN).allowed is False
    assert may_see(period(None, basis="court"), orchard, SPRING, LANTERN).allowed is True
    shared = LANTERN.parse("G1//SHARE WITH COMPACT")
    assert may_see(period("lamp", "Ostrey"), shared, SPRING, LANTERN).allowed is True
    assert may_see(period("lamp", "Karst Marches"), shared, SPRING, LANTERN).allowed is False


LEVELS = ("U", "PA", "PC", "C", "S", "TS", "TS//PB")
WORDS = ("", "//SI", "//SI-G", "//CEO", "//REL TO CAN, FVEY", "//CABINET CONFIDENCE", "//ORCON")
anyone = st.builds(
    period,
    st.sampled_from((None, "RELIABILITY", "SECRET", "TOP SECRET", "TS//SI")),
    st.sampled_from(("", "SI", "CEO", "GBR", "SI;CAN", "CABINET CONFIDENCE;SI-G;CAN")),
    st.sampled_from([str(basis) for basis in AccessBasis]),
)
any_marking = st.builds(
    lambda level, word: CANADA.parse(level + word), st.sampled_from(LEVELS), st.sampled_from(WORDS)
)


@given(anyone, st.lists(any_marking, min_size=1, max_size=4))
def test_whoever_may_see_the_whole_may_see_every_part(held: Period, parts: list) -> None:
    """And who may not see a part may not see the whole, so an output's banner never understates it."""
    whole = may_see(held, CANADA.highest(parts), SPRING, CANADA)
    answers = [may_see(held, part, SPRING, CANADA) for part in parts]
    if whole.allowed is True:
        assert all(answer.allowed is True for answer in answers)
    if any(answer.allowed is False for answer in answers):
        assert whole.allowed is False


def test_naive_times_never_pass() -> None:
    with pytest.raises(TypeError):
        ask(period("SECRET"), "S", datetime(2026, 4, 1))
    assert SPRING.tzinfo is UTC
