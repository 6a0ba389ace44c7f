"""What is measured of each (text, product) pair before a probability is given.

Each measure comes as it is, and less the best that any other product of the register reaches. A small register has
no rivals worth the name: every register is credited with a floor (what the best of some two hundred unrelated
products reaches in nineteen texts of twenty, kept with the weights), and all comes a second time, scaled by how
far the register falls short of two hundred products, so that the model can weigh differently there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.overlap import Marks, inventory, overlap
from tearline.matching.rivals import Rivals, rivals_among
from tearline.matching.runs import Run, common_runs, shingles_of
from tearline.matching.stretches import STRETCH_MEASURES, stretch_measures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.matching.comparison import Comparison

MEASURES = (
    "document",
    "passages",
    "best passage",
    "best three",
    "passages won",
    "won together",
    "meaning",
    "meaning of eight",
    "meaning of all",
    "meaning won",
    "product covered",
    "product share",
    "share of the opening",
    "share of the best five",
    "share of the upper quarter",
    "passages shared",
    "share of the best stretch",
    "lead in the best stretch",
    "greatest lead",
    "quantities",
    "rare quantities",
    "share of quantities",
    "names",
    "share of names",
    "names anywhere",
    "share of terms",
    "details",
    "rare terms",
    "very rare terms",
    "rarity in the language",
    "pairs",
    "runs",
    "long runs",
    *STRETCH_MEASURES,
)
_CROWD = 200  # products among which an unrelated one does as well as chance allows
_STRETCH = 8  # passages in a row: an item within a broadcast or a round-up is about this long
CHANCE = 0.12  # of a passage's own rarity, which an unrelated product of a large register shares
_SHARED = 0.35  # of a passage's rarity, from which it counts as shared
_OPENING = 5  # passages: the headline and the lead
_LONG_RUN = 5  # terms


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """`values` (K, len(MEASURES)), sums on a logarithmic scale; `runs` of words shared with each product;
    `rivals`: which products are set against which."""

    values: NDArray[np.float64]
    runs: list[list[Run]]
    rivals: Rivals


def measures(comparison: Comparison) -> Measured:
    """What is measured of the text and each product of the comparison."""
    reading, index = comparison.reading, comparison.index
    rivals = rivals_among(index, comparison.products)
    words, meaning = comparison.best_words(), comparison.best_meaning()
    shares = words / (comparison.own[:, None] + 5.0)
    won = np.maximum(words - np.maximum(rivals.best(words), CHANCE * comparison.own[:, None]), 0.0)
    shingles = shingles_of(reading)
    products = comparison.products.tolist()
    runs = [common_runs(reading, index, product, shingles) for product in products]
    found = inventory(reading, index)
    marked = Marks.of(index)
    common = [overlap(found, comparison, slot, marked) for slot in range(len(products))]
    row_best = comparison.words.max(axis=0, initial=0.0)
    columns = [
        comparison.document,
        np.log1p(words.sum(axis=0)),
        np.log1p(_top(words, 1)),
        np.log1p(_top(words, 3)),
        np.log1p(won.sum(axis=0)),
        np.log1p(_stretch_sums(won).max(axis=0)),
        _top(meaning, 3),
        _top(meaning, 8),
        _mean(meaning),
        np.maximum(rivals.lead(meaning), 0.0).sum(axis=0),
        np.log1p(_by_product(comparison, row_best)),
        _by_product(comparison, row_best / (comparison.row_own + 1.0)),
        _mean(shares[:_OPENING]),
        _top(shares, 5),
        np.quantile(shares, 0.75, axis=0) if len(shares) else np.zeros(len(products)),
        _mean((shares > _SHARED).astype(np.float32)),
        *_best_stretch(words, comparison.own, rivals),
        np.log1p([one.quantities for one in common]),
        np.log1p([one.rare_quantities for one in common]),
        np.asarray([one.quantities for one in common]) / (found.key_total + 3.0),
        np.log1p([one.names for one in common]),
        np.asarray([one.names for one in common]) / (found.name_total + 5.0),
        np.log1p([one.names_anywhere for one in common]),
        np.asarray([one.terms for one in common]) / max(found.term_total, 1.0),
        np.log1p([one.details for one in common]),
        np.log1p([one.rare_terms for one in common]),
        np.log1p([one.very_rare_terms for one in common]),
        np.log1p([one.language for one in common]),
        np.log1p([one.pairs for one in common]),
        np.log1p([sum(run.weight for run in one) for one in runs]),
        np.log1p([sum(run.weight for run in one if run.length >= _LONG_RUN) for one in runs]),
        *stretch_measures(comparison, rivals),
    ]
    values = np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)
    return Measured(values, runs, rivals)


def with_rivals(
    measured: NDArray[np.float64], floors: NDArray[np.float64], eligible: int, rivals: Rivals
) -> NDArray[np.float64]:
    """(K, 4·len(MEASURES) + 1): the measures; each less the best rival's (or the floor, if that is higher); both
    again, scaled by how far `eligible` products fall short of a crowd; and that shortfall (0 to 1)."""
    both = np.concatenate([measured, measured - np.maximum(rivals.best(measured.T).T, floors)], axis=1)
    few = 1.0 - min(math.log(max(eligible, 1)) / math.log(_CROWD), 1.0)
    return np.concatenate([both, few * both, np.full((len(both), 1), few)], axis=1)


def _top(values: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """The mean of each product's `count` best passages."""
    return _mean(np.sort(values, axis=0)[::-1][:count])


def _mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(values.sum(axis=0) / max(len(values), 1), dtype=np.float32)


def _stretch_sums(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Sums over each _STRETCH rows in a row (all rows where there are fewer)."""
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=np.float64)])
    width = min(_STRETCH, values.shape[0])
    return np.asarray(sums[width:] - sums[: len(sums) - width])


def _best_stretch(
    words: NDArray[np.float32], own: NDArray[np.float32], rivals: Rivals
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Of each product's best stretch of the text: its share of the stretch's rarity and by how much of it the
    product leads every other there; and its greatest lead anywhere, against the mean stretch."""
    sums = _stretch_sums(words)
    room = _stretch_sums(own[:, None]) + 10.0
    lead = rivals.lead(sums)
    at, column = sums.argmax(axis=0), np.arange(words.shape[1])
    return (
        (sums / room)[at, column],
        (lead / room)[at, column],
        lead.max(axis=0) / float(room.mean()),
    )


def _by_product(comparison: Comparison, values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Means of a value of each row over each product's rows."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    low, high = comparison.owner_from[:-1], comparison.owner_from[1:]
    return np.asarray((sums[high] - sums[low]) / np.maximum(high - low, 1))
