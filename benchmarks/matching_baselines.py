"""Simple methods that find the source of an article, for the table beside Tearline's. They learn nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import bm25s
import numpy as np

from matching_data import Articles
from tearline.records.products import Product
from tearline.text.embeddings import embed
from tearline.text.sentences import pieces_of_text
from tearline.text.tokens import tokenise

Scores = np.ndarray  # (articles, products)
_WINDOW = 4  # shingles, of which winnowing keeps the least hash
_PERMUTATIONS = 256
_PRIME = (1 << 61) - 1


def words(text: str) -> list[str]:
    return list(tokenise(text).terms)


def grams(text: str, size: int = 5) -> set[tuple[str, ...]]:
    forms = tokenise(text).forms
    return {tuple(forms[at : at + size]) for at in range(len(forms) - size + 1)}


def whole(product: Product) -> str:
    return "\n".join(portion.text for portion in product.portions)


def bm25(texts: list[str], queries: list[list[str]]) -> np.ndarray:
    """(queries, texts) BM25 scores."""
    retriever = bm25s.BM25()
    corpus = [words(text) or ["-"] for text in texts]
    retriever.index(corpus, show_progress=False)
    known = set(retriever.vocab_dict)
    out = np.zeros((len(queries), len(texts)), dtype=np.float32)
    for row, query in enumerate(queries):
        asked = [word for word in query if word in known]
        if asked:
            out[row] = retriever.get_scores(asked)
    return out


def cut(products: list[Product]) -> tuple[list[str], np.ndarray]:
    """All products' passages, and where each product's begin."""
    texts, starts = [], [0]
    for product in products:
        for portion in product.portions:
            texts += [portion.text[low:high] for low, high in pieces_of_text(portion.text)]
        starts.append(len(texts))
    return texts, np.asarray(starts)


def hashes(text: str, size: int = 3) -> list[int]:
    """A hash of each run of `size` words, in order."""
    forms = tokenise(text).forms
    runs = (" ".join(forms[at : at + size]) for at in range(len(forms) - size + 1))
    return [int.from_bytes(hashlib.blake2b(run.encode(), digest_size=7).digest()) for run in runs]


def winnowed(text: str) -> set[int]:
    """The fingerprints of Schleimer, Wilkerson and Aiken (2003): the least hash of each window of _WINDOW."""
    found = hashes(text)
    return {min(found[at : at + _WINDOW]) for at in range(max(len(found) - _WINDOW + 1, 1)) if found}


def signature(text: str) -> np.ndarray:
    """MinHash (Broder 1997) of the word trigrams."""
    rng = np.random.default_rng(0)
    a, b = rng.integers(1, 1 << 31, (2, _PERMUTATIONS)).tolist()
    found = set(hashes(text)) or {0}
    return np.asarray([min((one * x + y) % _PRIME for one in found) for x, y in zip(a, b, strict=True)])


def simple_methods(data: Articles) -> dict[str, Callable[[], Scores]]:
    texts = [one.text for one in data.disclosures]
    documents = [whole(product) for product in data.products]
    parts, starts = cut(data.products)
    article_parts = [[text[low:high] for low, high in pieces_of_text(text)] for text in texts]

    def passages() -> Scores:
        rows = []
        flat = [words(part) for one in article_parts for part in one]
        scores = np.maximum.reduceat(bm25(parts, flat), starts[:-1], axis=1)
        low = 0
        for one in article_parts:
            rows.append(scores[low : low + len(one)].sum(axis=0))
            low += len(one)
        return np.stack(rows)

    def containment() -> Scores:
        held = [grams(text) for text in documents]
        return np.asarray([[len(asked & one) / max(len(asked), 1) for one in held] for asked in map(grams, texts)])

    def winnowing() -> Scores:
        held = [winnowed(text) for text in documents]
        return np.asarray(
            [[len(asked & one) / max(len(asked), 1) for one in held] for asked in map(winnowed, texts)]
        )

    def minhash() -> Scores:
        held = np.stack([signature(text) for text in documents])
        return np.stack([(signature(text)[None, :] == held).mean(axis=1) for text in texts])

    def vectors() -> Scores:
        held = embed(parts)
        rows = []
        for one in article_parts:
            best = np.maximum.reduceat(embed(one) @ held.T, starts[:-1], axis=1)
            rows.append(np.sort(best, axis=0)[::-1][:5].mean(axis=0))
        return np.stack(rows)

    return {
        "BM25, whole documents": lambda: bm25(documents, [words(text) for text in texts]),
        "BM25, passages": passages,
        "five-word runs contained": containment,
        "winnowing": winnowing,
        "MinHash": minhash,
        "word vectors alone": vectors,
    }
