"""Which edition, how its quotations stand, several items as one, long reports, nothing cut off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from tearline.matching import match, matcher
from tearline.matching.series import series
from tearline.records.kinds import Form, Grade, QuotationStatus
from tearline.records.matches import MatchAnswer
from tearline.records.products import Disclosure, Portion, Product
from tearline.records.series import TimelineKind
from tearline.records.times import parse_interval
from tearline.views.passages import SECTION, build_index

NOW = parse_interval("2026-04-02")
QUOTED = (
    "“The survey vessel Kestrel would map 1,240 kilometres of seabed cable before the ice returns,” a memo says.\n"
    "Commander Irina Haldane told the harbour master so, it adds, and Veldmark intends to rent the disused radar "
    "station on Cape Sorrel through the shipping agent Lindqvist."
)


def edition(product: Product, name: str, **changed: str) -> Product:
    """`product` again under another id, some words of it replaced."""
    portions = []
    for at, portion in enumerate(product.portions):
        text = portion.text
        for old, new in changed.items():
            text = text.replace(old.replace("_", " "), new)
        portions.append(Portion(f"{name}#{at}", portion.marking, text))
    return replace(product, id=name, portions=tuple(portions), number=None)


def article(text: str, name: str = "D1", published: str = "2026-04-02") -> Disclosure:
    return Disclosure(name, text, published_at=parse_interval(published))


def test_editions_do_not_take_each_others_lead(register: list[Product]) -> None:
    alone = match(article(QUOTED), build_index(register)).products[0]
    answer = match(article(QUOTED), build_index([*register, edition(register[0], "P1b")]))
    both = {one.product: one for one in answer.products[:2]}
    assert set(both) == {"P1", "P1b"}
    assert both["P1"].probability == both["P1b"].probability
    assert both["P1"].grade is not Grade.INCONCLUSIVE
    assert abs(both["P1"].log_odds - alone.log_odds) < 4.0
    assert answer.editions[0].undetermined
    assert any("cannot be told apart" in note for note in answer.notes)


def test_a_figure_that_one_edition_alone_states_tells_it_apart(register: list[Product]) -> None:
    other = edition(register[0], "P1b", **{"1,240": "1,960", "Haldane": "Osterby"})
    answer = match(article(QUOTED), build_index([*register, other]))
    assert answer.products[0].product == "P1"
    assert answer.products[1].product == "P1b"
    assert answer.products[0].log_odds - answer.products[1].log_odds >= 3.0
    (told,) = answer.editions
    assert (told.product, told.others, told.undetermined) == ("P1", ("P1b",), False)
    assert {QUOTED[slice(*span)] for span in told.told_by} == {"1,240"}
    assert answer.products[1].probability < 0.1


def test_what_only_the_full_edition_says_points_to_it(register: list[Product]) -> None:
    full = register[0]
    cut = replace(
        full,
        id="P1s",
        portions=(full.portions[0], full.portions[2], full.portions[3]),
        derived_from=("P1",),
        number=None,
    )
    cut = replace(cut, portions=tuple(replace(p, id=f"P1s#{at}") for at, p in enumerate(cut.portions)))
    answer = match(article(QUOTED), build_index([*register, cut]))
    assert answer.products[0].product == "P1"
    assert answer.editions[0].product == "P1"
    assert not answer.editions[0].undetermined


def quotations(text: str, products: list[Product]) -> dict[str, QuotationStatus]:
    answer = match(article(text), build_index(products))
    for one in answer.quotations:
        assert text[slice(*one.span)] == one.text
    return {one.text[1:20]: one.status for one in answer.quotations}


def test_a_quotation_is_as_issued_altered_or_not_ours(register: list[Product]) -> None:
    text = (
        QUOTED
        + "\n“The survey vessel Kestrel would map 2,140 kilometres of seabed cable before the ice returns,” no.\n"
        "“Nobody at the concert hall had ever heard such a thing,” the conductor said.\n"
        "“Three trawlers of the Veldmark fleet […] at Port Ashgrove,” it says.\n“A fine day,” he said."
    )
    answer = match(article(text), build_index(register))
    assert [one.status for one in answer.quotations] == [
        QuotationStatus.AS_ISSUED,
        QuotationStatus.ALTERED,
        QuotationStatus.NOT_OURS,
        QuotationStatus.AS_ISSUED,
    ]
    altered = answer.quotations[1]
    assert (altered.product, altered.portion) == ("P1", "P1#1")
    portion = register[0].portions[1].text
    (difference,) = altered.differences
    assert text[slice(*difference.disclosure_span)] == "2,140"
    assert portion[slice(*difference.product_span)] == "1,240"
    assert any("1 altered" in note for note in answer.notes)


def test_a_word_left_out_is_an_alteration(register: list[Product]) -> None:
    text = "“The survey vessel Kestrel would map kilometres of seabed cable before the ice returns,” it says."
    (one,) = match(article(text), build_index(register)).quotations
    assert one.status is QuotationStatus.ALTERED
    assert register[0].portions[1].text[slice(*one.differences[0].product_span)] == "1,240"


def test_every_edition_that_holds_the_words_is_named(register: list[Product]) -> None:
    (one,) = match(article(QUOTED), build_index([*register, edition(register[0], "P1b")])).quotations
    assert one.editions == ("P1", "P1b")


def test_a_marked_page_is_the_document_itself(register: list[Product]) -> None:
    page = "\n".join(f"(S//REL TO CAN, FVEY) {portion.text}" for portion in register[0].portions[:2])
    assert match(article(page), build_index(register)).products[0].form is Form.DOCUMENT


def long_report(pages: int) -> Product:
    """A report of `pages` pages with a table and footnotes on each, and one paragraph worth finding in the
    middle."""
    rng = np.random.default_rng(5)
    words = [
        f"{a}{b}"
        for a in ("bor", "cal", "den", "fer", "gul", "hem", "lor", "mar")
        for b in ("ida", "one", "ust", "ery")
    ]
    portions = []
    for page in range(pages):
        body = " ".join(f"{' '.join(rng.choice(words, 14))}.".capitalize() for _ in range(18))
        table = "\n".join(
            f"{rng.choice(words)}\t{rng.integers(100, 999)}\t{rng.integers(1, 99)} %" for _ in range(4)
        )
        portions += [Portion(f"L#{page}", "S", body), Portion(f"L#{page}t", "S", f"Item\tTonnes\tShare\n{table}")]
        portions.append(
            Portion(f"L#{page}n", "S", f"{page + 1} See annex {rng.integers(1, 40)}, paragraph {page}.")
        )
    secret = (
        "The smelter at Quarrendale sold 4,316 tonnes of zinc to the trader Ilse Brandvold, who shipped them "
        "through the harbour of Tessaly under the flag of the freighter Morwenna."
    )
    portions.insert(len(portions) // 2, Portion("L#secret", "S", secret))
    issued = datetime(2026, 1, 5, tzinfo=UTC)
    return Product("L", "Minerals", "ONA", issued, "S", tuple(portions))


TOLD = (
    "A smelter has been selling zinc in secret, this newspaper has learnt.\n"
    "Some 4,316 tonnes from Quarrendale went to a trader, Ilse Brandvold.\n"
    "She moved them through Tessaly harbour aboard the freighter Morwenna, under its flag."
)


def test_a_paragraph_of_two_hundred_pages_is_found(register: list[Product]) -> None:
    index = build_index([*register, long_report(200)])
    assert len(index.section_tokens) > 4 * 200 // SECTION
    ready = matcher(index)
    answer = ready.match(article(TOLD))
    assert answer.products[0].product == "L"
    assert answer.products[0].portions[0] == "L#secret"
    assert any("sections nearest" in note for note in answer.notes)
    assert not match(article(TOLD, published="2025-12-31"), index).products


def test_exhaustive_cuts_nothing_off_and_says_so(register: list[Product]) -> None:
    others = []
    for at in range(60):
        text = f"The council of ward {at} met on item {at} and adjourned to room {at}."
        others.append(Product(f"N{at}", "", "ONA", register[0].issued_at, "S", (Portion(f"N{at}#0", "S", text),)))
    ready = matcher(build_index([*register, *others, long_report(12)]))
    quick, full = ready.match(article(TOLD)), ready.match(article(TOLD), exhaustive=True)
    assert any("--exhaustive" in note for note in quick.notes)
    assert any("nothing was cut off" in note for note in full.notes)
    assert full.products[0].product == quick.products[0].product == "L"
    assert full.passages[1].candidates[0].portion == "L#secret"


def answered(items: list[Disclosure], products: list[Product]) -> tuple[list[MatchAnswer], object]:
    ready = matcher(build_index(products))
    answers = [ready.match(one) for one in items]
    return answers, series(ready, items, answers)


def test_a_series_is_read_as_one(register: list[Product]) -> None:
    grain = (
        "Grain prices in the Tormund valley have doubled since the bridge at Elmsworth collapsed, a report says.\n"
        "Father Osgood Pell and his cooperative store 4,700 tonnes of rye in the former tannery.\n"
        "Hunger is expected before the harvest unless the road is repaired."
    )
    outside = (
        "The orchestra opened its season at Hallam Court under the conductor Piers Wetherby: 2,300 were there.\n"
        "Tickets for the spring concerts go on sale next week at the town hall."
    )
    echo = "The conductor Piers Wetherby drew 2,300 people to Hallam Court, the orchestra said on Tuesday."
    items = [
        article(QUOTED, "D2", "2026-04-09"),
        article(QUOTED.replace("a memo says", "the paper wrote"), "D1", "2026-04-02"),
        article(grain, "D3", "2026-04-12"),
        article(outside, "D4", "2026-04-13"),
        article(echo, "D5", "2026-04-14"),
    ]
    _, found = answered(items, register)
    assert found.fewest == ("P1", "P2")
    assert {one.product: one.explains for one in found.products}["P1"] == ("D2", "D1")
    assert found.unexplained == ("D4", "D5")
    drawn = next(claim for claim in found.claims if claim.portion == "P1#1")
    assert drawn.tellings[0].disclosure == "D1"
    assert drawn.first == ("D1",)
    other = next(claim for claim in found.claims if claim.portion is None)
    assert {one.disclosure for one in other.tellings} == {"D4", "D5"}
    assert [one.id for one in found.timeline if one.kind is TimelineKind.DISCLOSURE] == [
        "D1",
        "D2",
        "D3",
        "D4",
        "D5",
    ]
    assert found.timeline[0].kind is TimelineKind.RELEASE
