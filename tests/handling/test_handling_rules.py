"""Every rule: what it finds, what it leaves alone, and what uncertain clocks do to it."""

from __future__ import annotations

import pytest
from handling_worlds import events, group, organisation, period, person, product, register

from tearline.handling import RULES, examine
from tearline.records.kinds import GapKind
from tearline.records.markings import shipped_scheme
from tearline.records.naming import Who, resolve_mentions
from tearline.records.pathways import Gap

BASE = (
    organisation("SVC", kind="originator"),
    organisation("A"),
    organisation("A1", parent="A"),
    organisation("B"),
    person("svc", period("SVC")),
    person("ann", period("A")),
    person("al", period("A1")),
    person("bob", period("B")),
)


def found(things, *lines, rule=None, **asked):
    """(rule, person, severity, events) of every finding, by rule if asked."""
    answer = examine(register(*BASE, *things), events(*lines), shipped_scheme(), **asked)
    return [(f.person, f.severity, f.events) for f in answer.findings if f.rule == rule] if rule else answer


def test_there_are_enough_rules_with_names_of_their_own():
    assert len(RULES) >= 10
    assert len({rule.name for rule in RULES}) == len(RULES)


# No ground, caveat, ground ended

NO_GROUND = "no ground for access at that marking"
NO_CAVEAT = "caveat not held"
ENDED = "access after the ground ended"


def test_a_clearance_below_the_level_is_no_ground():
    low = person("low", period("B", "CONFIDENTIAL"))
    assert found([low, product("P")], "e1 delivered P 2026-01-02 svc>low", rule=NO_GROUND) == [
        ("low", "medium", ("e1",))
    ]
    assert found(
        [low, product("P")], "e1 delivered P 2026-01-02 svc>low", "e2 opened P 2026-01-03 low>", rule=NO_GROUND
    ) == [("low", "high", ("e1", "e2"))]


@pytest.mark.parametrize(
    "fine",
    [
        period("B", None, basis="office"),
        period("B", None, basis="statute"),
        period("B", None, basis="court"),
        period("B", "TOP SECRET"),
        period("B", None),  # the record does not say
    ],
)
def test_office_statute_court_and_silence_are_no_finding(fine):
    answer = found([person("her", fine), product("P", marking="SECRET")], "e1 opened P 2026-01-03 her>")
    assert not [f for f in answer.findings if f.rule in (NO_GROUND, NO_CAVEAT, ENDED)]


def test_special_access_not_held_is_a_caveat():
    marked = product("P", marking="SECRET//SI")
    assert found([marked], "e1 opened P 2026-01-03 bob>", rule=NO_CAVEAT) == [("bob", "high", ("e1",))]
    assert found([marked], "e1 opened P 2026-01-03 bob>", rule=NO_GROUND) == []
    holds = person("sis", period("B", caveats=["SI"]))
    assert found([marked, holds], "e1 opened P 2026-01-03 sis>", rule=NO_CAVEAT) == []


GONE = person("gone", period("A", until="2026-02-01"))


def test_access_after_the_ground_ended():
    assert found([GONE, product("P")], "e1 opened P 2026-02-03 gone>", rule=ENDED) == [("gone", "high", ("e1",))]
    assert found([GONE, product("P")], "e1 opened P 2026-01-31 gone>", rule=ENDED) == []


def test_access_on_a_day_the_ground_may_have_ended_is_low_and_says_may():
    answer = found([GONE, product("P")], "e1 opened P 2026-01-30..2026-02-02 gone>")
    (one,) = [f for f in answer.findings if f.rule == ENDED]
    assert one.severity == "low"
    assert "may have ended" in one.says


def test_a_person_with_no_period_yet_has_no_ground():
    late = person("late", period("A", since="2026-06-01"))
    assert found([late, product("P")], "e1 opened P 2026-01-03 late>", rule=NO_GROUND) == [
        ("late", "high", ("e1",))
    ]


def test_a_group_stands_for_its_members_of_the_time():
    low, ex = person("low", period("B", "CONFIDENTIAL")), person("ex", period("B", "CONFIDENTIAL"))
    desk = group("desk", ("low", "2020-01-01", None), ("ex", "2020-01-01", "2026-01-01"))
    turn = group("turn", ("low", "2026-01-02T12:00", None))
    assert found([low, ex, desk, product("P")], "e1 delivered P 2026-01-02 svc>desk", rule=NO_GROUND) == [
        ("low", "medium", ("e1",))
    ]
    assert found([low, turn, product("P")], "e1 delivered P 2026-01-02 svc>turn", rule=NO_GROUND) == [
        ("low", "low", ("e1",))
    ]


