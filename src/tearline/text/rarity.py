"""How rare a word is in the language, before any register has been read.

A register of three products says nothing about which words are common. The byte-pair tokeniser of the word
vectors learnt its pieces commonest first, so a word's piece number stands for its rank in running text, and
a word of several pieces is rarer than all that are one. The three constants were fitted by least squares to
the document frequencies of English mail and news (weighted by frequency; error 1.1 to 1.6 nats), which is
enough for a prior.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from tearline.text.embeddings import pieces
from tearline.text.stopwords import STOP_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST_WORD_PIECE = 259  # below stand the control pieces and the 256 single bytes
_BASE, _PER_LOG_RANK = -2.5, 0.63
_SEVERAL_PIECES, _PER_PIECE = 4.8, 0.4
_LEAST, _MOST = 0.3, 7.0
_YEAR = re.compile(r"(19|20)\d\d")


def language_rarity(forms: Sequence[str]) -> list[float]:
    """For each folded form, −ln of the share of documents that hold it, as far as the language tells."""
    return [_rarity(form, numbers) for form, numbers in zip(forms, pieces(forms), strict=True)]


def _rarity(form: str, numbers: list[int]) -> float:
    if form in STOP_WORDS:
        return _LEAST
    if form[:1].isdigit():
        return _digits_rarity(form)
    if not numbers:
        return _MOST
    if len(numbers) == 1:
        rank = max(numbers[0] - _FIRST_WORD_PIECE, 2)
        return min(max(_BASE + _PER_LOG_RANK * math.log(rank), _LEAST), _MOST)
    return min(_SEVERAL_PIECES + _PER_PIECE * (len(numbers) - 2), _MOST)


def figure_rarity(key: str) -> float:
    """The same for a quantity's key (see `tearline.text.quantities`)."""
    kind = key[0]
    if kind == "d":
        return 4.0
    if kind == "x":
        return 2.0
    value = _digits_rarity(key[1:])
    return min(value + 0.5, _MOST) if kind == "%" else value


def _digits_rarity(form: str) -> float:
    """Years and short round figures are everywhere; a long exact figure is nearly a signature."""
    digits = form.replace(",", "").replace(".", "")
    if _YEAR.fullmatch(digits):
        return 2.5
    significant = len(digits.rstrip("0")) or 1
    return min(1.0 + 1.2 * significant + (0.8 if len(digits) > 3 else 0.0), _MOST)
