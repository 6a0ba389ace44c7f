"""Text reuse among products: which portion stands again in which other, verbatim or reworded.

Compared are a portion's distinct content words (folded, stemmed, without the commonest), as 64-bit hashes. What
counts is the share of the shorter portion's words that stand in the other; of its rare words, in at most `COMMON`
portions; and of its facts, which are numbers and names: reports of one house share phrases, and say the same only
where they say it of the same. Words are taken over from what was found before; pairs are always found anew, for
what is rare changes.
"""

# Compiled functions take columns one by one and cannot be cut up without cost.
# ruff: noqa: PLR0917

from __future__ import annotations

import re
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
LEAST_RARE, RARE = 3, 0.5
"""So many of the shorter portion's rare words, and such a share of them, have to stand in the other."""
FACTS = 0.5
"""The same of its numbers and names, where it has two at the least."""
NEAR, NEAR_WORDS = 0.8, 6
"""Of the shorter portion's words, what share (and how many) stand in one that says the same in the same words."""
REWORDED, REWORDED_WORDS = 0.6, 12
"""The same where it was reworded: more words have to agree, because fewer of them do."""
_AT_ONCE = 4_000_000
_ENDS = re.compile(r"[.!?:;\n]")


class Portions(NamedTuple):
    """Portions with their words: those of portion p are `words[first[p]:first[p + 1]]`, sorted; `owner` numbers
    the products. `digest` is of the text; `facts` says of each word whether it is a number or a name there."""

    product: tuple[str, ...]
    portion: tuple[str, ...]
    digest: tuple[str, ...]
    owner: NDArray[np.int64]
    first: NDArray[np.int64]
    words: NDArray[np.uint64]
    facts: NDArray[np.bool_]


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
    """The text reuse among `products`. `older`: found before, whose words of what has not changed are taken."""
    portions = _gather(products, _known(older) if older is not None else {})
    return Reuse(portions, _pairs(portions))


def content_words(text: str) -> frozenset[str]:
    """The distinct content words of a text."""
    tokens = tokenise(text)
    return frozenset(
        term
        for form, term in zip(tokens.forms, tokens.terms, strict=True)
        if form not in STOP_WORDS and len(form) > 1
    )


def facts_of(text: str) -> frozenset[str]:
    """The numbers in a text, and the words that are written as names: with a capital within a sentence."""
    tokens = tokenise(text)
    found = set()
    for at, (term, start) in enumerate(zip(tokens.terms, tokens.starts, strict=True)):
        between = text[tokens.ends[at - 1] : start] if at else "."
        if term[:1].isdigit() or (tokens.capital[at] and not _ENDS.search(between)):
            found.add(term)
    return frozenset(found)


_Words = tuple[NDArray[np.uint64], NDArray[np.bool_]]


def _known(older: Reuse) -> dict[tuple[str, str, str], _Words]:
    keys = zip(older.portions.product, older.portions.portion, older.portions.digest, strict=True)
    edges = older.portions.first
    words, facts = older.portions.words, older.portions.facts
    return {key: (words[edges[p] : edges[p + 1]], facts[edges[p] : edges[p + 1]]) for p, key in enumerate(keys)}


def _gather(products: Iterable[Product], known: dict[tuple[str, str, str], _Words]) -> Portions:
    keys: list[tuple[str, str, str]] = []
    owner: list[int] = []
    words: list[_Words] = []
    for number, product in enumerate(sorted(products, key=lambda product: product.id)):
        for portion in product.portions:
            key = (product.id, portion.id, blake2b(portion.text.encode(), digest_size=16).hexdigest())
            found = known.get(key)
            keys.append(key)
            owner.append(number)
            words.append(_counted(portion.text) if found is None else found)
    return Portions(
        product=tuple(product for product, _, _ in keys),
        portion=tuple(portion for _, portion, _ in keys),
        digest=tuple(digest for _, _, digest in keys),
        owner=np.array(owner, np.int64),
        first=np.cumsum([0, *(len(one) for one, _ in words)]).astype(np.int64),
        words=np.concatenate([np.empty(0, np.uint64), *(one for one, _ in words)]),
        facts=np.concatenate([np.empty(0, np.bool_), *(facts for _, facts in words)]),
    )


