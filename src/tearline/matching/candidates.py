"""Which products are worth a close look: every product scored cheaply, the best kept.

The score is BM25 (Robertson and Zaragoza 2009, k1 = 1.2, b = 0.5) of the whole product against the whole text,
with the index's rarity in place of its inverse document frequency, together with runs of three words that few
products hold. A register no larger than the limit is looked at in full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.reading import UNKNOWN, Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.views.passages import PassageIndex

LIMIT = 40
_K1, _B = 1.2, 0.5
# A term that half the register and half the language's texts hold is no evidence at all.
LEAST_RARITY = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Shortlist:
    """K products by number, best first, with their document scores; `eligible` products were scored in all."""

    products: NDArray[np.int64]  # (K,)
    document: NDArray[np.float64]  # (K,) BM25 as a share of the text's own rarity
    eligible: int

    @property
    def cut(self) -> bool:
        return self.eligible > len(self.products)


def shortlist(reading: Reading, index: PassageIndex, eligible: NDArray[np.bool_], limit: int = LIMIT) -> Shortlist:
    """The `limit` best of the `eligible` products."""
    scores = document_scores(reading, index)
    allowed = np.flatnonzero(eligible)
    order = allowed[np.argsort(-scores[allowed], kind="stable")]
    chosen = order[:limit]
    return Shortlist(chosen, scores[chosen], len(allowed))


def document_scores(reading: Reading, index: PassageIndex) -> NDArray[np.float64]:
    """BM25 of every product against the whole text, divided by the summed rarity of the text's terms."""
    scores = np.zeros(index.products)
    terms = np.unique(reading.term[reading.term != UNKNOWN])
    weights = index.term_rarity[terms]
    terms, weights = terms[weights >= LEAST_RARITY], weights[weights >= LEAST_RARITY]
    if not len(terms):
        return scores
    lengths = index.product_tokens / max(float(index.product_tokens.mean()), 1.0)
    damping = _K1 * (1 - _B + _B * lengths)
    for term, weight in zip(terms.tolist(), weights.tolist(), strict=True):
        run = slice(int(index.posting_from[term]), int(index.posting_from[term + 1]))
        holders = index.posting_product[run]
        counts = index.posting_count[run]
        scores[holders] += weight * counts * (_K1 + 1) / (counts + damping[holders])
    return scores / max(float(weights.sum()), 1.0)
