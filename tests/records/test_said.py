"""Sentences that can be said in two languages."""

from __future__ import annotations

import string
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tearline.records.documents import document
from tearline.records.naming import Names, mention
from tearline.records.said import Language, Said, in_language, joined, listed, say, say_many, together

PROJECT = Path(__file__).parents[2]
CATALOGUE = PROJECT / "src/tearline/records/locale/fr/LC_MESSAGES/said.po"
FRENCH = Language.FRENCH


def test_a_sentence_is_english_text_and_can_be_said_in_french() -> None:
    opened = say(
        "{person} opened {product} {when}", person="P-1", product="VX-7", when=say("on {day}", day="2026-03-01")
    )
    assert opened == "P-1 opened VX-7 on 2026-03-01" and isinstance(opened, str)
    assert in_language(opened, FRENCH) == "P-1 a ouvert VX-7 le 2026-03-01"
    assert in_language(opened, Language.ENGLISH) == str(opened)


@pytest.mark.parametrize(
    ("count", "english", "french"),
    [
        (1, "one person", "une personne"),
        (0, "0 people", "0 personnes"),
        (1234, "1,234 people", "1\u202f234 personnes"),
    ],
)
def test_counts_follow_each_languages_rules(count: int, english: str, french: str) -> None:
    people = say_many("one person", "{count:,} people", count)
    assert people == english
    # French counts nothing in the singular: both catalogue forms exist, the plural rule chooses.
    assert in_language(people, FRENCH) == (french if count else "une personne")


def test_parts_are_joined_and_each_is_translated() -> None:
    both = together(say("twice"), "", say("on {day}", day="2026-01-02"))
    assert both == "twice on 2026-01-02"
    assert in_language(both, FRENCH) == "deux fois le 2026-01-02"
    assert listed(["A"]) == "A" and listed(["A", "B", "C"]) == "A, B and C" and listed([]) == ""
    assert in_language(listed(["A", "B", "C"]), FRENCH) == "A, B et C"
    assert joined("{first}; {next}", ["a", "b"]) == "a; b"


def test_braces_and_percents_in_values_stay_as_they_are() -> None:
    odd = say("copy {copy} of {product}", copy="{copy}", product="100 % {x}")
    assert odd == "copy {copy} of 100 % {x}"
    assert in_language(odd, FRENCH) == "l’exemplaire {copy} de 100 % {x}"


def test_delivery_says_it_in_its_language_and_names_people_as_it_may() -> None:
    said = say("Who {who} is, with position and organisation at that time.", who=mention("j.roy"))
    names = Names(words=lambda _id: "P-1", language=FRENCH)
    assert document({"ask": said}, names) == {
        "ask": "Qui est P-1, avec sa fonction et son organisation à ce moment."
    }
    assert document({"ask": said}, Names(words=lambda _id: "P-1"))["ask"].startswith("Who P-1 is")
    assert type(document(said)) is str


def test_what_the_catalogue_lacks_is_said_in_english() -> None:
    assert in_language(say("nobody has translated {this}", this="it"), FRENCH) == "nobody has translated it"
    assert in_language("", FRENCH) == "" and in_language(say(""), FRENCH) == ""


def _places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_translation_fills_the_same_places() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="fr")
    checked = 0
    for message in catalogue:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in filter(None, strings):
            assert _places(text) <= _places(ids[0]) | _places(ids[-1]), message.id
            assert _places(text) >= _places(ids[0]) & _places(ids[-1]) - {"count"}, message.id
            checked += 1
    assert checked > 150


def test_nothing_lacks_a_translation() -> None:
    asked = [sys.executable, str(PROJECT / "tools/messages.py"), "missing"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_a_said_sentence_survives_as_plain_text() -> None:
    said = say("on {day}", day="2026-01-02")
    assert isinstance(said, Said) and f"{said}!" == "on 2026-01-02!" and said in {"on 2026-01-02"}
