"""Ten memos in 7,150 released e-mails: taken in by the program, traced, and held to what their texts show.

Every line below was read in the document's own text. Times are those of the writers' clocks, in New York, on which
the mails were taken in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from real_mail import MAIL, MEMOS, documents, write_case

from tearline.workspace import Inquiry, Workspace, create_workspace

HERE = ZoneInfo("America/New_York")
WHY = Inquiry(purpose="checked by hand", unmask="checked by hand")

# Who had it, by the texts; the author among them.
HOLDERS = {
    "africa-trip": "reines sullivan clinton mills abedin",
    "festival": "ramer greenspun clinton sullivan shapiro reines",
    "coup-law": "koh steinberg mills burns verma sullivan donoghue harris spector townley clinton",
    "berlin": "blumenthal clinton muscatine sullivan jiloty",
    "alliance": "blumenthal clinton gordon steinberg holbrooke sullivan mills",
    "widow": "blumenthal clinton abedin valmoro",
    "iran": "blumenthal clinton jiloty",
    "egypt-china": "slaughter clinton abedin sullivan mills reines",
    "holbrooke": "blumenthal clinton sullivan jiloty",
    "disruptions": "ross sullivan clinton jiloty mills toiv",
}
# Spellings that scanning made of the people above, or an address that the register does not hold: all that may
# stay unresolved.
DAMAGED = {
    "festival": {
        "briar": "greenspun",
        "sullivanij@state.gov": "sullivan",
        "'hr15@att.blackberry.net' <hr15@att.blackberry.net>": "clinton",
    },
    "berlin": {"Imuscatine": "muscatine", "Imuscatine _": "muscatine", "Su II iva nJJ @state.gov": "sullivan"},
    "widow": {"ValmoroU@state.gov": "valmoro"},
    "iran": {
        "JilotyLC@state.govi <Jilotyl_Cpstate.gov>": "jiloty",
        "Jilotyl_C@state.govi <JilotyLC@state.g0v>": "jiloty",
    },
    "egypt-china": {"slaughtr(_": "slaughter"},
    "disruptions": {'Toil", Nora F': "toiv"},
}
SENDERS = {"sbwhceo0": "blumenthal", "sbwhoeor": "blumenthal"}

# Who sent it to whom, when by the writer's clock, and the document that shows it.
PASSED = [
    ("africa-trip", "reines", "sullivan clinton mills abedin", "2009-08-15 08:51", "C05763715"),
    ("africa-trip", "clinton", "reines", "2009-08-15 10:06", "C05763724"),
    ("africa-trip", "reines", "clinton", "2009-08-15 10:28", "C05763724"),
    ("africa-trip", "sullivan", "reines clinton mills abedin", "2009-08-15 11:46", "C05763726"),
    ("festival", "ramer", "greenspun", "2009-05-24 14:08", "C05761710"),
    ("festival", "greenspun", "clinton", "2009-05-24 17:21", "C05758579"),
    ("festival", "greenspun", "clinton", "2009-05-24 17:50", "C05758605"),
    ("festival", "clinton", "sullivan shapiro reines", "2009-05-24 21:25", "C05758579"),
    ("festival", "sullivan", "clinton shapiro reines", "2009-05-24 23:09", "C05761710"),
    ("festival", "reines", "sullivan clinton shapiro", "2009-05-25 05:20", "C05761720"),
    ("festival", "clinton", "greenspun sullivan shapiro reines", "2009-05-25 09:04", "C05758605"),
    ("festival", "sullivan", "clinton shapiro reines", "2009-05-25 15:42", "C05761784"),
    (
        "coup-law",
        "koh",
        "steinberg mills burns verma sullivan donoghue harris spector townley",
        "2009-08-28 21:23",
        "C05764807",
    ),
    ("coup-law", "mills", "clinton sullivan", "2009-08-29 06:20", "C05764807"),
    ("coup-law", "clinton", "mills", "2009-08-29 07:48", "C05760400"),
    ("coup-law", "mills", "clinton", "2009-08-29 08:17", "C05760481"),
    ("coup-law", "clinton", "mills", "2009-08-29 13:47", "C05760481"),
    ("berlin", "blumenthal", "clinton muscatine sullivan", "2009-11-05 18:07", "C05765169"),
    ("berlin", "clinton", "jiloty", "2009-11-05 18:18", "C05760179"),
    ("berlin", "sullivan", "clinton", "2009-11-05 20:01", "C05760184"),
    ("berlin", "clinton", "sullivan", "2009-11-05 21:15", "C05760184"),
    ("berlin", "sullivan", "clinton", "2009-11-05 22:20", "C05765213"),
    ("alliance", "blumenthal", "clinton", "2009-11-26 10:23", "C05760453"),
    ("alliance", "clinton", "blumenthal", "2009-11-26 10:52", "C05760453"),
    ("alliance", "blumenthal", "clinton", "2009-11-26 10:58", "C05766156"),
    # No chain stands below this one: she pasted the memo's second half and named no author.
    ("alliance", "clinton", "gordon steinberg holbrooke sullivan mills", "2009-11-26 11:54", "C05760455"),
    ("widow", "blumenthal", "clinton", "2010-03-11 10:38", "C05774900"),
    ("widow", "clinton", "valmoro abedin", "2010-03-11 12:30", "C05774900"),
    ("widow", "clinton", "blumenthal", "2010-03-11 12:35", "C05774931"),
    ("widow", "blumenthal", "clinton", "2010-03-11 12:59", "C05774932"),
    ("widow", "clinton", "blumenthal", "2010-03-11 13:34", "C05774932"),
    ("iran", "blumenthal", "clinton", "2010-08-08 18:20", "C05776254"),
    ("iran", "clinton", "jiloty", "2010-08-18 07:28", "C05776254"),
    ("iran", "clinton", "jiloty", "2010-08-18 13:20", "C05776268"),
    ("iran", "clinton", "jiloty", "2010-08-18 13:30", "C05776270"),
    ("egypt-china", "slaughter", "clinton abedin sullivan", "2011-02-13 11:41", "C05779016"),
    ("egypt-china", "clinton", "slaughter", "2011-02-13 11:55", "C05779016"),
    ("egypt-china", "slaughter", "clinton", "2011-02-13 11:56", "C05779026"),
    ("egypt-china", "clinton", "sullivan reines mills abedin", "2011-02-13 12:01", "C05779026"),
    ("egypt-china", "sullivan", "clinton reines mills abedin", "2011-02-13 12:37", "C05779026"),
    ("holbrooke", "blumenthal", "clinton", "2011-04-05 09:58", "C05779804"),
    ("holbrooke", "clinton", "blumenthal", "2011-04-05 11:50", "C05780481"),
    ("holbrooke", "clinton", "sullivan", "2011-04-05 11:51", "C05779804"),
    ("holbrooke", "blumenthal", "clinton", "2011-04-05 11:55", "C05780481"),
    ("holbrooke", "clinton", "jiloty", "2011-04-07 06:35", "C05780481"),
    ("disruptions", "ross", "sullivan", "2011-04-13 14:52", "C05779866"),
    ("disruptions", "sullivan", "clinton", "2011-04-13 15:11", "C05781527"),
    ("disruptions", "clinton", "jiloty", "2011-04-19 20:38", "C05781527"),
    ("disruptions", "ross", "mills toiv", "2011-04-25 14:18", "C05783837"),
    ("disruptions", "mills", "clinton", "2011-04-26 06:23", "C05783837"),
    ("disruptions", "clinton", "mills", "2011-04-26 07:03", "C05783837"),
]
# Documents in which a memo's text stands without a mail's header, or in one without any time.
NOT_MAIL = {"C05765171", "C05765212", "C05760180"}
NO_TIME = {"C05780001", "C05783828"}


@dataclass(frozen=True)
class Case:
    workspace: Workspace
    counts: dict[str, Any]
    traces: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def case(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("mail")
    workspace = create_workspace(folder / "workspace")
    workspace.load([write_case(shared_data, folder / "case")])
    clock = folder / "mail.toml"
    clock.write_text('[source]\nkind = "mail"\ntimezone = "America/New_York"\n', encoding="utf-8")
    counts = workspace.intake([shared_data / MAIL], organisation="state", mapping=clock)
    return Case(workspace, counts, {memo.id: workspace.trace(WHY, memo.id) for memo in MEMOS})


def meant(memo: str, name: str | None) -> str | None:
    return {**SENDERS, **DAMAGED.get(memo, {})}.get(name or "", name)


def test_every_message_is_counted_once(case: Case) -> None:
    counts = case.counts
    assert counts["read"] == counts["accepted"] + counts["duplicates"] + counts["quarantined"]
    lying = case.workspace.quarantine(Inquiry(purpose="test"))["records"]
    assert len(lying) == counts["quarantined"]
    assert counts["read"] > 17_500  # messages, and the documents that hold none
    assert counts["accepted"] == 83


def test_the_texts_that_are_no_mail_say_so(case: Case, shared_data: Path) -> None:
    lines = {name: number for number, name in enumerate(documents(shared_data), 1)}
    reasons = {row["line"]: row["reason"] for row in case.workspace.quarantine(Inquiry(purpose="test"))["records"]}
    assert all("no message was found" in reasons[lines[name]] for name in NOT_MAIL)
    assert all("no legible time" in reasons[lines[name]] for name in NO_TIME)


@pytest.mark.parametrize("memo", HOLDERS)
def test_nobody_is_missing_and_nobody_is_invented(case: Case, memo: str) -> None:
    holders = case.traces[memo]["holders"]
    assert {meant(memo, holder["person"]) for holder in holders} == set(HOLDERS[memo].split())
    unresolved = {holder["person"] for holder in holders if not holder["resolved"]}
    assert unresolved <= set(DAMAGED.get(memo, {}))


@pytest.mark.parametrize("memo", HOLDERS)
def test_every_holder_stands_in_an_unbroken_chain(case: Case, memo: str) -> None:
    supported = case.workspace.trace(WHY, memo, supported=True)
    assert {one["person"] for one in supported["holders"]} == {
        one["person"] for one in case.traces[memo]["holders"]
    }


@pytest.mark.parametrize(("memo", "sender", "recipients", "clock", "document"), PASSED)
def test_each_passage_is_found_at_its_time(
    case: Case, memo: str, sender: str, recipients: str, clock: str, document: str
) -> None:
    at = datetime.strptime(clock, "%Y-%m-%d %H:%M").replace(tzinfo=HERE).astimezone(UTC)
    found = {
        meant(memo, one["to"])
        for one in case.traces[memo]["transfers"]
        if meant(memo, one["from"]) == sender and _holds(one, at)
    }
    assert set(recipients.split()) <= found, document


def test_no_passage_is_found_that_no_text_shows(case: Case) -> None:
    shown: dict[str, set[tuple[str, str | None]]] = {}
    for memo, sender, recipients, _, _ in PASSED:
        shown.setdefault(memo, set()).update((sender, one) for one in recipients.split())
    for memo, trace in case.traces.items():
        for one in trace["transfers"]:
            pair = (meant(memo, one["from"]), meant(memo, one["to"]))
            # A released copy often lacks its addressee; a sender may address himself.
            assert pair[1] is None or pair[0] == pair[1] or pair in shown[memo], (memo, one)


def test_before_a_time_only_who_had_it_by_then(case: Case) -> None:
    early = case.workspace.trace(WHY, "alliance", before=datetime(2009, 11, 26, 11, 0, tzinfo=HERE))
    assert {meant("alliance", one["person"]) for one in early["holders"]} == {"blumenthal", "clinton"}


def test_the_way_it_came_is_told(case: Case) -> None:
    trace = case.traces["disruptions"]
    ways = {one["event"]: (meant("disruptions", one["from"]), one["to"]) for one in trace["transfers"]}
    jiloty = next(one for one in trace["holders"] if one["person"] == "jiloty")
    assert [ways[event] for event in jiloty["path"]] == [
        ("ross", "sullivan"),
        ("sullivan", "clinton"),
        ("clinton", "jiloty"),
    ]


def _holds(transfer: dict[str, Any], at: datetime) -> bool:
    """Does the transfer's time hold `at`, give or take the minute that mail programs round by?"""
    low, high = (datetime.fromisoformat(transfer[name]) for name in ("at_earliest", "at_latest"))
    return low - timedelta(minutes=1) <= at <= high + timedelta(minutes=1)
