"""Quotations held against every edition: as issued, altered, or not ours.

A quotation is compared word by word (case, accents and punctuation aside) with the nearest portions. An omission
that the writer marks ("…", "[...]") and words put in between square brackets are no alteration. A changed
figure, a word left out or put in are, and are shown in both texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import partial_ratio_alignment

from tearline.matching.evidence import quotations
from tearline.records.kinds import QuotationStatus
from tearline.records.matches import Difference, Quotation, Span
from tearline.text.tokens import Tokens, tokenise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tearline.matching.comparison import Comparison

_LEAST_WORDS = 4  # of a quotation worth looking for
_LONGEST = 400  # words compared
_PORTIONS = 8  # compared for each quotation
_NEAR = 0.6  # of the quoted words that stand in the portion in the same order, from which it is an alteration
_LEAST_NEAR = 4  # words of them
_OMITTED = re.compile(r"\[(?:\.{2,}|…)\]|\(\.{3}\)|\.{3,}|…|\[[^\]\n]{0,80}\]")


@dataclass(frozen=True, slots=True)
class _Near:
    """How one portion compares: the share of quoted words it holds, and where."""

    share: float
    portion: int
    span: Span
    differences: tuple[Difference, ...]


def quoted(comparison: Comparison) -> tuple[Quotation, ...]:
    """Every quotation of the text of _LEAST_WORDS words or more, held against the compared products."""
    found = []
    for span in quotations(comparison.reading.content.text):
        parts = _parts(comparison.reading.text, span)
        words = sum(len(part) for part in parts)
        if words >= _LEAST_WORDS:
            found.append(_held_against(comparison, span, parts))
    return tuple(found)


def _parts(text: str, span: Span) -> list[Tokens]:
    """The quotation's words, in parts where the writer marks an omission or puts in words of his own."""
    cuts = [found.span() for found in _OMITTED.finditer(text, *span)]
    parts = []
    start = span[0]
    for low, high in [*cuts, (span[1], span[1])]:
        part = _moved(tokenise(text[start:low]), start)
        if len(part):
            parts.append(part)
        start = high
    return parts


def _moved(tokens: Tokens, by: int) -> Tokens:
    return Tokens(
        tokens.forms,
        tokens.terms,
        tuple(at + by for at in tokens.starts),
        tuple(at + by for at in tokens.ends),
        tokens.capital,
    )


def _held_against(comparison: Comparison, span: Span, parts: list[Tokens]) -> Quotation:
    index, text = comparison.index, comparison.reading.text[slice(*span)]
    portions = _nearest_portions(comparison, span)
    near = [found for portion in portions if (found := _compared(index.portion_texts[portion], portion, parts))]
    if not near:
        return Quotation(span, text, QuotationStatus.NOT_OURS)
    best = max(near, key=lambda one: (not one.differences, one.share))
    whole = not best.differences
    editions = {_owner(comparison, one.portion) for one in near if not one.differences} if whole else set()
    return Quotation(
        span,
        text,
        QuotationStatus.AS_ISSUED if whole else QuotationStatus.ALTERED,
        _owner(comparison, best.portion),
        index.portion_ids[best.portion],
        best.span,
        tuple(sorted(editions)),
        best.differences,
    )


def _nearest_portions(comparison: Comparison, span: Span) -> list[int]:
    """Those whose passages share most words with the passages that the quotation lies in, and their like."""
    reading, index = comparison.reading, comparison.index
    passages = [at for at, (low, high) in enumerate(reading.passages) if low < span[1] and high > span[0]]
    if not passages or not len(comparison.rows):
        return []
    words = comparison.words[passages].max(axis=0)
    order = np.argsort(-words, kind="stable")
    top = float(words[order[0]])
    chosen: dict[int, None] = {}
    for column in order.tolist():
        # Every edition that holds the very passage is looked at, however many there are.
        if words[column] <= 0 or (len(chosen) >= _PORTIONS and words[column] < 0.95 * top):
            break
        chosen.setdefault(int(index.passage_portion[comparison.rows[column]]))
    return list(chosen)


def _owner(comparison: Comparison, portion: int) -> str:
    index = comparison.index
    return index.product_ids[int(np.searchsorted(index.portion_from, portion, "right")) - 1]


def _compared(text: str, portion: int, parts: Sequence[Tokens]) -> _Near | None:
    """The quotation's parts against one portion; None where it holds too little of them."""
    theirs = tokenise(text)
    held = 0
    spans: list[Span] = []
    differences: list[Difference] = []
    for part in parts:
        found = _aligned(part, theirs)
        if found is None:
            continue
        same, span, apart = found
        held += same
        spans.append(span)
        differences.extend(apart)
    asked = sum(min(len(part), _LONGEST) for part in parts)
    if held < _LEAST_NEAR or held < _NEAR * asked or len(spans) < len(parts):
        return None
    return _Near(held / asked, portion, (min(s[0] for s in spans), max(s[1] for s in spans)), tuple(differences))


def _aligned(part: Tokens, theirs: Tokens) -> tuple[int, Span, list[Difference]] | None:
    """How many words of `part` stand in `theirs` in the same order at its best place, that place, what differs."""
    mine = list(part.forms[:_LONGEST])
    if not theirs.forms:
        return None
    low, high = _window(mine, list(theirs.forms))
    there = list(theirs.forms[low:high])
    same = 0
    apart: list[Difference] = []
    matched: list[int] = []
    for step in Levenshtein.opcodes(mine, there):
        if step.tag == "equal":
            same += step.src_end - step.src_start
            matched += [low + step.dest_start, low + step.dest_end - 1]
        elif step.src_start != step.src_end or (step.dest_start > 0 and step.dest_end < len(there)):
            apart.append(
                Difference(
                    _place(part, step.src_start, step.src_end),
                    _place(theirs, low + step.dest_start, low + step.dest_end),
                )
            )
    if not matched:
        return None
    return same, (theirs.starts[min(matched)], theirs.ends[max(matched)]), apart


def _window(mine: list[str], theirs: list[str]) -> tuple[int, int]:
    """The run of `theirs` nearest to `mine`, with a little more on either side for words that were left out."""
    numbers = {form: at + 1 for at, form in enumerate(dict.fromkeys([*mine, *theirs]))}
    asked, held = ([numbers[form] for form in forms] for forms in (mine, theirs))
    if len(held) <= len(asked):
        return 0, len(held)
    found = partial_ratio_alignment(asked, held)
    start, end = (found.dest_start, found.dest_end) if found is not None else (0, len(asked))
    more = max(3, len(mine) // 5)
    return max(start - more, 0), min(end + more, len(theirs))


def _place(tokens: Tokens, first: int, last: int) -> Span:
    """From the first word to the last, or the empty place before the first."""
    if first == last:
        at = tokens.starts[first] if first < len(tokens) else tokens.ends[-1]
        return at, at
    return tokens.starts[first], tokens.ends[last - 1]
