"""Which products are worth a close look: every product scored cheaply, the best kept.

The score is BM25 (Robertson and Zaragoza 2009, k1 = 1.2, b = 0.5), section of a product by section, against the
whole text and against each stretch of it (an item within a broadcast or a round-up is about eighty words), with
the index's rarity in place of its inverse document frequency. A register no larger than the limit is looked at
in full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.reading import UNKNOWN, Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.views.passages import PassageIndex

LIMIT = 40
_KEPT = 12  # of LIMIT, for products that only a stretch of the text brings near, or only its meaning
_K1, _B = 1.2, 0.5
# A term that half the register and half the language's texts hold is no evidence at all.
LEAST_RARITY = 0.7
_STRETCH_WORDS = 80
_SECTIONS = 800  # nearest to the whole text, of which each is held against every stretch


@dataclass(frozen=True, slots=True, eq=False)
class Shortlist:
    """K products by number, best first, with their document scores; `eligible` products were scored in all."""

    products: NDArray[np.int64]  # (K,)
    document: NDArray[np.float64]  # (K,) BM25 as a share of the text's own rarity
    eligible: int

    @property
    def cut(self) -> bool:
        return self.eligible > len(self.products)


@dataclass(frozen=True, slots=True, eq=False)
class _Postings:
    """Every place in the index where a telling term of the text stands: T terms, N places.

    `column` (N,) which of `terms`; `section` (N,) where; `value` (N,) its BM25 there, in nats.
    """

    terms: NDArray[np.int32]
    weights: NDArray[np.float32]
    column: NDArray[np.int64]
    section: NDArray[np.int32]
    value: NDArray[np.float64]


def shortlist(reading: Reading, index: PassageIndex, eligible: NDArray[np.bool_], limit: int = LIMIT) -> Shortlist:
    """The `limit` best of the `eligible` products; some of them by their best stretch where the text is long."""
    found = _postings(reading, index)
    sections = _section_scores(found, index)
    scores = _best_section(sections, index)
    allowed = np.flatnonzero(eligible)
    order = allowed[np.argsort(-scores[allowed], kind="stable")]
    chosen = order[:limit]
    if len(order) > limit:
        spans = stretches(reading)
        if len(spans) > 1:
            near = _best_section(_stretch_scores(found, reading, spans, sections), index)
            chosen = _with(chosen, allowed, near)
        if reading.meanings is not None:
            chosen = _with(chosen, allowed, reading.meanings.near(index))
    return Shortlist(chosen, scores[chosen], len(allowed))


def _with(chosen: NDArray[np.int64], allowed: NDArray[np.int64], near: NDArray[np.float64]) -> NDArray[np.int64]:
    """`chosen` with the nearest by another score in place of its last."""
    nearest = allowed[np.argsort(-near[allowed], kind="stable")][:_KEPT]
    missing = nearest[~np.isin(nearest, chosen)]
    return np.concatenate([chosen[: len(chosen) - len(missing)], missing])


def stretches(reading: Reading) -> list[tuple[int, int]]:
    """Runs of passages `[first, last)` of about _STRETCH_WORDS words, beginning at each passage."""
    passages = len(reading.passages)
    words = np.concatenate([[0], np.cumsum(np.bincount(reading.passage, minlength=passages))])
    found = []
    for first in range(passages):
        last = min(max(int(np.searchsorted(words, words[first] + _STRETCH_WORDS)), first + 1), passages)
        found.append((first, last))
        if last == passages:
            break
    return found


def document_scores(reading: Reading, index: PassageIndex) -> NDArray[np.float64]:
    """BM25 of every product's best section against the whole text, divided by the summed rarity of its terms."""
    return _best_section(_section_scores(_postings(reading, index), index), index)


def _postings(reading: Reading, index: PassageIndex) -> _Postings:
    terms = np.unique(reading.term[reading.term != UNKNOWN])
    weights = index.term_rarity[terms]
    terms, weights = terms[weights >= LEAST_RARITY], weights[weights >= LEAST_RARITY]
    starts, ends = index.posting_from[terms], index.posting_from[terms + 1]
    lengths = ends - starts
    inside = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    place = inside + np.repeat(starts, lengths)
    section, count = index.posting_section[place], index.posting_count[place]
    size = index.section_tokens / max(float(index.section_tokens.mean()), 1.0) if index.products else np.zeros(0)
    damping = _K1 * (1 - _B + _B * size)
    value = np.repeat(weights, lengths) * (count * (_K1 + 1) / (count + damping[section]))
    return _Postings(terms, weights, np.repeat(np.arange(len(terms)), lengths), section, value)


def _section_scores(found: _Postings, index: PassageIndex) -> NDArray[np.float64]:
    scores = np.bincount(found.section, weights=found.value, minlength=len(index.section_tokens))
    return np.asarray(scores / max(float(found.weights.sum()), 1.0))


def _stretch_scores(
    found: _Postings, reading: Reading, spans: list[tuple[int, int]], sections: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The same against the best stretch, for the sections that come nearest to the whole; 0 for the others."""
    out = np.zeros(len(sections))
    if not len(found.terms):
        return out
    near = np.arange(len(sections))
    if len(near) > _SECTIONS:
        near = np.argpartition(-sections, _SECTIONS)[:_SECTIONS]
    place = np.full(len(sections), -1)
    place[near] = np.arange(len(near))
    use = place[found.section] >= 0
    dense = np.zeros((len(found.terms), len(near)), dtype=np.float32)
    dense[found.column[use], place[found.section[use]]] = found.value[use]
    held = held_by(reading, found.terms, spans)
    room = held @ found.weights.astype(np.float32) + 10.0  # nats; a stretch of next to nothing is like anything
    out[near] = ((held @ dense) / room[:, None]).max(axis=0)
    return out


def held_by(reading: Reading, terms: NDArray[np.int32], spans: list[tuple[int, int]]) -> NDArray[np.float32]:
    """(len(spans), len(terms)): 1 where a stretch holds the term. `terms` ascending."""
    counts = np.zeros((len(reading.passages) + 1, len(terms)), dtype=np.float32)
    at = np.minimum(np.searchsorted(terms, reading.term), len(terms) - 1)
    use = terms[at] == reading.term
    np.add.at(counts, (reading.passage[use] + 1, at[use]), 1.0)
    summed = np.cumsum(counts, axis=0)
    first, last = np.asarray(spans).T
    return np.asarray(summed[last] > summed[first], dtype=np.float32)


def _best_section(sections: NDArray[np.float64], index: PassageIndex) -> NDArray[np.float64]:
    if not index.products:
        return sections
    return np.asarray(np.maximum.reduceat(sections, index.section_from[:-1]), dtype=np.float64)
