"""What of a public text is read, and what it says of itself: transcripts, furniture, attribution, claims, bad
input."""

from __future__ import annotations

import time

import pytest

from tearline.matching import match
from tearline.matching.attribution import attributions, claims
from tearline.records.kinds import AttributionKind
from tearline.records.products import Disclosure, Product
from tearline.records.times import parse_interval
from tearline.text.furniture import content_of
from tearline.views.passages import PassageIndex, build_index

NOW = parse_interval("2026-04-02")
BROADCAST = (
    "[00:00:04] ANNA HOLT: Good evening. Tickets for the spring concerts go on sale next week at the town hall.\n"
    "[00:00:31] ANNA HOLT: Now to the north. Jonas?\n"
    "[00:00:38] JONAS REED (on camera): The survey vessel Kestrel would map 1,240 kilometres of seabed cable\n"
    "before the ice returns, so Commander Irina Haldane told the harbour master at Port Ashgrove. [applause]\n"
    "[00:01:10] JONAS REED: Veldmark intends to rent the disused radar station on Cape Sorrel through Lindqvist.\n"
    "[00:01:44] ANNA HOLT: And the weather: rain from the west, clearing by the evening."
)
CAPTIONS = (
    "1\n00:00:01,000 --> 00:00:03,000\nThe survey vessel Kestrel\n\n"
    "2\n00:00:03,000 --> 00:00:05,500\nwould map 1,240 kilometres of seabed\n\n"
    "3\n00:00:05,500 --> 00:00:08,000\ncable before the ice returns.\n"
)


@pytest.fixture(scope="module")
def index(register: list[Product]) -> PassageIndex:
    return build_index(register)


def test_furniture_is_blank_and_every_letter_keeps_its_place() -> None:
    text = (
        "Ship sold\nBy Jane Smith, defence editor\nPublished: 12:03, 4 May 2026\nAdvertisement\n"
        "PORT ASHGROVE (Reuters) - The ship was sold.\nFollow us on Twitter\n© The Paper"
    )
    content = content_of(text)
    assert len(content.text) == len(text)
    assert content.text.split() == ["Ship", "sold", "PORT", "ASHGROVE", "The", "ship", "was", "sold."]
    assert text.index("The ship") == content.text.index("The ship")
    assert not content.transcript


@pytest.mark.parametrize(
    "sentence",
    [
        "By Christmas the fleet had gone home, the harbour master said.",
        "Published figures show that 12 ships left the port in May.",
        "Play was stopped because of rain.",
        "Note: the ship is called Kestrel.",
    ],
)
def test_a_sentence_is_never_furniture(sentence: str) -> None:
    assert content_of(sentence).text == sentence


def test_a_transcript_is_read_without_time_codes_and_says_who_speaks(index: PassageIndex) -> None:
    answer = match(Disclosure("D1", BROADCAST, published_at=NOW), index)
    assert answer.products[0].product == "P1"
    speakers = {passage.speaker for passage in answer.passages if "Kestrel" in passage.text}
    assert speakers == {"JONAS REED (on camera)"}
    assert any("transcript" in note for note in answer.notes)
    assert all(BROADCAST[slice(*passage.span)] == passage.text for passage in answer.passages)


def test_captions_join_the_sentence_that_the_screen_divides(index: PassageIndex) -> None:
    content = content_of(CAPTIONS)
    assert content.transcript
    assert " ".join(content.text.split()) == (
        "The survey vessel Kestrel would map 1,240 kilometres of seabed cable before the ice returns."
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("According to a secret assessment obtained by the Globe, Veldmark will rent the station.", "document"),
        ("“The vessel would map the cable,” a document seen by this newspaper says.", "document"),
        ("Selon un document consulté par Le Devoir, le navire cartographierait les câbles.", "document"),
        ("Le rapport secret conclut que la station sera louée.", "document"),
        ("Two sources familiar with the file said that the ship had left.", "unnamed"),
        ("The ship has left, said an aide who asked not to be named.", "unnamed"),
        ("Une source proche du dossier, sous couvert de l’anonymat, parle d’un bail.", "unnamed"),
        ("Officials fear that a foreign company is bringing in drills.", "official"),
        ("Un porte-parole du ministère a démenti ces informations.", "official"),
    ],
)
def test_attribution_is_noted_in_both_languages(text: str, kind: str) -> None:
    assert kind in {one.kind.value for one in attributions(text, (0, len(text)))}


@pytest.mark.parametrize(
    "text", ["The ship left on Monday.", "The report is due in May.", "Sources of water are rare."]
)
def test_a_plain_sentence_rests_on_nothing_it_names(text: str) -> None:
    assert attributions(text, (0, len(text))) == ()


def test_a_claim_is_what_is_said_apart_from_who_says_it(index: PassageIndex) -> None:
    text = "According to a memo seen by the Globe, Veldmark will rent the station; the lease runs for ten years."
    found = claims(text, (0, len(text)), attributions(text, (0, len(text))))
    assert [text[slice(*one.span)] for one in found] == [
        "Veldmark will rent the station",
        "the lease runs for ten years.",
    ]
    assert {one.rests_on for one in found} == {AttributionKind.DOCUMENT}
    answer = match(Disclosure("D1", text, published_at=NOW), index)
    assert answer.passages[0].attributions
    assert text[slice(*answer.passages[0].claims[0].span)] == "Veldmark will rent the station"
    assert any("rests on a document" in note for note in answer.notes)


def test_a_paywall_is_said(index: PassageIndex) -> None:
    for notice in (
        "Subscribe to continue reading.",
        "Cet article est réservé aux abonnés.",
        "Already a subscriber?",
    ):
        answer = match(Disclosure("D1", f"Veldmark rents a station.\n{notice}", published_at=NOW), index)
        assert any("notice for subscribers" in note for note in answer.notes), notice
        assert answer.is_inconclusive


def test_two_languages_in_one_text_are_said(index: PassageIndex) -> None:
    text = (
        "The survey vessel Kestrel would map 1,240 kilometres of seabed cable before the ice returns.\n"
        "Commander Irina Haldane told the harbour master at Port Ashgrove so in February.\n"
        "Veldmark louerait la station radar du cap Sorrel pour un tiers de plus que le prix du marché.\n"
        "Les chalutiers de la flotte Veldmark ont débarqué du matériel de forage à Port Ashgrove."
    )
    answer = match(Disclosure("D1", text, published_at=NOW), index)
    assert any("English and in French" in note for note in answer.notes)
    assert answer.products[0].product == "P1"


def test_a_wrong_encoding_is_said(index: PassageIndex) -> None:
    garbled = "La flotte a débarqué du matériel à l’été, et la société a été créée.".encode().decode("cp1252")
    answer = match(Disclosure("D1", garbled, published_at=NOW), index)
    assert any("wrong encoding" in note for note in answer.notes)


def test_a_page_of_five_megabytes_ends_in_an_answer(index: PassageIndex) -> None:
    page = "Veldmark rents the radar station on Cape Sorrel, and the weather was fine in Elmsworth.\n" * 58_000
    began = time.process_time()
    answer = match(Disclosure("D1", page, published_at=NOW), index)
    assert len(page) > 5_000_000
    assert any("Only the first" in note for note in answer.notes)
    assert time.process_time() - began < 60
