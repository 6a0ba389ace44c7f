"""From records to documents, and who is called what."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tearline.records.documents import document
from tearline.records.kinds import Basis, EventKind, GapKind, Level
from tearline.records.naming import Names, Who, mention
from tearline.records.pathways import Gap, Transfer
from tearline.records.times import Interval

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
MASKED = Names(field=lambda who: f"P-{len(who)}", words=lambda who: f"<{who[::-1]}>")


def test_a_record_takes_the_names_of_the_contract() -> None:
    transfer = Transfer("e1", Who("anna"), "ORG", NOON, NOON, True, "forwarded", Basis.ADDRESSED, "p1")
    found = document(transfer)
    assert found["from"] == "anna"
    assert found["at_earliest"] == "2026-03-14T12:00:00Z"
    assert found["basis"] == "addressed"


def test_people_are_called_what_the_answer_may_call_them() -> None:
    gap = Gap(
        id="g1",
        kind=GapKind.SHARED_ACCOUNT,
        organisation="ORG",
        person=Who("anna"),
        events=("anna",),
        says=f"{mention('anna')} and {mention('bo')} share an account.",
        ask="Ask.",
    )
    found = document(gap, MASKED)
    assert found["person"] == "P-4"
    assert found["says"] == "<anna> and <ob> share an account."
    assert found["events"] == ["anna"], "an event id is not a reference to a person"


def test_a_mention_cannot_be_forged_from_inside() -> None:
    sentence = mention("a\ue001nna\ue000")
    assert document({"says": sentence}, MASKED) == {"says": "<anna>"}


def test_plain_values() -> None:
    assert document(
        {
            "a": (Level.OPENED, EventKind.OPENED),
            "b": date(2026, 1, 2),
            "c": Interval(NOON, NOON + timedelta(days=1)),
            "d": 0.1 + 0.2,
        }
    ) == {
        "a": ["opened", "opened"],
        "b": "2026-01-02",
        "c": "2026-03-14T12:00:00Z",
        "d": 0.3,
    }
