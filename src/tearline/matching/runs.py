"""Words in the same order in both texts: maximal common runs of three terms or more.

Runs are found by joining three-term shingles on their hashes, so that time grows with what is shared and not
with the product of the lengths. A run weighs the rarity of its terms, less what other products share of it: a
run that stands in many products (a masthead, "notes to editors") weighs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.reading import UNKNOWN, Reading
from tearline.views.passages import SHINGLE, shingle_hashes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.views.passages import PassageIndex

# What stands in this many products or more is boilerplate (fewer may be editions of one report); between one and
# this many, the weight of a shingle falls with the logarithm.
BOILERPLATE = 8


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens `[text_from, text_to)` of the reading equal tokens `[index_from, index_to)` of the index."""

    text_from: int
    text_to: int
    index_from: int
    index_to: int
    weight: float  # nats, boilerplate already taken off
    own_share: float  # 1 where no other product holds any of it, 0 where it is boilerplate

    @property
    def length(self) -> int:
        return self.text_to - self.text_from


@dataclass(frozen=True, slots=True, eq=False)
class Shingles:
    """The text's shingles, sorted by hash; those with an unknown term can stand in no product and are left out."""

    hashes: NDArray[np.uint64]
    place: NDArray[np.int64]  # the token each begins with


def shingles_of(reading: Reading) -> Shingles:
    """Sorted once a text, searched for every product."""
    hashes = shingle_hashes(reading.term)
    known = np.ones(len(hashes), dtype=np.bool_)
    for offset in range(SHINGLE):
        known &= reading.term[offset : offset + len(hashes)] != UNKNOWN
    place = np.flatnonzero(known)
    order = np.argsort(hashes[place], kind="stable")
    return Shingles(hashes[place][order], place[order])


def common_runs(reading: Reading, index: PassageIndex, product: int, text: Shingles) -> list[Run]:
    """The runs shared with `product`, heaviest first and without overlap in the text."""
    low = int(index.token_from[index.passage_from[product]])
    high = int(index.token_from[index.passage_from[product + 1]])
    terms = index.token_term[low:high]
    hashes = shingle_hashes(terms)
    if not len(hashes) or not len(text.hashes):
        return []
    in_text, in_product = _joined(text, hashes)
    if not len(in_text):
        return []
    # A hash is not proof: the terms themselves decide.
    same = np.ones(len(in_text), dtype=np.bool_)
    for offset in range(SHINGLE):
        same &= reading.term[in_text + offset] == terms[in_product + offset]
    in_text, in_product = in_text[same], in_product[same]
    if not len(in_text):
        return []
    order = np.lexsort((in_text, in_product - in_text))
    in_text, in_product = in_text[order], in_product[order]
    breaks = (np.diff(in_text) != 1) | (np.diff(in_product) != 1)
    starts = np.flatnonzero(np.r_[True, breaks])
    ends = np.r_[starts[1:], len(in_text)]
    share = own_shares(index, hashes[in_product])
    found = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        text_from, text_to = int(in_text[start]), int(in_text[end - 1]) + SHINGLE
        own = float(share[start:end].mean())
        weight = own * float(index.term_rarity[reading.term[text_from:text_to]].sum())
        first = low + int(in_product[start])
        found.append(Run(text_from, text_to, first, first + text_to - text_from, weight, own))
    return _without_overlap(found, len(reading.term))


def own_shares(index: PassageIndex, hashes: NDArray[np.uint64]) -> NDArray[np.float64]:
    """For each shingle, from 1 (this product alone) to 0 (boilerplate)."""
    return own_share_of(hashes, index.shared_shingles, index.shared_products)


def own_share_of(
    hashes: NDArray[np.uint64], shared: NDArray[np.uint64], products: NDArray[np.int32]
) -> NDArray[np.float64]:
    """The same for any hashes, given those that several products hold and how many do."""
    if not len(shared):
        return np.ones(len(hashes))
    at = np.minimum(np.searchsorted(shared, hashes), len(shared) - 1)
    holders = np.where(shared[at] == hashes, products[at], 1)
    share: NDArray[np.float64] = np.maximum(1.0 - np.log(holders) / np.log(BOILERPLATE), 0.0)
    return share


def _joined(text: Shingles, product: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs of positions with equal hashes."""
    low = np.searchsorted(text.hashes, product, "left")
    held = np.flatnonzero(text.hashes[np.minimum(low, len(text.hashes) - 1)] == product)
    low = low[held]
    counts = np.searchsorted(text.hashes, product[held], "right") - low
    offsets = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return text.place[np.repeat(low, counts) + offsets], np.repeat(held, counts)


def _without_overlap(runs: list[Run], tokens: int) -> list[Run]:
    """The heaviest runs first; one that lies wholly within heavier ones is dropped."""
    covered = np.zeros(tokens, dtype=np.bool_)
    kept = []
    for run in sorted(runs, key=lambda one: (-one.weight, -one.length, one.text_from, one.index_from)):
        if not covered[run.text_from : run.text_to].all():
            covered[run.text_from : run.text_to] = True
            kept.append(run)
    return kept
