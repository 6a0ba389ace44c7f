"""Several sources of one text stand side by side; only products that explain the same passages are rivals.

The best product's passages are set aside and the rest is read as a text of its own. Whoever else is probable there
is a source beside the first; and the first in turn is asked again about the text without the other's passages,
since a source is not made less probable by a second one that explains something else. Then the rest of both is
read, as often as something is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.candidates import LEAST_RARITY, LIMIT, Shortlist, document_scores, shortlist
from tearline.matching.comparison import Comparison, compare
from tearline.matching.features import CHANCE, Measured, measures, with_rivals
from tearline.matching.grading import MODERATE
from tearline.matching.model import Weights, probability
from tearline.matching.reading import UNKNOWN, Reading, without

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.views.passages import PassageIndex

_MOST_SOURCES = 4  # looked for in one text
_LEAST_TERMS = 12  # that carry rarity; less of a rest is no text of its own (see grading)
_NEARLY = 0.5  # of the words of the product that explains a passage best

_FRESH = 0.5  # of what a second source shares with the rest, by rarity, which the first does not hold anywhere
_FOUND = MODERATE  # a second source has to stand by itself
ABOVE_CEILING = 2.0  # nats
_BLOCK = 400  # products compared in full at a time


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The products nearest to a text, by slot of `comparison`: `order` best first, `log_odds` of every slot."""

    short: Shortlist
    comparison: Comparison
    measured: Measured
    order: NDArray[np.int64]
    log_odds: NDArray[np.float64]


def nearest(
    reading: Reading,
    index: PassageIndex,
    eligible: NDArray[np.bool_],
    weights: Weights,
    *,
    exhaustive: bool = False,
) -> Nearest:
    """Shortlists, compares and ranks the `eligible` products, several sources side by side.

    `exhaustive`: every product is compared before the shortlist is drawn up.
    """
    chosen = every_product if exhaustive else _shortlist
    short = chosen(reading, index, eligible, weights)
    comparison = compare(reading, index, short)
    measured = measures(comparison)
    order, log_odds = ranked(measured, weights, short.eligible)
    sources = side_by_side(comparison, order, log_odds, weights, eligible)
    missing = [number for number in sources if number not in set(short.products.tolist())]
    if missing:  # the text as a whole did not bring them near enough
        short = Shortlist(
            np.append(short.products, missing), np.append(short.document, np.zeros(len(missing))), short.eligible
        )
        comparison = compare(reading, index, short)
        measured = measures(comparison)
        order = np.append(order, np.arange(len(order), len(short.products)))
        log_odds = np.append(log_odds, np.full(len(missing), -np.inf))
    for slot, number in enumerate(short.products.tolist()):
        log_odds[slot] = max(float(log_odds[slot]), sources.get(number, -np.inf))
    order = order[np.argsort(-log_odds[order], kind="stable")]
    return Nearest(short, comparison, measured, order, log_odds)


def _shortlist(reading: Reading, index: PassageIndex, eligible: NDArray[np.bool_], _weights: Weights) -> Shortlist:
    return shortlist(reading, index, eligible)


def every_product(
    reading: Reading, index: PassageIndex, eligible: NDArray[np.bool_], weights: Weights
) -> Shortlist:
    """The shortlist drawn up by full comparison: block by block the nearest of each, then the nearest of those."""
    scores = document_scores(reading, index)
    listed = np.flatnonzero(eligible)
    while len(listed) > LIMIT:
        kept = [
            _best_of(reading, index, listed[low : low + _BLOCK], scores, weights)
            for low in range(0, len(listed), _BLOCK)
        ]
        one_block = len(kept) == 1
        listed = np.concatenate(kept)
        if one_block:
            break
    return Shortlist(listed, scores[listed], int(eligible.sum()))


def _best_of(
    reading: Reading,
    index: PassageIndex,
    products: NDArray[np.int64],
    scores: NDArray[np.float64],
    weights: Weights,
) -> NDArray[np.int64]:
    short = Shortlist(products, scores[products], len(products))
    values = measures(compare(reading, index, short)).values
    return products[np.argsort(-weights.order.log_odds(values), kind="stable")[:LIMIT]]