def test_an_unknown_marking_is_nobodys_fault():
    answer = found([product("P", marking="COSMIC BANANA")], "e1 opened P 2026-01-03 bob>")
    assert {r.rule for r in answer.rules_not_run} >= {NO_GROUND, NO_CAVEAT}
    assert not [f for f in answer.findings if f.rule in (NO_GROUND, NO_CAVEAT)]


# Distribution

DISTRIBUTION = "not on the distribution"


@pytest.mark.parametrize("listed", ["bob", "B", "desk"])
def test_people_groups_and_organisations_can_be_listed(listed):
    desk = group("desk", ("bob", "2020-01-01", None))
    things = [desk, product("P", distribution=[listed])]
    assert found(things, "e1 opened P 2026-01-03 bob>", rule=DISTRIBUTION) == []
    assert found(things, "e1 opened P 2026-01-03 ann>", rule=DISTRIBUTION) == [("ann", "medium", ("e1",))]


def test_a_unit_is_listed_with_the_organisation_above_it():
    assert found([product("P", distribution=["A"])], "e1 opened P 2026-01-03 al>", rule=DISTRIBUTION) == []
    assert found([product("P", distribution=["A1"])], "e1 opened P 2026-01-03 ann>", rule=DISTRIBUTION)


def test_the_originator_may_widen_its_own_list():
    things = [product("P", distribution=["A"])]
    assert found(things, "e1 delivered P 2026-01-02 svc>bob", rule=DISTRIBUTION) == []
    assert found(things, "e1 delivered P 2026-01-02 SVC>bob", rule=DISTRIBUTION) == []
    assert found(things, "e1 disseminated P 2026-01-02 ->bob", rule=DISTRIBUTION) == []
    assert found(things, "e1 forwarded P 2026-01-02 ann>bob", rule=DISTRIBUTION)


def test_authors_and_the_originators_people_need_no_list():
    things = [product("P", distribution=["A"], authors=["bob"])]
    assert found(things, "e1 opened P 2026-01-03 bob>", "e2 printed P 2026-01-03 svc>", rule=DISTRIBUTION) == []


def test_a_membership_that_may_have_begun_leaves_a_may():
    desk = group("desk", ("bob", "2026-01-03T12:00", None))
    things = [desk, product("P", distribution=["desk"])]
    assert found(things, "e1 opened P 2026-01-03 bob>", rule=DISTRIBUTION) == [("bob", "low", ("e1",))]
    assert found(things, "e1 opened P 2026-01-02 bob>", rule=DISTRIBUTION) == [("bob", "medium", ("e1",))]
    assert found(things, "e1 opened P 2026-01-04 bob>", rule=DISTRIBUTION) == []


# Delivery

DELIVERY = "opened or printed without recorded delivery"
OTHER = "e0 delivered P 2026-01-02 svc>ann"


@pytest.mark.parametrize("act", ["opened", "printed", "copied", "downloaded"])
def test_acts_without_delivery(act):
    assert found([product("P")], OTHER, f"e1 {act} P 2026-01-03 bob>", rule=DELIVERY) == [
        ("bob", "medium", ("e1",))
    ]


@pytest.mark.parametrize(
    "delivery", ["delivered P 2026-01-02 svc>bob", "received P 2026-01-02 bob>", "delivered P 2026-01-03 svc>bob"]
)
def test_a_delivery_that_may_come_first_is_enough(delivery):
    assert found([product("P")], f"e0 {delivery}", "e1 opened P 2026-01-03T09:00:00Z bob>", rule=DELIVERY) == []


def test_a_later_delivery_does_not_explain_it():
    answer = found([product("P")], "e1 opened P 2026-01-03 bob>", "e2 delivered P 2026-01-09 svc>bob")
    (one,) = [f for f in answer.findings if f.rule == DELIVERY]
    assert "later" in one.says


