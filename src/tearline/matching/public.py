"""What stood in public before: a leak explains nothing that anybody could have read already.

Each passage is set against the nearest passages of earlier public texts. An earlier passage says what this one
says only where both share what a match would rest on: a long rare wording, or several specific things (names,
quantities, rare words) in one sentence. Of the evidence for a portion, what such a passage holds is public; where
that is most of it, it is marked, and the product's odds fall: a product all of whose evidence was public keeps a
tenth of its odds, one half of whose evidence was, about a third.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.candidates import shortlist
from tearline.matching.comparison import Comparison, compare
from tearline.matching.reading import UNKNOWN, Reading, Vocabulary, read
from tearline.records.kinds import EvidenceKind
from tearline.records.matches import EvidenceSpan, PublicSpan, Span
from tearline.records.products import Portion, Product
from tearline.records.times import EPOCH
from tearline.text.furniture import content_of
from tearline.text.rarity import figure_rarity
from tearline.views.passages import PassageIndex, build_index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tearline.records.products import Disclosure

# The likelihood ratio of a product all of whose evidence had been public. A judgement, not a measurement: the
# product may still be the source, but the text no longer shows it.
LIKELIHOOD_RATIO = 0.1
_LOOKED_AT = 20  # earlier texts
_ROWS = 4  # passages of theirs for each passage of the text
_SHARE = 0.5  # of the evidence for a portion that must stand in one earlier passage
_STRONG = 14.0  # nats that both passages share; less is subject matter
_WORDING, _WORDING_WEIGHT = 4, 8.0  # terms in a row, and their nats: said in the same words
_SPECIFIC, _SPECIFIC_WEIGHT = 3, 2.5  # names, quantities or rare words, with at least as many nats each
_SPACES = 1.2  # letters and the spaces between words, to letters alone
_NAME, _RARE = 2.0, 4.0  # nats from which a single name or word counts at all (as in evidence)


@dataclass(frozen=True, slots=True, eq=False)
class PublicRecord:
    """Earlier public texts, indexed like products (a text is one portion)."""

    texts: tuple[Disclosure, ...]
    index: PassageIndex
    vocabulary: Vocabulary
    latest: NDArray[np.object_]  # datetimes by which each was out for certain; None where no date is known


def public_record(texts: Sequence[Disclosure]) -> PublicRecord | None:
    """An index of `texts`; None where there are none."""
    if not texts:
        return None
    index = build_index(
        Product(text.id, text.title or "", "", EPOCH, "", (Portion(text.id, "", content_of(text.text).text),))
        for text in texts
    )
    # What many papers printed is no less public for it.
    index = replace(index, passage_holders=np.ones_like(index.passage_holders))
    latest = np.empty(len(texts), dtype=np.object_)
    latest[:] = [text.published_at.latest if text.published_at else None for text in texts]
    return PublicRecord(tuple(texts), index, Vocabulary.of(index), latest)


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """The earlier texts nearest to one disclosure: their terms passage by passage."""

    record: PublicRecord
    products: NDArray[np.int64]
    comparison: Comparison


def earlier_texts(record: PublicRecord, disclosure: Disclosure) -> Earlier | None:
    """What was public before `disclosure`; None where its date is unknown or nothing was."""
    if disclosure.published_at is None:
        return None
    before = disclosure.published_at.earliest
    eligible = np.asarray(
        [
            latest is not None and latest < before and text.id != disclosure.id
            for latest, text in zip(record.latest, record.texts, strict=True)
        ],
        dtype=np.bool_,
    )
    if not eligible.any():
        return None
    reading = read(disclosure.text, record.vocabulary)
    short = shortlist(reading, record.index, eligible, _LOOKED_AT)
    return Earlier(record, short.products, compare(reading, record.index, short))


@dataclass(frozen=True, slots=True)
class Told:
    """Tokens of the reading (ascending) that one earlier text holds in a passage that says the same."""

    text: Disclosure
    tokens: tuple[int, ...]


def told_before(earlier: Earlier, comparison: Comparison, passage: int) -> tuple[Told, ...]:
    """The earlier passages that say what `passage` says, nearest first, at most one of each text."""
    scores = earlier.comparison.words[passage]
    found: dict[str, Told] = {}
    for column in np.argsort(-scores, kind="stable")[:_ROWS].tolist():
        row = int(earlier.comparison.rows[column])
        text = earlier.record.texts[int(earlier.record.index.passage_portion[row])]
        tokens = in_common(comparison, passage, earlier.record.index, row)
        if tokens and text.id not in found:
            found[text.id] = Told(text, tokens)
    return tuple(found.values())


def public_spans(
    told: Sequence[Told], comparison: Comparison, evidence: Sequence[EvidenceSpan]
) -> tuple[float, tuple[PublicSpan, ...]]:
    """How much of the `evidence` for a portion was public (0 to 1, by weight), and where that stands.

    The share is that of the earlier text that holds most; spans are given for each text that holds enough.
    """
    stated = [each for each in evidence if each.kind is not EvidenceKind.PARAPHRASE]
    total = sum(each.weight for each in stated)
    best = 0.0
    spans: list[PublicSpan] = []
    for one in told:
        places = [_place(comparison.reading, at) for at in one.tokens]
        held = [_covered(each.disclosure_span, places) for each in stated]
        share = sum(part * each.weight for part, each in zip(held, stated, strict=True)) / max(total, 1e-9)
        if share < _SHARE:
            continue
        best = max(best, share)
        shown = {each.disclosure_span for part, each in zip(held, stated, strict=True) if part >= _SHARE}
        spans.extend(PublicSpan(one.text.id, one.text.published_at, span) for span in _joined(shown))
    return best, tuple(spans)


def in_common(comparison: Comparison, passage: int, index: PassageIndex, row: int) -> tuple[int, ...]:
    """The tokens of `passage` that passage `row` of other texts (`index`) holds too, if together they are strong
    evidence that both say the same; otherwise none."""
    reading, register = comparison.reading, comparison.index
    run = slice(int(index.token_from[row]), int(index.token_from[row + 1]))
    theirs = [index.terms[term] for term in index.token_term[run].tolist()]
    named = {term for term, name in zip(theirs, index.token_name[run].tolist(), strict=True) if name}
    mine = np.flatnonzero(reading.passage == passage).tolist()
    terms = [reading.tokens.terms[at] for at in mine]
    # A term that no product holds can be no evidence for one, so the register's rarity is all that is needed.
    weights = {
        term: float(register.term_rarity[reading.term[at]])
        for term, at in zip(terms, mine, strict=True)
        if reading.term[at] != UNKNOWN
    }
    weights = {term: weight for term, weight in weights.items() if term in set(theirs)}
    taken: set[int] = set()
    specific: dict[str, float] = {}
    worded = False
    for first, length in _runs(terms, theirs):
        weight = sum(weights.get(term, 0.0) for term in set(terms[first : first + length]))
        taken.update(mine[first : first + length])
        worded = worded or (length >= _WORDING and weight >= _WORDING_WEIGHT)
    for term, at in zip(terms, mine, strict=True):
        least = _NAME if reading.name[at] and term in named else _RARE
        if term in weights and weights[term] >= least and not term[:1].isdigit():
            taken.add(at)
            specific[term] = weights[term]
    keys = {index.keys[key] for key in index.fact_key[int(index.fact_from[row]) : int(index.fact_from[row + 1])]}
    for fact, where in zip(reading.facts, reading.fact_passage.tolist(), strict=True):
        if where == passage and fact.key in keys:
            inside = [at for at in mine if fact.start <= reading.tokens.starts[at] < fact.end]
            taken.update(inside)
            specific[fact.key] = figure_rarity(fact.key)
    shared = {reading.tokens.terms[at]: weights.get(reading.tokens.terms[at], 0.0) for at in taken}
    total = sum(shared.values()) + sum(weight for key, weight in specific.items() if key not in shared)
    several = sum(weight >= _SPECIFIC_WEIGHT for weight in specific.values()) >= _SPECIFIC
    return tuple(sorted(taken)) if total >= _STRONG and (worded or several) else ()


def _runs(mine: list[str], theirs: list[str]) -> list[tuple[int, int]]:
    """Maximal runs of two terms or more that stand in both: where in `mine`, and how long."""
    places: dict[str, list[int]] = {}
    for at, term in enumerate(theirs):
        places.setdefault(term, []).append(at)
    before: dict[int, int] = {}
    found = []
    for at, term in enumerate([*mine, ""]):
        here = {place: before.get(place - 1, 0) + 1 for place in places.get(term, ())}
        ended = [length for place, length in before.items() if place + 1 not in here]
        found += [(at - length, length) for length in ended if length > 1]
        before = here
    return found


def _place(reading: Reading, at: int) -> Span:
    return reading.tokens.starts[at], reading.tokens.ends[at]


def _covered(span: Span, places: Sequence[Span]) -> float:
    """The share of a span's letters that `places` (apart from each other) take up, spaces left aside."""
    inside = sum(
        min(high, span[1]) - max(low, span[0]) for low, high in places if low < span[1] and high > span[0]
    )
    return min(inside / max(span[1] - span[0], 1) * _SPACES, 1.0)


def _joined(spans: set[Span]) -> list[Span]:
    """Spans in order, those that overlap as one."""
    out: list[Span] = []
    for low, high in sorted(spans):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return out