def ranked(measured: Measured, weights: Weights, eligible: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """One register's products by their measures: the slots best first, and the log odds of every slot.

    Which product is the best and whether it is the source are two questions with a model each. Where they
    disagree, no product is more probable than one ranked before it: the disagreement is doubt.

    The product model weighs measures against one another (much in common in a long text says less), and so could
    find much in nothing, in texts unlike any it learnt on. The ceiling model cannot: with it nothing counts
    against a product, so that having nothing in common gives the least there is. No odds go ABOVE_CEILING past it.
    """
    order = np.argsort(-weights.order.log_odds(measured.values), kind="stable")
    rows = with_rivals(measured.values, weights.floors, eligible, measured.rivals)
    log_odds = np.minimum(weights.product.log_odds(rows), weights.ceiling.log_odds(rows) + ABOVE_CEILING)
    log_odds[order] = np.minimum.accumulate(log_odds[order])
    return order, log_odds


def side_by_side(
    comparison: Comparison,
    order: NDArray[np.int64],
    log_odds: NDArray[np.float64],
    weights: Weights,
    eligible: NDArray[np.bool_],
) -> dict[int, float]:
    """Products (by number in the index) that explain passages of their own, with their log odds there.

    `comparison` is of the whole text; `order` and `log_odds` are its ranking. Empty where nothing is found beside
    the best product, which is the rule; otherwise every source is in it, the best too.
    """
    if not len(order):
        return {}
    lead = int(order[0])
    text = _Text(comparison.reading, comparison.index, weights, eligible, [int(comparison.products[lead])])
    taken = [explained(comparison, lead)]
    odds = {text.sources[0]: float(log_odds[lead])}
    while len(taken) < _MOST_SOURCES and (found := text.next_source(np.logical_or.reduce(taken))):
        number, odds[number], own = found
        text.sources.append(number)
        taken.append(own)
    if len(taken) == 1:
        return {}
    for at, number in enumerate(text.sources[:-1]):
        others = np.logical_or.reduce([own for other, own in enumerate(taken) if other != at])
        odds[number] = max(odds[number], text.alone(number, others))
    # As in `ranked`: what was found later is no more probable than what the text as a whole brought first.
    held = np.minimum.accumulate([odds[number] for number in text.sources]).tolist()
    return dict(zip(text.sources, held, strict=True))


def explained(comparison: Comparison, slot: int) -> NDArray[np.bool_]:
    """(M,) the passages that the product in `slot` explains beyond chance and nearly as well as any other."""
    words = comparison.best_words()
    best = words[:, slot] >= _NEARLY * words.max(axis=1, initial=0.0)
    return np.asarray(best & (words[:, slot] > CHANCE * comparison.own))


@dataclass(frozen=True, slots=True, eq=False)
class _Text:
    """A text, the register it is held against, and the sources found in it so far (numbers in the index)."""

    reading: Reading
    index: PassageIndex
    weights: Weights
    eligible: NDArray[np.bool_]
    sources: list[int]

    def next_source(self, taken: NDArray[np.bool_]) -> tuple[int, float, NDArray[np.bool_]] | None:
        """Who explains the text without the `taken` passages, its log odds there and its passages.

        None where nobody is found. The sources found before remain rivals: a twin of theirs explains no more.
        """
        rest = without(self.reading, taken)
        if len(_telling_terms(rest, self.index)) < _LEAST_TERMS:
            return None
        short = shortlist(rest, self.index, self.eligible)
        comparison = compare(rest, self.index, short)
        order, log_odds = ranked(measures(comparison), self.weights, short.eligible)
        best = int(order[0])
        number = int(short.products[best])
        if number in self.sources or probability(log_odds[best]) < _FOUND or self._says_the_same(number, rest):
            return None
        own = np.zeros_like(taken)
        own[np.flatnonzero(~taken)[explained(comparison, best)]] = True
        return number, float(log_odds[best]), own

    def _says_the_same(self, number: int, rest: Reading) -> bool:
        """Whether most of what product `number` shares with the rest stands in a source found before too."""
        mine = np.intersect1d(_telling_terms(rest, self.index), _terms_of(self.index, number))
        theirs = np.concatenate([_terms_of(self.index, source) for source in self.sources])
        rarity = self.index.term_rarity
        fresh = float(rarity[np.setdiff1d(mine, theirs)].sum())
        return fresh < _FRESH * float(rarity[mine].sum())

    def alone(self, number: int, others: NDArray[np.bool_]) -> float:
        """The log odds of product `number` for the text without the passages that `others` explain."""
        rest = without(self.reading, others)
        short = shortlist(rest, self.index, self.eligible)
        slots = np.flatnonzero(short.products == number)
        if not len(slots) or not len(rest.passages):
            return -np.inf
        _, log_odds = ranked(measures(compare(rest, self.index, short)), self.weights, short.eligible)
        return float(log_odds[slots[0]])


def _telling_terms(reading: Reading, index: PassageIndex) -> NDArray[np.int32]:
    known = np.unique(reading.term[reading.term != UNKNOWN])
    return np.asarray(known[index.term_rarity[known] >= LEAST_RARITY])


def _terms_of(index: PassageIndex, product: int) -> NDArray[np.int32]:
    low, high = index.token_from[index.passage_from[product : product + 2]]
    return np.unique(index.token_term[int(low) : int(high)])
