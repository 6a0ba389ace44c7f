"""Which portions of a product stand again in another: for declared descendants, and found by content alone.

Compared are a portion's distinct content words (folded, stemmed, without the commonest). A portion restates
another when the words they share make up most of the shorter one. What is found by content is shown beside
declared lineage, never merged into it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from tearline.records.pathways import Related, Restatement
from tearline.records.products import Portion, Product
from tearline.records.said import say
from tearline.views.reuse import Reuse, content_words, find_reuse, is_verbatim, shared_runs

# Of the words of the shorter portion, how many must stand in the other for it to be a restatement.
RESTATES = 0.6
# Fewer distinct words say nothing about where they come from.
_FEWEST = 6


class Lineage:
    """Text reuse among the products of one register. `found`: gives what was found among them, or among more, when
    it is first asked for; without it, it is found then."""

    def __init__(self, products: Mapping[str, Product], found: Callable[[], Reuse] | None = None) -> None:
        self._products, self._found = products, found
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
        for ours, other, theirs, share in self._pairs.get(product, ()):
            if other not in kin and other in self._products:
                pairs[other].append((share, theirs, ours))
        found = [
            self._related(product, other, sorted(met, key=lambda pair: pair[1:])) for other, met in pairs.items()
        ]
        return tuple(sorted(found, key=lambda r: (-r.similarity, r.product)))

    def _related(self, product: str, other: str, met: Sequence[tuple[float, str, str]]) -> Related:
        late, early = sorted((product, other), key=self._order, reverse=True)
        return Related(
            product=other,
            portions=tuple((theirs, ours) for _, theirs, ours in met),
            similarity=max(share for share, *_ in met),
            evidence=tuple(self._restatement(product, other, *pair) for pair in met),
            declare=f'tearline relate {late} {early} --reason "..."',
        )

    def _restatement(self, product: str, other: str, share: float, theirs: str, ours: str) -> Restatement:
        one, two = self._text(other, theirs), self._text(product, ours)
        runs = shared_runs(one, two)
        if self._order(other) > self._order(product):
            told = {"later": other, "its": theirs, "earlier": product, "of": ours}
        else:
            told = {"later": product, "its": ours, "earlier": other, "of": theirs}
        verbatim = is_verbatim(runs, one, two)
        return Restatement(
            portion=theirs,
            ours=ours,
            kind="verbatim" if verbatim else "reworded",
            share=share,
            spans=runs,
            says=say("Portion {its} of {later} restates portion {of} of {earlier}.", **told)
            if verbatim
            else say("Portion {its} of {later} restates portion {of} of {earlier} in other words.", **told),
        )

    def _order(self, product: str) -> tuple[datetime, str]:
        return self._products[product].issued_at, product

    def _text(self, product: str, portion: str) -> str:
        return next(p.text for p in self._products[product].portions if p.id == portion)

    def _of(self, product: str) -> tuple[frozenset[str], ...]:
        if product not in self._words:
            self._words[product] = tuple(content_words(p.text) for p in self._products[product].portions)
        return self._words[product]

    @cached_property
    def _pairs(self) -> Mapping[str, list[tuple[str, str, str, float]]]:
        """Product -> (its portion, the other product, its portion, share of words) of everything found alike."""
        reuse = self._found() if self._found is not None else find_reuse(self._products.values())
        names, portions = reuse.portions.product, reuse.portions.portion
        pairs: dict[str, list[tuple[str, str, str, float]]] = defaultdict(list)
        columns = (reuse.pairs.one.tolist(), reuse.pairs.other.tolist(), reuse.pairs.share.tolist())
        for one, other, share in zip(*columns, strict=True):
            pairs[names[one]].append((portions[one], names[other], portions[other], share))
            pairs[names[other]].append((portions[other], names[one], portions[one], share))
        return pairs

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


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the shorter portion's words that stand in the other; 0 where one is too short to say."""
    least = min(len(one), len(other))
    return len(one & other) / least if least >= _FEWEST else 0.0


def _verbatim(one: Portion, other: Portion) -> bool:
    return bool(one.text.strip()) and one.text.split() == other.text.split()
