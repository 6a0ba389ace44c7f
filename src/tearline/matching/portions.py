"""Which portion of a product a passage draws on, once the product is granted.

Each passage of the text is set against each passage of the product; a portion's score is its best passage's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.comparison import spread
from tearline.matching.reading import UNKNOWN, Reading
from tearline.matching.stretches import kinship

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.matching.comparison import Comparison
    from tearline.matching.runs import Run
    from tearline.views.passages import PassageIndex

PAIR_MEASURES = (
    "words",
    "share of the passage",
    "share of the portion",
    "words beyond the next",
    "meaning",
    "meaning beyond the next",
    "runs",
    "quantities",
    "names",
    "kindred words",
    "share of kindred words",
    "kindred words beyond the next",
)


def pair_measures(comparison: Comparison, slot: int, runs: list[Run]) -> NDArray[np.float64]:
    """(M, rows of the product, len(PAIR_MEASURES)) for the product in `slot` of the comparison."""
    reading, index = comparison.reading, comparison.index
    own = comparison.rows_of(slot)
    words = comparison.words[:, own]
    meaning = comparison.meaning[:, own]
    rows = comparison.rows[own]
    kindred = _kindred_words(reading, index, rows)
    return np.stack(
        [
            np.log1p(words),
            words / (comparison.own[:, None] + 1.0),
            words / (comparison.row_own[own][None, :] + 1.0),
            np.log1p(words) - np.log1p(_next_best(words)),
            meaning,
            meaning - _next_best(meaning),
            np.log1p(_run_weights(reading, index, rows, runs)),
            np.log1p(_shared_quantities(reading, index, rows)),
            np.log1p(_shared_names(reading, index, rows)),
            np.log1p(kindred),
            kindred / (comparison.own[:, None] + 1.0),
            np.log1p(kindred) - np.log1p(_next_best(kindred)),
        ],
        axis=2,
    ).astype(np.float64)


def _kindred_words(reading: Reading, index: PassageIndex, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """(M, rows) nats of each passage's distinct content words, each as far as the row comes near it in meaning."""
    known = np.flatnonzero(reading.term != UNKNOWN)
    known = known[~index.term_stop[reading.term[known]]]
    terms, place = np.unique(reading.term[known], return_inverse=True)
    held = np.zeros((len(reading.passages), len(terms)), dtype=np.float32)
    held[reading.passage[known], place] = 1.0
    tokens = spread(index.token_from[rows], index.token_from[rows + 1])
    owner = np.repeat(np.arange(len(rows)), index.token_from[rows + 1] - index.token_from[rows])
    telling = ~index.term_stop[index.token_term[tokens]]
    theirs, owner = index.token_term[tokens[telling]], owner[telling]
    near = np.zeros((len(terms), len(rows)), dtype=np.float32)
    if len(terms) and len(theirs):
        pairs = kinship(
            index.term_vectors[terms].astype(np.float32) @ index.term_vectors[theirs].astype(np.float32).T
        )
        pairs[terms[:, None] == theirs[None, :]] = 1.0
        starts = np.flatnonzero(np.r_[True, np.diff(owner) > 0])
        near[:, owner[starts]] = np.maximum.reduceat(pairs, starts, axis=1)
    return held @ (near * index.term_rarity[terms].astype(np.float32)[:, None])


def _next_best(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each entry the greatest of the others in its line; 0 where it is alone."""
    if values.shape[1] < 2:
        return np.zeros_like(values)
    top = np.partition(values, -2, axis=1)
    return np.where(values >= top[:, -1:], top[:, -2:-1], top[:, -1:])


def _run_weights(
    reading: Reading, index: PassageIndex, rows: NDArray[np.int64], runs: list[Run]
) -> NDArray[np.float64]:
    out = np.zeros((len(reading.passages), len(rows)))
    for run in runs:
        row = int(np.searchsorted(index.token_from, run.index_from, "right")) - 1
        column = int(np.searchsorted(rows, row))
        if column < len(rows) and rows[column] == row:
            out[reading.passage[run.text_from], column] += run.weight
    return out


def _shared_quantities(reading: Reading, index: PassageIndex, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    out = np.zeros((len(reading.passages), len(rows)))
    places = _places(reading.fact_key)
    for column, row in enumerate(rows.tolist()):
        for key in set(index.fact_key[index.fact_from[row] : index.fact_from[row + 1]].tolist()):
            for at in places.get(key, ()):
                out[reading.fact_passage[at], column] += index.key_rarity[key]
    return out


def _shared_names(reading: Reading, index: PassageIndex, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    out = np.zeros((len(reading.passages), len(rows)))
    places = _places(np.where(reading.name, reading.term, UNKNOWN))
    for column, row in enumerate(rows.tolist()):
        run = slice(int(index.token_from[row]), int(index.token_from[row + 1]))
        for term in set(index.token_term[run][index.token_name[run]].tolist()):
            for at in places.get(term, ()):
                out[reading.passage[at], column] += index.term_rarity[term]
    return out


def _places(numbers: NDArray[np.int32]) -> dict[int, list[int]]:
    """Where each known number stands."""
    places: dict[int, list[int]] = {}
    for at in np.flatnonzero(numbers != UNKNOWN).tolist():
        places.setdefault(int(numbers[at]), []).append(at)
    return places
