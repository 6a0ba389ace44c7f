"""An act that two organisations report is examined once."""

from __future__ import annotations

from handling_worlds import events, organisation, period, person, product, register

from tearline.handling import examine
from tearline.records.markings import shipped_scheme


def test_a_finding_is_counted_once_and_names_all_who_attest_to_it():
    world = register(
        organisation("SVC", kind="originator"),
        organisation("B"),
        person("low", period("B", "CONFIDENTIAL")),
        product("P"),
    )
    rows = events(
        "e1 opened P 2026-01-03 low> organisation=B",
        "e2 opened P 2026-01-03T10:00:00Z low> organisation=SVC",
        "e3 opened P 2026-01-05 low> organisation=B",
    )
    answer = examine(world, rows, shipped_scheme())
    (finding,) = [f for f in answer.findings if f.rule == "no ground for access at that marking"]
    assert finding.events == ("e2", "e1", "e3")
    assert sum(card.events for card in answer.scorecards) == 2
