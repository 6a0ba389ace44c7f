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
_SECTIONS = 4096  # looked at together when stretches are scored, so that memory does not grow with the register


@dataclass(frozen=True, slots=True, eq=False)
class Shortlist:
    """K products by number, best first, with their document scores; `eligible` products were scored in all."""

    products: NDArray[np.int64]  # (K,)
    document: NDArray[np.float64]  # (K,) BM25 as a share of the text's own rarity
    eligible: int

    @property
    def cut(self) -> bool:
        return self.eligible > len(self.products)


def shortlist(reading: Reading, index: PassageIndex, eligible: NDArray[np.bool_], limit: int = LIMIT) -> Shortlist:
    """The `limit` best of the `eligible` products; some of them by their best stretch where the text is long."""
    scores = document_scores(reading, index)
    allowed = np.flatnonzero(eligible)
    order = allowed[np.argsort(-scores[allowed], kind="stable")]
    chosen = order[:limit]
    if len(order) > limit:
        spans = stretches(reading)
        if len(spans) > 1:
            chosen = _with(chosen, allowed, stretch_scores(reading, index, spans))
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
    terms, weights = _telling(reading, index)
    sections = np.zeros(len(index.section_tokens))
    if not len(terms):
        return np.zeros(index.products)
    damping = _damping(index)
    for term, weight in zip(terms.tolist(), weights.tolist(), strict=True):
        run = slice(int(index.posting_from[term]), int(index.posting_from[term + 1]))
        holders = index.posting_section[run]
        counts = index.posting_count[run]
        sections[holders] += weight * counts * (_K1 + 1) / (counts + damping[holders])
    return _best_section(sections, index) / max(float(weights.sum()), 1.0)


def stretch_scores(reading: Reading, index: PassageIndex, spans: list[tuple[int, int]]) -> NDArray[np.float64]:
    """The same of every product's best section against the text's best stretch, stretch by stretch."""
    terms, weights = _telling(reading, index)
    if not len(terms) or not spans:
        return np.zeros(index.products)
    held = held_by(reading, terms, spans)
    room = held @ weights.astype(np.float32) + 10.0  # nats; a stretch of next to nothing is matched by anything
    sections = np.zeros(len(index.section_tokens), dtype=np.float32)
    damping = _damping(index)
    starts, ends = index.posting_from[terms], index.posting_from[terms + 1]
    column = np.repeat(np.arange(len(terms)), ends - starts)
    place = np.concatenate(
        [np.arange(low, high) for low, high in zip(starts.tolist(), ends.tolist(), strict=True)]
    )
    holder, count = index.posting_section[place], index.posting_count[place]
    value = (weights[column] * count * (_K1 + 1) / (count + damping[holder])).astype(np.float32)
    order = np.argsort(holder, kind="stable")
    holder, column, value = holder[order], column[order], value[order]
    for low in range(0, len(sections), _SECTIONS):
        part = slice(*np.searchsorted(holder, (low, low + _SECTIONS)).tolist())
        dense = np.zeros((len(terms), min(_SECTIONS, len(sections) - low)), dtype=np.float32)
        dense[column[part], holder[part] - low] = value[part]
        sections[low : low + dense.shape[1]] = ((held @ dense) / room[:, None]).max(axis=0)
    return _best_section(sections.astype(np.float64), index)


def held_by(reading: Reading, terms: NDArray[np.int32], spans: list[tuple[int, int]]) -> NDArray[np.float32]:
    """(len(spans), len(terms)): 1 where a stretch holds the term. `terms` ascending."""
    counts = np.zeros((len(reading.passages) + 1, len(terms)), dtype=np.float32)
    at = np.minimum(np.searchsorted(terms, reading.term), len(terms) - 1)
    use = terms[at] == reading.term
    np.add.at(counts, (reading.passage[use] + 1, at[use]), 1.0)
    summed = np.cumsum(counts, axis=0)
    first, last = np.asarray(spans).T
    return np.asarray(summed[last] > summed[first], dtype=np.float32)


def _telling(reading: Reading, index: PassageIndex) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The text's distinct terms that carry rarity, ascending, and their rarity."""
    terms = np.unique(reading.term[reading.term != UNKNOWN])
    weights = index.term_rarity[terms]
    return terms[weights >= LEAST_RARITY], weights[weights >= LEAST_RARITY]


def _damping(index: PassageIndex) -> NDArray[np.float64]:
    lengths = index.section_tokens / max(float(index.section_tokens.mean()), 1.0)
    return np.asarray(_K1 * (1 - _B + _B * lengths))


def _best_section(sections: NDArray[np.float64], index: PassageIndex) -> NDArray[np.float64]:
    if not index.products:
        return sections
    return np.asarray(np.maximum.reduceat(sections, index.section_from[:-1]), dtype=np.float64)
