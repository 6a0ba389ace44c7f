"""What a reader has to know of the text itself: that it is short, cut off, garbled, of two languages, hearsay."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from tearline.matching.reading import LONGEST
from tearline.records.kinds import AttributionKind, QuotationStatus
from tearline.records.said import Said, joined, say
from tearline.text.language import guess_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tearline.matching.reading import Reading
    from tearline.records.matches import Passage, Quotation
    from tearline.records.products import Disclosure

# UTF-8 read as a Western eight-bit encoding ("Ã©", "â€™"), or letters that were lost on the way.
_GARBLED = re.compile("[\u00c2\u00c3][\u0080-\u00bf]|\u00e2\u20ac.|\ufffd")
_LEAST_GARBLED = 3
_LEAST_MIXED = 0.15  # of the passages that are of the other language
_LEAST_PASSAGES = 4
_MOST_SHOWN = 4  # differences of one quotation
_SAMPLE = 20  # passages looked at for their language
_RESTS_ON = {
    AttributionKind.DOCUMENT: say("a document"),
    AttributionKind.UNNAMED: say("people it does not name"),
    AttributionKind.OFFICIAL: say("officials"),
}


def text_notes(disclosure: Disclosure, reading: Reading, registered: bool) -> list[str]:
    """Of the text as such; `registered`: whether there is any product to match it with."""
    says: list[str] = []
    if not reading.passages:
        says.append(say("The text is empty: nothing can be matched."))
    elif len(reading.passages) <= 2:
        says.append(say("The text is very short: little can be said from it."))
    if len(reading.text) > LONGEST:
        says.append(
            say("Only the first {first:,} characters of {all:,} were read.", first=LONGEST, all=len(reading.text))
        )
    if reading.content.paywall is not None:
        says.append(say("The text ends at a notice for subscribers: what stands behind it was not read."))
    if len(_GARBLED.findall(reading.text)) >= _LEAST_GARBLED:
        says.append(say("The text seems to have been read in a wrong encoding: names with accents may be missed."))
    if reading.content.transcript:
        says.append(say("The text is a transcript: it was read item by item, time codes and speakers left aside."))
    if _mixed(reading):
        says.append(say("The text is in English and in French; each passage was compared as it stands."))
    if reading.meanings is not None:
        says.append(
            say(
                "The sentence model {name} took part; the probabilities were learnt without one.",
                name=reading.meanings.sentences.model.name,
            )
        )
    if disclosure.published_at is None and registered:
        says.append(say("No publication date is known: matched against every product, whenever issued."))
    return says


def _mixed(reading: Reading) -> bool:
    if len(reading.passages) < _LEAST_PASSAGES:
        return False
    said = reading.content.text
    step = max(len(reading.passages) // _SAMPLE, 1)
    found = Counter(guess_language(said[start:end]) for start, end in reading.passages[::step])
    counted = found["en"] + found["fr"]
    return min(found["en"], found["fr"]) >= max(2.0, _LEAST_MIXED * counted)


def telling_notes(text: str, passages: Sequence[Passage], quotations: Sequence[Quotation]) -> list[str]:
    """On what the text itself says it rests, and how its quotations stand."""
    says: list[str] = []
    kinds = Counter(each.kind for passage in passages for each in passage.attributions)
    named = [
        say("{kind} ({times})", kind=_RESTS_ON[kind], times=kinds[kind]) for kind in AttributionKind if kinds[kind]
    ]
    if named:
        grounds = joined("{first}, {next}", named)
        says.append(say("By its own account the text rests on {grounds}.", grounds=grounds))
    status = Counter(each.status for each in quotations)
    if quotations:
        counted = [say("{count} {status}", count=status[one], status=say(one.value)) for one in QuotationStatus]
        says.append(say("Quotations: {counted}.", counted=joined("{first}, {next}", counted)))
    says.extend(
        say(
            "Altered in what is quoted from {portion}: {departs}.",
            portion=one.portion,
            departs=_departs(text, one),
        )
        for one in quotations
        if one.status is QuotationStatus.ALTERED
    )
    return says


def _departs(text: str, quotation: Quotation) -> Said:
    """Where the words part, by the text's own."""
    shown: list[str] = []
    for one in quotation.differences[:_MOST_SHOWN]:
        low, high = one.disclosure_span
        shown.append(
            say("“{words}”", words=text[low:high])
            if high > low
            else say("words left out before “{words}”", words=text[low : low + 20])
        )
    more = len(quotation.differences) - len(shown)
    found = joined("{first}, {next}", shown)
    return say("{first} and {more} more", first=found, more=more) if more else found