def test_delivery_to_the_organisation_leaves_only_the_last_step_open():
    assert found(
        [product("P")], "e0 delivered P 2026-01-02 svc>A", "e1 opened P 2026-01-03 al>", rule=DELIVERY
    ) == [("al", "low", ("e1",))]


def test_authors_and_the_originators_people_have_it_already():
    things = [product("P", authors=["bob"])]
    assert found(things, OTHER, "e1 opened P 2026-01-03 bob>", "e2 opened P 2026-01-03 svc>", rule=DELIVERY) == []


def test_a_known_silence_makes_an_absence_low():
    hole = Gap("g", GapKind.LOG_HOLE, "B", None, (), "A hole.", "Ask.", product="P", system="mail")
    answer = found([product("P")], OTHER, "e1 opened P 2026-01-03 bob>", gaps=[hole])
    (one,) = [f for f in answer.findings if f.rule == DELIVERY]
    assert one.severity == "low"
    assert "silence" in one.says


# Forwarding

FORWARDED = "forwarded across organisations without the originator's leave"


@pytest.mark.parametrize("terms", ["originator", "organisation"])
def test_forwarding_to_another_organisation(terms):
    things = [product("P", forward=terms)]
    assert found(things, "e1 forwarded P 2026-01-03 ann>bob", rule=FORWARDED) == [("ann", "high", ("e1",))]
    assert found(things, "e1 forwarded P 2026-01-03 ann>al", rule=FORWARDED) == []
    assert found(things, "e1 forwarded P 2026-01-03 svc>bob", rule=FORWARDED) == []
    assert found(things, "e1 forwarded P 2026-01-03 ann>svc", rule=FORWARDED) == []
    assert found(things, "e1 forwarded P 2026-01-03 ann>bob leave=letter-4", rule=FORWARDED) == []


def test_an_organisation_nobody_registered_is_still_one():
    two = [person("x1", period("X")), person("x2", period("X")), product("P", forward="organisation")]
    assert found(two, "e1 forwarded P 2026-01-03 x1>x2", rule=FORWARDED) == []


def test_free_forwarding_is_not_asked_about():
    answer = found([product("P", forward="free")], "e1 forwarded P 2026-01-03 ann>bob")
    assert FORWARDED in {r.rule for r in answer.rules_not_run}


def test_naming_the_receiver_on_the_distribution_is_leave():
    things = [product("P", forward="originator", distribution=["A", "B"])]
    assert found(things, "e1 forwarded P 2026-01-03 ann>bob", rule=FORWARDED) == []


def test_an_unresolved_receiver_may_be_elsewhere():
    things = [product("P", forward="organisation")]
    assert found(things, "e1 forwarded P 2026-01-03 ann>x@home.example", rule=FORWARDED) == [
        ("ann", "low", ("e1",))
    ]


def test_a_move_within_the_time_of_the_event_leaves_a_may():
    mover = person("mover", period("A", until="2026-01-03T12:00"), period("B", since="2026-01-03T12:00"))
    things = [mover, product("P", forward="organisation")]
    assert found(things, "e1 forwarded P 2026-01-03 ann>mover", rule=FORWARDED) == [("ann", "low", ("e1",))]


# Print and copy

PRINTED, COPIED = "printed against the terms", "copied against the terms"


def test_printing_that_is_not_allowed_or_not_logged():
    assert found([product("P", print="no")], "e1 printed P 2026-01-03 ann>", rule=PRINTED) == [
        ("ann", "medium", ("e1",))
    ]
    logged = [product("P", print="logged")]
    assert found(logged, "e1 printed P 2026-01-03 ann>", rule=PRINTED) == [("ann", "low", ("e1",))]
    assert found(logged, "e1 printed P 2026-01-03 ann> copy=7", rule=PRINTED) == []
    assert found(logged, "e1 printed P 2026-01-03 ann> system=print-log", rule=PRINTED) == []
    assert found(logged, "e1 printed P 2026-01-03 ann> system=print-log basis=attested", rule=PRINTED)
    assert found([product("P", print="yes")], "e1 printed P 2026-01-03 ann>", rule=PRINTED) == []
    assert found([product("P", print="no")], "e1 printed P 2026-01-03 svc>", rule=PRINTED) == []


def test_copying_includes_downloads():
    lines = ("e1 copied P 2026-01-03 ann>", "e2 downloaded P 2026-01-04 ann>", "e3 printed P 2026-01-04 ann>")
    assert found([product("P", copy="no")], *lines, rule=COPIED) == [("ann", "medium", ("e1", "e2"))]


