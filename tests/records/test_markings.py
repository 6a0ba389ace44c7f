"""Markings: read, printed, compared and combined by the rules of a scheme."""

from __future__ import annotations

import unicodedata
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tearline.records.errors import BadInput
from tearline.records.marking_terms import Caveat, Marking, Need
from tearline.records.markings import MarkingScheme, shipped_scheme

PROJECT = Path(__file__).resolve().parents[2]
CANADA = shipped_scheme()
LANTERN = shipped_scheme("lantern")
FORMS = tuple(product(("en", "fr"), (False, True)))


@pytest.mark.parametrize(
    ("text", "english", "french", "language"),
    [
        (
            "TOP SECRET//SI//CANADIAN EYES ONLY",
            "TOP SECRET//SI//CANADIAN EYES ONLY",
            "TRÈS SECRET//SI//RÉSERVÉ AUX CANADIENS",
            "en",
        ),
        ("PROTECTED B", "PROTECTED B", "PROTÉGÉ B", "en"),
        ("(S//REL TO CAN, FVEY)", "SECRET//REL TO CAN, FVEY", "SECRET//COMMUNICABLE À CAN, FVEY", "en"),
        ("TS//SI", "TOP SECRET//SI", "TRÈS SECRET//SI", None),
        ("U", "UNCLASSIFIED", "NON CLASSIFIÉ", "en"),
        ("non classifié", "UNCLASSIFIED", "NON CLASSIFIÉ", "fr"),
        ("Protégé B", "PROTECTED B", "PROTÉGÉ B", "fr"),
        ("tres secret // reserve aux canadiens", "TOP SECRET//CANADIAN EYES ONLY",
         "TRÈS SECRET//RÉSERVÉ AUX CANADIENS", "fr"),
        ("CONFIDENTIEL", "CONFIDENTIAL", "CONFIDENTIEL", "fr"),
        ("top-secret//SI/TK", "TOP SECRET//SI/TK", "TRÈS SECRET//SI/TK", "en"),
        ("TS/SI/TK", "TOP SECRET//SI/TK", "TRÈS SECRET//SI/TK", None),
        ("  secret  ", "SECRET", "SECRET", None),
        ("[PB]", "PROTECTED B", "PROTÉGÉ B", None),
        ("PROTECTED B / PROTÉGÉ B", "PROTECTED B", "PROTÉGÉ B", None),
        ("PROTECTED B//SECRET", "SECRET//PROTECTED B", "SECRET//PROTÉGÉ B", "en"),
        ("S//REL TO FVEY/CAN", "SECRET//REL TO CAN, FVEY", "SECRET//COMMUNICABLE À CAN, FVEY", "en"),
        ("S//rel to usa, uk, can", "SECRET//REL TO CAN, GBR, USA", "SECRET//COMMUNICABLE À CAN, GBR, USA", "en"),
        ("S//REL TO NATO", "SECRET//REL TO NATO", "SECRET//COMMUNICABLE À OTAN", "en"),
        ("S//ORCON/CEO", "SECRET//ORCON//CANADIAN EYES ONLY", "SECRET//ORCON//RÉSERVÉ AUX CANADIENS", "en"),
        ("SECRET//Secret professionnel de l’avocat", "SECRET//SOLICITOR-CLIENT PRIVILEGE",
         "SECRET//SECRET PROFESSIONNEL DE L'AVOCAT", "fr"),
        ("PROTECTED C//CABINET CONFIDENCE", "PROTECTED C//CABINET CONFIDENCE",
         "PROTÉGÉ C//CONFIDENCE DU CABINET", "en"),
    ],
)  # fmt: skip
def test_reads_and_prints(text: str, english: str, french: str, language: str | None) -> None:
    marking = CANADA.parse(text)
    assert (marking.print(), marking.print("fr")) == (english, french)
    assert marking.language == language
    assert marking.verbatim == text


