"""The whole way from a disclosure to its answer; every step is another module's.

read → shortlist, compare, measure, log odds (`sources`) → portions with evidence → what was public → grade.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.candidates import LEAST_RARITY
from tearline.matching.drawing import Drawing, Likely
from tearline.matching.features import MEASURES
from tearline.matching.grading import WEAK, Strength, cites, form_of, grade_of
from tearline.matching.model import Weights, probability, shipped_weights
from tearline.matching.public import LIKELIHOOD_RATIO, PublicRecord, earlier_texts, public_record
from tearline.matching.reading import UNKNOWN, Reading, Vocabulary, read
from tearline.matching.sources import nearest
from tearline.records.kinds import Grade
from tearline.records.matches import MatchAnswer, ProductMatch
from tearline.records.times import to_micros

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tearline.matching.candidates import Shortlist
    from tearline.matching.runs import Run
    from tearline.records.products import Disclosure
    from tearline.views.passages import PassageIndex

_DAY = 86_400_000_000  # microseconds
_SHOWN = 10  # products in an answer, and those whose portions are looked at
_DRAWN = 0.3  # probability from which a portion is listed with its product
_LONG_RUN = 8  # terms
_TIE = math.log(2)  # of log odds: within a factor of two nobody can tell two products apart
# Measures that subject alone does not explain.
_SOLID = [MEASURES.index(name) for name in ("rare quantities", "names", "runs")]


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """An index made ready for many disclosures."""

    index: PassageIndex
    vocabulary: Vocabulary
    public: PublicRecord | None
    weights: Weights

    def match(self, disclosure: Disclosure) -> MatchAnswer:
        """Which portions of which products `disclosure` draws on."""
        index = self.index
        reading = read(disclosure.text, self.vocabulary)
        eligible = issued_by(disclosure, index)
        found = nearest(reading, index, eligible, self.weights)
        short, comparison, measured, runs = found.short, found.comparison, found.measured, found.runs
        likely = [
            Likely(int(slot), int(short.products[slot]), float(found.log_odds[slot]))
            for slot in found.order[:_SHOWN]
        ]
        earlier = earlier_texts(self.public, disclosure) if self.public else None
        passages = Drawing(comparison, runs, self.weights.portion, earlier).passages(likely)
        for one in likely:
            if one.shared > 0.0:
                one.log_odds += math.log(LIKELIHOOD_RATIO) * one.was_public / one.shared
        likely.sort(key=lambda one: -one.log_odds)
        products = tuple(_product(reading, index, one, runs[one.slot], measured[one.slot]) for one in likely)
        notes = (
            *_text_notes(disclosure, reading, index),
            *_search_notes(index, short, eligible),
            *_result_notes(index, products, likely),
        )
        return MatchAnswer(disclosure.id, passages, products, notes)


def matcher(index: PassageIndex, public: Sequence[Disclosure] = ()) -> Matcher:
    """Prepares `index` and earlier `public` reporting for matching."""
    return Matcher(index, Vocabulary.of(index), public_record(public), shipped_weights())


def match(disclosure: Disclosure, index: PassageIndex, public: Sequence[Disclosure] = ()) -> MatchAnswer:
    """One disclosure against `index`; for many, prepare a `matcher` once."""
    return matcher(index, public).match(disclosure)


def issued_by(disclosure: Disclosure, index: PassageIndex) -> NDArray[np.bool_]:
    """Which products had been issued by the day of publication; all where no date is known."""
    if disclosure.published_at is None:
        return np.ones(index.products, dtype=np.bool_)
    return np.asarray(index.issued // _DAY <= to_micros(disclosure.published_at.latest) // _DAY)


def _product(
    reading: Reading, index: PassageIndex, one: Likely, runs: list[Run], measured: NDArray[np.float64]
) -> ProductMatch:
    strength = _strength(reading, index, one, runs, measured)
    grade = grade_of(strength)
    drawn = sorted(one.drawn.items(), key=lambda item: (-item[1], item[0]))
    return ProductMatch(
        product=index.product_ids[one.number],
        probability=strength.probability,
        grade=grade,
        form=form_of(strength, grade),
        portions=tuple(name for name, chance in drawn if chance >= _DRAWN),
        log_odds=one.log_odds,
        why=_why(strength, one),
    )


def _strength(
    reading: Reading, index: PassageIndex, one: Likely, runs: list[Run], measured: NDArray[np.float64]
) -> Strength:
    own = [run for run in runs if run.own_share > 0]
    size = max(min(len(reading.term), int(index.product_tokens[one.number])), 1)
    known = np.unique(reading.term[reading.term != UNKNOWN])
    return Strength(
        probability=float(probability(one.log_odds)),
        solid=float(np.expm1(measured[_SOLID]).sum()),
        terms=int((index.term_rarity[known] >= LEAST_RARITY).sum()),
        longest_run=max((run.length for run in own), default=0),
        longest_weight=max((run.weight for run in own), default=0.0),
        quoted_share=sum(run.length for run in own if run.length >= _LONG_RUN) / size,
        cites_number=cites(reading.text, index.numbers[one.number]),
    )


def _why(strength: Strength, one: Likely) -> tuple[str, ...]:
    """Plain words for what counted."""
    says = []
    if strength.cites_number:
        says.append("The text gives the product's own number.")
    if strength.longest_run >= _LONG_RUN:
        says.append(f"{strength.longest_run} words stand in both in the same order.")
    elif strength.longest_run:
        says.append(f"The longest wording in common is {strength.longest_run} words.")
    else:
        says.append("No wording of three words is in common that is the product's own.")
    if one.shared > 0.0 and one.was_public > 0.0:
        share = round(100 * one.was_public / one.shared)
        says.append(f"{share} % of what is in common had already been published.")
    return tuple(says)


def _text_notes(disclosure: Disclosure, reading: Reading, index: PassageIndex) -> list[str]:
    says = []
    if not reading.passages:
        says.append("The text is empty: nothing can be matched.")
    elif len(reading.passages) <= 2:
        says.append("The text is very short: little can be said from it.")
    if disclosure.published_at is None and index.products:
        says.append("No publication date is known: matched against every product, whenever issued.")
    return says


def _search_notes(index: PassageIndex, short: Shortlist, eligible: NDArray[np.bool_]) -> list[str]:
    says = []
    if not index.products:
        says.append("No product is registered.")
    elif not eligible.all():
        says.append(f"{int((~eligible).sum())} products issued after publication were left out.")
    if short.cut:
        says.append(
            f"Of {short.eligible} products the {len(short.products)} nearest were compared in full; "
            "the others share less with the text as a whole."
        )
    return says


def _result_notes(index: PassageIndex, products: tuple[ProductMatch, ...], likely: list[Likely]) -> list[str]:
    says = []
    if products and all(product.grade is Grade.INCONCLUSIVE for product in products):
        says.append("Inconclusive: nothing registered is matched well enough to go on from.")
    level = [
        one for one in likely[1:] if likely[0].log_odds - one.log_odds < _TIE and probability(one.log_odds) >= WEAK
    ]
    if level:
        names = ", ".join(index.product_ids[one.number] for one in (likely[0], *level))
        says.append(f"These products cannot be told apart by this text: {names}.")
    return says
