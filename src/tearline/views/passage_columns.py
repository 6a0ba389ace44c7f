"""The growing columns of a passage index: portions read one after another, or taken over from an older index.

Columns grow as packed arrays, not as lists: ten thousand products are some millions of words.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.text.embeddings import DIMENSIONS, embed, unit_vectors
from tearline.text.quantities import quantities
from tearline.text.rarity import language_rarity
from tearline.text.sentences import pieces_of_text
from tearline.text.stopwords import STOP_WORDS
from tearline.text.tokens import name_flags, tokenise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tearline.views.passages import PassageIndex

_BATCH = 4096  # passages embedded at a time


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """The columns of `PassageIndex` that follow from the portions one by one; names and shapes as there."""

    passage_portion: NDArray[np.int32]
    passage_start: NDArray[np.int32]
    passage_end: NDArray[np.int32]
    token_from: NDArray[np.int64]
    token_term: NDArray[np.int32]
    token_start: NDArray[np.int32]
    token_end: NDArray[np.int32]
    token_name: NDArray[np.bool_]
    fact_from: NDArray[np.int64]
    fact_key: NDArray[np.int32]
    fact_start: NDArray[np.int32]
    fact_end: NDArray[np.int32]
    vectors: NDArray[np.float16]
    terms: tuple[str, ...]
    term_forms: tuple[str, ...]
    term_language: NDArray[np.float32]
    term_vectors: NDArray[np.float16]
    term_stop: NDArray[np.bool_]
    keys: tuple[str, ...]


class Columns:
    """Portions in, columns out. With `known`, its terms and keys keep their numbers while the columns grow."""

    def __init__(self, known: PassageIndex | None) -> None:
        self.portion_ids: list[str] = []
        self.portion_texts: list[str] = []
        self.passage_portion = array("i")
        self._starts, self._ends = array("i"), array("i")
        self._token_from, self._fact_from = array("q", [0]), array("q", [0])
        self._token_term, self._token_start, self._token_end = array("i"), array("i"), array("i")
        self._token_name = bytearray()
        self._fact_key, self._fact_start, self._fact_end = array("i"), array("i"), array("i")
        self._vectors: list[NDArray[np.float16]] = []
        self._waiting: list[str] = []  # passages not yet embedded
        self._terms = {term: at for at, term in enumerate(known.terms)} if known else {}
        self._keys = {key: at for at, key in enumerate(known.keys)} if known else {}
        self._language = known.term_language if known else np.zeros(0, dtype=np.float32)
        self._stop = known.term_stop if known else np.zeros(0, dtype=np.bool_)
        self._known_forms = known.term_forms if known else ()
        self._known_vectors = known.term_vectors if known else np.zeros((0, DIMENSIONS), dtype=np.float16)
        self._forms: list[str] = []  # of the terms that `known` lacks

    def add(self, name: str, text: str) -> None:
        """Reads one portion."""
        portion = len(self.portion_ids)
        self.portion_ids.append(name)
        self.portion_texts.append(text)
        for start, end in pieces_of_text(text):
            piece = text[start:end]
            tokens = tokenise(piece)
            for term, form in zip(tokens.terms, tokens.forms, strict=True):
                number = self._terms.get(term)
                if number is None:
                    number = self._terms[term] = len(self._terms)
                    self._forms.append(form)
                self._token_term.append(number)
            self._token_start.extend(start + at for at in tokens.starts)
            self._token_end.extend(start + at for at in tokens.ends)
            self._token_name.extend(name_flags(piece, tokens))
            self._token_from.append(len(self._token_term))
            for quantity in quantities(piece):
                self._fact_key.append(self._keys.setdefault(quantity.key, len(self._keys)))
                self._fact_start.append(start + quantity.start)
                self._fact_end.append(start + quantity.end)
            self._fact_from.append(len(self._fact_key))
            self.passage_portion.append(portion)
            self._starts.append(start)
            self._ends.append(end)
            self._waiting.append(piece)
        if len(self._waiting) >= _BATCH:
            self._embed()

    def take(self, known: PassageIndex, place: int) -> None:
        """Takes a product's portions over from `known`, where it is number `place`."""
        self._embed()
        portions = _run(known.portion_from, place, place + 1)
        passages = _run(known.passage_from, place, place + 1)
        tokens = _run(known.token_from, passages.start, passages.stop)
        facts = _run(known.fact_from, passages.start, passages.stop)
        inside = slice(passages.start + 1, passages.stop + 1)
        moved = len(self.portion_ids) - portions.start
        _extend(self.passage_portion, known.passage_portion[passages] + np.int32(moved))
        _extend(self._token_from, known.token_from[inside] + (len(self._token_term) - tokens.start))
        _extend(self._fact_from, known.fact_from[inside] + (len(self._fact_key) - facts.start))
        self.portion_ids.extend(known.portion_ids[portions])
        self.portion_texts.extend(known.portion_texts[portions])
        _extend(self._starts, known.passage_start[passages])
        _extend(self._ends, known.passage_end[passages])
        _extend(self._token_term, known.token_term[tokens])
        _extend(self._token_start, known.token_start[tokens])
        _extend(self._token_end, known.token_end[tokens])
        self._token_name.extend(known.token_name[tokens].tobytes())
        _extend(self._fact_key, known.fact_key[facts])
        _extend(self._fact_start, known.fact_start[facts])
        _extend(self._fact_end, known.fact_end[facts])
        self._vectors.append(known.vectors[passages])

    def finish(self) -> Read:
        """The columns; terms and keys that no portion holds any more are dropped."""
        self._embed()
        language = np.asarray(language_rarity(self._forms), dtype=np.float32)
        stop = np.asarray([form in STOP_WORDS for form in self._forms], dtype=np.bool_)
        token_term, terms, kept = _used(np.asarray(self._token_term, dtype=np.int32), tuple(self._terms))
        fact_key, keys, _ = _used(np.asarray(self._fact_key, dtype=np.int32), tuple(self._keys))
        forms = (*self._known_forms, *self._forms)
        return Read(
            passage_portion=np.asarray(self.passage_portion, dtype=np.int32),
            passage_start=np.asarray(self._starts, dtype=np.int32),
            passage_end=np.asarray(self._ends, dtype=np.int32),
            token_from=np.asarray(self._token_from, dtype=np.int64),
            token_term=token_term,
            token_start=np.asarray(self._token_start, dtype=np.int32),
            token_end=np.asarray(self._token_end, dtype=np.int32),
            token_name=np.frombuffer(bytes(self._token_name), dtype=np.bool_),
            fact_from=np.asarray(self._fact_from, dtype=np.int64),
            fact_key=fact_key,
            fact_start=np.asarray(self._fact_start, dtype=np.int32),
            fact_end=np.asarray(self._fact_end, dtype=np.int32),
            vectors=np.concatenate([np.zeros((0, DIMENSIONS), dtype=np.float16), *self._vectors]),
            terms=terms,
            term_forms=tuple(forms[at] for at in np.flatnonzero(kept).tolist()),
            term_language=np.concatenate([self._language, language])[kept],
            term_vectors=np.concatenate([self._known_vectors, unit_vectors(self._forms).astype(np.float16)])[kept],
            term_stop=np.concatenate([self._stop, stop])[kept],
            keys=keys,
        )

    def _embed(self) -> None:
        if self._waiting:
            self._vectors.append(embed(self._waiting).astype(np.float16))
            self._waiting.clear()


def _run(starts: NDArray[np.int64], low: int, high: int) -> slice:
    return slice(int(starts[low]), int(starts[high]))


def _extend(column: array[int], more: NDArray[np.int32] | NDArray[np.int64]) -> None:
    column.frombytes(np.ascontiguousarray(more).tobytes())


def _used(
    numbers: NDArray[np.int32], names: Sequence[str]
) -> tuple[NDArray[np.int32], tuple[str, ...], NDArray[np.bool_]]:
    """`numbers` counted anew without gaps, the names they stand for, and which of `names` those are."""
    kept = np.zeros(len(names), dtype=np.bool_)
    kept[numbers] = True
    renumbered = (np.cumsum(kept) - 1).astype(np.int32)
    return renumbered[numbers], tuple(names[at] for at in np.flatnonzero(kept).tolist()), kept
