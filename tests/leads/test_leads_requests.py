"""Whom to ask for what, and what must be kept first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leads_pathways import BEFORE, gap, holder, item, pathway, register

from tearline.leads import propose, weigh
from tearline.records.kinds import GapKind, OrganisationKind
from tearline.records.people import Organisation

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def days(count):
    return NOW + timedelta(days=count)


def test_soonest_expiring_first_and_what_may_be_gone_last():
    gaps = [
        gap("late", GapKind.LOG_HOLE, "A", system="mail", expires=days(200)),
        gap("gone", GapKind.LOG_HOLE, "B", system="print", expires=days(-5)),
        gap("soon", GapKind.LOG_HOLE, "C", system="badge", expires=days(4)),
        gap("open", GapKind.NO_LOG, "D", system="portal"),
    ]
    found = propose([pathway("P1", ["u0"], gaps)], register(), now=NOW)
    assert [p.organisation for p in found] == ["C", "D", "A", "B"]
    assert [p.preserve_first for p in found] == [True, True, False, False]
    assert found[0].expires == "2026-03-14T00:00:00Z"
    assert found[1].expires is None
    assert "may be gone" in found[3].reason
    assert "kept until 2026-09-26" in found[2].reason


def test_one_request_an_organisation_and_system_with_all_it_closes():
    gaps = [
        gap("a", GapKind.LOG_HOLE, "A", system="mail", expires=days(9), ask="Ask for the mail log"),
        gap("b", GapKind.LOG_HOLE, "A", system="mail", expires=days(5), ask="Ask for the mail log"),
        gap("c", GapKind.PRINT_UNACCOUNTED, "A", system="print", expires=days(5)),
    ]
    both = [pathway("P1", ["u0"], gaps), pathway("P2", ["u0"], gaps[:1])]
    found = propose(both, register(), now=NOW)
    assert [(p.items, p.closes) for p in found] == [
        (("Ask for the mail log",), ("a", "b")),
        (("Ask for c",), ("c",)),
    ]
    assert found[0].expires == "2026-03-15T00:00:00Z"


def test_stated_retention_counts_where_a_gap_has_no_date():
    ministry = Organisation("A", "A", OrganisationKind.RECIPIENT, retention={"mail": 70})
    known = register(organisations=[ministry], products=["P1"])
    found = propose([pathway("P1", ["u0"], [gap("a", GapKind.NO_LOG, "A", system="mail")])], known, now=NOW)
    assert found[0].expires == (BEFORE + timedelta(days=70)).isoformat().replace("+00:00", "Z")
    assert found[0].preserve_first


def test_answered_gaps_are_not_asked_again_and_gaps_of_nobody_go_to_the_originator():
    gaps = [
        gap("a", GapKind.REFUSED, "A"),
        gap("b", GapKind.UNRESOLVED_NAME, None, person="J. R."),
    ]
    found = propose([pathway("P1", ["u0"], gaps)], register(products=["P1"]), now=NOW)
    assert [(p.organisation, p.closes) for p in found] == [("SVC", ("b",))]
    assert propose([pathway("P1", ["u0"], gaps)], register(), now=NOW) == ()


def test_of_equal_dates_what_tells_most_comes_first():
    gaps = [
        gap("small", GapKind.DELIVERED_WITHOUT_RECEIPT, "A", person="u1", system="a", expires=days(5)),
        gap("large", GapKind.LOG_HOLE, "B", system="z", expires=days(5)),
    ]
    drawn = [item(1, [holder(f"u{n}", "B") for n in range(5)], gaps=gaps)]
    staff = register({**{f"u{n}": "B" for n in range(5)}, **{f"v{n}": "B" for n in range(9)}})
    leads = weigh(drawn, staff)
    found = propose([drawn[0].candidates[0].pathway], staff, leads=leads, now=NOW)
    assert [p.closes for p in found] == [("large",), ("small",)]
