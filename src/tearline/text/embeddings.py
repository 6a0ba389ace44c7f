"""Static word vectors (WordLlama, 256 dimensions), read from the files in that package alone.

Nothing is fetched: downloads are disabled and the package's own folder serves as its cache. The vectors come
from a contrastively trained average, so a vector's length says how much its piece matters in a sentence.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import wordllama

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DIMENSIONS = 256
_BATCH = 4096
_TYPES = 400_000


@lru_cache(maxsize=1)
def _model() -> Any:
    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors of `texts`, shape (len(texts), 256); the zero vector for a text without a known piece."""
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    model = _model()
    for low in range(0, len(texts), _BATCH):
        part = [text or " " for text in texts[low : low + _BATCH]]
        vectors[low : low + len(part)] = model.embed(part, norm=False)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.maximum(lengths, 1e-9)
    return vectors


def pieces(forms: Sequence[str]) -> list[list[int]]:
    """The tokeniser's piece numbers of each of `forms`, as the form would stand within a sentence.

    Piece numbers follow the order in which a byte-pair tokeniser learnt its pieces, commonest first.
    """
    encoded = _model().tokenizer.encode_batch_fast(list(forms), add_special_tokens=False)
    return [[piece for piece in one.ids if piece > 2] for one in encoded]


def unit_vectors(forms: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors of single words, shape (len(forms), 256): the sum of each one's pieces; zero where none is
    known."""
    table = _model().embedding
    out = np.zeros((len(forms), DIMENSIONS), dtype=np.float32)
    for row, numbers in enumerate(pieces(forms)):
        if numbers:
            out[row] = table[numbers].sum(axis=0)
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
    return out
