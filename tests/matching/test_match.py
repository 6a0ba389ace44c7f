"""From an article to the portions it draws on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tearline.matching import match, matcher
from tearline.records.documents import document
from tearline.records.kinds import EvidenceKind, Form, Grade
from tearline.records.matches import MatchAnswer, PortionCandidate
from tearline.records.products import Disclosure, Portion, Product
from tearline.records.times import Interval, parse_interval
from tearline.views.passages import build_index

COPIED = (
    "Secret report warns of northern survey\n"
    "“The survey vessel Kestrel would map 1,240 kilometres of seabed cable before the ice returns,” a document "
    "seen by this newspaper says. Commander Irina Haldane told the harbour master so.\n"
    "Three trawlers of the Veldmark fleet landed drilling equipment at Port Ashgrove on 14 February.\n"
    "It says Veldmark wants to rent the disused radar station on Cape Sorrel through a shipping agent."
)
RETOLD = (
    "A foreign fishing company has been quietly bringing in drills, officials fear.\n"
    "Irina Haldane, its commander, is said to have promised a chart of some 1240 km of undersea cables with the "
    "ship Kestrel before winter ice.\n"
    "The firm from Veldmark would also pay a third more than usual for an abandoned radar post at Cape Sorrel.\n"
    "Lindqvist and Daughters, an agency, would sign the lease. The boats were seen at Port Ashgrove on Feb. 14."
)
FRENCH = (
    "Des chalutiers de la flotte Veldmark ont débarqué du matériel de forage à Port Ashgrove le 14 février 2026.\n"
    "La commandante Irina Haldane a promis que le navire Kestrel cartographierait 1 240 kilomètres de câbles.\n"
    "Veldmark louerait une station radar au cap Sorrel 33 % au-dessus du marché, par l’agent Lindqvist."
)
UNRELATED = (
    "The orchestra opened its season with a symphony that critics called restrained.\n"
    "Tickets for the spring concerts go on sale next week at the town hall, with reductions for students.\n"
    "The conductor thanked the audience and promised more chamber music in the coming year."
)


def article(text: str, published: str | None = "2026-04-02", name: str = "D1") -> Disclosure:
    return Disclosure(name, text, published_at=parse_interval(published) if published else None)


def candidates(answer: MatchAnswer) -> list[PortionCandidate]:
    return [candidate for passage in answer.passages for candidate in passage.candidates]


@pytest.mark.parametrize("text", [COPIED, RETOLD, FRENCH])
def test_the_source_comes_first(text: str, register: list[Product]) -> None:
    answer = match(article(text), build_index(register))
    assert answer.products[0].product == "P1"
    assert answer.products[0].probability > 0.5
    assert all(other.probability < 0.1 for other in answer.products[1:])


def test_two_sources_of_one_article_stand_side_by_side(register: list[Product]) -> None:
    """Products that explain different passages are no rivals; one that says what another says still is."""
    both = (
        "The survey vessel Kestrel is to chart 1,240 kilometres of seabed cable before the ice returns, Commander "
        "Irina Haldane told the harbour master.\n"
        "Veldmark would rent the disused radar station on Cape Sorrel through the agents Lindqvist.\n"
        "Three of the Veldmark trawlers landed drilling equipment at Port Ashgrove in February.\n"
        "In the Tormund valley the price of grain has doubled since the Elmsworth bridge collapsed.\n"
        "Father Osgood Pell and his cooperative have stored 4,700 tonnes of rye in the former tannery there.\n"
        "Officials expect hunger before the next harvest unless the road can be repaired."
    )
    answer = match(article(both), build_index(register))
    assert {one.product for one in answer.products[:2]} == {"P1", "P2"}
    assert answer.products[1].probability > 0.75
    assert answer.products[2].probability < 0.1


def test_spans_lie_in_their_texts(register: list[Product]) -> None:
    portions = {portion.id: portion.text for product in register for portion in product.portions}
    for text in (COPIED, RETOLD, FRENCH, UNRELATED):
        answer = match(article(text), build_index(register))
        for passage in answer.passages:
            assert text[slice(*passage.span)] == passage.text
            for candidate in passage.candidates:
                assert 0 < candidate.probability <= 1
                for evidence in candidate.evidence:
                    low, high = evidence.disclosure_span
                    assert passage.span[0] <= low < high <= passage.span[1]
                    low, high = evidence.product_span
                    assert 0 <= low < high <= len(portions[candidate.portion])


def test_a_quotation_is_shown_as_one_and_the_document_was_at_hand(register: list[Product]) -> None:
    answer = match(article(COPIED), build_index(register))
    quotes = [e for c in candidates(answer) for e in c.evidence if e.kind is EvidenceKind.QUOTE]
    assert any("1,240 kilometres of seabed cable" in COPIED[slice(*quote.disclosure_span)] for quote in quotes)
    assert answer.products[0].grade is Grade.STRONG
    assert answer.products[0].form is Form.DOCUMENT
    assert "P1#1" in answer.products[0].portions


def test_numbers_names_and_dates_match_across_forms_and_languages(register: list[Product]) -> None:
    for text in (RETOLD, FRENCH):
        found = {e.kind for c in candidates(match(article(text), build_index(register))) for e in c.evidence}
        assert {EvidenceKind.NAME, EvidenceKind.NUMBER, EvidenceKind.DATE} <= found


def test_what_nothing_registered_explains_is_inconclusive(register: list[Product]) -> None:
    for text in ("", "Short.", "Two lines.\nNothing more.", UNRELATED):
        answer = match(article(text), build_index(register))
        assert answer.is_inconclusive
        assert len(answer.products) == 3
        assert any("nconclusive" in note for note in answer.notes)
        assert all(product.form is Form.UNDETERMINED for product in answer.products)


def test_the_source_withheld(register: list[Product]) -> None:
    assert match(article(COPIED), build_index(register[1:])).is_inconclusive


def test_boilerplate_shared_by_all_weighs_next_to_nothing(register: list[Product]) -> None:
    many = [
        Product(
            f"X{n}",
            "",
            "ONA",
            register[0].issued_at,
            "S",
            (Portion(f"X{n}#0", "S", f"Item {n}."), Portion(f"X{n}#1", "S", register[0].portions[-1].text)),
        )
        for n in range(8)
    ]
    text = UNRELATED + "\n" + register[0].portions[-1].text
    assert match(article(text), build_index([*register, *many])).products[0].probability < 0.5


def test_registers_of_none_and_one(register: list[Product]) -> None:
    assert match(article(COPIED), build_index([])).products == ()
    answer = match(article(COPIED), build_index(register[:1]))
    assert [product.product for product in answer.products] == ["P1"]
    assert answer.products[0].probability > 0.5
    assert match(article(UNRELATED), build_index(register[:1])).is_inconclusive


def test_products_issued_after_publication_are_left_out(register: list[Product]) -> None:
    index = build_index(register)
    assert match(article(COPIED, "2026-02-28"), index).products == ()
    assert match(article(COPIED, "2026-03-01"), index).products[0].product == "P1"
    undated = match(article(COPIED, None), index)
    assert undated.products[0].product == "P1"
    assert any("No publication date" in note for note in undated.notes)


def test_what_was_public_before_is_marked_and_lowers_the_odds(register: list[Product]) -> None:
    index = build_index(register)
    earlier = Disclosure("E1", COPIED, published_at=parse_interval("2026-03-20"))
    later = Disclosure("E2", COPIED, published_at=parse_interval("2026-05-01"))
    alone = match(article(COPIED), index)
    after = match(article(COPIED), index, [earlier, later])
    shown = {span.disclosure for c in candidates(after) for span in c.already_public}
    assert shown == {"E1"}
    for passage in after.passages:
        for candidate in passage.candidates:
            for span in candidate.already_public:
                assert passage.span[0] <= span.span[0] < span.span[1] <= passage.span[1]
    assert after.products[0].log_odds < alone.products[0].log_odds - 1.0
    unchanged = match(article(COPIED), index, [later])
    assert unchanged.products[0].log_odds == alone.products[0].log_odds


def test_common_words_in_an_earlier_text_are_not_what_was_public(register: list[Product]) -> None:
    """An earlier text on the same subject that does not say what the passage says marks nothing."""
    subject = Disclosure(
        "E3",
        "The harbour master of Port Ashgrove said that a survey vessel may come before the ice returns. The price "
        "of a lease on Cape Sorrel has not been agreed, according to a report on the market for disused stations.",
        published_at=parse_interval("2026-03-20"),
    )
    after = match(article(COPIED), build_index(register), [subject])
    assert not any(candidate.already_public for candidate in candidates(after))


def test_a_single_common_word_is_no_evidence(register: list[Product]) -> None:
    text = (
        RETOLD
        + "\nThe harbour was quiet in February, and the price of a market stall had not been paid for two hours."
    )
    for passage in match(article(text), build_index(register)).passages[-1:]:
        spans = [text[slice(*e.disclosure_span)] for c in passage.candidates for e in c.evidence]
        assert not {"harbour", "price", "market", "February"} & set(spans)


def test_neither_id_takes_part(register: list[Product]) -> None:
    index = build_index(register)
    one = match(article(RETOLD, name="P2"), index)
    other = match(article(RETOLD, name="zzz"), index)
    assert one.products == other.products


def test_level_products_are_reported_as_a_tie(register: list[Product]) -> None:
    first = register[0]
    twin = Product(
        "P9", first.title, "ONA", first.issued_at, "S",
        tuple(Portion(f"P9#{at}", "S", portion.text) for at, portion in enumerate(first.portions)),
    )  # fmt: skip
    answer = match(article(COPIED), build_index([*register, twin]))
    assert {answer.products[0].product, answer.products[1].product} == {"P1", "P9"}
    if answer.products[0].probability >= 0.4:
        assert any("cannot be told apart" in note for note in answer.notes)


def test_the_answer_is_the_contracts_document(register: list[Product]) -> None:
    shown = json.loads(json.dumps(document(match(article(COPIED), build_index(register)))))
    assert {"disclosure", "passages", "products"} <= shown.keys()
    assert {"span", "text", "probability", "candidates"} <= shown["passages"][0].keys()
    candidate = next(each for one in shown["passages"] for each in one["candidates"] if each["evidence"])
    assert {"product", "portion", "probability", "evidence", "already_public"} <= candidate.keys()
    assert {"kind", "disclosure_span", "product_span"} <= candidate["evidence"][0].keys()
    assert {"product", "probability", "grade", "form", "portions"} <= shown["products"][0].keys()


def test_hostile_texts_end_in_an_answer(register: list[Product]) -> None:
    ready = matcher(build_index(register))
    for text in ("\x00" * 500, "9" * 5000, "Kestrel " * 5000, "\u2028\u2029é̂" * 400, "." * 3000, "1,234," * 900):
        assert ready.match(article(text)).disclosure == "D1"


def test_real_articles_find_their_releases(shared_data: Path) -> None:
    """A sample of the real pairs: the figures on all of them are in docs/matching.md."""
    rows = {
        name: [
            json.loads(line)
            for line in (shared_data / "insciout" / f"{name}.jsonl").read_text("utf-8").split("\n")
            if line
        ]
        for name in ("products", "disclosures", "truth")
    }
    issued = datetime(2010, 1, 1, tzinfo=UTC)
    ready = matcher(
        build_index(
            Product(row["id"], row["title"], "", issued, "U",
                    tuple(Portion(each["id"], "U", each["text"]) for each in row["portions"]))
            for row in rows["products"]
        )
    )  # fmt: skip
    truth = {row["disclosure"]: row["product"] for row in rows["truth"] if row["confirmed"]}
    sample = [row for row in rows["disclosures"] if row["id"] in truth][::9]
    now = Interval(datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC))
    hits = sum(
        ready.match(Disclosure(row["id"], row["text"], published_at=now)).products[0].product == truth[row["id"]]
        for row in sample
    )
    assert len(sample) > 70
    assert hits / len(sample) >= 0.92
