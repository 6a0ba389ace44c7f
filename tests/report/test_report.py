"""The report as HTML text: what it says, in which order, and that nothing from outside gets out of its place."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

import report_scenes as scenes
from tearline.records.kinds import Grade
from tearline.records.markings import shipped_scheme
from tearline.records.matches import MatchAnswer, ProductMatch
from tearline.records.naming import AS_IS, Names
from tearline.report import render_report


def rendered(investigation, register, names: Names = scenes.NAMES) -> str:
    return render_report(
        investigation, register, names, basis=scenes.BASIS, asked=scenes.ASKED, scheme=shipped_scheme()
    )


class Reader(HTMLParser):
    """The words of a page, its elements and their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def small() -> str:
    return rendered(*scenes.small())


@pytest.mark.parametrize("scene", ["small", "large", "unmatched", "silent", "hostile"])
def test_the_same_input_gives_the_same_bytes(scene: str):
    assert rendered(*getattr(scenes, scene)()) == rendered(*getattr(scenes, scene)())


def test_the_banner_is_the_highest_of_what_is_shown(small: str):
    assert Reader(small).text.count("SECRET//PROTECTED B//CANADIAN EYES ONLY") >= 3
    unmatched = Reader(rendered(*scenes.unmatched())).text
    assert "SECRET" not in unmatched and "PROTECTED B" in unmatched


def test_a_marking_that_the_scheme_does_not_know_is_said(small: str):
    investigation, register = scenes.small()
    odd = {**register.products, "VX-2026-020": replace(scenes.OTHER, marking="MAUVE")}
    text = Reader(rendered(investigation, replace(register, products=odd))).text
    assert "because the marking scheme does not know them: MAUVE" in text


def test_people_stand_under_pseudonyms_in_every_part(small: str):
    for name in ("Ada", "Lorme", "Halden", "p1", "p2"):
        assert not re.search(rf"\b{name}\b", Reader(small).text), name
    assert "\ue000" not in small and "U+E000" not in small
    assert "Cpt. Halden" in Reader(rendered(*scenes.small(), names=AS_IS)).text


def test_the_order_is_the_one_a_reader_needs(small: str):
    order = [
        "Few records.",
        "In short",
        "The item beside the portions",
        "Who could have held it: ",
        "How it was handled",
        "What explains it",
        "Whom to ask, what may be lost first on top",
        "What cannot be known from this record",
        "The marks",
        "What this rests on",
    ]
    text = Reader(small.split("</nav>")[1]).text
    places = [text.rindex(heading) for heading in order]
    assert places == sorted(places)


def test_outside_comes_first_and_nobody_is_singled_out(small: str):
    section = small.split('id="explanations"')[1].split("</section>", maxsplit=1)[0]
    main, folded = section.split("<details>")[:2]
    assert "not sufficient to point at any one person" in main
    assert main.index("None of the recorded holders") < main.index("Any one of the 4 recorded holders, together")
    assert "P-" not in Reader(main).text
    labels = re.findall(r"<bdi>(P-\w+)", folded.split("</details>")[0])
    assert len(labels) == 4 and labels == sorted(labels)


def test_where_the_record_is_sufficient_people_are_ranked():
    investigation, register = scenes.small()
    leads = investigation.leads
    first, *rest = leads.hypotheses
    ranked = (replace(first, probability=0.5), *(replace(h, probability=0.5 / len(rest)) for h in rest))
    html = rendered(replace(investigation, leads=replace(leads, sufficient=True, hypotheses=ranked)), register)
    main = html.split('id="explanations"')[1].split("</section>")[0]
    assert "<details>" not in main
    assert main.index("None of the recorded holders") < main.index(scenes.NAMES.field(first.id))


def test_pairs_are_numbered_on_both_sides_and_lead_to_each_other(small: str):
    ids = [attributes["id"] for tag, attributes in Reader(small).tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [a["href"] for tag, a in Reader(small).tags if tag == "a" and a.get("class") == "ref"]
    assert sorted(links) == sorted(f"#d1-{side}{n}" for side in "ab" for n in (1, 2, 3))
    assert all(attributes["href"][1:] in ids for tag, attributes in Reader(small).tags if tag == "a")


def test_words_that_were_public_are_struck_through_with_their_date(small: str):
    struck = [a for tag, a in Reader(small).tags if "public" in (a.get("class") or "").split() and "title" in a]
    assert [a["title"] for a in struck] == ["public before: 13 January 2026, 09:00 UTC"]


def test_text_from_outside_runs_nothing_and_turns_nothing_round():
    page = rendered(*scenes.hostile())
    tags = Reader(page).tags
    assert sum(tag == "script" for tag, _ in tags) == 1 and not any(tag == "img" for tag, _ in tags)
    assert not any(name.startswith("on") or name == "style" for _, a in tags for name in a)
    assert all((a.get("href") or "#").startswith("#") for _, a in tags)
    assert not re.search("[\u0000-\u0008\u202a-\u202e\u2066-\u2069]", page)
    assert ">U+202E</span>" in page and "‹U+202E›" in page
    assert not any("lang" in a for tag, a in tags if tag == "article")


def test_nothing_is_fetched(small: str):
    assert "default-src &#39;none&#39;" in small
    for where in re.findall(r"""(?:src|href)\s*=\s*["']([^"']+)|url\(([^)]+)\)""", small):
        assert "".join(where).startswith(("#", "data:")), where


def test_a_text_that_matches_nothing_says_what_that_means():
    text = Reader(rendered(*scenes.unmatched())).text
    assert "No registered product is like enough" in text and "no date of publication is known" in text
    assert "There is nothing to weigh" in text and "There is no request to make" in text
    assert "Who could have held it" not in text


def test_a_product_without_records_is_called_silent_not_empty():
    text = Reader(rendered(*scenes.silent())).text
    assert "There are no handling records to go on" in text
    assert "It is silent, which is not the same as empty" in text
    assert "to the end of the record" in text


def test_a_declared_product_is_not_passed_off_as_a_match():
    investigation, register = scenes.small()
    weak = MatchAnswer(
        "D-1", (), (ProductMatch("VX-2026-014", 0.05, Grade.INCONCLUSIVE, scenes.Form.UNDETERMINED),)
    )
    text = Reader(rendered(replace(investigation, matches=(weak,)), register)).text
    assert "Declared" in text and "the machine's comparison does not carry it" in text
    assert "Strong" not in text


def test_what_is_found_by_content_stands_beside_with_its_evidence(small: str):
    assert "Found by content, declared by nobody" in small
    assert "restates portion 2 of VX-2026-014 in other words" in small
    assert "tearline relate VX-2026-020 VX-2026-014" in small


def test_very_many_holders_stay_readable():
    html = rendered(*scenes.large())
    assert "All 1,500 holders, one by one" in html and "Unfold: every holder" in html
    assert html.count('<tr data-who="') == 1500
    text = Reader(html).text
    assert "1,500 people in eight organisations could have held it before 14 March 2026" in text


def test_words_of_judgement_are_nowhere(small: str):
    for word in ("suspect", "guilty", "culprit", "leaker"):
        assert word not in small.lower()
