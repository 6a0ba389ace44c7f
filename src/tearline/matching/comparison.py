"""Every passage of a text against every passage of the shortlisted products, as matrices.

`words` is the BM25 of a product's passage for the distinct terms of a text's passage (in nats of rarity);
`meaning` the cosine of their vectors. From these all else is read off: the best passage of each product for
each passage of the text, and by how much it beats what any other product offers there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.bilingual import in_place_of_words, language_of, on_the_scale
from tearline.matching.candidates import LEAST_RARITY, Shortlist
from tearline.matching.reading import UNKNOWN, Reading
from tearline.matching.runs import BOILERPLATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.views.passages import PassageIndex

_K1, _B = 1.2, 0.75
_MOST_SECTIONS = 5  # of one product: of a long report those that share most rarity with the text
_UNKNOWN_RARITY = 5.0  # nats; a word no product holds is as rare as a register of hundreds can tell


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """M passages of the text, K products, R passages of theirs in all."""

    reading: Reading
    index: PassageIndex
    products: NDArray[np.int64]  # (K,) their numbers in the index
    document: NDArray[np.float64]  # (K,) their scores as whole documents
    rows: NDArray[np.int64]  # (R,) the passages' numbers in the index
    owner_from: NDArray[np.int64]  # (K+1,) into rows
    words: NDArray[np.float32]  # (M, R) nats
    meaning: NDArray[np.float32]  # (M, R) cosine
    own: NDArray[np.float32]  # (M,) summed rarity of the passage's own terms, nats
    row_own: NDArray[np.float32]  # (R,) the same of the product's passage
    cut: NDArray[np.bool_]  # (K,) whether a long product's other sections were left out

    def rows_of(self, slot: int) -> slice:
        """Where the rows of the product in `slot` stand among all rows."""
        return slice(int(self.owner_from[slot]), int(self.owner_from[slot + 1]))

    def tokens_of(self, slot: int) -> NDArray[np.int64]:
        """Where the tokens of those rows stand in the index, boilerplate left out."""
        rows = self.rows[self.rows_of(slot)]
        rows = rows[self.index.passage_holders[rows] < BOILERPLATE]
        return spread(self.index.token_from[rows], self.index.token_from[rows + 1])

    def facts_of(self, slot: int) -> NDArray[np.int64]:
        """Where their quantities stand."""
        rows = self.rows[self.rows_of(slot)]
        return spread(self.index.fact_from[rows], self.index.fact_from[rows + 1])

    def best_words(self) -> NDArray[np.float32]:
        """(M, K): for each passage the best of each product."""
        return _best(self.words, self.owner_from)

    def best_meaning(self) -> NDArray[np.float32]:
        return _best(self.meaning, self.owner_from)


def compare(
    reading: Reading, index: PassageIndex, short: Shortlist, most: int | None = _MOST_SECTIONS
) -> Comparison:
    """Compares `reading` with the passages of the shortlisted products, at most `most` sections of each."""
    terms = np.unique(reading.term[reading.term != UNKNOWN])
    terms = terms[index.term_rarity[terms] >= LEAST_RARITY]
    local = np.full(len(index.terms), UNKNOWN, dtype=np.int32)
    local[terms] = np.arange(len(terms))
    chosen = [_rows(index, local, int(product), most) for product in short.products]
    whole = np.diff(index.passage_from)[short.products]
    rows = np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.int64)
    owner_from = np.concatenate([[0], np.cumsum([len(part) for part in chosen])]).astype(np.int64)
    held = _held(reading, local, len(terms))
    weights, row_own = _row_weights(index, rows, local, terms)
    vectors = index.vectors[rows].astype(np.float32)
    boilerplate = index.passage_holders[rows] >= BOILERPLATE
    weights[boilerplate] = 0.0
    vectors[boilerplate] = 0.0
    own = _own(reading, index)
    words, meaning = held @ weights.T, reading.vectors @ vectors.T
    if reading.meanings is not None:
        cosine = reading.meanings.to(rows)
        cosine[:, boilerplate] = 0.0
        meaning = on_the_scale(cosine)
        foreign = np.asarray(
            [language_of(index, int(product)) != reading.meanings.language for product in short.products]
        )
        other = np.repeat(foreign.astype(np.bool_), [len(part) for part in chosen])
        words[:, other] = np.maximum(words, in_place_of_words(cosine, own))[:, other]
    return Comparison(
        reading=reading,
        index=index,
        products=short.products,
        document=short.document,
        rows=rows,
        owner_from=owner_from,
        words=words,
        meaning=meaning,
        own=own,
        row_own=row_own,
        cut=np.asarray([len(part) for part in chosen], dtype=np.int64) < whole,
    )


def spread(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of all runs `[start, end)`, one run after another."""
    lengths = ends - starts
    inside = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.asarray(np.repeat(starts, lengths) + inside, dtype=np.int64)


