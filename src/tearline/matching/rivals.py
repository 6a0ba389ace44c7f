"""Who is whose rival: products that say nearly the same are none.

Editions of one report, a report and what is declared as derived from it, and near twins share most of their
words. Set against each other they would take away each other's lead, and a text that plainly draws on one of
them would seem to draw on none. Which of them it was is another question (`editions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tearline.matching.runs import BOILERPLATE
from tearline.views.passages import shingle_hashes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.views.passages import PassageIndex

_TWINS = 0.5  # of the shingles of the shorter of two products that the other holds too


@dataclass(frozen=True, slots=True, eq=False)
class Rivals:
    """`kin[i, j]`: whether product j (by slot) is the same as i or says nearly the same."""

    kin: NDArray[np.bool_]

    def best(self, values: NDArray[Any]) -> NDArray[Any]:
        """For each entry of (..., K) the greatest among its rivals; 0 where it has none."""
        if values.shape[-1] < 2:
            return np.zeros_like(values)
        top = np.partition(values, -2, axis=-1)
        out: NDArray[Any] = np.where(values >= top[..., -1:], top[..., -2:-1], top[..., -1:])
        for slot in np.flatnonzero(self.kin.sum(axis=1) > 1).tolist():
            others = ~self.kin[slot]
            out[..., slot] = values[..., others].max(axis=-1) if others.any() else 0.0
        return out

    def lead(self, values: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(values - self.best(values))


def all_rivals(products: int) -> Rivals:
    """Every product is every other's rival."""
    return Rivals(np.eye(products, dtype=np.bool_))


def rivals_among(index: PassageIndex, products: NDArray[np.int64]) -> Rivals:
    """Of `products` (numbers in the index): by what they share word for word, and by declared descent."""
    count = len(products)
    kin = np.eye(count, dtype=np.bool_)
    sizes = np.ones(count)
    holder: list[NDArray[np.int64]] = []
    held: list[NDArray[np.uint64]] = []
    for slot, product in enumerate(products.tolist()):
        low, high = (int(index.token_from[index.passage_from[at]]) for at in (product, product + 1))
        hashes = np.unique(shingle_hashes(index.token_term[low:high]))
        sizes[slot] = max(len(hashes), 1)
        if len(index.shared_shingles):
            at = np.minimum(np.searchsorted(index.shared_shingles, hashes), len(index.shared_shingles) - 1)
            shared = index.shared_shingles[at] == hashes
            boilerplate = shared & (index.shared_products[at] >= BOILERPLATE)
            sizes[slot] = max(len(hashes) - int(boilerplate.sum()), 1)
            held.append(hashes[shared & ~boilerplate])
            holder.append(np.full(len(held[-1]), slot))
    if held:
        every, place = np.unique(np.concatenate(held), return_inverse=True)
        table = np.zeros((count, len(every)), dtype=np.float32)
        table[np.concatenate(holder), place] = 1.0
        kin |= (table @ table.T) >= _TWINS * np.minimum(sizes[:, None], sizes[None, :])
    _declared(index, products, kin)
    return Rivals(kin)


def _declared(index: PassageIndex, products: NDArray[np.int64], kin: NDArray[np.bool_]) -> None:
    """Marks each product's declared parents and children, and children of one parent."""
    slots = {index.product_ids[product]: slot for slot, product in enumerate(products.tolist())}
    families: dict[str, list[int]] = {}
    for slot, product in enumerate(products.tolist()):
        for parent in filter(None, index.parents[product].split("\n")):
            family = families.setdefault(parent, [slots[parent]] if parent in slots else [])
            family.append(slot)
    for family in families.values():
        kin[np.ix_(family, family)] = True
