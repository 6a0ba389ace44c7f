"""Passages of two languages set against each other by a sentence model of the workspace, where it has one.

The model's cosines are brought to the scale of the word vectors that the weights were learnt on: most pairs of a
comparison have nothing to do with each other, so their mean and spread are made those of unrelated English
passages. Between a text and a product of different languages, what two passages mean alike also stands in for
the words they cannot share. How much (a judgement, not a measurement): from a cosine of 0.55 on, up to half of a
passage's rarity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.text.language import guess_language

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.text.sentence_model import SentenceModel
    from tearline.views.passages import PassageIndex

_MEAN, _SPREAD = 0.10, 0.11  # of the word vectors' cosines between unrelated English passages
_ALIKE, _SAME, _MOST = 0.55, 0.90, 0.5
_NEAREST = 3  # passages of the text by which a product is brought near
_BLOCK = 8192  # passages of the register at a time


@dataclass(frozen=True, slots=True, eq=False)
class Sentences:
    """The workspace's sentence model, and its vectors (S, D) of every registered passage."""

    model: SentenceModel
    register: NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class Meanings:
    """A text's passages by that model: unit vectors (M, D), and its language."""

    sentences: Sentences
    vectors: NDArray[np.float32]
    language: str | None

    def to(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(M, len(rows)) cosines with passages of the register."""
        return self.vectors @ self.sentences.register[rows].astype(np.float32).T

    def near(self, index: PassageIndex) -> NDArray[np.float64]:
        """(P,) how near each product comes: the mean of its cosines with the passages of the text it fits best."""
        best = np.zeros((len(self.vectors), index.products), dtype=np.float32)
        owner = np.repeat(np.arange(index.products), np.diff(index.passage_from))
        for low in range(0, len(owner), _BLOCK):
            rows = np.arange(low, min(low + _BLOCK, len(owner)))
            starts = np.flatnonzero(np.r_[True, np.diff(owner[rows]) > 0])
            found = np.maximum.reduceat(self.to(rows), starts, axis=1)
            at = owner[rows[starts]]
            best[:, at] = np.maximum(best[:, at], found)
        return np.asarray(np.sort(best, axis=0)[::-1][:_NEAREST].mean(axis=0), dtype=np.float64)


def meanings_of(texts: list[str], whole: str, sentences: Sentences) -> Meanings:
    """The passages `texts` of the text `whole`."""
    return Meanings(sentences, sentences.model.embed(texts), guess_language(whole))


def on_the_scale(cosine: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cosines of the sentence model as the word vectors would have them."""
    if not cosine.size:
        return cosine
    spread = max(float(cosine.std()), 1e-3)
    return np.asarray(_MEAN + (cosine - cosine.mean()) * (_SPREAD / spread), dtype=np.float32)


def in_place_of_words(cosine: NDArray[np.float32], own: NDArray[np.float32]) -> NDArray[np.float32]:
    """(M, R) nats that alike meaning stands for; `own` (M,) is the passages' own rarity."""
    share = np.clip((cosine - _ALIKE) / (_SAME - _ALIKE), 0.0, 1.0) * _MOST
    return np.asarray(share * own[:, None], dtype=np.float32)


def language_of(index: PassageIndex, product: int) -> str | None:
    """The language of a product, by its first portions."""
    first, last = (int(index.portion_from[at]) for at in (product, product + 1))
    return guess_language(" ".join(index.portion_texts[first : min(last, first + 6)])[:2000])
