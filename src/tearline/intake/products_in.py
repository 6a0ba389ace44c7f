"""Which registered products a text, a file name or an attachment shows.

In this order: number or id, attachment hash, title, and portion text. Text is recognised by shingles: runs of
SHINGLE words. A product counts as shown where at least SHARE of the shingles of one of its portions (and MINIMUM
of them) stand in the text, so that a quoted chunk with some scanning damage is found and a shared phrase is not.
Where several products carry the same words (a summary repeats its source), the one with the most of them counts;
of equals, the one issued first.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from tearline.records.products import Product
from tearline.text.tokens import fold

SHINGLE = 6
MINIMUM = 4
SHARE = 0.3
TITLE_WORDS = 4
REMEMBERED = 500

_WORD = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A product that was recognised, and by what: number, file, title or text.

    `portions`: those whose own text stands there, in their order; None where it is all of them that can be told by
    their text.
    """

    product: str
    by: str
    portions: tuple[str, ...] | None = ()


class ProductFinder:
    """Built once for an intake; each look-up is linear in the length of what is looked at."""

    def __init__(self, products: Iterable[Product], files: Iterable[tuple[str, str]] = ()) -> None:
        """`files`: SHA-256 (hex) of a known file -> product id."""
        ordered = sorted(products, key=lambda product: (product.issued_at, product.id))
        self.issued = {product.id: product.issued_at for product in ordered}
        self._order = {product.id: place for place, product in enumerate(ordered)}
        self._files = {digest.casefold(): product for digest, product in files}
        self._exact: dict[str, str] = {}
        self._seen: dict[str, tuple[Sighting, ...]] = {}
        self._phrases = _Phrases()
        self._shingles: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._sizes: list[int] = []
        self._owners: list[str] = []
        self._portions: list[str] = []
        numbers: list[tuple[str, str]] = []
        for product in ordered:
            numbers += [(text, product.id) for text in (product.id, product.number) if text]
            self._add_portions(product)
        for text, found in _unambiguous((" ".join(_words(text)), found) for text, found in numbers).items():
            self._exact[text] = found
            # A number of plain words ("africa-trip") or one short word would be found in any text.
            if any(c.isdigit() for c in text) and (len(text.split()) > 1 or len(text) >= 5):
                self._phrases.add(text.split(), found, "number")
        titles = ((" ".join(_words(product.title)), product.id) for product in ordered)
        for text, found in _unambiguous(titles).items():
            self._exact.setdefault(text, found)
            if len(text.split()) >= TITLE_WORDS:
                self._phrases.add(text.split(), found, "title")

    def _add_portions(self, product: Product) -> None:
        for portion in product.portions:
            shingles = _shingles(_words(portion.text))
            if len(shingles) < MINIMUM:
                continue
            place = len(self._sizes)
            self._sizes.append(len(shingles))
            self._owners.append(product.id)
            self._portions.append(portion.id)
            for shingle in shingles:
                self._shingles[shingle].append((place, self._order[product.id]))

    def named(self, text: str) -> str | None:
        """The product that `text` names as a whole, by number, id or title; or the only one named within it."""
        words = _words(text)
        found = self._exact.get(" ".join(words))
        if found is not None:
            return found
        inside = {product for product, _ in self._phrases.find(words)}
        return next(iter(inside)) if len(inside) == 1 else None

    def with_file(self, sha256: str) -> str | None:
        """The product that a file of this hash is."""
        return self._files.get(sha256.casefold())

    def find(self, text: str) -> tuple[Sighting, ...]:
        """Every product that `text` names or quotes, each once, in order of issue.

        The last few texts are remembered: a message that is quoted is looked at again with each that quotes it.
        """
        known = self._seen.get(text)
        if known is None:
            if len(self._seen) >= REMEMBERED:
                self._seen.clear()
            known = self._seen[text] = self._find(text)
        return known

    def _find(self, text: str) -> tuple[Sighting, ...]:
        words = _words(text)
        found: dict[str, str] = {}
        for product, by in self._phrases.find(words):
            if by == "number" or product not in found:
                found[product] = by
        quoted = self._quoted(words)
        for product in quoted:
            found.setdefault(product, "text")
        return tuple(
            Sighting(product, found[product], quoted.get(product, ()))
            for product in sorted(found, key=self._order.__getitem__)
        )

    def _quoted(self, words: Sequence[str]) -> dict[str, tuple[str, ...] | None]:
        """The products whose portions stand there, and which; None for all that have words enough."""
        hits: dict[int, set[int]] = defaultdict(set)
        for shingle in _shingles(words):
            for place, _ in self._shingles.get(shingle, ()):
                hits[place].add(shingle)
        shown: dict[str, set[int]] = defaultdict(set)
        places: dict[str, list[int]] = defaultdict(list)
        for place, found in sorted(hits.items()):
            if len(found) >= max(MINIMUM, SHARE * self._sizes[place]):
                shown[self._owners[place]] |= found
                places[self._owners[place]].append(place)
        kept: list[str] = []
        taken: Counter[int] = Counter()
        for product in sorted(shown, key=lambda one: (-len(shown[one]), self._order[one])):
            fresh = sum(1 for shingle in shown[product] if not taken[shingle])
            if fresh >= MINIMUM:
                kept.append(product)
                taken.update(shown[product])
        return {product: self._named(product, places[product]) for product in kept}

    def _named(self, product: str, places: Sequence[int]) -> tuple[str, ...] | None:
        return None if len(places) == self._told[product] else tuple(self._portions[place] for place in places)

    @cached_property
    def _told(self) -> Counter[str]:
        """Of each product, how many portions have words enough to be told by."""
        return Counter(self._owners)


class _Phrases:
    """Sequences of words, found in one pass over a text."""

    def __init__(self) -> None:
        self._by_start: dict[tuple[str, ...], list[tuple[tuple[str, ...], str, str]]] = defaultdict(list)
        self._first: set[str] = set()

    def add(self, words: Sequence[str], product: str, by: str) -> None:
        phrase = tuple(words)
        self._first.add(phrase[0])
        self._by_start[phrase[:3]].append((phrase, product, by))

    def find(self, words: Sequence[str]) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        places = [at for at, word in enumerate(words) if word in self._first]
        for at in places:
            for size in (1, 2, 3):
                for phrase, product, by in self._by_start.get(tuple(words[at : at + size]), ()):
                    if tuple(words[at : at + len(phrase)]) == phrase:
                        found.append((product, by))
        return list(dict.fromkeys(found))


def _words(text: str) -> list[str]:
    return [fold(word) for word in _WORD.findall(text)]


def _shingles(words: Sequence[str]) -> set[int]:
    return {hash(tuple(words[at : at + SHINGLE])) for at in range(len(words) - SHINGLE + 1)}


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = defaultdict(set)
    for text, product in pairs:
        if text:
            found[text].add(product)
    return {text: next(iter(products)) for text, products in found.items() if len(products) == 1}
