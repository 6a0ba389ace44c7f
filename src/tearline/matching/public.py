"""What stood in public before: a leak explains nothing that anybody could have read already.

A passage's shared content with a portion is held against earlier public texts. Where most of it (by rarity)
stands together in one passage of an earlier text, it is marked, and the product's odds fall: a product all of
whose evidence was public keeps a tenth of its odds, one half of whose evidence was, about a third.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.candidates import shortlist
from tearline.matching.comparison import Comparison, compare
from tearline.matching.reading import UNKNOWN, Vocabulary, read
from tearline.records.matches import PublicSpan
from tearline.records.products import Portion, Product
from tearline.records.times import EPOCH
from tearline.views.passages import PassageIndex, build_index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tearline.records.products import Disclosure

# The likelihood ratio of a product all of whose evidence had been public. A judgement, not a measurement: the
# product may still be the source, but the text no longer shows it.
LIKELIHOOD_RATIO = 0.1
_LOOKED_AT = 20  # earlier texts
_ROWS = 3  # passages of theirs for each passage of the text
_SHARE = 0.6  # of the shared rarity that must stand in one earlier passage
_LEAST = 6.0  # nats shared; less is subject matter


@dataclass(frozen=True, slots=True, eq=False)
class PublicRecord:
    """Earlier public texts, indexed like products (a text is one portion)."""

    texts: tuple[Disclosure, ...]
    index: PassageIndex
    vocabulary: Vocabulary
    latest: NDArray[np.object_]  # datetimes by which each was out for certain; None where no date is known


def public_record(texts: Sequence[Disclosure]) -> PublicRecord | None:
    """An index of `texts`; None where there are none."""
    if not texts:
        return None
    index = build_index(
        Product(text.id, text.title or "", "", EPOCH, "", (Portion(text.id, "", text.text),)) for text in texts
    )
    latest = np.empty(len(texts), dtype=np.object_)
    latest[:] = [text.published_at.latest if text.published_at else None for text in texts]
    return PublicRecord(tuple(texts), index, Vocabulary.of(index), latest)


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """The earlier texts nearest to one disclosure: their terms passage by passage."""

    record: PublicRecord
    products: NDArray[np.int64]
    comparison: Comparison


def earlier_texts(record: PublicRecord, disclosure: Disclosure) -> Earlier | None:
    """What was public before `disclosure`; None where its date is unknown or nothing was."""
    if disclosure.published_at is None:
        return None
    before = disclosure.published_at.earliest
    eligible = np.asarray(
        [
            latest is not None and latest < before and text.id != disclosure.id
            for latest, text in zip(record.latest, record.texts, strict=True)
        ],
        dtype=np.bool_,
    )
    if not eligible.any():
        return None
    reading = read(disclosure.text, record.vocabulary)
    short = shortlist(reading, record.index, eligible, _LOOKED_AT)
    return Earlier(record, short.products, compare(reading, record.index, short))


def public_spans(
    earlier: Earlier, comparison: Comparison, passage: int, row: int
) -> tuple[float, tuple[PublicSpan, ...]]:
    """How much of what `passage` shares with index passage `row` was public (0 to 1), and where it stands.

    The share is that of the best single earlier text; spans are given for each text that reaches it.
    """
    reading, index = comparison.reading, comparison.index
    run = slice(int(index.token_from[row]), int(index.token_from[row + 1]))
    in_product = set(index.token_term[run].tolist())
    shared = [
        at
        for at in np.flatnonzero((reading.passage == passage) & (reading.term != UNKNOWN)).tolist()
        if int(reading.term[at]) in in_product
    ]
    weight = {at: float(index.term_rarity[reading.term[at]]) for at in shared}
    total = sum(weight.values())
    if total < _LEAST or passage >= earlier.comparison.words.shape[0]:
        return 0.0, ()
    best = 0.0
    spans: dict[str, PublicSpan] = {}
    scores = earlier.comparison.words[passage]
    for column in np.argsort(-scores, kind="stable")[:_ROWS].tolist():
        number = int(earlier.comparison.rows[column])
        held = _terms(earlier.record.index, number)
        common = [at for at in shared if reading.tokens.terms[at] in held]
        share = sum(weight[at] for at in common) / total
        if share < _SHARE:
            continue
        best = max(best, share)
        text = earlier.record.texts[int(earlier.record.index.passage_portion[number])]
        span = (reading.tokens.starts[common[0]], reading.tokens.ends[common[-1]])
        spans.setdefault(text.id, PublicSpan(text.id, text.published_at, span))
    return best, tuple(spans.values())


def _terms(index: PassageIndex, row: int) -> set[str]:
    run = slice(int(index.token_from[row]), int(index.token_from[row + 1]))
    return {index.terms[term] for term in index.token_term[run].tolist()}
