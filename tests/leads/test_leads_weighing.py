"""What a weighing says, and above all what it does not say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leads_pathways import PUBLISHED, gap, holder, item, pathway, register

from tearline.leads import Candidate, Item, weigh
from tearline.records.documents import document
from tearline.records.kinds import Basis, GapKind, Level, OrganisationKind
from tearline.records.naming import Names, Who, resolve_mentions
from tearline.records.people import Organisation
from tearline.records.products import Disclosure

STAFF = {f"u{n}": "A" for n in range(100)}


def of(answer, key):
    return next(h for h in answer.hypotheses if h.id == key)


def probability(answer, key):
    return of(answer, key).probability


def check_partition(answer):
    assert abs(sum(h.probability for h in answer.hypotheses) - 1) < 1e-9
    shown = document(answer)
    assert abs(sum(h["probability"] for h in shown["hypotheses"]) - 1) < 1e-9
    assert [h.kind for h in answer.hypotheses].count("outside") == 1
    assert len({h.id for h in answer.hypotheses}) == len(answer.hypotheses)
    for h in answer.hypotheses:
        assert 0 <= h.interval[0] <= h.probability <= h.interval[1] <= 1


sets = st.lists(st.sets(st.sampled_from([f"u{n}" for n in range(12)])), max_size=5)


@settings(max_examples=40, deadline=None)
@given(sets, st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_hypotheses_are_a_partition_whatever_is_recorded(held, probabilities):
    items = [
        item(n, people, probability=p) for n, (people, p) in enumerate(zip(held, probabilities, strict=False))
    ]
    answer = weigh(items, register(STAFF))
    check_partition(answer)
    if len(items) <= 2:
        assert not answer.sufficient
        assert all(h.probability <= 0.2 for h in answer.hypotheses if h.kind == "person")


def test_the_same_input_gives_the_same_answer_in_any_order():
    items = [item(n, [f"u{m}" for m in range(n, n + 6)]) for n in range(4)]
    answer = weigh(items, register(STAFF))
    again = weigh(items[::-1], register(STAFF))
    assert {h.id: h.probability for h in again.hypotheses} == pytest.approx(
        {h.id: h.probability for h in answer.hypotheses}, abs=1e-6
    )
    assert weigh(items, register(STAFF)) == answer


@pytest.mark.parametrize("count", [1, 2])
def test_the_only_recorded_holder_is_not_singled_out(count):
    for staff in ({}, STAFF):
        answer = weigh([item(n, ["u0"]) for n in range(count)], register(staff))
        assert not answer.sufficient
        assert probability(answer, "u0") <= 0.2
        assert probability(answer, "outside") >= 0.5
        assert "not sufficient" in answer.says


def test_two_items_stay_careful_however_many_products_they_draw_on():
    took = holder("u0", level=Level.EXTRACTED)
    others = [holder(f"u{n}", level=Level.DELIVERED, basis=Basis.ADDRESSED) for n in range(1, 30)]
    candidates = tuple(Candidate(f"P{n}", None, 0.99, pathway(f"P{n}", [took, *others])) for n in range(6))
    answer = weigh([Item("D1", PUBLISHED, candidates), Item("D2", PUBLISHED, candidates)], register(STAFF))
    assert not answer.sufficient
    assert probability(answer, "u0") <= 0.2


def test_many_items_on_one_product_are_one_holding():
    one = weigh([item(1, ["u0", "u1"])], register(STAFF))
    many = weigh([item(n, ["u0", "u1"], product="P1") for n in range(1, 9)], register(STAFF))
    assert not many.sufficient
    assert probability(many, "u0") == pytest.approx(probability(one, "u0"), abs=0.05)


def test_holding_all_of_it_tells_over_several_items():
    rng = np.random.default_rng(3)
    held = [{f"u{n}" for n in rng.choice(np.arange(1, 100), 6, replace=False)} | {"u0"} for _ in range(9)]
    answer = weigh([item(n, people) for n, people in enumerate(held)], register(STAFF))
    best = answer.hypotheses[0]
    assert (best.id, best.kind) == ("u0", "person")
    assert isinstance(best.id, Who)
    assert answer.sufficient
    assert best.log10_likelihood_ratio > 2
    assert all(h.probability > 0 for h in answer.hypotheses)
    assert answer.searched == 100


def test_a_list_that_gets_everything_is_not_told_apart():
    answer = weigh([item(n, [f"u{m}" for m in range(12)]) for n in range(8)], register(STAFF))
    assert not answer.sufficient
    assert len({round(h.probability, 6) for h in answer.hypotheses if h.kind == "person"}) == 1
    assert {h.verbal for h in answer.hypotheses if h.kind == "person"} == {"not distinguished from others"}


def test_a_silent_record_is_not_an_absence():
    held = [[holder("u0"), holder("b0", "B"), holder("u7")] for _ in range(4)]
    with_gap = [item(n, rows) for n, rows in enumerate(held[:3])]
    last = item(9, [holder("u0")], gaps=[gap("g", GapKind.NO_LOG, "B", system="mail")])
    answer = weigh([*with_gap, last], register({**STAFF, "b0": "B"}))
    assert probability(answer, "u0") > probability(answer, "b0") > 1.8 * probability(answer, "u7")
    assert any("silent" in sentence for sentence in of(answer, "b0").against)
    assert any("No record" in sentence for sentence in of(answer, "u7").against)


def test_systems_are_explanations_of_their_own():
    gaps = [
        gap("g1", GapKind.SHARED_ACCOUNT, "A", person="desk1"),
        gap("g2", GapKind.NO_LOG, "A", system="portal"),
    ]
    answer = weigh([item(1, [holder("u1"), holder("desk1", resolved=False)], gaps=gaps)], register(STAFF))
    systems = {h.id for h in answer.hypotheses if h.kind == "system"}
    assert systems == {"desk1", "A/portal"}
    assert not any(h.kind == "person" and h.id == "desk1" for h in answer.hypotheses)
    check_partition(answer)


def test_how_it_was_held_counts_but_little():
    rows = [holder("u0", level=Level.EXTRACTED), holder("u1"), holder("u2", level=Level.DELIVERED, certain=False)]
    answer = weigh([item(n, rows) for n in range(2)], register(STAFF))
    first, second, third = (probability(answer, key) for key in ("u0", "u1", "u2"))
    assert first > second > third > first / 4


def test_an_edition_without_the_portion_is_no_holding_of_it():
    rows = [holder("u0", portions=("P1:4",)), holder("u1", portions=("P1:2",))]
    answer = weigh([item(1, rows, portion="4")], register(STAFF))
    assert probability(answer, "u0") > 3 * probability(answer, "u1")
    assert "leave out" in of(answer, "u1").for_[0]


def test_outside_grows_with_what_the_record_does_not_know():
    clear = weigh([item(1, [f"u{n}" for n in range(9)])], register(STAFF))
    vague = weigh(
        [item(1, [holder(f"x{n}", None, Level.DELIVERED, Basis.ADDRESSED, resolved=False) for n in range(9)])],
        register(STAFF),
    )
    assert probability(vague, "outside") > probability(clear, "outside")


def test_reviewers_outlets_and_authors_are_never_hypotheses():
    board = Organisation("BOARD", "Review Board", OrganisationKind.OVERSIGHT)
    story = Disclosure("D1", "text", outlet="The Morning Lamp")
    rows = [holder("r1", "BOARD"), holder("the morning lamp", None, resolved=False), holder("u0")]
    answer = weigh([item(1, rows)], register({**STAFF, "r1": "BOARD"}, organisations=[board], disclosures=[story]))
    assert {h.id for h in answer.hypotheses} == {"u0", "outside"}
    assert any("not weighed" in sentence for sentence in of(answer, "outside").for_)


def test_nothing_recorded_leaves_the_outside():
    for items in ([], [item(1, [])], [Item("D1", None, ())]):
        answer = weigh(items, register(STAFF))
        assert [h.id for h in answer.hypotheses] == ["outside"]
        assert answer.hypotheses[0].probability == 1.0
        assert "no holder" in answer.says


def test_groups_are_sums_over_people():
    rows = [holder("u0", level=Level.EXTRACTED), holder("u1"), holder("b0", "B")]
    answer = weigh([item(n, rows) for n in range(3)], register({**STAFF, "b0": "B"}))
    for group in answer.groups:
        assert group.probability == pytest.approx(sum(probability(answer, m) for m in group.members), abs=1e-8)
        assert all(isinstance(member, Who) for member in group.members)
    assert {g.id for g in answer.groups} >= {
        "organisation:A",
        "organisation:B",
        "level:extracted",
        "held all of it",
    }


def test_next_evidence_names_what_would_tell_most():
    gaps = [
        gap("g1", GapKind.LOG_HOLE, "A", system="portal", ask="Ask for the portal's log"),
        gap("g2", GapKind.UNRESOLVED_NAME, "C", person="J. R.", ask="Ask who J. R. is"),
        gap("g3", GapKind.DELIVERED_WITHOUT_RECEIPT, "A", person="u1", ask="Ask for the receipt"),
    ]
    rows = [*(f"u{n}" for n in range(8)), holder("J. R.", None, resolved=False)]
    answer = weigh([item(1, rows, gaps=gaps)], register(STAFF))
    assert answer.next_evidence[0].organisation == "A"
    assert answer.next_evidence[0].gaps == ("g1",)
    assert all(e.expected_bits > 0 for e in answer.next_evidence)
    bits = [e.expected_bits for e in answer.next_evidence]
    assert bits == sorted(bits, reverse=True)


def test_names_appear_only_as_references():
    held = [{"u0", *(f"u{(7 * n + m) % 99 + 1}" for m in range(5))} for n in range(12)]
    answer = weigh([item(n, people) for n, people in enumerate(held)], register(STAFF))
    shown = document(answer, Names(lambda who: f"P-{len(who)}", lambda who: f"P-{len(who)}"))
    text = str(shown)
    assert not any(f"'u{n}'" in text or f" u{n} " in text for n in range(100))
    assert "u0" not in resolve_mentions(answer.says, lambda _: "P-1")
    assert not any(word in text.lower() for word in ("sus" + "pect", "guil" + "ty", "cul" + "prit", "leak" + "er"))


def test_twenty_thousand_holders_of_fifty_products():
    staff = {f"u{n}": "A" for n in range(20_000)}
    rng = np.random.default_rng(5)
    items = [item(n, [f"u{m}" for m in np.flatnonzero(rng.random(20_000) < 0.1)]) for n in range(50)]
    known = register(staff)
    answer = weigh(items, known)
    assert len(answer.hypotheses) > 15_000
    check_partition(answer)