def _rows(index: PassageIndex, local: NDArray[np.int32], product: int, most: int | None) -> NDArray[np.int64]:
    first, last = int(index.passage_from[product]), int(index.passage_from[product + 1])
    count = int(index.section_from[product + 1] - index.section_from[product])
    if most is None or count <= most:
        return np.arange(first, last, dtype=np.int64)
    bounds = first + np.arange(count + 1) * (last - first) // count
    low = index.token_from[bounds]
    term = index.token_term[int(low[0]) : int(low[-1])]
    section = np.repeat(np.arange(count), np.diff(low))
    known = local[term] != UNKNOWN
    held = np.unique(section[known] * len(index.terms) + term[known])
    shared = np.bincount(
        held // len(index.terms), weights=index.term_rarity[held % len(index.terms)], minlength=count
    )
    near = np.sort(np.argsort(-shared, kind="stable")[:most])
    return spread(bounds[near], bounds[near + 1])


def _held(reading: Reading, local: NDArray[np.int32], terms: int) -> NDArray[np.float32]:
    held = np.zeros((len(reading.passages), terms), dtype=np.float32)
    known = reading.term != UNKNOWN
    column = np.where(known, local[np.maximum(reading.term, 0)], UNKNOWN) if len(local) else reading.term
    use = column != UNKNOWN
    held[reading.passage[use], column[use]] = 1.0
    return held


def _row_weights(
    index: PassageIndex, rows: NDArray[np.int64], local: NDArray[np.int32], terms: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """BM25 weights of the text's terms in each row, and each row's own summed rarity."""
    lengths = index.token_from[rows + 1] - index.token_from[rows]
    of_row = np.repeat(np.arange(len(rows)), lengths)
    term = index.token_term[spread(index.token_from[rows], index.token_from[rows + 1])]
    own = np.bincount(of_row, weights=_counted(index.term_rarity[term]), minlength=len(rows))
    column = local[term] if len(local) else term
    use = column != UNKNOWN
    width = len(terms)
    flat, counts = np.unique(of_row[use] * width + column[use], return_counts=True)
    mean = float(np.diff(index.token_from).mean()) if len(index.token_from) > 1 else 1.0
    damping = _K1 * (1 - _B + _B * lengths / max(mean, 1.0))
    weights = np.zeros(len(rows) * width, dtype=np.float32)
    if width:
        weights[flat] = (
            index.term_rarity[terms][flat % width] * counts * (_K1 + 1) / (counts + damping[flat // width])
        )
    return weights.reshape(len(rows), width), own.astype(np.float32)


def _own(reading: Reading, index: PassageIndex) -> NDArray[np.float32]:
    """Summed rarity of each passage's terms; a term the register lacks counts as rare."""
    rarity = np.full(len(reading.term), _UNKNOWN_RARITY)
    known = reading.term != UNKNOWN
    rarity[known] = _counted(index.term_rarity[reading.term[known]])
    return np.bincount(reading.passage, weights=rarity, minlength=len(reading.passages)).astype(np.float32)


def _counted(rarity: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.where(rarity >= LEAST_RARITY, rarity, 0.0).astype(np.float32)


def _best(matrix: NDArray[np.float32], owner_from: NDArray[np.int64]) -> NDArray[np.float32]:
    """The maximum over each owner's columns; 0 for an owner without any."""
    owners = len(owner_from) - 1
    out = np.zeros((matrix.shape[0], owners), dtype=np.float32)
    filled = owner_from[:-1] < owner_from[1:]
    if matrix.shape[0] and filled.any():
        out[:, filled] = np.maximum.reduceat(matrix, owner_from[:-1][filled], axis=1)
    return out
