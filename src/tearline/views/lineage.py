"""Which portions of a product stand again in another: for declared descendants, and found by content alone.

Compared are a portion's distinct content words (folded, stemmed, without the commonest). A portion restates
another when the words they share make up most of the shorter one. What is found by content is shown beside
declared lineage, never merged into it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from tearline.records.pathways import Related
from tearline.records.products import Portion, Product
from tearline.text.stopwords import STOP_WORDS
from tearline.text.tokens import tokenise

# Of the words of the shorter portion, how many must stand in the other for it to be a restatement.
RESTATES = 0.6
# The same where nobody has declared a derivation: near-verbatim only.
RELATED = 0.8
# Fewer distinct words say nothing about where they come from.
_FEWEST = 6
# A word in more portions than this is too common to look for candidates by.
_COMMON = 50


class Lineage:
    """Text reuse among the products of one register. Words are counted once per product, when first asked for."""

    def __init__(self, products: Mapping[str, Product]) -> None:
        self._products = products
        self._words: dict[str, tuple[frozenset[str], ...]] = {}

    def carried(self, product: str, derived: str) -> tuple[str, ...]:
        """The ids of those portions of `product` that `derived`, declared as derived from it, restates.

        A derived portion restates what its words show; where its words show nothing and it is not a mere stub,
        the portion of the same id (a translation or a rewording keeps the id, a sanitised edition leaves it out).
        """
        ours, theirs = self._products[product].portions, self._products[derived].portions
        our_words, their_words = self._of(product), self._of(derived)
        found: set[str] = set()
        for portion, words in zip(theirs, their_words, strict=True):
            same = {p.id for p, held in zip(ours, our_words, strict=True) if _shared(held, words) >= RESTATES}
            same |= {p.id for p in ours if _verbatim(p, portion)}
            if not same and len(words) >= _FEWEST:
                same = {p.id for p in ours if p.id == portion.id}
            found |= same
        return tuple(p.id for p in ours if p.id in found)

    def related(self, product: str) -> tuple[Related, ...]:
        """Products that restate portions of this one though neither is declared as derived from the other.

        Most alike first; `similarity` is the greatest share of words over the pairs of portions.
        """
        kin = self._kin(product)
        pairs: dict[str, list[tuple[float, str, str]]] = defaultdict(list)
        for portion, words in zip(self._products[product].portions, self._of(product), strict=True):
            places = {place for word in words for place in self._places.get(word, ())}
            for other, number in places:
                if other in kin:
                    continue
                alike = _shared(words, self._of(other)[number])
                if alike >= RELATED:
                    pairs[other].append((alike, self._products[other].portions[number].id, portion.id))
        found = [
            Related(
                other, tuple(sorted((theirs, ours) for _, theirs, ours in met)), max(score for score, *_ in met)
            )
            for other, met in pairs.items()
        ]
        return tuple(sorted(found, key=lambda r: (-r.similarity, r.product)))

    def _of(self, product: str) -> tuple[frozenset[str], ...]:
        if product not in self._words:
            self._words[product] = tuple(_content(p.text) for p in self._products[product].portions)
        return self._words[product]

    @cached_property
    def _places(self) -> Mapping[str, tuple[tuple[str, int], ...]]:
        """Word -> the portions it stands in, for words rare enough to tell portions apart."""
        places: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for product in self._products:
            for number, words in enumerate(self._of(product)):
                for word in words:
                    places[word].append((product, number))
        return {word: tuple(found) for word, found in places.items() if 1 < len(found) <= _COMMON}

    def _kin(self, product: str) -> frozenset[str]:
        """The product, and all its declared ancestors and descendants."""
        above, below = {product}, {product}
        waiting = [product]
        while waiting:
            fresh = set(self._products[waiting.pop()].derived_from) & self._products.keys() - above
            above |= fresh
            waiting.extend(fresh)
        waiting = [product]
        while waiting:
            fresh = set(self._children.get(waiting.pop(), ())) - below
            below |= fresh
            waiting.extend(fresh)
        return frozenset(above | below)

    @cached_property
    def _children(self) -> Mapping[str, list[str]]:
        children: dict[str, list[str]] = defaultdict(list)
        for item in self._products.values():
            for parent in item.derived_from:
                children[parent].append(item.id)
        return children


def _content(text: str) -> frozenset[str]:
    tokens = tokenise(text)
    return frozenset(
        term
        for form, term in zip(tokens.forms, tokens.terms, strict=True)
        if form not in STOP_WORDS and len(form) > 1
    )


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the shorter portion's words that stand in the other; 0 where one is too short to say."""
    least = min(len(one), len(other))
    return len(one & other) / least if least >= _FEWEST else 0.0


def _verbatim(one: Portion, other: Portion) -> bool:
    return bool(one.text.strip()) and one.text.split() == other.text.split()