def test_short_forms_are_portion_marks() -> None:
    marking = CANADA.parse("TOP SECRET//SI//CANADIAN EYES ONLY")
    assert marking.print(short=True) == "TS//SI//CEO"
    assert marking.print("fr", short=True) == "TS//SI//RAC"
    assert [CANADA.parse(t).print() for t in ("PA", "PB", "PC")] == ["PROTECTED A", "PROTECTED B", "PROTECTED C"]


def test_special_access_and_family_are_apart_from_the_level() -> None:
    marking = CANADA.parse("TOP SECRET//SI//CEO")
    assert (marking.family, marking.level) == ("classified", "TOP SECRET")
    assert [special.id for special in marking.special] == ["SI"]
    assert [caveat.kind.id for caveat in marking.caveats] == ["CANADIAN EYES ONLY"]


def test_free_caveat_text_is_kept_verbatim() -> None:
    for text in (
        'SECRET//"Not to leave // Room 4, même photocopié"',
        "SECRET // « Not to leave // Room 4, même photocopié »",
    ):
        marking = CANADA.parse(text)
        assert marking.free == ("Not to leave // Room 4, même photocopié",)
        assert CANADA.parse(marking.print("fr", short=True)) == marking


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("COSMIC", ["'COSMIC'", "Government of Canada", "quotation marks"]),
        ("SECRET//UMBRA", ["'UMBRA'", "Government of Canada"]),
        ("SECRET?", ["'SECRET?'"]),
        ("PROTECTED", ["which level", "PROTECTED A, PROTECTED B, PROTECTED C"]),
        ("SECRET//PROTÉGÉ", ["which level"]),
        ("PROTECTED A/C", ["two levels"]),
        ("SECRET/PROTECTED B", ["SECRET//PROTECTED B"]),
        ("SECRET//CONFIDENTIAL", ["contradicts itself"]),
        ("UNCLASSIFIED//PROTECTED B", ["contradicts itself"]),
        ("SECRET//REL TO CAN//REL TO USA", ["contradicts itself"]),
        ("SI//CANADIAN EYES ONLY", ["no level"]),
        ("", ["no level"]),
        ("()", ["no level"]),
        ("S//REL TO", ["names no country"]),
        ("S//REL TO CAN, ZZZ", ["'ZZZ'", "Government of Canada"]),
        ("S//REL TO CAN AND USA", ["commas"]),
        ("S//REL TO CAN,", ["no country"]),
        ('SECRET//"unfinished', ["unfinished"]),
        ("S" * 10_001, ["10,001 characters"]),
        ("S//REL " + "A " * 4_000, ["'A A A", "commas"]),
        ("SECRET//\x00", ["marking scheme"]),
    ],
)
def test_what_is_unknown_or_ambiguous_is_an_error_that_names_it(text: str, names: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        CANADA.parse(text)
    assert caught.value.remedy
    for name in names:
        assert name in str(caught.value)


@st.composite
def markings(draw: st.DrawFn, scheme: MarkingScheme = CANADA) -> Marking:
    """Any marking of a scheme, built from its words and read back once."""
    terms = scheme.terms
    families = draw(st.lists(st.sampled_from(terms.families), unique_by=lambda family: family.id))
    parts = [draw(st.sampled_from(family.levels)).print() for family in families] or [terms.base.print()]
    parts += [
        special.print() for special in draw(st.lists(st.sampled_from(terms.special), unique=True, max_size=2))
    ]
    for kind in draw(st.lists(st.sampled_from(terms.caveats), unique=True, max_size=3)):
        nations = draw(st.lists(st.sampled_from(terms.nations[-40:]), unique=True, min_size=1, max_size=4))
        parts.append(Caveat(kind, tuple(nations) if kind.releases else ()).print())
    words = st.text(
        st.characters(exclude_characters='"“”«»', exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20
    )
    parts += [f'"{text}"' for text in draw(st.lists(words.map(str.strip).filter(bool), max_size=1))]
    return scheme.parse("//".join(draw(st.permutations(parts))))


schemes_and_markings = st.sampled_from((CANADA, LANTERN)).flatmap(
    lambda scheme: st.tuples(st.just(scheme), st.lists(markings(scheme), min_size=1, max_size=4))
)


@given(schemes_and_markings)
def test_printing_and_reading_again_gives_the_same_marking(drawn: tuple[MarkingScheme, list[Marking]]) -> None:
    scheme, parts = drawn
    for marking, (language, short) in product(parts, FORMS):
        printed = marking.print(language, short)
        assert scheme.parse(printed) == marking
        bare = "".join(c for c in unicodedata.normalize("NFKD", printed) if not unicodedata.combining(c))
        if not marking.free:
            assert scheme.parse(f"( {bare.lower()} )") == marking


@given(schemes_and_markings)
def test_the_highest_dominates_every_part_and_is_a_marking_itself(
    drawn: tuple[MarkingScheme, list[Marking]],
) -> None:
    scheme, parts = drawn
    whole = scheme.highest(parts)
    assert all(whole.dominates(part) for part in parts)
    assert scheme.parse(whole.verbatim) == whole
    assert scheme.highest([whole]).dominates(whole)
    assert scheme.highest(reversed(parts)).print().split('"')[0] == whole.print().split('"')[0]


@given(markings(), markings(), markings())
def test_dominance_is_a_partial_order(a: Marking, b: Marking, c: Marking) -> None:
    assert a.dominates(a)
    if a.dominates(b) and b.dominates(c):
        assert a.dominates(c)
    if a.dominates(b) and b.dominates(a):
        assert (a.levels, a.special, a.nations) == (b.levels, b.special, b.nations)


def test_families_are_not_one_ladder() -> None:
    secret, protected = CANADA.parse("SECRET"), CANADA.parse("PROTECTED B")
    assert not secret.dominates(protected)
    assert not protected.dominates(secret)
    assert CANADA.parse("TOP SECRET").dominates(secret)
    assert secret.dominates(CANADA.parse("U"))


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([], "UNCLASSIFIED"),
        (["U", "U"], "UNCLASSIFIED"),
        (["S", "PB", "C"], "SECRET//PROTECTED B"),
        (["TS//SI", "S//TK//CEO", "U"], "TOP SECRET//SI/TK//CANADIAN EYES ONLY"),
        (["S//REL TO CAN, FVEY", "U"], "SECRET//REL TO CAN, FVEY"),
        (["S//REL TO CAN, FVEY", "S//REL TO NATO"], "SECRET//REL TO CAN, GBR, USA"),
        (["S//REL TO FVEY", "TS//REL TO ACGU"], "TOP SECRET//REL TO CAN, ACGU"),
        (["S//REL TO AUS", "S//REL TO GBR"], "SECRET//REL TO CAN"),
        (["S//REL TO CAN, FVEY", "S"], "SECRET//REL TO CAN"),
        (["S//REL TO CAN, FVEY", "S//CEO"], "SECRET//CANADIAN EYES ONLY"),
        (["U//FOUO", "PA"], "PROTECTED A//FOR OFFICIAL USE ONLY"),
        (['S//"a"', 'PA//"b"', 'C//"a"'], 'SECRET//PROTECTED A//"a"//"b"'),
    ],
)
def test_the_marking_of_a_whole(parts: list[str], whole: str) -> None:
    assert CANADA.highest(map(CANADA.parse, parts)).print() == whole


