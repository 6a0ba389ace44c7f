"""Amounts, times and probabilities in words; the article cut where marks begin and end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import report_scenes as scenes
from tearline.records.frequencies import frequency
from tearline.records.kinds import EvidenceKind
from tearline.records.matches import EvidenceSpan, PublicSpan
from tearline.records.times import Interval, parse_interval
from tearline.report.amounts import count, figure, first_few, sentence, span
from tearline.report.article import _cut, side_by_side
from tearline.report.outside import language, plain, visible
from tearline.report.wording import evidence_words


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (0.0, "fewer than 1 in 1,000"),
        (0.004, "about 4 in 1,000"),
        (0.0099, "about 1 in 100"),
        (0.06, "about 6 in 100"),
        (0.1, "about 1 in 10"),
        (0.7, "about 7 in 10"),
        (0.948, "about 19 in 20"),
        (0.97, "about 97 in 100"),
        (1.0, "more than 99 in 100"),
    ],
)
def test_probabilities_are_natural_frequencies(probability: float, said: str):
    assert frequency(probability) == said


@given(st.floats(0, 1))
def test_no_probability_is_said_as_nothing_or_as_certainty(probability: float):
    said = frequency(probability)
    assert "about 0 " not in said and "10 in 10" not in said.replace("10 in 100", "") and "100 in 100" not in said
    assert figure(probability) not in ("0.00", "1.00", "0.000", "1.000")


def test_amounts_agree_with_their_nouns():
    assert [count(n, "person", "people") for n in (0, 1, 12, 1500)] == [
        "no people",
        "one person",
        "twelve people",
        "1,500 people",
    ]
    assert first_few(["a", "b", "c", "d"], 2, "list") == "a, b and two other lists"
    assert sentence("it is so") == "It is so." and sentence("") == ""


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-03-14", "14 March 2026"),
        ("2026-03-14T09:30:00Z", "14 March 2026, 09:30 UTC"),
        ("2026-03-14T09:30", "14 March 2026, 09:30 UTC"),
        ("2026-03", "between 1 March 2026 and 31 March 2026"),
    ],
)
def test_times_are_said_as_far_as_they_are_known(written: str, said: str):
    assert span(parse_interval(written)) == said


def test_an_odd_interval_names_both_ends():
    start = datetime(2026, 3, 14, 9, tzinfo=UTC)
    assert span(Interval(start, start + timedelta(hours=30))) == (
        "between 14 March 2026, 09:00 UTC and 15 March 2026, 15:00 UTC"
    )


SPANS = st.tuples(st.integers(-3, 45), st.integers(-3, 45))
MARKS = st.tuples(SPANS, st.sampled_from(EvidenceKind), st.integers(1, 4))


@given(
    st.text(max_size=40), st.lists(st.tuples(SPANS, st.sampled_from(EvidenceKind), st.integers(1, 4)), max_size=6)
)
def test_cutting_loses_no_character_and_marks_each_one_rightly(text: str, marks):
    segments = _cut(text, marks, [PublicSpan("x", None, (2, 5))])
    assert "".join(segment.text for segment in segments) == text
    at = 0
    for segment in segments:
        here = {number for (start, end), _, number in marks if start <= at < end}
        assert set(segment.pairs) == here and (segment.kind is not None) == bool(here)
        assert (segment.public is not None) == (2 <= at < 5)
        at += len(segment.text)
    opened = [number for segment in segments for number in segment.opens]
    assert sorted(opened) == sorted({number for segment in segments for number in segment.pairs})


def test_pairs_are_numbered_in_order_and_portions_stand_in_order_of_first_use():
    investigation, register = scenes.small()
    side = side_by_side(investigation.disclosures[0], investigation.matches[0], ["VX-2026-014"], register.products)
    assert [pair.number for pair in side.pairs] == [1, 2, 3]
    assert [(shown.portion.id, shown.pairs) for shown in side.portions] == [("1", (1, 2)), ("2", (3,))]


def test_a_pair_is_told_in_plain_words():
    def found(kind: EvidenceKind, weight: float) -> EvidenceSpan:
        return EvidenceSpan(kind, (0, 1), (0, 1), weight)

    assert evidence_words([found(EvidenceKind.NUMBER, 6), found(EvidenceKind.NUMBER, 6)], ["37", "74"]) == (
        "the same two numbers, both rare in the register"
    )
    assert evidence_words([found(EvidenceKind.QUOTE, 9)], ["two of the four silos"]) == (
        "a run of 5 words stands in both"
    )
    assert evidence_words([found(EvidenceKind.NAME, 1)], ["Sund"]) == "the same name"


def test_hidden_characters_are_made_visible_and_markup_is_text():
    assert (
        visible("a\u202eb<i>\n")
        == 'a<span class="hidden-char" title="right-to-left override">U+202E</span>b&lt;i&gt;\n'
    )
    assert plain("a\u202e\n b") == "a‹U+202E› b"
    assert language("fr-CA") == ' lang="fr-ca"' and language('en"><script>') == "" == language(None)
