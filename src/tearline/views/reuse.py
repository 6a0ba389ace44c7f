"""Text reuse among products: which portion stands again in which other, verbatim or reworded.

Compared are a portion's distinct content words (folded, stemmed, without the commonest), as 64-bit hashes. Two
portions of different products are compared where they share at least `LEAST_RARE` words that at most `COMMON`
portions hold; then what counts is the share of the shorter one's words that stand in the other. So the answer
depends on the texts alone, and adding products to what was found before gives what finding it anew would give.
"""

# Compiled functions take columns one by one and cannot be cut up without cost.

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tearline.records.products import Product
from tearline.text.stopwords import STOP_WORDS
from tearline.text.tokens import tokenise

COMMON = 20
"""A word in more portions than this tells no two of them apart."""
LEAST_RARE = 3
NEAR, NEAR_WORDS = 0.8, 6
"""Of the shorter portion's words, what share (and how many) stand in one that says the same in the same words."""
REWORDED, REWORDED_WORDS = 0.6, 12
"""The same where it was reworded: more words have to agree, because fewer of them do."""
_AT_ONCE = 4_000_000


class Portions(NamedTuple):
    """Portions with their words: those of portion p are `words[first[p]:first[p + 1]]`, sorted; `owner` numbers
    the products. `digest` is of the text."""

    product: tuple[str, ...]
    portion: tuple[str, ...]
    digest: tuple[str, ...]
    owner: NDArray[np.int64]
    first: NDArray[np.int64]
    words: NDArray[np.uint64]


class Pairs(NamedTuple):
    """Portions of different products, numbers into `Portions`, the smaller first, with the share of words."""

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    share: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Reuse:
    portions: Portions
    pairs: Pairs


def find_reuse(products: Iterable[Product], older: Reuse | None = None) -> Reuse:
    """The text reuse among `products`. `older`: found before, from which what has not changed is taken."""
    known = _known(older) if older is not None else {}
    portions, fresh = _gather(products, known)
    kept = Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))
    if older is not None and known and len(fresh) - int(fresh.sum()) == len(known):
        kept = _carried_over(older, portions)
    else:
        fresh[:] = True  # with portions gone, words may be rare again that were not
    return Reuse(portions, _pairs(portions, fresh, kept))


def content_words(text: str) -> frozenset[str]:
    """The distinct content words of a text."""
    tokens = tokenise(text)
    return frozenset(
        term
        for form, term in zip(tokens.forms, tokens.terms, strict=True)
        if form not in STOP_WORDS and len(form) > 1
    )


def _known(older: Reuse) -> dict[tuple[str, str, str], NDArray[np.uint64]]:
    keys = zip(older.portions.product, older.portions.portion, older.portions.digest, strict=True)
    edges = older.portions.first
    return {key: older.portions.words[edges[p] : edges[p + 1]] for p, key in enumerate(keys)}


def _gather(
    products: Iterable[Product], known: dict[tuple[str, str, str], NDArray[np.uint64]]
) -> tuple[Portions, NDArray[np.bool_]]:
    keys: list[tuple[str, str, str]] = []
    owner: list[int] = []
    words: list[NDArray[np.uint64]] = []
    fresh: list[bool] = []
    for number, product in enumerate(sorted(products, key=lambda product: product.id)):
        for portion in product.portions:
            key = (product.id, portion.id, blake2b(portion.text.encode(), digest_size=16).hexdigest())
            found = known.get(key)
            keys.append(key)
            owner.append(number)
            fresh.append(found is None)
            words.append(_hashes(content_words(portion.text)) if found is None else found)
    portions = Portions(
        product=tuple(product for product, _, _ in keys),
        portion=tuple(portion for _, portion, _ in keys),
        digest=tuple(digest for _, _, digest in keys),
        owner=np.array(owner, np.int64),
        first=np.cumsum([0, *map(len, words)]).astype(np.int64),
        words=np.concatenate(words) if words else np.empty(0, np.uint64),
    )
    return portions, np.array(fresh, np.bool_)


def _hashes(words: Iterable[str]) -> NDArray[np.uint64]:
    return np.sort(np.array([_hash(word) for word in words], np.uint64))


@lru_cache(maxsize=200_000)
def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")


def _carried_over(older: Reuse, portions: Portions) -> Pairs:
    """The pairs found before, by the numbers that their portions have now."""
    place = {key: p for p, key in enumerate(zip(*portions[:3], strict=True))}
    moved = np.array([place[key] for key in zip(*older.portions[:3], strict=True)], np.int64)
    one, other = moved[older.pairs.one], moved[older.pairs.other]
    return Pairs(np.minimum(one, other), np.maximum(one, other), older.pairs.share)