def _counted(text: str) -> _Words:
    facts, words = facts_of(text), sorted((_hash(word), word) for word in content_words(text))
    hashes = np.array([number for number, _ in words], np.uint64)
    return hashes, np.array([word in facts for _, word in words], np.bool_)


@lru_cache(maxsize=200_000)
def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")


def _pairs(portions: Portions) -> Pairs:
    """The pairs of portions that say the same."""
    sizes = np.diff(portions.first)
    number = np.repeat(np.arange(sizes.size), sizes)
    order = np.argsort(portions.words, kind="stable")
    words, holders = portions.words[order], number[order]
    starts = np.flatnonzero(np.append(True, words[1:] != words[:-1])) if words.size else np.empty(0, np.int64)
    ends = np.append(starts[1:], words.size).astype(np.int64)
    rarity = np.zeros(words.size, np.bool_)
    rarity[order] = np.repeat(ends - starts <= COMMON, ends - starts)
    several = (ends - starts > 1) & (ends - starts <= COMMON)
    starts, ends = starts[several], ends[several]
    found = (
        _candidates(starts[group], ends[group], holders, portions.owner)
        for group in _groups((ends - starts) * (ends - starts - 1) // 2)
    )
    keys = np.unique(np.concatenate([np.empty(0, np.int64), *found]))
    one, other = keys // max(sizes.size, 1), keys % max(sizes.size, 1)
    shared, scarce, ours, theirs = _shared(one, other, portions.first, portions.words, rarity, portions.facts)
    first_is_shorter = sizes[one] <= sizes[other]
    least = np.minimum(sizes[one], sizes[other])
    share = shared / np.maximum(least, 1)
    near = (share >= NEAR) & (least >= NEAR_WORDS)
    rare, facts = _sums(rarity, portions.first), _sums(portions.facts, portions.first)
    told = (scarce >= LEAST_RARE) & (scarce >= RARE * np.where(first_is_shorter, rare[one], rare[other]))
    stated = np.where(first_is_shorter, facts[one], facts[other])
    told &= (stated < 2) | (np.where(first_is_shorter, ours, theirs) >= FACTS * stated)
    good = told & (near | ((share >= REWORDED) & (shared >= REWORDED_WORDS)))
    order = np.lexsort((other[good], one[good]))
    return Pairs(one[good][order], other[good][order], share[good][order])


def _sums(marks: NDArray[np.bool_], first: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each portion, how many of its words are marked."""
    total = np.cumsum(np.append(0, marks))
    found: NDArray[np.int64] = total[first[1:]] - total[first[:-1]]
    return found


def _groups(sizes: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Numbers of what is done at once, so that no more than some millions of pairs are held."""
    total = np.cumsum(sizes)
    cuts = np.searchsorted(total, np.arange(_AT_ONCE, int(total[-1]) if total.size else 0, _AT_ONCE))
    return np.split(np.arange(sizes.size), cuts)


@njit(cache=True)
def _candidates(starts, ends, holders, owner):  # type: ignore[no-untyped-def]
    """Every pair of portions of different products that share one of these words, as one number each."""
    size = 0
    for r in range(starts.size):
        size += (ends[r] - starts[r]) * (ends[r] - starts[r] - 1) // 2
    found = np.empty(size, np.int64)
    count = 0
    for r in range(starts.size):
        for i in range(starts[r], ends[r]):
            for j in range(i + 1, ends[r]):
                a, b = min(holders[i], holders[j]), max(holders[i], holders[j])
                if owner[a] != owner[b]:
                    found[count] = a * owner.size + b
                    count += 1
    return np.unique(found[:count])


@njit(cache=True)
def _shared(one, other, first, words, rarity, facts):  # type: ignore[no-untyped-def]
    """Of each pair, how many words both hold; of these how many are rare, and facts in the one and the other."""
    shared, scarce = np.zeros(one.size, np.int64), np.zeros(one.size, np.int64)
    ours, theirs = np.zeros(one.size, np.int64), np.zeros(one.size, np.int64)
    for p in range(one.size):
        i, j = first[one[p]], first[other[p]]
        while i < first[one[p] + 1] and j < first[other[p] + 1]:
            if words[i] == words[j]:
                shared[p] += 1
                scarce[p] += rarity[i]
                ours[p] += facts[i]
                theirs[p] += facts[j]
                i += 1
                j += 1
            elif words[i] < words[j]:
                i += 1
            else:
                j += 1
    return shared, scarce, ours, theirs


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
