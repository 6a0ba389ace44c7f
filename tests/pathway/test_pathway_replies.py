"""Organisations' answers as gaps: what they leave open, and what a full one closes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pathway_reference import Event, World
from pathway_worlds import register, table

from tearline.leads import propose
from tearline.pathway import silences, trace
from tearline.pathway.logs import Hole, LogSurvey
from tearline.records.kinds import GapKind
from tearline.records.people import Organisation
from tearline.records.replies import Reply, ReplyKind
from tearline.views.register import Register

DAY = timedelta(days=1)
ISSUED = datetime(2026, 3, 1, tzinfo=UTC)
HOLE = Hole("other", "print", ISSUED + DAY, ISSUED + 9 * DAY, 44.0)
TOLD = World(
    posts={"ann": [("origin", 0, 99)], "bob": [("other", 0, 99)]},
    groups={},
    organisations=frozenset({"origin", "other", "third"}),
    originator={"X": "origin"},
    issued={"X": 0},
    authors={},
    derived_from={},
    events=(Event("e1", "disseminated", "X", 1, 1, "ann", "bob"), Event("e2", "received", "X", 2, 2, "bob")),
)
LOGS = LogSurvey(frozenset({("other", "print")}), frozenset({"other"}), frozenset(), (HOLE,), ISSUED + 20 * DAY)


def known(*replies: Reply) -> Register:
    return replace(register(TOLD), replies=replies)


def reply(kind: ReplyKind, **more: object) -> Reply:
    plain: dict[str, object] = {
        "system": "print",
        "held_by": "third" if kind is ReplyKind.HELD_ELSEWHERE else None,
    }
    given = {**plain, **more}
    return Reply("A-1", "other", "the print log", kind, ISSUED + 12 * DAY, **given)  # type: ignore[arg-type]


def kinds(told: Register) -> dict[GapKind, str | None]:
    found = trace("X", told, table(TOLD.events), logs=LOGS).gaps
    assert len({gap.id for gap in found}) == len(found)
    for gap in found:
        assert gap.says
        assert gap.ask
    return {gap.kind: gap.organisation for gap in found}


@pytest.mark.parametrize(
    ("kind", "gap", "whom"),
    [
        (ReplyKind.REFUSED, GapKind.REFUSED, "other"),
        (ReplyKind.NO_RECORD, GapKind.ANSWERED_NO_RECORD, "other"),
        (ReplyKind.OVERWRITTEN, GapKind.OVERWRITTEN, "other"),
        (ReplyKind.PARTIAL, GapKind.ANSWERED_IN_PART, "other"),
        (ReplyKind.HELD_ELSEWHERE, GapKind.HELD_ELSEWHERE, "third"),
    ],
)
def test_each_answer_leaves_its_gap_to_be_asked_of_somebody(kind: ReplyKind, gap: GapKind, whom: str) -> None:
    found = kinds(known(reply(kind)))
    assert found[gap] == whom
    assert found[GapKind.LOG_HOLE] == "other"


def test_a_full_answer_makes_a_hole_an_empty_stretch() -> None:
    assert GapKind.LOG_HOLE not in kinds(known(reply(ReplyKind.FULL)))
    assert GapKind.LOG_HOLE not in kinds(known(reply(ReplyKind.FULL, system=None)))
    other = reply(ReplyKind.FULL, system="mail")
    short = reply(ReplyKind.FULL, since=HOLE.start, until=HOLE.end - DAY)
    exact = reply(ReplyKind.FULL, since=HOLE.start, until=HOLE.end)
    assert GapKind.LOG_HOLE in kinds(known(other))
    assert GapKind.LOG_HOLE in kinds(known(short))
    assert GapKind.LOG_HOLE not in kinds(known(exact))
    assert [gap.kind for gap in silences(known(exact), LOGS)] == [GapKind.NO_LOG]


def test_an_answer_about_another_product_or_to_whom_it_never_came_is_no_gap_of_this_one() -> None:
    assert GapKind.REFUSED not in kinds(known(reply(ReplyKind.REFUSED, product="Y")))
    assert GapKind.REFUSED in kinds(known(reply(ReplyKind.REFUSED, product="X")))
    elsewhere = replace(reply(ReplyKind.REFUSED), organisation="third")
    assert GapKind.REFUSED not in kinds(known(elsewhere))


def test_an_examination_of_handling_names_the_same_silences() -> None:
    told = known(reply(ReplyKind.REFUSED))
    traced = {gap.id: gap.kind for gap in trace("X", told, table(TOLD.events), logs=LOGS).gaps}
    shared = [gap for gap in silences(told, LOGS) if gap.kind is not GapKind.NO_LOG]
    assert [traced[gap.id] for gap in shared] == [GapKind.LOG_HOLE, GapKind.REFUSED]


def test_what_was_refused_expires_and_what_is_gone_does_not() -> None:
    found = {}
    for kind in (ReplyKind.REFUSED, ReplyKind.OVERWRITTEN):
        told = replace(
            known(reply(kind, since=ISSUED)),
            organisations={"other": Organisation("other", "other", register(TOLD).organisations["other"].kind,
                                                 retention={"print": 90})},
        )  # fmt: skip
        gaps = trace("X", told, table(TOLD.events), logs=LOGS).gaps
        found[kind] = next(gap.expires for gap in gaps if gap.kind is GapKind(kind.value))
    assert found == {ReplyKind.REFUSED: ISSUED + 90 * DAY, ReplyKind.OVERWRITTEN: None}


def test_nobody_is_asked_again_for_what_they_have_refused() -> None:
    def asked(told: Register) -> set[str]:
        pathway = trace("X", told, table(TOLD.events), logs=LOGS)
        return {
            r.organisation for r in propose([pathway], told, now=ISSUED) if any("log of" in i for i in r.items)
        }

    assert "other" in asked(known())
    assert "other" not in asked(known(reply(ReplyKind.REFUSED)))
    assert "other" in asked(known(reply(ReplyKind.REFUSED, system="mail")))