# Receipts

RECEIPT = "no receipt in time"
KEEPS = ("r0 received P 2026-01-02 ann>", "z9 opened P 2026-06-01 svc>")


def test_no_receipt_where_receipts_are_kept():
    things = [person("amy", period("A")), product("P")]
    assert found(things, *KEEPS, "e1 delivered P 2026-01-02 svc>amy", rule=RECEIPT) == [("amy", "medium", ("e1",))]
    assert found(things, *KEEPS, "e1 delivered P 2026-01-02 svc>bob", rule=RECEIPT) == []  # B keeps none
    in_time = "e2 received P 2026-01-05 amy>"
    assert found(things, *KEEPS, "e1 delivered P 2026-01-02 svc>amy", in_time, rule=RECEIPT) == []
    opened = "e2 opened P 2026-01-05 amy>"
    assert found(things, *KEEPS, "e1 delivered P 2026-01-02 svc>amy", opened, rule=RECEIPT) == []


def test_a_late_receipt_is_low():
    things = [person("amy", period("A")), product("P")]
    lines = (*KEEPS, "e1 delivered P 2026-01-02 svc>amy", "e2 received P 2026-02-05 amy>")
    assert found(things, *lines, rule=RECEIPT) == [("amy", "low", ("e1",))]


def test_a_delivery_just_before_the_end_of_the_record_is_not_late_yet():
    things = [person("amy", period("A")), product("P")]
    assert found(things, KEEPS[0], "e1 delivered P 2026-01-04 svc>amy", rule=RECEIPT) == []


def test_anybody_of_the_organisation_or_group_can_acknowledge():
    desk = group("desk", ("ann", "2020-01-01", None))
    for receiver in ("A", "desk"):
        lines = (*KEEPS, f"e1 delivered P 2026-01-02 svc>{receiver}", "e2 received P 2026-01-03 ann>")
        assert found([desk, product("P")], *lines, rule=RECEIPT) == []
    lines = ("r0 received Q 2026-01-02 ann>", KEEPS[1], "e1 delivered P 2026-01-02 svc>A")
    assert found([product("P"), product("Q")], *lines, rule=RECEIPT) == [(None, "medium", ("e1",))]


# Returns

RETURN = "not returned by its date"
DUE = product("P", return_by="2026-02-01")


def test_what_is_not_returned():
    late = "z9 opened P 2026-06-01 svc>"
    handed = "e1 delivered P 2026-01-02 svc>ann"
    assert found([DUE], handed, late, rule=RETURN) == [("ann", "medium", ("e1",))]
    assert found([DUE], handed, "e2 returned P 2026-02-01 ann>", late, rule=RETURN) == []
    assert found([DUE], handed, "e2 returned P 2026-02-02 ann>", late, rule=RETURN) == [("ann", "low", ("e1",))]
    answer = found([DUE], handed, "e2 opened P 2026-01-20 ann>")
    assert RETURN in {r.rule for r in answer.rules_not_run}


def test_numbered_copies_are_followed_one_by_one():
    lines = (
        "e1 delivered P 2026-01-02 svc>ann copy=1",
        "e2 delivered P 2026-01-02 svc>bob copy=2",
        "e3 forwarded P 2026-01-05 ann>al copy=1",
        "e4 destroyed P 2026-01-20 bob> copy=2",
        "z9 opened P 2026-06-01 svc>",
    )
    (one,) = found([DUE], *lines, rule=RETURN)
    assert one[0] in ("al", "ann")
    assert one[1] == "medium"
    assert set(one[2]) == {"e1", "e3"}


def test_where_copies_are_numbered_only_they_are_asked_for():
    late = "z9 opened P 2026-06-01 svc>"
    lines = ("e1 delivered P 2026-01-02 svc>ann copy=1", "e2 delivered P 2026-01-02 svc>bob", late)
    assert found([DUE], *lines, rule=RETURN) == [("ann", "medium", ("e1",))]


# Recall, and copies that were returned

RECALL, AFTER_RETURN = "used after recall", "copy used after its return or destruction"


