"""The places in both texts that speak for a match, for a reader to judge.

A span of the disclosure is in its text, a span of the product in the portion's own text. What many products
share is left out; so are single words too common to say anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.reading import UNKNOWN, Reading
from tearline.records.kinds import EvidenceKind
from tearline.records.matches import EvidenceSpan, Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.matching.comparison import Comparison
    from tearline.matching.runs import Run
    from tearline.views.passages import PassageIndex

_QUOTED = re.compile(r"[“\"«][^“”\"«»\n]{8,1200}[”\"»]")
_VERBATIM = 8  # terms in the same order: chance does not do that, whether quoted or not
_WITHIN_MARKS = 4  # terms in the same order, where the text puts them between quotation marks
_LEAST_RUN = 6.0  # nats of a run worth showing, of two content words or more; common words in a row say nothing
_LEAST_NAME = 2.0  # nats of a name's word worth showing
# Nats of a single word worth showing: in the register and in the language ("oil" is rare in a small register).
_LEAST_WORD, _LEAST_IN_LANGUAGE = 4.0, 3.8
_LEAST_QUANTITY = 2.0  # nats
_PARAPHRASE = 0.55  # cosine above which two sentences say much the same (stsb grade of about 3 of 5)
_MOST = 12  # spans of one kind a passage and portion


def quotations(text: str) -> tuple[Span, ...]:
    """What stands between quotation marks in `text`."""
    return tuple(found.span() for found in _QUOTED.finditer(text))


@dataclass(frozen=True, slots=True, eq=False)
class Pairing:
    """A passage of the text (by number) and the index passages of one portion, the best first."""

    comparison: Comparison
    passage: int
    rows: NDArray[np.int64]
    runs: list[Run]  # those shared with the whole product
    quoted: tuple[Span, ...]  # `quotations` of the text
    meaning: float  # cosine with the best row


def evidence_of(pairing: Pairing) -> tuple[EvidenceSpan, ...]:
    """The evidence between the passage and the portion, in order of place."""
    reading, index = pairing.comparison.reading, pairing.comparison.index
    found = [span for run in pairing.runs if (span := _run_evidence(pairing, run)) is not None]
    covered = [span.disclosure_span for span in found]
    found.extend(_quantities(reading, index, pairing.passage, pairing.rows))
    found.extend(_words(reading, index, pairing, covered)[:_MOST])
    if pairing.meaning >= _PARAPHRASE and len(pairing.rows):
        row = int(pairing.rows[0])
        whole = (int(index.passage_start[row]), int(index.passage_end[row]))
        here = reading.passages[pairing.passage]
        found.append(EvidenceSpan(EvidenceKind.PARAPHRASE, here, whole, pairing.meaning))
    return tuple(sorted(found, key=lambda one: (one.disclosure_span, one.product_span, one.kind)))


def _run_evidence(pairing: Pairing, run: Run) -> EvidenceSpan | None:
    """The part of `run` that lies in the passage and in one of the rows, if it is worth showing."""
    reading, index = pairing.comparison.reading, pairing.comparison.index
    if not reading.passage[run.text_from] <= pairing.passage <= reading.passage[run.text_to - 1]:
        return None
    rows = np.searchsorted(index.token_from, np.arange(run.index_from, run.index_to), "right") - 1
    inside = np.flatnonzero(
        (reading.passage[run.text_from : run.text_to] == pairing.passage) & np.isin(rows, pairing.rows)
    )
    if len(inside) < 2:
        return None
    first, last = int(inside[0]), int(inside[-1])
    start = reading.tokens.starts[run.text_from + first]
    end = reading.tokens.ends[run.text_from + last]
    within = any(low <= start and end <= high for low, high in pairing.quoted)
    exact = len(inside) >= _VERBATIM or (within and len(inside) >= _WITHIN_MARKS)
    content = ~index.term_stop[reading.term[run.text_from + first : run.text_from + last + 1]]
    if content.sum() < 2:
        return None
    if not exact:  # a wording neither begins nor ends with a word that carries nothing
        first, last = first + int(content.argmax()), last - int(content[::-1].argmax())
    here = slice(run.text_from + first, run.text_from + last + 1)
    there = slice(run.index_from + first, run.index_from + last + 1)
    terms = reading.term[here]
    named = bool((reading.name[here] & index.token_name[there])[~index.term_stop[terms]].all())
    weight = run.own_share * float(index.term_rarity[terms].sum())
    if weight < (_LEAST_NAME if named else _LEAST_RUN):
        return None
    return EvidenceSpan(
        EvidenceKind.QUOTE if exact else EvidenceKind.NAME if named else EvidenceKind.WORDING,
        (reading.tokens.starts[here.start], reading.tokens.ends[here.stop - 1]),
        (int(index.token_start[there.start]), int(index.token_end[there.stop - 1])),
        weight,
    )


def _quantities(
    reading: Reading, index: PassageIndex, passage: int, rows: NDArray[np.int64]
) -> list[EvidenceSpan]:
    found = []
    for at in np.flatnonzero((reading.fact_passage == passage) & (reading.fact_key != UNKNOWN)).tolist():
        key = int(reading.fact_key[at])
        rarity = float(index.key_rarity[key])
        if rarity < _LEAST_QUANTITY:
            continue
        for row in rows.tolist():
            low, high = int(index.fact_from[row]), int(index.fact_from[row + 1])
            where = np.flatnonzero(index.fact_key[low:high] == key)
            if len(where):
                place = low + int(where[0])
                fact = reading.facts[at]
                kind = EvidenceKind.DATE if fact.is_date else EvidenceKind.NUMBER
                span = (int(index.fact_start[place]), int(index.fact_end[place]))
                found.append(EvidenceSpan(kind, (fact.start, fact.end), span, rarity))
                break
    return found


def _words(reading: Reading, index: PassageIndex, pairing: Pairing, covered: list[Span]) -> list[EvidenceSpan]:
    """Names and rare single words in both, outside the runs already shown; the rarest first."""
    places: dict[int, tuple[int, bool]] = {}
    for row in pairing.rows.tolist():
        for place in range(int(index.token_from[row]), int(index.token_from[row + 1])):
            places.setdefault(int(index.token_term[place]), (place, bool(index.token_name[place])))
    found = []
    for at in np.flatnonzero((reading.passage == pairing.passage) & (reading.term != UNKNOWN)).tolist():
        term = int(reading.term[at])
        span = (reading.tokens.starts[at], reading.tokens.ends[at])
        if term not in places or any(low <= span[0] and span[1] <= high for low, high in covered):
            continue
        place, named = places.pop(term)
        is_name = named and bool(reading.name[at])
        rarity = float(index.term_rarity[term])
        common = not is_name and float(index.term_language[term]) < _LEAST_IN_LANGUAGE
        if common or rarity < (_LEAST_NAME if is_name else _LEAST_WORD) or reading.tokens.forms[at][:1].isdigit():
            continue
        kind = EvidenceKind.NAME if is_name else EvidenceKind.WORDING
        other = (int(index.token_start[place]), int(index.token_end[place]))
        found.append(EvidenceSpan(kind, span, other, rarity))
    return sorted(found, key=lambda one: -one.weight)
