"""What a probability and its evidence are called: the thresholds, all in one place, with their reasons.

strong: wrong at most once in twenty, and resting on more than a resemblance of meaning, since static word
vectors also find two texts on one subject alike. moderate: three to one or better. weak: worth a reader's
minute, not a request. Below that, and for texts too short to carry evidence, the answer is inconclusive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tearline.records.kinds import Form, Grade

STRONG, MODERATE, WEAK = 0.95, 0.75, 0.40
_SOLID = 12.0  # nats in runs, names and quantities: far beyond what subject alone explains
_FEW_TERMS = 12  # terms that carry rarity; a text with fewer cannot be told from chance
_SIGNATURE = 25.0  # nats in one exact run: enough even where the text is short

# A document in hand shows itself in long exact runs; somebody told of its content does not recite them.
_LONG_QUOTATION = 20  # terms in one run
_QUOTED_SHARE = 0.20  # of the text or of the product in runs of eight terms or more
_MARKED = re.compile(r"^\s*\((?:U|C|S|TS|PA|PB|PC|R|NC|NS)(?://[A-Z][A-Z ,/-]{1,60})?\)\s+\S", re.MULTILINE)
_LEAST_MARKED = 2  # paragraphs that begin with a marking
_LEAST_NUMBER = 4  # characters of a product's number that can be looked for


@dataclass(frozen=True, slots=True)
class Strength:
    """What the grade looks at: `solid` and `longest_weight` in nats, `quoted_share` from 0 to 1."""

    probability: float
    solid: float
    terms: int
    longest_run: int
    longest_weight: float
    quoted_share: float
    cites_number: bool
    laid_out: bool  # as a marked document is


def grade_of(strength: Strength) -> Grade:
    """The grade of one product's match."""
    if strength.terms < _FEW_TERMS and strength.longest_weight < _SIGNATURE:
        return Grade.INCONCLUSIVE
    if strength.probability >= STRONG and strength.solid >= _SOLID:
        return Grade.STRONG
    if strength.probability >= MODERATE:
        return Grade.MODERATE
    return Grade.WEAK if strength.probability >= WEAK else Grade.INCONCLUSIVE


def form_of(strength: Strength, grade: Grade) -> Form:
    """Whether the document itself seems to have been at hand, or its information only."""
    if grade is Grade.INCONCLUSIVE:
        return Form.UNDETERMINED
    if strength.cites_number or strength.laid_out or strength.longest_run >= _LONG_QUOTATION:
        return Form.DOCUMENT
    if strength.quoted_share >= _QUOTED_SHARE:
        return Form.DOCUMENT
    return Form.INFORMATION if grade in (Grade.STRONG, Grade.MODERATE) else Form.UNDETERMINED


def laid_out(text: str) -> bool:
    """Whether paragraphs of `text` begin with their markings, as only a document's own do."""
    return sum(1 for _ in _MARKED.finditer(text)) >= _LEAST_MARKED


def cites(text: str, number: str) -> bool:
    """Whether `text` gives the product's number as written, spaces and letter case aside."""
    if len(number) < _LEAST_NUMBER or not any(letter.isdigit() for letter in number):
        return False
    pattern = r"\s*".join(re.escape(part) for part in re.findall(r"\w+|[^\w\s]", number))
    return re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE) is not None
