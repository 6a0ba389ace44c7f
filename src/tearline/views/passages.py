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
from tearline.text.rarity import figure_rarity
from tearline.views.passage_columns import Columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tearline.records.products import Product

# The register's own counts are trusted as much as the language's once it holds this many products.
PRIOR_PRODUCTS = 20.0
SHINGLE = 3
# Passages of a section: a report of two hundred pages is sought section by section, so that one paragraph of it is
# found as easily as a paragraph of a short one.
SECTION = 60


@dataclass(frozen=True, slots=True, eq=False)
class PassageIndex:
    """Columns over P products, G sections, R portions, S passages, T tokens, V terms, F quantities, K quantity
    keys.

    `*_from` arrays have one element more than their owner: element i to element i+1 is the run of owner i.
    """

    product_ids: tuple[str, ...]
    titles: tuple[str, ...]
    numbers: tuple[str, ...]  # empty where a product has none
    parents: tuple[str, ...]  # ids of the products each is declared as derived from, a line each
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
    term_forms: tuple[str, ...]  # (V,) a word, folded, that the term was made from
    term_rarity: NDArray[np.float32]  # (V,) nats
    term_language: NDArray[np.float32]  # (V,) nats, from the language alone
    term_vectors: NDArray[np.float16]  # (V, 256) unit vectors; zero where the language model knows no piece of it
    posting_from: NDArray[np.int64]  # (V+1,) into postings
    posting_section: NDArray[np.int32]
    posting_count: NDArray[np.int32]
    section_from: NDArray[np.int64]  # (P+1,) into sections: runs of at most SECTION passages of one product
    section_tokens: NDArray[np.int32]  # (G,)
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


def build_index(products: Iterable[Product], known: PassageIndex | None = None) -> PassageIndex:
    """Reads every portion of `products` once; nothing is written.

    A product that stands in `known` with the same portions is taken over from there, so that adding a few to many
    costs little more than those few.
    """
    listed = list(products)
    columns = Columns(known)
    places = {name: at for at, name in enumerate(known.product_ids)} if known else {}
    portion_from, passage_from = [0], [0]
    for product in listed:
        place = places.get(product.id)
        if known is None or place is None or not _same_portions(known, place, product):
            for portion in product.portions:
                columns.add(portion.id, portion.text)
        else:
            columns.take(known, place)
        portion_from.append(len(columns.portion_ids))
        passage_from.append(len(columns.passage_portion))
    read = columns.finish()
    passages = np.asarray(passage_from, dtype=np.int64)
    token_product = np.repeat(np.arange(len(listed)), np.diff(read.token_from[passages]))
    holding = np.diff(_postings(read.token_term, token_product, len(read.terms))[0])
    section_from, section_passages = _sections(passages)
    sections = read.token_from[section_passages]
    token_section = np.repeat(np.arange(len(sections) - 1), np.diff(sections))
    posting_from, posting_section, posting_count = _postings(read.token_term, token_section, len(read.terms))
    fact_product = np.repeat(np.arange(len(listed)), np.diff(read.fact_from[passages]))
    key_from, _, _ = _postings(read.fact_key, fact_product, len(read.keys))
    key_language = np.asarray([figure_rarity(key) for key in read.keys], dtype=np.float32)
    shingles, shingle_products = _shared(shingle_hashes(read.token_term), token_product)
    content = ~read.term_stop[read.token_term]
    pairs, pair_products = _shared(pair_hashes(read.token_term, read.term_stop), token_product[content])
    return PassageIndex(
        product_ids=tuple(product.id for product in listed),
        titles=tuple(product.title for product in listed),
        numbers=tuple(product.number or "" for product in listed),
        parents=tuple("\n".join(product.derived_from) for product in listed),
        issued=np.asarray([to_micros(product.issued_at) for product in listed], dtype=np.int64),
        portion_ids=tuple(columns.portion_ids),
        portion_texts=tuple(columns.portion_texts),
        portion_from=np.asarray(portion_from, dtype=np.int64),
        passage_from=passages,
        passage_portion=read.passage_portion,
        passage_start=read.passage_start,
        passage_end=read.passage_end,
        passage_holders=_holders(read.token_from, read.token_term, passages),
        token_from=read.token_from,
        token_term=read.token_term,
        token_start=read.token_start,
        token_end=read.token_end,
        token_name=read.token_name,
        fact_from=read.fact_from,
        fact_key=read.fact_key,
        fact_start=read.fact_start,
        fact_end=read.fact_end,
        vectors=read.vectors,
        terms=read.terms,
        term_forms=read.term_forms,
        term_rarity=rarity(holding, len(listed), read.term_language),
        term_language=read.term_language,
        term_vectors=read.term_vectors,
        posting_from=posting_from,
        posting_section=posting_section,
        posting_count=posting_count,
        section_from=section_from,
        section_tokens=np.diff(sections).astype(np.int32),
        product_tokens=np.diff(read.token_from[passages]).astype(np.int32),
        keys=read.keys,
        key_rarity=rarity(np.diff(key_from), len(listed), key_language),
        shared_shingles=shingles,
        shared_products=shingle_products,
        term_stop=read.term_stop,
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


def _same_portions(known: PassageIndex, place: int, product: Product) -> bool:
    run = slice(int(known.portion_from[place]), int(known.portion_from[place + 1]))
    return known.portion_ids[run] == tuple(portion.id for portion in product.portions) and known.portion_texts[
        run
    ] == tuple(portion.text for portion in product.portions)


def _sections(passages: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each product where its sections begin, and for each section where its passages do (both one longer)."""
    counts = -(-np.diff(passages) // SECTION)
    counts = np.maximum(counts, 1)
    section_from = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    owner = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(owner)) - section_from[owner]
    begins = passages[owner] + place * np.diff(passages)[owner] // counts[owner]
    return section_from, np.append(begins, passages[-1]).astype(np.int64)


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
    """For each term the products (or sections) that hold it, ascending, and how often."""
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
