"""What is measured of each (text, product) pair before a probability is given.

Each measure comes twice: as it is, and less the best that any other product of the register reaches. A small
register has no rivals worth the name, so every register is credited with a floor: what the best of some two
hundred unrelated products typically reaches (medians over training texts, kept with the weights).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.reading import UNKNOWN, Reading
from tearline.matching.runs import Run, common_runs, hashes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.matching.candidates import Shortlist
    from tearline.matching.comparison import Comparison
    from tearline.views.passages import PassageIndex

MEASURES = (
    "document",
    "passages",
    "best passage",
    "best three",
    "passages won",
    "won together",
    "meaning",
    "meaning won",
    "product covered",
    "product share",
    "quantities",
    "rare quantities",
    "names",
    "runs",
    "long runs",
)
_WINDOW = 6  # passages: an item within a broadcast or a round-up is about this long
_CHANCE = 0.12  # of a passage's own rarity, which an unrelated product of a large register shares
_RARE_QUANTITY = 3.0  # nats
_LONG_RUN = 5  # terms


def measures(
    reading: Reading, index: PassageIndex, short: Shortlist, comparison: Comparison
) -> tuple[NDArray[np.float64], list[list[Run]]]:
    """(K, len(MEASURES)), sums on a logarithmic scale, and the common runs of each product."""
    words = comparison.best_words()
    meaning = comparison.best_meaning()
    count = len(short.products)
    ordered = np.sort(words, axis=0)[::-1]
    won = np.maximum(words - np.maximum(_rivals(words, 1), _CHANCE * comparison.own[:, None]), 0.0)
    meaning_won = np.maximum(meaning - _rivals(meaning, 1), 0.0)
    hashes = hashes_of(reading)
    runs = [common_runs(reading, index, int(product), hashes) for product in short.products]
    facts = _facts(reading, index, short.products)
    columns = [
        short.document,
        np.log1p(words.sum(axis=0)),
        np.log1p(ordered[:1].sum(axis=0)),
        np.log1p(ordered[:3].mean(axis=0)) if len(ordered) else np.zeros(count),
        np.log1p(won.sum(axis=0)),
        np.log1p(_window(won)),
        np.sort(meaning, axis=0)[::-1][:3].mean(axis=0) if len(meaning) else np.zeros(count),
        meaning_won.sum(axis=0),
        np.log1p(_by_product(comparison, comparison.words.max(axis=0, initial=0.0))),
        _by_product(comparison, comparison.words.max(axis=0, initial=0.0) / (comparison.row_own + 1.0)),
        np.log1p(facts.sum(axis=1)),
        np.log1p(np.where(facts >= _RARE_QUANTITY, facts, 0.0).sum(axis=1)),
        np.log1p(_names(reading, index, short.products)),
        np.log1p([sum(run.weight for run in one) for one in runs]),
        np.log1p([sum(run.weight for run in one if run.length >= _LONG_RUN) for one in runs]),
    ]
    return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1), runs


def with_rivals(measured: NDArray[np.float64], floors: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K, 2·len(MEASURES)): the measures, then each less the best rival's (or the floor, if that is higher)."""
    return np.concatenate([measured, measured - np.maximum(_rivals(measured.T, 1).T, floors)], axis=1)


def _rivals(values: NDArray[np.floating], axis: int) -> NDArray[np.floating]:
    """For each entry the greatest of the others along `axis`; 0 where there are no others."""
    if values.shape[axis] < 2:
        return np.zeros_like(values)
    top = np.partition(values, -2, axis=axis)
    second, first = np.take(top, [-2], axis=axis), np.take(top, [-1], axis=axis)
    return np.where(values >= first, second, first)


def _window(won: NDArray[np.float32]) -> NDArray[np.float64]:
    """The greatest sum over _WINDOW passages in a row, for each product."""
    sums = np.concatenate([np.zeros((1, won.shape[1])), np.cumsum(won, axis=0)])
    width = min(_WINDOW, won.shape[0])
    return (sums[width:] - sums[: len(sums) - width]).max(axis=0)


def _by_product(comparison: Comparison, values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Means of a value of each row over each product's rows."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    low, high = comparison.owner_from[:-1], comparison.owner_from[1:]
    return (sums[high] - sums[low]) / np.maximum(high - low, 1)


def _facts(reading: Reading, index: PassageIndex, products: NDArray[np.int64]) -> NDArray[np.float64]:
    """(K, distinct keys of the text): the rarity of each quantity that the product states too, else 0."""
    keys = np.unique(reading.fact_key[reading.fact_key != UNKNOWN])
    out = np.zeros((len(products), len(keys)))
    for row, product in enumerate(products.tolist()):
        first, last = index.passage_from[product], index.passage_from[product + 1]
        stated = index.fact_key[index.fact_from[first] : index.fact_from[last]]
        out[row] = np.where(np.isin(keys, stated), index.key_rarity[keys], 0.0)
    return out


def _names(reading: Reading, index: PassageIndex, products: NDArray[np.int64]) -> NDArray[np.float64]:
    """Summed rarity of the distinct names' words that stand as names in both."""
    terms = np.unique(reading.term[(reading.term != UNKNOWN) & reading.name])
    out = np.zeros(len(products))
    for row, product in enumerate(products.tolist()):
        first, last = index.passage_from[product], index.passage_from[product + 1]
        run = slice(int(index.token_from[first]), int(index.token_from[last]))
        named = np.unique(index.token_term[run][index.token_name[run]])
        shared = np.intersect1d(terms, named, assume_unique=True)
        out[row] = float(index.term_rarity[shared].sum())
    return out
