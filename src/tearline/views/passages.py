"""The passage index: every registered product cut into passages, counted and embedded.

It is a projection of the `products` stream and can be thrown away and built again. Everything is columns:
products hold runs of portions, portions runs of passages, passages runs of tokens, so a slice gives all of a
product. A passage is a sentence of a portion (very long ones are cut, fragments join their neighbour).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.records.times import to_micros
from tearline.text.embeddings import embed
from tearline.text.quantities import quantities
from tearline.text.rarity import figure_rarity, language_rarity
from tearline.text.sentences import pieces_of_text
from tearline.text.stopwords import STOP_WORDS
from tearline.text.tokens import name_flags, tokenise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tearline.records.products import Product

# The register's own counts are trusted as much as the language's once it holds this many products.
PRIOR_PRODUCTS = 20.0
SHINGLE = 3


@dataclass(frozen=True, slots=True, eq=False)
class PassageIndex:
    """Columns over P products, R portions, S passages, T tokens, V terms, F quantities, K quantity keys.

    `*_from` arrays have one element more than their owner: element i to element i+1 is the run of owner i.
    """

    product_ids: tuple[str, ...]
    titles: tuple[str, ...]
    numbers: tuple[str, ...]  # empty where a product has none
    issued: NDArray[np.int64]  # (P,) microseconds since 1970, UTC
    portion_ids: tuple[str, ...]
    portion_texts: tuple[str, ...]
    portion_from: NDArray[np.int64]  # (P+1,) into portions
    passage_from: NDArray[np.int64]  # (P+1,) into passages
    passage_portion: NDArray[np.int32]  # (S,)
    passage_start: NDArray[np.int32]  # (S,) code points within the portion
    passage_end: NDArray[np.int32]  # (S,)
    passage_holders: NDArray[np.int32]  # (S,) how many products hold a passage of the same terms
    token_from: NDArray[np.int64]  # (S+1,) into tokens
    token_term: NDArray[np.int32]  # (T,)
    token_start: NDArray[np.int32]  # (T,) code points within the portion
    token_end: NDArray[np.int32]  # (T,)
    token_name: NDArray[np.bool_]  # (T,) part of a name
    fact_from: NDArray[np.int64]  # (S+1,) into quantities
    fact_key: NDArray[np.int32]  # (F,)
    fact_start: NDArray[np.int32]  # (F,) code points within the portion
    fact_end: NDArray[np.int32]  # (F,)
    vectors: NDArray[np.float16]  # (S, 256) unit vectors
    terms: tuple[str, ...]
    term_rarity: NDArray[np.float32]  # (V,) nats
    term_language: NDArray[np.float32]  # (V,) nats, from the language alone
    posting_from: NDArray[np.int64]  # (V+1,) into postings
    posting_product: NDArray[np.int32]
    posting_count: NDArray[np.int32]
    product_tokens: NDArray[np.int32]  # (P,)
    keys: tuple[str, ...]
    key_rarity: NDArray[np.float32]  # (K,) nats
    shared_shingles: NDArray[np.uint64]  # sorted hashes of three-term runs that stand in several products
    shared_products: NDArray[np.int32]  # in how many
    term_stop: NDArray[np.bool_]  # (V,) words without content of their own
    shared_pairs: NDArray[np.uint64]  # the same for two content terms, stop words between them passed over
    pair_products: NDArray[np.int32]

    @property
    def products(self) -> int:
        return len(self.product_ids)


@dataclass(slots=True)
class _Columns:
    """The growing lists of a build."""

    terms: dict[str, int]
    forms: list[str]
    keys: dict[str, int]
    passage_portion: list[int]
    passage_start: list[int]
    passage_end: list[int]
    token_from: list[int]
    token_term: list[int]
    token_start: list[int]
    token_end: list[int]
    token_name: list[bool]
    fact_from: list[int]
    fact_key: list[int]
    fact_start: list[int]
    fact_end: list[int]
    texts: list[str]


def build_index(products: Iterable[Product]) -> PassageIndex:
    """Reads every portion of `products` once. About 10,000 passages a second; nothing is written."""
    listed = list(products)
    columns = _Columns({}, [], {}, [], [], [], [0], [], [], [], [], [0], [], [], [], [])
    portion_ids: list[str] = []
    portion_texts: list[str] = []
    portion_from, passage_from = [0], [0]
    for product in listed:
        for portion in product.portions:
            _add_portion(columns, len(portion_ids), portion.text)
            portion_ids.append(portion.id)
            portion_texts.append(portion.text)
        portion_from.append(len(portion_ids))
        passage_from.append(len(columns.passage_portion))
    passages = np.asarray(passage_from, dtype=np.int64)
    token_from = np.asarray(columns.token_from, dtype=np.int64)
    token_term = np.asarray(columns.token_term, dtype=np.int32)
    token_product = np.repeat(np.arange(len(listed)), np.diff(token_from[passages]))
    posting_from, posting_product, posting_count = _postings(token_term, token_product, len(columns.terms))
    language = np.asarray(language_rarity(columns.forms), dtype=np.float32)
    fact_from = np.asarray(columns.fact_from, dtype=np.int64)
    fact_key = np.asarray(columns.fact_key, dtype=np.int32)
    fact_product = np.repeat(np.arange(len(listed)), np.diff(fact_from[passages]))
    key_from, _, _ = _postings(fact_key, fact_product, len(columns.keys))
    key_language = np.asarray([figure_rarity(key) for key in columns.keys], dtype=np.float32)
    shingles, shingle_products = _shared(shingle_hashes(token_term), token_product)
    stop = np.asarray([form in STOP_WORDS for form in columns.forms], dtype=np.bool_)
    content = ~stop[token_term]
    pairs, pair_products = _shared(pair_hashes(token_term, stop), token_product[content])
    return PassageIndex(
        product_ids=tuple(product.id for product in listed),
        titles=tuple(product.title for product in listed),
        numbers=tuple(product.number or "" for product in listed),
        issued=np.asarray([to_micros(product.issued_at) for product in listed], dtype=np.int64),
        portion_ids=tuple(portion_ids),
        portion_texts=tuple(portion_texts),
        portion_from=np.asarray(portion_from, dtype=np.int64),
        passage_from=passages,
        passage_portion=np.asarray(columns.passage_portion, dtype=np.int32),
        passage_start=np.asarray(columns.passage_start, dtype=np.int32),
        passage_end=np.asarray(columns.passage_end, dtype=np.int32),
        passage_holders=_holders(token_from, token_term, passages),
        token_from=token_from,
        token_term=token_term,
        token_start=np.asarray(columns.token_start, dtype=np.int32),
        token_end=np.asarray(columns.token_end, dtype=np.int32),
        token_name=np.asarray(columns.token_name, dtype=np.bool_),
        fact_from=fact_from,
        fact_key=fact_key,
        fact_start=np.asarray(columns.fact_start, dtype=np.int32),
        fact_end=np.asarray(columns.fact_end, dtype=np.int32),
        vectors=embed(columns.texts).astype(np.float16),
        terms=tuple(columns.terms),
        term_rarity=rarity(np.diff(posting_from), len(listed), language),
        term_language=language,
        posting_from=posting_from,
        posting_product=posting_product,
        posting_count=posting_count,
        product_tokens=np.diff(token_from[passages]).astype(np.int32),
        keys=tuple(columns.keys),
        key_rarity=rarity(np.diff(key_from), len(listed), key_language),
        shared_shingles=shingles,
        shared_products=shingle_products,
        term_stop=stop,
        shared_pairs=pairs,
        pair_products=pair_products,
    )


def rarity(
    holding: NDArray[np.int64], products: int, language: NDArray[np.float32] | Sequence[float]
) -> NDArray[np.float32]:
    """−ln of the share of products that hold a term, in nats.

    The register's count (`holding` of `products`) is drawn towards the language's expectation, which counts
    as PRIOR_PRODUCTS further products: with three products the language decides, with thousands the register.
    """
    expected = np.exp(-np.asarray(language, dtype=np.float64))
    share = (np.asarray(holding, dtype=np.float64) + PRIOR_PRODUCTS * expected) / (products + PRIOR_PRODUCTS)
    return (-np.log(np.clip(share, 1e-9, 1.0))).astype(np.float32)


def shingle_hashes(terms: NDArray[np.int32], size: int = SHINGLE) -> NDArray[np.uint64]:
    """A hash of each run of `size` terms; element i covers terms i to i+size−1."""
    if len(terms) < size:
        return np.zeros(0, dtype=np.uint64)
    wide = terms.astype(np.uint64) + np.uint64(1)
    mixed = np.zeros(len(terms) - size + 1, dtype=np.uint64)
    for offset in range(size):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + wide[offset : offset + len(mixed)]
        mixed ^= mixed >> np.uint64(29)
    return mixed


def pair_hashes(terms: NDArray[np.int32], stop: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """A hash of each two neighbouring content terms; element i begins with the i-th content term."""
    return shingle_hashes(terms[~stop[terms]], 2)


def _add_portion(columns: _Columns, portion: int, text: str) -> None:
    for start, end in pieces_of_text(text):
        piece = text[start:end]
        tokens = tokenise(piece)
        for term, form in zip(tokens.terms, tokens.forms, strict=True):
            number = columns.terms.get(term)
            if number is None:
                number = columns.terms[term] = len(columns.forms)
                columns.forms.append(form)
            columns.token_term.append(number)
        columns.token_start.extend(start + at for at in tokens.starts)
        columns.token_end.extend(start + at for at in tokens.ends)
        columns.token_name.extend(name_flags(piece, tokens))
        columns.token_from.append(len(columns.token_term))
        for quantity in quantities(piece):
            columns.fact_key.append(columns.keys.setdefault(quantity.key, len(columns.keys)))
            columns.fact_start.append(start + quantity.start)
            columns.fact_end.append(start + quantity.end)
        columns.fact_from.append(len(columns.fact_key))
        columns.passage_portion.append(portion)
        columns.passage_start.append(start)
        columns.passage_end.append(end)
        columns.texts.append(piece)


def _holders(
    token_from: NDArray[np.int64], token_term: NDArray[np.int32], passage_from: NDArray[np.int64]
) -> NDArray[np.int32]:
    """For each passage the number of products with a passage of the same terms in the same order."""
    places = token_from.tolist()
    texts = [token_term[low:high].tobytes() for low, high in itertools.pairwise(places)]
    owner = np.repeat(np.arange(len(passage_from) - 1), np.diff(passage_from)).tolist()
    holders: dict[bytes, set[int]] = {}
    for text, product in zip(texts, owner, strict=True):
        holders.setdefault(text, set()).add(product)
    return np.asarray([len(holders[text]) for text in texts], dtype=np.int32)


def _postings(
    term: NDArray[np.int32], product: NDArray[np.int64], terms: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """For each term the products that hold it, ascending, and how often."""
    width = np.int64(int(product.max()) + 1 if len(product) else 1)
    pairs, counts = np.unique(term.astype(np.int64) * width + product, return_counts=True)
    starts = np.searchsorted(pairs, np.arange(terms + 1, dtype=np.int64) * width)
    return starts.astype(np.int64), (pairs % width).astype(np.int32), counts.astype(np.int32)


def _shared(
    hashes: NDArray[np.uint64], product: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """The hashes that several products hold, sorted: what they share says little about which it was."""
    if not len(hashes):
        return hashes, np.zeros(0, dtype=np.int32)
    owner = product[: len(hashes)]
    order = np.lexsort((owner, hashes))
    hashes, owner = hashes[order], owner[order]
    new_hash = np.r_[True, hashes[1:] != hashes[:-1]]
    new_pair = new_hash | np.r_[True, owner[1:] != owner[:-1]]
    starts = np.flatnonzero(new_hash)
    holders = np.add.reduceat(new_pair.astype(np.int32), starts)
    several = holders > 1
    return hashes[starts[several]], holders[several].astype(np.int32)
