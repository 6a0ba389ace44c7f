"""The same act reported by several, and reports that cannot all be right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from pathway_reference import World
from pathway_worlds import register

from tearline.pathway import trace
from tearline.records.attestations import ContradictionKind
from tearline.records.events import STORED_EVENTS
from tearline.records.times import to_micros
from tearline.views.copies import CLOCK, find_acts

DAY = datetime(2026, 3, 2, tzinfo=UTC)
WORLD = World(
    posts={"ann": [("origin", 0, 12)], "bob": [("other", 0, 12)]},
    groups={},
    organisations=frozenset({"origin", "other"}),
    originator={"R": "origin"},
    issued={"R": 0},
    authors={},
    derived_from={},
)
REGISTER = register(WORLD, {"B. Ob": "bob"})


def event(identifier: str, kind: str, hours: float, width: float = 0.0, **more: Any) -> dict[str, Any]:
    """An event that began `hours` after midnight and is known to within `width` hours."""
    return {
        "id": identifier,
        "kind": kind,
        "product": "R",
        "at_earliest": DAY + timedelta(hours=hours),
        "at_latest": DAY + timedelta(hours=hours + width),
        **more,
    }


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(
        [{name: row.get(name) for name in STORED_EVENTS.names} for row in rows], STORED_EVENTS
    )


def acts(*rows: dict[str, Any]) -> list[list[str]]:
    """The ids of each act, that which stands for it first."""
    found = find_acts(REGISTER, table(*rows))
    members = [
        *found.members.values(),
        *((int(r),) for r in found.standing.nonzero()[0] if r not in found.members),
    ]
    return sorted([rows[act[0]]["id"], *sorted(rows[row]["id"] for row in act[1:])] for act in members)


def sent(identifier: str, hours: float, width: float = 0.0, **more: Any) -> dict[str, Any]:
    return event(identifier, "delivered", hours, width, **{"actor": "ann", "recipient": "bob", **more})


def test_two_organisations_report_one_delivery() -> None:
    assert acts(
        sent("a", 0, 23.99, organisation="other"), sent("b", 10, recipient="B. Ob", organisation="origin")
    ) == [["b", "a"]]


def test_one_log_never_reports_an_act_twice() -> None:
    assert acts(*(sent(i, 10, organisation="other", system="portal") for i in "ab")) == [["a"], ["b"]]
    assert acts(sent("a", 10), sent("b", 10)) == [["a"], ["b"]]


def test_other_copies_kinds_people_and_times_are_other_acts() -> None:
    one = sent("a", 10, organisation="origin", copy="7")
    for other in (
        sent("b", 10, organisation="other", copy="8"),
        sent("b", 10, organisation="other", recipient="ann"),
        sent("b", 10, organisation="other", recipient=None),
        sent("b", 11, organisation="other"),
        {**sent("b", 10, organisation="other"), "kind": "received"},
    ):
        assert acts(one, other) == [["a"], ["b"]]
    assert acts(one, sent("b", 10, organisation="other")) == [["a", "b"]]


def test_an_entry_goes_to_the_nearest_act() -> None:
    log = [sent("l1", 9, organisation="other"), sent("l2", 15, organisation="other")]
    assert acts(*log, sent("m", 14, 2, organisation="origin")) == [["l1"], ["l2", "m"]]


_rows = st.lists(
    st.tuples(
        st.sampled_from(["opened", "delivered"]),
        st.integers(0, 6),
        st.sampled_from([0, 0, 1, 3]),
        st.sampled_from([None, "1", "2"]),
        st.sampled_from([("origin", "x"), ("other", "x"), ("other", "y"), (None, None)]),
        st.sampled_from(["ann", "bob", "B. Ob"]),
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(drawn=_rows, seed=st.randoms(use_true_random=False))
def test_what_an_act_is(drawn: list[tuple[Any, ...]], seed: Any) -> None:
    rows = [
        event(f"e{n}", kind, at, width, copy=copy, organisation=source[0], system=source[1], actor=actor)
        for n, (kind, at, width, copy, source, actor) in enumerate(drawn)
    ]
    found = acts(*rows)
    by_id = {row["id"]: row for row in rows}
    assert sorted(i for act in found for i in act) == sorted(by_id)
    for act in found:
        for one, other in combinations([by_id[i] for i in act], 2):
            assert one["kind"] == other["kind"]
            assert REGISTER.resolve(one["actor"]) == REGISTER.resolve(other["actor"])
            assert None in (one["copy"], other["copy"]) or one["copy"] == other["copy"]
            assert (one["organisation"], one["system"]) != (other["organisation"], other["system"])
            apart = max(to_micros(row["at_earliest"]) for row in (one, other)) - min(
                to_micros(row["at_latest"]) for row in (one, other)
            )
            assert apart <= CLOCK
        widths = [by_id[i]["at_latest"] - by_id[i]["at_earliest"] for i in act]
        assert widths[0] == min(widths)
    # An act swallows nothing: there are at least as many as any source has entries of one kind by one person.
    for row in rows:
        own = [
            r
            for r in rows
            if all(r[k] == row[k] for k in ("kind", "organisation", "system"))
            and REGISTER.resolve(r["actor"]) == REGISTER.resolve(row["actor"])
        ]
        same = [
            act
            for act in found
            if by_id[act[0]]["kind"] == row["kind"]
            and REGISTER.resolve(by_id[act[0]]["actor"]) == REGISTER.resolve(row["actor"])
        ]
        assert len(same) >= len(own)
    shuffled = list(rows)
    seed.shuffle(shuffled)
    assert acts(*shuffled) == found


@settings(max_examples=150, deadline=None)
@given(drawn=_rows)
def test_joining_takes_nobody_from_an_answer(drawn: list[tuple[Any, ...]]) -> None:
    """Holders are those that the events show one by one, with the same times."""
    rows = [
        event(f"e{n}", kind, at, width, copy=copy, organisation=source[0], system=source[1], actor=actor)
        for n, (kind, at, width, copy, source, actor) in enumerate(drawn)
    ]
    apart = [{**row, "organisation": None, "system": None} for row in rows]

    def answered(events: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        found = trace("R", REGISTER, table(*events))
        return [
            (h.person, h.level, h.basis, h.first_possible, h.first_certain, h.supported) for h in found.holders
        ]

    assert answered(rows) == answered(apart)


def test_a_transfer_and_a_path_show_the_act_once_with_all_who_attest_to_it() -> None:
    rows = table(
        sent("a", 0, 23.99, organisation="other", system="registry"),
        sent("b", 10, organisation="origin", system="dispatch"),
        event("c", "opened", 12, actor="bob", organisation="other", system="reading-log"),
    )
    found = trace("R", REGISTER, rows, confirmed={"c": ("ann",), "elsewhere": ("ann",)})
    (transfer,) = found.transfers
    assert transfer.event == "b"
    assert transfer.supported
    assert [(one.event, one.organisation) for one in transfer.attestations] == [("b", "origin"), ("a", "other")]
    assert [holder.path for holder in found.holders] == [("b",)]
    assert [(one.event, one.attested) for one in found.attested] == [("b", 2), ("c", 2)]
    assert found.attested[1].attestations[0].confirmed_by == ("ann",)


def contradictions(*rows: dict[str, Any]) -> list[tuple[ContradictionKind, list[list[str]]]]:
    found = trace("R", REGISTER, table(*rows)).contradictions
    assert len({one.id for one in found}) == len(found)
    return [(one.kind, [[side.event for side in sides] for sides in one.sides]) for one in found]


def test_a_copy_returned_and_still_held() -> None:
    given_out = sent("a", 1, copy="7", organisation="origin")
    back = event("b", "returned", 5, actor="bob", copy="7", organisation="origin")
    used = event("c", "opened", 9, actor="B. Ob", copy="7", organisation="other")
    kind = ContradictionKind.AFTER_RETURN
    assert contradictions(given_out, back, used) == [(kind, [["b"], ["c"]])]
    assert contradictions(given_out, back, {**used, "copy": "8"}) == []
    assert contradictions(given_out, back, {**used, "actor": "ann"}) == []
    assert contradictions(given_out, back, {**used, "at_earliest": DAY}) == []
    again = sent("d", 7, copy="7", organisation="origin")
    assert contradictions(given_out, back, again, used) == []
    assert contradictions(given_out, {**back, "kind": "destroyed"}, again, {**used, "actor": "ann"}) == [
        (ContradictionKind.AFTER_DESTRUCTION, [["b"], ["c"]])
    ]


def test_the_same_act_at_times_that_exclude_one_another() -> None:
    one, other = sent("a", 10, organisation="origin"), sent("b", 12, organisation="other")
    assert contradictions(one, other) == [(ContradictionKind.OTHER_TIME, [["a"], ["b"]])]
    assert contradictions(one, sent("b", 60, organisation="other")) == []
    assert contradictions({**one, "copy": "7"}, sent("b", 60, organisation="other", copy="7")) == [
        (ContradictionKind.OTHER_TIME, [["a"], ["b"]])
    ]
    assert contradictions(one, {**other, "organisation": "origin"}) == []
    assert contradictions(one, other, sent("c", 10, organisation="other")) == []


def test_received_and_refused() -> None:
    got = event("a", "received", 10, actor="bob", organisation="origin", system="receipts")
    refused = event("b", "refused", 0, 23.9, actor="B. Ob", organisation="other")
    assert contradictions(got, refused) == [(ContradictionKind.RECEIVED_AND_REFUSED, [["a"], ["b"]])]
    assert contradictions(got, {**refused, "actor": "ann"}) == []
    assert contradictions(got, event("b", "refused", 80, actor="bob", organisation="other")) == []


def test_a_contradiction_is_told_with_pseudonyms() -> None:
    rows = table(
        event("a", "received", 10, actor="bob", organisation="origin"),
        event("b", "refused", 10, actor="bob", organisation="other"),
    )
    (one,) = trace("R", REGISTER, rows).contradictions
    assert "bob" in one.says and "\ue000bob\ue001" in one.says