def test_a_caveat_may_need_the_originators_leave() -> None:
    assert CANADA.parse("SECRET//ORCON//CEO").needs_leave == ("ORCON",)
    assert CANADA.parse("SECRET//CEO").needs_leave == ()
    assert CANADA.parse("U//FOUO").asks_nothing
    assert not CANADA.parse("U//CEO").asks_nothing


def test_clearances_open_levels_by_family() -> None:
    secret, special = CANADA.clearance("Secret")
    assert special == ()
    assert [secret.covers(CANADA.parse(t).levels[0]) for t in ("U", "C", "S", "TS", "PC")] == [True] * 3 + [
        False,
        True,
    ]
    top, special = CANADA.clearance("TS//SI")
    assert (top.id, [s.id for s in special]) == ("TOP SECRET", ["SI"])
    assert CANADA.clearance("cote de fiabilite")[0].id == "RELIABILITY"
    listed = CANADA.clearance("PROTECTED B")[0]
    assert [listed.covers(CANADA.parse(t).levels[0]) for t in ("PB", "PC", "C")] == [True, False, False]
    for text in ("ULTRA", "SECRET/TOP SECRET", "SI", "", "/"):
        with pytest.raises(BadInput, match="is no clearance of"):
            CANADA.clearance(text)


def test_another_organisations_scheme_is_a_file(tmp_path: Path) -> None:
    assert LANTERN.parse("(g2//sw ostrey)").print("fr") == "GARDÉ DEUX//PARTAGER AVEC OSTREY"
    with pytest.raises(BadInput, match="Lantern Compact"):
        LANTERN.parse("SECRET")
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\ntitle = "Own"\nbase = { en = "CLEAR" }\n'
        '[[families]]\nid = "only"\nlevels = [{ en = "CLOSED" }]\n',
        encoding="utf-8",
    )
    assert MarkingScheme.load(own).parse("closed").level == "CLOSED"


