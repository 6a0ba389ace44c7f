"""What one stretch of the text and one product have in common: an item within a broadcast or a round-up.

A text of ten items speaks of a product in one of them; measured against the whole text that is next to nothing.
Each measure here is that of a product's best stretch (`candidates.stretches`), and its lead over what any other
product reaches in the same stretch. Words count by their rarity, once as they are and once by kinship of
meaning: a word of the text counts in part where the product holds a word near it in the language model, each
word matched with its nearest (as in late interaction: Khattab and Zaharia 2020), here with static vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tearline.matching.candidates import held_by, stretches
from tearline.matching.reading import UNKNOWN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.matching.comparison import Comparison
    from tearline.matching.rivals import Rivals

STRETCH_MEASURES = (
    "stretch: share of words",
    "stretch: words",
    "stretch: lead in words",
    "stretch: share of kindred words",
    "stretch: kindred words",
    "stretch: lead in kindred words",
    "stretch: the product's chief words",
    "stretch: lead in chief words",
    "stretch: chief words or kin",
    "stretch: lead in chief words or kin",
    "stretch: cosine",
    "stretch: lead in cosine",
    "best stretch: rare words",
    "best stretch: names",
    "best stretch: quantities",
    "best stretch: passage",
    "all: share of kindred words",
    "all: cosine",
    "all: chief words",
    "all: chief words or kin",
)
_CHIEF = 15  # a product's weightiest words, by rarity and frequency
_LEAST_CHIEF = 20.0  # nats; a product of two words has no chief words worth finding
_LENGTH = 3.0  # added to the norms of a cosine, so that next to nothing is not like anything
_UNSEEN = 4.0  # nats of a word that no product holds
_ROOM = 10.0  # nats added to a stretch's own, so that a short one is not matched by anything
_NO_KIN, _SAME = 0.35, 0.75  # cosines of two words: below there is no kinship, above they count alike
_KIN = 0.9  # of the word itself, at most
_RARE = 3.5  # nats


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """T distinct content words of the text against K products.

    `has`: whether the product holds it; `kin`: how near the product comes to it, 0 to 1; `weight`: its weight
    there (0 where the product has it not); `chief`: its share of the product's chief words. `chief_words[k]`:
    (T, C) how near each word of the text comes to each chief word, and those words' shares. `length`: each
    product's norm.
    """

    has: NDArray[np.float32]
    kin: NDArray[np.float32]
    weight: NDArray[np.float32]
    chief: NDArray[np.float32]
    chief_words: list[tuple[NDArray[np.float32], NDArray[np.float32]]]
    length: NDArray[np.float64]


def stretch_measures(comparison: Comparison, rivals: Rivals) -> list[NDArray[np.float64]]:
    """len(STRETCH_MEASURES) columns, a value a product."""
    reading, index = comparison.reading, comparison.index
    known = reading.term != UNKNOWN
    content = known & ~index.term_stop[np.where(known, reading.term, 0)] if len(index.terms) else known
    terms, place = np.unique(reading.term[content], return_inverse=True)
    spans = stretches(reading)
    if not len(terms) or not spans:
        return [np.zeros(len(comparison.products)) for _ in STRETCH_MEASURES]
    words = _words(comparison, terms)
    rarity = index.term_rarity[terms].astype(np.float32)
    held = held_by(reading, terms, spans)
    first, last = np.asarray(spans).T
    unseen = _summed(np.bincount(reading.passage[~known], minlength=len(reading.passages)), first, last)
    room = held @ rarity + _UNSEEN * unseen + _ROOM
    exact, kindred = held @ (words.has * rarity[:, None]), held @ (words.kin * rarity[:, None])
    share, kin_share = exact / room[:, None], kindred / room[:, None]
    chief, chief_kin = held @ words.chief, _chief_kin(held > 0, words)
    cosine = _cosine(_counts(reading.passage[content], place, len(terms), first, last), rarity, words)
    best, own = (rivals.lead(kin_share) + kin_share + chief_kin).argmax(axis=0), np.arange(len(words.length))
    rare = held[:, rarity > _RARE] @ words.has[rarity > _RARE]
    named = np.isin(terms, reading.term[content & reading.name])
    names = held[:, named] @ (words.has * rarity[:, None])[named]
    stated = _summed(_quantities(comparison), first, last)
    passage = comparison.best_words()
    highest = np.stack([passage[low:high].max(axis=0) for low, high in spans])
    total = float(rarity.sum()) + _UNSEEN * float((~known).sum()) + _ROOM
    whole = np.bincount(place, minlength=len(terms))[None, :]
    return [
        np.asarray(column, dtype=np.float64)
        for column in (
            share.max(axis=0),
            np.log1p(exact.max(axis=0)),
            rivals.lead(share).max(axis=0),
            kin_share.max(axis=0),
            np.log1p(kindred.max(axis=0)),
            rivals.lead(kin_share).max(axis=0),
            chief.max(axis=0),
            rivals.lead(chief).max(axis=0),
            chief_kin.max(axis=0),
            rivals.lead(chief_kin).max(axis=0),
            cosine.max(axis=0),
            rivals.lead(cosine).max(axis=0),
            np.log1p(rare[best, own]),
            np.log1p(names[best, own]),
            np.log1p(stated[best, own]),
            np.log1p(highest[best, own]),
            (words.kin * rarity[:, None]).sum(axis=0) / total,
            _cosine(whole, rarity, words)[0],
            words.chief.sum(axis=0),
            np.asarray([near.max(axis=0) @ shares for near, shares in words.chief_words]),
        )
    ]


def _words(comparison: Comparison, terms: NDArray[np.int32]) -> _Words:
    index, products = comparison.index, len(comparison.products)
    shape = (len(terms), products)
    has, kin, weight, chief = (np.zeros(shape, dtype=np.float32) for _ in range(4))
    chief_words: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    length = np.zeros(products)
    mine = index.term_vectors[terms].astype(np.float32)
    for slot in range(products):
        theirs, weights = _weighed(comparison, slot)
        at = np.minimum(np.searchsorted(terms, theirs), len(terms) - 1)
        same = terms[at] == theirs
        near = kinship(mine @ index.term_vectors[theirs].astype(np.float32).T)
        near[at[same], np.flatnonzero(same)] = 1.0
        top = np.argsort(-weights, kind="stable")[:_CHIEF]
        shares = np.zeros_like(weights)
        shares[top] = weights[top] / max(float(weights[top].sum()), _LEAST_CHIEF)
        has[at[same], slot] = 1.0
        weight[at[same], slot] = weights[same]
        chief[at[same], slot] = shares[same]
        kin[:, slot] = near.max(axis=1, initial=0.0)
        chief_words.append((near[:, top], shares[top]))
        length[slot] = np.sqrt(float((weights**2).sum())) + _LENGTH
    return _Words(has, kin, weight, chief, chief_words, length)


def _weighed(comparison: Comparison, slot: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The distinct content words of a product's compared passages, and what each weighs there."""
    index = comparison.index
    terms, counts = np.unique(index.token_term[comparison.tokens_of(slot)], return_counts=True)
    telling = ~index.term_stop[terms]
    terms, counts = terms[telling], counts[telling]
    return terms, (index.term_rarity[terms] * (1.0 + np.log(counts))).astype(np.float32)