def test_use_after_recall():
    lines = ("e1 opened P 2026-01-09 ann>", "c1 recalled P 2026-01-10 svc>", "e2 opened P 2026-01-11 ann>")
    assert found([product("P")], *lines, rule=RECALL) == [("ann", "high", ("e2", "c1"))]
    assert found([product("P")], *lines[1:2], "e3 opened P 2026-01-10 ann>", rule=RECALL) == [
        ("ann", "low", ("e3", "c1"))
    ]


def test_a_recall_from_one_organisation_is_for_it_alone():
    recall = "c1 recalled P 2026-01-10 svc>A"
    assert found([product("P")], recall, "e2 opened P 2026-01-11 bob>", rule=RECALL) == []
    assert found([product("P")], recall, "e2 opened P 2026-01-11 al>", rule=RECALL)


def test_a_copy_used_after_its_return():
    back = "c1 returned P 2026-01-10 ann> copy=3"
    assert found([product("P")], back, "e2 opened P 2026-01-11 ann> copy=3", rule=AFTER_RETURN) == [
        ("ann", "high", ("e2", "c1"))
    ]
    assert found([product("P")], back, "e2 opened P 2026-01-11 ann> copy=4", rule=AFTER_RETURN) == []
    again = "e3 delivered P 2026-01-11 svc>bob copy=3"
    assert found([product("P")], back, again, "e4 opened P 2026-01-12 bob> copy=3", rule=AFTER_RETURN) == []


# What holds of all findings


def world():
    things = [
        GONE, person("low", period("B", "CONFIDENTIAL")), person("amy", period("A")),
        product("P", marking="SECRET//SI", distribution=["A"], print="no", copy="no", forward="organisation",
                return_by="2026-02-01"),
    ]  # fmt: skip
    lines = (
        "e1 delivered P 2026-01-02 svc>ann", "e2 received P 2026-01-02 ann>", "e3 delivered P 2026-01-02 svc>amy",
        "e4 printed P 2026-01-03 ann>", "e5 copied P 2026-01-03 ann>", "e6 forwarded P 2026-01-04 ann>low",
        "e7 opened P 2026-02-05 gone>", "e8 recalled P 2026-02-06 svc>", "e9 opened P 2026-02-07 low>",
        "f1 returned P 2026-03-01 ann> copy=1", "f2 opened P 2026-03-02 ann> copy=1",
    )  # fmt: skip
    return things, lines


def test_findings_point_at_records_name_nobody_bare_and_keep_their_ids():
    things, lines = world()
    answer = found(things, *lines)
    assert {f.rule for f in answer.findings} >= {r.name for r in RULES} - {NO_GROUND, RETURN} - {
        r.rule for r in answer.rules_not_run
    }
    ids = {line.split()[0] for line in lines}
    for f in answer.findings:
        assert set(f.events) <= ids
        assert f.severity in ("low", "medium", "high")
        assert isinstance(f.person, Who) or f.person is None
        bare = resolve_mentions(f.says, lambda _: "*")
        assert not set(bare.replace(",", " ").replace(".", " ").split()) & {"ann", "low", "gone", "amy", "svc"}
    assert len({f.id for f in answer.findings}) == len(answer.findings)
    shuffled = found(things, *lines[::-1])
    assert {f.id for f in shuffled.findings} == {f.id for f in answer.findings}


def test_answers_by_organisation_and_by_product():
    things, lines = world()
    whole = found(things, *lines)
    of_a = found(things, *lines, organisation="A")
    assert of_a.findings == tuple(f for f in whole.findings if f.organisation == "A")
    assert [card.organisation for card in of_a.scorecards] == ["A"]
    more = [*things, product("Q", print="no")]
    of_q = found(more, *lines, "q1 printed Q 2026-01-03 bob>", product="Q")
    assert {f.product for f in of_q.findings} == {"Q"}


def test_with_no_events_every_rule_says_why_it_did_not_run():
    answer = found([])
    assert answer.findings == () == answer.scorecards
    assert {r.rule for r in answer.rules_not_run} == {rule.name for rule in RULES}
    assert all(r.reason for r in answer.rules_not_run)


def test_products_nobody_registered_are_no_finding_but_count_as_events():
    answer = found([], "e1 delivered X 2026-01-02 svc>ann", "e2 opened X 2026-01-03 ann>")
    assert answer.findings == ()
    assert {(c.organisation, c.events) for c in answer.scorecards} == {("A", 2)}
