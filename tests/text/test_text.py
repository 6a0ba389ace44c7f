"""Words, sentences, quantities and languages of a text, with their places in it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tearline.text.embeddings import embed
from tearline.text.language import guess_language
from tearline.text.quantities import quantities
from tearline.text.rarity import figure_rarity, language_rarity
from tearline.text.sentences import pieces_of_text, sentences
from tearline.text.tokens import fold, name_flags, stem, tokenise

PROSE = st.text(alphabet=st.sampled_from("abcÉœ’'«»“”.,!?%- \n\u00a0\u2028019XZ…"), max_size=300)


@given(PROSE)
def test_token_spans_give_back_the_words(text: str) -> None:
    tokens = tokenise(text)
    for form, start, end in zip(tokens.forms, tokens.starts, tokens.ends, strict=True):
        assert fold(text[start:end]) == form
    assert list(tokens.starts) == sorted(tokens.starts)


@given(PROSE)
def test_sentences_and_pieces_are_ordered_spans_that_miss_no_word(text: str) -> None:
    for cut in (sentences(text), pieces_of_text(text)):
        assert all(0 <= start < end <= len(text) for start, end in cut)
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(cut))
        within = sum(end - start for start, end in tokens_of(text) if inside(start, end, cut))
        assert within == sum(end - start for start, end in tokens_of(text))


def tokens_of(text: str) -> list[tuple[int, int]]:
    tokens = tokenise(text)
    return list(zip(tokens.starts, tokens.ends, strict=True))


def inside(start: int, end: int, cut: list[tuple[int, int]]) -> bool:
    return any(low <= start and end <= high for low, high in cut)


@given(st.text(max_size=300))
def test_quantity_spans_lie_within_any_text(text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) for one in quantities(text))


def test_points_that_end_nothing() -> None:
    text = "Dr. Smith met J. Jones at No. 5. “It is secret,” he said. L’étude est là.\nHeadline\nMore"
    assert [text[start:end] for start, end in sentences(text)] == [
        "Dr. Smith met J. Jones at No. 5.",
        "“It is secret,” he said.",
        "L’étude est là.",
        "Headline",
        "More",
    ]


def test_a_text_without_points_is_cut_to_comparable_pieces() -> None:
    text = "words without any point " * 200
    pieces = pieces_of_text(text)
    assert len(pieces) > 5
    assert max(end - start for start, end in pieces) < 450


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("33 per cent of them", "%33"),
        ("33 % d’entre eux", "%33"),
        ("33,3 % d’entre eux", "%33"),
        ("about a third of them", "%33"),
        ("un tiers des adultes", "%33"),
        ("one in every three", "%33"),
        ("un sur trois", "%33"),
        ("two-thirds", "%67"),
        ("quarante pour cent", "%40"),
        ("1,200 people", "n1200"),
        ("1 200 personnes", "n1200"),
        ("1\u202f200 personnes", "n1200"),
        ("twelve hundred", "n1200"),
        ("1.2 million", "n1200000"),
        ("deux cent mille", "n200000"),
        ("three hundred and ten", "n300"),
        ("twenty-five", "n25"),
        ("doubled", "x2"),
        ("deux fois plus", "x2"),
        ("Nov. 2", "d11-02"),
        ("2 November 2016", "d11-02"),
        ("the 2nd of November", "d11-02"),
        ("le 2 novembre", "d11-02"),
        ("1er mars", "d03-01"),
        ("2016-11-02", "d11-02"),
        ("November 2016", "d2016-11"),
    ],
)
def test_one_form_for_every_way_of_writing(text: str, key: str) -> None:
    assert key in {one.key for one in quantities(text)}


def test_words_that_only_look_like_months() -> None:
    assert not any(one.is_date for one in quantities("They may 5 times march 3 abreast"))


def test_forms_fold_and_stem_alike_in_both_languages() -> None:
    assert fold("Œuvre") == "oeuvre"
    assert stem("cities") == stem("city")
    assert stem("ministres") == stem("ministre") == stem("ministers") == stem("minister")
    assert tokenise("l’article").forms == ("l", "article")
    assert tokenise("1,200").terms == ("1200",)


def names(text: str) -> list[str]:
    tokens = tokenise(text)
    flags = name_flags(text, tokens)
    return [text[tokens.starts[at] : tokens.ends[at]] for at, flag in enumerate(flags) if flag]


def test_names_but_not_headlines() -> None:
    assert names("The minister met Ellen Mikkelsen in Aarhus yesterday") == ["Ellen", "Mikkelsen", "Aarhus"]
    assert names("Moderate Drinking Does Not Affect Fertility") == []


def test_neither_months_nor_the_beginnings_of_sentences_are_names() -> None:
    assert names("It came in October, on a Monday. Divers went down for Orme. “Flour went up,” she said.") == [
        "Orme"
    ]
    assert names("Le rapport de Novembre dit : Nous attendons Kerzonec") == ["Kerzonec"]
    assert names("Damaris Holt closed the door. The Commission did not") == ["Damaris", "Holt", "Commission"]


def test_languages() -> None:
    assert guess_language("Le ministre a déclaré que la note était restée secrète.") == "fr"
    assert guess_language("The minister said that the note had stayed secret.") == "en"
    assert guess_language("ok") is None


def test_the_language_knows_common_words_from_rare_ones() -> None:
    the, minister, rheumatoid = language_rarity(["the", "minister", "rheumatoid"])
    assert the < minister < rheumatoid
    assert figure_rarity("n2016") < figure_rarity("n4210")


def test_vectors_bring_restatements_together_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    one, same, other = embed(
        ["The ship left port at dawn.", "At daybreak the vessel sailed.", "Taxes rose by a third."]
    )
    assert one @ same > one @ other