def kinship(cosine: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far a word counts as another, by the cosine of their vectors: 0 to _KIN."""
    return np.asarray(_KIN * np.clip((cosine - _NO_KIN) / (_SAME - _NO_KIN), 0.0, 1.0), dtype=np.float32)


def _chief_kin(held: NDArray[np.bool_], words: _Words) -> NDArray[np.float32]:
    """(stretches, products): how much of each product's chief words a stretch comes near."""
    out = np.zeros((len(held), len(words.length)), dtype=np.float32)
    for at, mask in enumerate(held):
        if mask.any():
            out[at] = [near[mask].max(axis=0) @ shares for near, shares in words.chief_words]
    return out


def _cosine(counts: NDArray[np.int64], rarity: NDArray[np.float32], words: _Words) -> NDArray[np.float64]:
    """Of the weighed words of each row of `counts` with those of each product."""
    weights = np.where(counts > 0, (1.0 + np.log(np.maximum(counts, 1))) * rarity, 0.0)
    lengths = np.sqrt((weights**2).sum(axis=1)) + _LENGTH
    return np.asarray((weights @ words.weight) / lengths[:, None] / words.length)


def _counts(
    passage: NDArray[np.int32],
    place: NDArray[np.int64],
    terms: int,
    first: NDArray[np.int64],
    last: NDArray[np.int64],
) -> NDArray[np.int64]:
    counts = np.zeros((int(last.max()), terms), dtype=np.int64)
    np.add.at(counts, (passage, place), 1)
    return _summed(counts, first, last)


def _quantities(comparison: Comparison) -> NDArray[np.float64]:
    """(passages, products) nats of the quantities of each passage that a product states too."""
    reading, index = comparison.reading, comparison.index
    out = np.zeros((len(reading.passages), len(comparison.products)))
    known = reading.fact_key != UNKNOWN
    for slot in range(len(comparison.products)):
        shared = known & np.isin(reading.fact_key, index.fact_key[comparison.facts_of(slot)])
        np.add.at(out[:, slot], reading.fact_passage[shared], index.key_rarity[reading.fact_key[shared]])
    return out


def _summed(values: NDArray[Any], first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[Any]:
    """Sums over each run of rows `[first, last)`."""
    sums = np.concatenate([np.zeros((1, *values.shape[1:]), dtype=values.dtype), np.cumsum(values, axis=0)])
    return np.asarray(sums[last] - sums[first])