def _pairs(portions: Portions, fresh: NDArray[np.bool_], kept: Pairs) -> Pairs:
    """The pairs with a fresh portion in them, and those of `kept` that still share rare words."""
    sizes = np.diff(portions.first)
    number = np.repeat(np.arange(sizes.size), sizes)
    order = np.argsort(portions.words, kind="stable")
    words, holders = portions.words[order], number[order]
    starts = np.flatnonzero(np.append(True, words[1:] != words[:-1])) if words.size else np.empty(0, np.int64)
    ends = np.append(starts[1:], words.size).astype(np.int64)
    rare = (ends - starts > 1) & (ends - starts <= COMMON)
    rarity = np.zeros(words.size, np.bool_)
    rarity[order] = np.repeat(rare, ends - starts)
    starts, ends = starts[rare], ends[rare]
    found = (
        _candidates(starts[group], ends[group], holders, portions.owner, fresh)
        for group in _groups((ends - starts) * (ends - starts - 1) // 2)
    )
    keys = np.unique(np.concatenate([np.empty(0, np.int64), *found]))
    one = np.concatenate([keys // max(sizes.size, 1), kept.one])
    other = np.concatenate([keys % max(sizes.size, 1), kept.other])
    shared, scarce = _shared(one, other, portions.first, portions.words, rarity)
    least = np.minimum(sizes[one], sizes[other])
    share = shared / np.maximum(least, 1)
    near = (share >= NEAR) & (least >= NEAR_WORDS)
    good = (scarce >= LEAST_RARE) & (near | ((share >= REWORDED) & (shared >= REWORDED_WORDS)))
    order = np.lexsort((other[good], one[good]))
    return Pairs(one[good][order], other[good][order], share[good][order])


def _groups(sizes: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Numbers of what is done at once, so that no more than some millions of pairs are held."""
    total = np.cumsum(sizes)
    cuts = np.searchsorted(total, np.arange(_AT_ONCE, int(total[-1]) if total.size else 0, _AT_ONCE))
    return np.split(np.arange(sizes.size), cuts)


@njit(cache=True)
def _candidates(starts, ends, holders, owner, fresh):  # type: ignore[no-untyped-def]
    """Every pair of portions, of different products and one at least fresh, that share one of these words."""
    size = 0
    for r in range(starts.size):
        size += (ends[r] - starts[r]) * (ends[r] - starts[r] - 1) // 2
    found = np.empty(size, np.int64)
    count = 0
    for r in range(starts.size):
        for i in range(starts[r], ends[r]):
            for j in range(i + 1, ends[r]):
                a, b = min(holders[i], holders[j]), max(holders[i], holders[j])
                if owner[a] != owner[b] and (fresh[a] or fresh[b]):
                    found[count] = a * fresh.size + b
                    count += 1
    return np.unique(found[:count])


@njit(cache=True)
def _shared(one, other, first, words, rarity):  # type: ignore[no-untyped-def]
    """Of each pair, how many words both hold, and how many of these are rare."""
    shared, scarce = np.zeros(one.size, np.int64), np.zeros(one.size, np.int64)
    for p in range(one.size):
        i, j = first[one[p]], first[other[p]]
        while i < first[one[p] + 1] and j < first[other[p] + 1]:
            if words[i] == words[j]:
                shared[p] += 1
                scarce[p] += rarity[i]
                i += 1
                j += 1
            elif words[i] < words[j]:
                i += 1
            else:
                j += 1
    return shared, scarce


Span = tuple[int, int]
_RUN = 5
"""Words in a row that two texts have to share for the stretch to be shown as the same wording."""
_MOST_RUNS = 20


def shared_runs(one: str, other: str) -> tuple[tuple[Span, Span], ...]:
    """The stretches of at least five words that stand in both texts: spans in each, in order of the first."""
    ours, theirs = tokenise(one), tokenise(other)
    places: dict[tuple[str, ...], int] = {}
    for at in range(len(theirs) - _RUN, -1, -1):
        places[theirs.terms[at : at + _RUN]] = at
    found: list[tuple[Span, Span]] = []
    at = 0
    while at <= len(ours) - _RUN and len(found) < _MOST_RUNS:
        there = places.get(ours.terms[at : at + _RUN])
        if there is None:
            at += 1
            continue
        size = _RUN
        while (
            at + size < len(ours)
            and there + size < len(theirs)
            and ours.terms[at + size] == theirs.terms[there + size]
        ):
            size += 1
        last, end = at + size - 1, there + size - 1
        found.append(((ours.starts[at], ours.ends[last]), (theirs.starts[there], theirs.ends[end])))
        at += size
    return tuple(found)


def is_verbatim(runs: Sequence[tuple[Span, Span]], one: str, other: str) -> bool:
    """Whether the stretches shared word for word make up most of the shorter text."""
    covered = sum(end - start for (start, end), _ in runs)
    return 2 * covered >= min(len(one.strip()), len(other.strip()))
