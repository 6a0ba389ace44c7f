"""The places in both texts that speak for a match, for a reader to judge.

A span of the disclosure is in its text, a span of the product in the portion's own text. What many products
share is left out; so are single words too common to say anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.reading import UNKNOWN, Reading
from tearline.records.kinds import EvidenceKind
from tearline.records.matches import EvidenceSpan, Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.matching.runs import Run
    from tearline.views.passages import PassageIndex

_QUOTED = re.compile(r"[“\"«][^“”\"«»\n]{8,1200}[”\"»]")
_VERBATIM = 8  # terms in the same order: chance does not do that, whether quoted or not
_LEAST_RUN = 2.0  # nats of a run worth showing
_LEAST_NAME = 2.0  # nats of a name's word worth showing
_LEAST_WORD = 4.0  # nats of a single word worth showing
_LEAST_QUANTITY = 2.0  # nats
_PARAPHRASE = 0.55  # cosine above which two sentences say much the same (stsb grade of about 3 of 5)
_MOST = 12  # spans of one kind a passage and portion


def quotations(text: str) -> tuple[Span, ...]:
    """What stands between quotation marks in `text`."""
    return tuple(found.span() for found in _QUOTED.finditer(text))


def evidence_of(
    reading: Reading,
    index: PassageIndex,
    passage: int,
    rows: NDArray[np.int64],
    runs: list[Run],
    quoted: tuple[Span, ...],
    meaning: float,
) -> tuple[EvidenceSpan, ...]:
    """The evidence between a passage of the text and `rows`, index passages of one portion (the best first)."""
    found: list[EvidenceSpan] = []
    covered: list[Span] = []
    for run in runs:
        span = _run_evidence(reading, index, passage, set(rows.tolist()), run, quoted)
        if span is not None:
            found.append(span)
            covered.append(span.disclosure_span)
    found.extend(_quantities(reading, index, passage, rows))
    words = _words(reading, index, passage, rows, covered)
    found.extend(words[:_MOST])
    if meaning >= _PARAPHRASE and len(rows):
        row = int(rows[0])
        span = (int(index.passage_start[row]), int(index.passage_end[row]))
        found.append(EvidenceSpan(EvidenceKind.PARAPHRASE, reading.passages[passage], span, meaning))
    return tuple(sorted(found, key=lambda one: (one.disclosure_span, one.product_span, one.kind)))


def _run_evidence(
    reading: Reading, index: PassageIndex, passage: int, rows: set[int], run: Run, quoted: tuple[Span, ...]
) -> EvidenceSpan | None:
    """The part of `run` that lies in the passage and in one of the rows, if it is worth showing."""
    tokens = [
        at
        for at in range(run.length)
        if reading.passage[run.text_from + at] == passage
        and int(np.searchsorted(index.token_from, run.index_from + at, "right")) - 1 in rows
    ]
    if len(tokens) < 2:
        return None
    first, last = tokens[0], tokens[-1]
    terms = reading.term[run.text_from + first : run.text_from + last + 1]
    weight = run.own_share * float(index.term_rarity[terms].sum())
    if weight < _LEAST_RUN:
        return None
    start = reading.tokens.starts[run.text_from + first]
    end = reading.tokens.ends[run.text_from + last]
    within = any(low <= start and end <= high for low, high in quoted)
    exact = len(tokens) >= _VERBATIM or (within and len(tokens) >= 4)
    return EvidenceSpan(
        EvidenceKind.QUOTE if exact else EvidenceKind.WORDING,
        (start, end),
        (int(index.token_start[run.index_from + first]), int(index.token_end[run.index_from + last])),
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


def _words(
    reading: Reading, index: PassageIndex, passage: int, rows: NDArray[np.int64], covered: list[Span]
) -> list[EvidenceSpan]:
    """Names and rare single words in both, outside the runs already shown; the rarest first."""
    places: dict[int, tuple[int, bool]] = {}
    for row in rows.tolist():
        for place in range(int(index.token_from[row]), int(index.token_from[row + 1])):
            places.setdefault(int(index.token_term[place]), (place, bool(index.token_name[place])))
    found = []
    for at in np.flatnonzero((reading.passage == passage) & (reading.term != UNKNOWN)).tolist():
        term = int(reading.term[at])
        span = (reading.tokens.starts[at], reading.tokens.ends[at])
        if term not in places or any(low <= span[0] and span[1] <= high for low, high in covered):
            continue
        place, named = places.pop(term)
        is_name = named and bool(reading.name[at])
        rarity = float(index.term_rarity[term])
        if rarity < (_LEAST_NAME if is_name else _LEAST_WORD) or reading.tokens.forms[at][:1].isdigit():
            continue
        kind = EvidenceKind.NAME if is_name else EvidenceKind.WORDING
        other = (int(index.token_start[place]), int(index.token_end[place]))
        found.append(EvidenceSpan(kind, span, other, rarity))
    return sorted(found, key=lambda one: -one.weight)
