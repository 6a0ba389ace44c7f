"""What a text and one product have in common apart from place: terms, pairs of terms, quantities, names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.candidates import LEAST_RARITY
from tearline.matching.reading import UNKNOWN, Reading
from tearline.matching.runs import own_share_of
from tearline.views.passages import pair_hashes, shingle_hashes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.matching.comparison import Comparison
    from tearline.views.passages import PassageIndex

# What the register has never seen is as rare as it can tell, in nats.
UNSEEN_TERM, UNSEEN_QUANTITY, UNSEEN_NAME = 5.0, 4.5, 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Inventory:
    """The distinct things of a text that could be shared, with what each weighs (nats)."""

    terms: NDArray[np.int32]
    term_rarity: NDArray[np.float32]
    once: NDArray[np.bool_]  # the term stands once in the text: a detail rather than the subject
    term_total: float  # of all distinct terms, known or not
    pairs: NDArray[np.uint64]
    pair_weight: NDArray[np.float64]
    keys: NDArray[np.int32]
    key_rarity: NDArray[np.float32]
    key_total: float
    names: NDArray[np.int32]
    name_rarity: NDArray[np.float32]
    name_total: float


def inventory(reading: Reading, index: PassageIndex) -> Inventory:
    """Sums up `reading` once, for comparison with every product."""
    known = reading.term != UNKNOWN
    terms, counts = np.unique(reading.term[known], return_counts=True)
    telling = index.term_rarity[terms] >= LEAST_RARITY
    terms, counts = terms[telling], counts[telling]
    unseen = _distinct_unseen(reading, ~known)
    keys = np.unique(reading.fact_key[reading.fact_key != UNKNOWN])
    unseen_keys = {fact.key for fact, key in zip(reading.facts, reading.fact_key, strict=True) if key == UNKNOWN}
    names = np.unique(reading.term[known & reading.name])
    unseen_names = _distinct_unseen(reading, ~known & reading.name)
    pairs, weights = _pairs(reading, index)
    return Inventory(
        terms=terms,
        term_rarity=index.term_rarity[terms],
        once=counts == 1,
        term_total=float(index.term_rarity[terms].sum()) + UNSEEN_TERM * unseen,
        pairs=pairs,
        pair_weight=weights,
        keys=keys,
        key_rarity=index.key_rarity[keys],
        key_total=float(index.key_rarity[keys].sum()) + UNSEEN_QUANTITY * len(unseen_keys),
        names=names,
        name_rarity=index.term_rarity[names],
        name_total=float(index.term_rarity[names].sum()) + UNSEEN_NAME * unseen_names,
    )


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of the inventory one product holds too, in nats or counts."""

    terms: float
    details: int  # rare terms that stand once in the text
    rare_terms: int
    very_rare_terms: int
    language: float  # of rare terms, by the language alone
    pairs: float
    quantities: float
    rare_quantities: float
    names: float
    names_anywhere: float  # words of the text's names, whether names in the product or not


_DETAIL_RARITY, _RARE_TERM, _VERY_RARE_TERM, _RARE_QUANTITY = 2.5, 3.0, 4.0, 3.0  # nats
_COMMON = 2.0  # nats; below, a term's rarity in the language is not counted


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Scratch space for looking terms and keys up at once; all False between uses."""

    term: NDArray[np.bool_]
    key: NDArray[np.bool_]

    @classmethod
    def of(cls, index: PassageIndex) -> Marks:
        return cls(np.zeros(len(index.terms), dtype=np.bool_), np.zeros(len(index.keys), dtype=np.bool_))


def overlap(found: Inventory, comparison: Comparison, slot: int, marks: Marks) -> Overlap:
    """What the compared passages of the product in `slot` share with the text."""
    index, run = comparison.index, comparison.tokens_of(slot)
    held = index.token_term[run]
    shared = _marked(marks.term, held, found.terms)
    named = _marked(marks.term, held[index.token_name[run]], found.names)
    facts = index.fact_key[comparison.facts_of(slot)]
    stated = _marked(marks.key, facts, found.keys)
    keys = found.key_rarity[stated]
    paired = _among(found.pairs, pair_hashes(held, index.term_stop))
    return Overlap(
        terms=float(found.term_rarity[shared].sum()),
        details=int((shared & found.once & (found.term_rarity > _DETAIL_RARITY)).sum()),
        rare_terms=int((shared & (found.term_rarity > _RARE_TERM)).sum()),
        very_rare_terms=int((shared & (found.term_rarity > _VERY_RARE_TERM)).sum()),
        language=float(index.term_language[found.terms[shared & (found.term_rarity > _COMMON)]].sum()),
        pairs=float(found.pair_weight[paired].sum()),
        quantities=float(keys.sum()),
        rare_quantities=float(keys[keys >= _RARE_QUANTITY].sum()),
        names=float(found.name_rarity[named].sum()),
        names_anywhere=float(found.name_rarity[_marked(marks.term, held, found.names)].sum()),
    )


def _marked(scratch: NDArray[np.bool_], held: NDArray[np.int32], asked: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which of `asked` are among `held`."""
    scratch[held] = True
    found = scratch[asked]
    scratch[held] = False
    return found


def _among(pairs: NDArray[np.uint64], held: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which of the sorted `pairs` are among `held`."""
    found = np.zeros(len(pairs), dtype=np.bool_)
    if len(pairs):
        at = np.minimum(np.searchsorted(pairs, held), len(pairs) - 1)
        found[at[pairs[at] == held]] = True
    return found


def _distinct_unseen(reading: Reading, where: NDArray[np.bool_]) -> int:
    return len(
        {reading.tokens.terms[at] for at in np.flatnonzero(where) if not reading.tokens.terms[at][:1].isdigit()}
    )


def _pairs(reading: Reading, index: PassageIndex) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """The text's distinct pairs of neighbouring content terms and their weights, boilerplate taken off."""
    unknown = reading.term == UNKNOWN
    if not len(index.terms):
        return np.zeros(0, dtype=np.uint64), np.zeros(0)
    content = unknown | ~index.term_stop[np.where(unknown, 0, reading.term)]
    term = reading.term[content]
    hashes = shingle_hashes(term, 2)
    both = (term[:-1] != UNKNOWN) & (term[1:] != UNKNOWN)
    rarity = index.term_rarity[np.maximum(term, 0)]
    pairs, at = np.unique(hashes[both], return_index=True)
    own = own_share_of(pairs, index.shared_pairs, index.pair_products)
    return pairs, own * (rarity[:-1] + rarity[1:])[both][at]
