"""Which of several products that say nearly the same did the text come from?

Editions and near twins are told apart by what only one of them says: in each passage that they explain, the
words and quantities that the nearest passage of one holds and that of the other does not, weighed by rarity.
Where that is less than a factor of twenty it is a tie, and is reported as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.reading import UNKNOWN
from tearline.records.matches import Edition, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tearline.matching.comparison import Comparison

LEAST_LEAD = 3.0  # nats: odds of twenty to one
_MOST_LEAD = 12.0  # nats taken off the odds of the other editions
_EXPLAINED = 0.35  # of a passage's rarity that one of them shares, from which it is compared
_TELLING = 1.5  # nats of a word that can tell editions apart; less is chance


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What a group of slots comes to: its best slot, what to take off the others' log odds, and the answer's
    words."""

    best: int
    penalty: dict[int, float]
    edition: Edition


def tell_apart(comparison: Comparison, slots: Sequence[int]) -> Told:
    """`slots` of products that say nearly the same, two or more, the most probable first."""
    index, reading = comparison.index, comparison.reading
    passages = np.flatnonzero(
        np.max([_best(comparison, slot) for slot in slots], axis=0) > _EXPLAINED * comparison.own
    ).tolist()
    held = [_held(comparison, slot, passages) for slot in slots]
    weight = np.zeros(len(reading.term) + len(reading.facts))
    known = reading.term != UNKNOWN
    weight[: len(known)][known] = index.term_rarity[reading.term[known]]
    stated = np.flatnonzero(reading.fact_key != UNKNOWN)
    weight[len(known) + stated] = index.key_rarity[reading.fact_key[stated]]
    weight[weight < _TELLING] = 0.0
    leads = []
    for mine in held:
        against = [float(weight[mine & ~other].sum() - weight[other & ~mine].sum()) for other in held]
        leads.append(min(each for each, other in zip(against, held, strict=True) if other is not mine))
    at = int(np.argmax(leads))
    lead = max(leads[at], 0.0)
    undetermined = lead < LEAST_LEAD
    best = slots[0] if undetermined else slots[at]
    others = tuple(slot for slot in slots if slot != best)
    only = held[at] & ~np.logical_or.reduce([other for other in held if other is not held[at]]) & (weight > 0)
    penalty = {slot: 0.0 if undetermined else min(lead, _MOST_LEAD) for slot in others}
    names = index.product_ids
    edition = Edition(
        product=names[int(comparison.products[best])],
        others=tuple(names[int(comparison.products[slot])] for slot in others),
        undetermined=undetermined,
        lead=lead,
        told_by=() if undetermined else _spans(comparison, only),
    )
    return Told(best, penalty, edition)


def _best(comparison: Comparison, slot: int) -> NDArray[np.float32]:
    words = comparison.words[:, comparison.rows_of(slot)]
    return np.asarray(words.max(axis=1, initial=0.0))


def _held(comparison: Comparison, slot: int, passages: list[int]) -> NDArray[np.bool_]:
    """Which tokens and quantities of the text stand in the product's nearest passage to theirs, one mask for both.

    Of a word that stands several times in one passage of the text only the first counts.
    """
    index, reading = comparison.index, comparison.reading
    tokens = len(reading.term)
    out = np.zeros(tokens + len(reading.facts), dtype=np.bool_)
    own = comparison.rows_of(slot)
    rows = comparison.rows[own]
    if not len(rows):
        return out
    for passage in passages:
        row = int(rows[int(comparison.words[passage, own].argmax())])
        terms = index.token_term[int(index.token_from[row]) : int(index.token_from[row + 1])]
        here = np.flatnonzero(reading.passage == passage)
        first = here[np.unique(reading.term[here], return_index=True)[1]]
        out[first[np.isin(reading.term[first], terms)]] = True
        keys = index.fact_key[int(index.fact_from[row]) : int(index.fact_from[row + 1])]
        facts = np.flatnonzero(reading.fact_passage == passage)
        out[tokens + facts[np.isin(reading.fact_key[facts], keys)]] = True
    return out


def _spans(comparison: Comparison, only: NDArray[np.bool_]) -> tuple[Span, ...]:
    reading = comparison.reading
    tokens = len(reading.term)
    spans = {(reading.tokens.starts[at], reading.tokens.ends[at]) for at in np.flatnonzero(only[:tokens]).tolist()}
    facts = [reading.facts[at] for at in np.flatnonzero(only[tokens:]).tolist()]
    spans |= {(fact.start, fact.end) for fact in facts}
    out: list[Span] = []
    for low, high in sorted(spans):
        if out and low < out[-1][1]:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return tuple(out)
