"""A disclosure as the index sees it: its passages, the register's terms in them, its quantities and names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.bilingual import Meanings, meanings_of
from tearline.text.embeddings import embed
from tearline.text.furniture import Content, content_of
from tearline.text.quantities import Quantity, quantities
from tearline.text.sentences import pieces_of_text
from tearline.text.tokens import Tokens, name_flags, tokenise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.matching.bilingual import Sentences
    from tearline.views.passages import PassageIndex

UNKNOWN = -1
LONGEST = 400_000  # characters of a text that are read, some two hundred pages; the answer says where it stopped


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The numbers of the index's terms and quantity keys, by what they stand for."""

    terms: dict[str, int]
    keys: dict[str, int]

    @classmethod
    def of(cls, index: PassageIndex) -> Vocabulary:
        return cls(
            {term: number for number, term in enumerate(index.terms)},
            {key: number for number, key in enumerate(index.keys)},
        )


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """N tokens in M passages. Spans are code points of `text`; `content` is what it says, furniture left aside."""

    text: str
    content: Content
    passages: tuple[tuple[int, int], ...]
    tokens: Tokens
    term: NDArray[np.int32]  # (N,) the register's number of the token's term, UNKNOWN where it has none
    passage: NDArray[np.int32]  # (N,) which passage the token stands in
    name: NDArray[np.bool_]  # (N,)
    facts: tuple[Quantity, ...]
    fact_key: NDArray[np.int32]  # (len(facts),)
    fact_passage: NDArray[np.int32]  # (len(facts),)
    vectors: NDArray[np.float32]  # (M, 256) unit vectors
    meanings: Meanings | None  # the same by the workspace's sentence model, where it has one


def read(text: str, vocabulary: Vocabulary, sentences: Sentences | None = None) -> Reading:
    """Divides `text` into passages and looks its words and quantities up in the register's vocabulary."""
    content = content_of(text[:LONGEST])
    said = content.text
    passages = pieces_of_text(said)
    pieces = [said[start:end] for start, end in passages]
    parts = [tokenise(piece) for piece in pieces]
    tokens = Tokens(
        tuple(form for part in parts for form in part.forms),
        tuple(term for part in parts for term in part.terms),
        tuple(passages[at][0] + start for at, part in enumerate(parts) for start in part.starts),
        tuple(passages[at][0] + end for at, part in enumerate(parts) for end in part.ends),
        tuple(capital for part in parts for capital in part.capital),
    )
    facts: list[Quantity] = []
    fact_passage: list[int] = []
    for at, (start, end) in enumerate(passages):
        for one in quantities(said[start:end]):
            facts.append(Quantity(one.key, start + one.start, start + one.end))
            fact_passage.append(at)
    return Reading(
        text=text,
        content=content,
        passages=tuple(passages),
        tokens=tokens,
        term=np.asarray([vocabulary.terms.get(term, UNKNOWN) for term in tokens.terms], dtype=np.int32),
        passage=np.repeat(np.arange(len(parts)), [len(part) for part in parts]).astype(np.int32),
        name=np.asarray(
            [
                flag
                for (start, end), part in zip(passages, parts, strict=True)
                for flag in name_flags(said[start:end], part)
            ],
            dtype=np.bool_,
        ),
        facts=tuple(facts),
        fact_key=np.asarray([vocabulary.keys.get(fact.key, UNKNOWN) for fact in facts], dtype=np.int32),
        fact_passage=np.asarray(fact_passage, dtype=np.int32),
        vectors=embed(pieces),
        meanings=meanings_of(pieces, said, sentences) if sentences is not None else None,
    )


def without(reading: Reading, passages: NDArray[np.bool_]) -> Reading:
    """What is left of `reading` when `passages` (M,) are left out; spans stay those of the whole text."""
    renumbered = np.cumsum(~passages) - 1
    tokens = ~passages[reading.passage]
    facts = ~passages[reading.fact_passage]
    kept, stated = np.flatnonzero(tokens).tolist(), np.flatnonzero(facts).tolist()
    whole = reading.tokens
    return Reading(
        text=reading.text,
        content=reading.content,
        passages=tuple(reading.passages[at] for at in np.flatnonzero(~passages).tolist()),
        tokens=Tokens(
            tuple(whole.forms[at] for at in kept),
            tuple(whole.terms[at] for at in kept),
            tuple(whole.starts[at] for at in kept),
            tuple(whole.ends[at] for at in kept),
            tuple(whole.capital[at] for at in kept),
        ),
        term=reading.term[tokens],
        passage=renumbered[reading.passage[tokens]].astype(np.int32),
        name=reading.name[tokens],
        facts=tuple(reading.facts[at] for at in stated),
        fact_key=reading.fact_key[facts],
        fact_passage=renumbered[reading.fact_passage[facts]].astype(np.int32),
        vectors=reading.vectors[~passages],
        meanings=replace(reading.meanings, vectors=reading.meanings.vectors[~passages])
        if reading.meanings
        else None,
    )
