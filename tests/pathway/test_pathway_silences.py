"""Silences of whole organisations, as an examination of handling is told of them."""

from __future__ import annotations

from datetime import UTC, datetime

from tearline.pathway.logs import Hole, LogSurvey
from tearline.pathway.silences import silences
from tearline.records import bodies
from tearline.records.kinds import GapKind
from tearline.views.register import Register


def test_a_hole_and_an_organisation_without_any_act_are_silences() -> None:
    people = {
        who: bodies.person(
            [{"id": who, "name": who, "organisation": organisation, "valid_from": "2026-01-01T00:00:00Z"}]
        )
        for who, organisation in (("al", "A"), ("bo", "B"))
    }
    register = Register({}, people, {}, {}, {}, {}, {}, (), frozenset())
    start, end = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 16, tzinfo=UTC)
    logs = LogSurvey(
        logged=frozenset({("A", "print-log")}),
        acting=frozenset({"A"}),
        receipting=frozenset(),
        holes=(Hole("A", "print-log", start, end, 40.0),),
        until=end,
    )
    found = silences(register, logs)
    assert [(gap.kind, gap.organisation) for gap in found] == [
        (GapKind.LOG_HOLE, "A"),
        (GapKind.NO_LOG, "B"),
    ]
    assert "2026-03-02" in found[0].says