def test_the_documented_scheme_file_is_a_scheme(tmp_path: Path) -> None:
    documented = (PROJECT / "docs" / "markings.md").read_text(encoding="utf-8")
    path = tmp_path / "documented.toml"
    path.write_text(documented.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    assert MarkingScheme.load(path).parse("(S//CEO)").print("fr") == "SECRET//RÉSERVÉ AUX CANADIENS"


GOOD = """
name = "own"
title = "Own"
base = { en = "CLEAR", short = "C" }
[[families]]
id = "only"
names = ["SHUT"]
levels = [{ en = "CLOSED" }, { en = "LOCKED" }]
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "'base' is missing"),
        ("a = [", "not a TOML file"),
        ("a = " + "[" * 5000, "not a TOML file"),
        (GOOD + "colour = 'red'", "'colour' is no key"),
        (GOOD.replace("LOCKED", "C"), "could mean CLEAR or C"),
        (GOOD.replace("LOCKED", "SHUT"), "bare family name"),
        (GOOD.replace("LOCKED", "LOCK/ED"), "separates the parts"),
        (GOOD.replace("LOCKED", "--"), "no letter or digit"),
        (GOOD.replace('"LOCKED"', "3"), "a text of 1 to"),
        (GOOD.replace('["SHUT"]', '"SHUT"'), "a list of texts"),
        (GOOD.replace('[{ en = "CLOSED" }, { en = "LOCKED" }]', '"CLOSED"'), "a list of tables"),
        (GOOD.replace('{ en = "CLEAR", short = "C" }', '"CLEAR"'), "a table is needed"),
        ('home = "X"' + GOOD, "'X' is not one of the nations"),
        (GOOD + '[[caveats]]\nen = "EYES"\nneeds = "magic"', "'magic' is no need"),
        (GOOD + '[[caveats]]\nen = "EYES"\nneeds = "nation"', "the countries do not go"),
        (GOOD + '[[caveats]]\nen = "EYES"\nreleases = "yes"', "the countries do not go"),
        (GOOD + '[[special]]\nen = "EYES"\nincluded_in = ["luck"]', "'luck' is no ground of access"),
        (GOOD + '[[clearances]]\nen = "FULL"\nopens = ["SECRET"]', "'SECRET' is no level"),
        (GOOD + '[nations.also]\nQQ = ["Q"]', "'QQ' is no nation"),
        ("#" * 1_000_001, "larger than"),
    ],
)
def test_a_faulty_scheme_file_is_refused_with_its_fault(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "faulty.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=says.replace("(", r"\(")) as caught:
        MarkingScheme.load(path)
    assert caught.value.remedy


def test_a_scheme_file_that_cannot_be_read(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00junk")
    for path in (tmp_path / "absent.toml", tmp_path, binary):
        with pytest.raises(BadInput, match=path.name):
            MarkingScheme.load(path)


def test_every_need_is_used_by_the_shipped_scheme() -> None:
    assert {kind.need for kind in CANADA.terms.caveats} == set(Need)
