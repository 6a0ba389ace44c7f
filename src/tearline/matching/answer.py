"""The whole way from a disclosure to its answer; every step is another module's.

read → shortlist, compare, measure, log odds (`sources`) → portions with evidence → what was public → grade.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.alterations import quoted
from tearline.matching.attribution import attributions, claims
from tearline.matching.bilingual import Sentences
from tearline.matching.candidates import LEAST_RARITY, Shortlist
from tearline.matching.comparison import Comparison, compare
from tearline.matching.drawing import Drawing, Likely
from tearline.matching.editions import Told, tell_apart
from tearline.matching.features import MEASURES
from tearline.matching.grading import WEAK, Strength, cites, form_of, grade_of, laid_out
from tearline.matching.model import Weights, probability, shipped_weights
from tearline.matching.public import PublicRecord, earlier_texts, public_record
from tearline.matching.reading import UNKNOWN, Reading, Vocabulary, read
from tearline.matching.remarks import telling_notes, text_notes
from tearline.matching.sources import Nearest, nearest
from tearline.records.kinds import Grade
from tearline.records.matches import MatchAnswer, Passage, ProductMatch
from tearline.records.said import say, say_many
from tearline.records.times import to_micros

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

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
    sentences: Sentences | None

    def match(self, disclosure: Disclosure, *, exhaustive: bool = False) -> MatchAnswer:
        """Which portions of which products `disclosure` draws on.

        `exhaustive`: every product is compared in full, and every section of the nearest ones, however long.
        """
        index = self.index
        reading = read(disclosure.text, self.vocabulary, self.sentences)
        eligible = issued_by(disclosure, index)
        found = nearest(reading, index, eligible, self.weights, exhaustive=exhaustive)
        likely = [
            Likely(int(slot), int(found.short.products[slot]), float(found.log_odds[slot]))
            for slot in found.order[:_SHOWN]
        ]
        editions = _editions(found, likely)
        comparison, runs = found.comparison, found.measured.runs
        if exhaustive:
            comparison, runs = _all_sections(found, likely)
        earlier = earlier_texts(self.public, disclosure) if self.public else None
        drawn = Drawing(comparison, runs, self.weights.portion, earlier).passages(likely)
        passages = tuple(_said(reading, passage) for passage in drawn)
        for one in likely:
            one.log_odds += math.log(one.public_ratio)
        likely.sort(key=lambda one: -one.log_odds)
        solid = found.measured.values[:, _SOLID]
        products = tuple(_product(reading, index, one, runs[one.slot], solid[one.measured]) for one in likely)
        quotations = quoted(comparison)
        notes = (
            *text_notes(disclosure, reading, bool(index.products)),
            *_search_notes(index, found, eligible, exhaustive),
            *_result_notes(index, products, likely, editions),
            *telling_notes(reading.text, passages, quotations),
        )
        return MatchAnswer(
            disclosure.id,
            passages,
            products,
            notes,
            quotations,
            tuple(told.edition for told in editions),
        )


def _said(reading: Reading, passage: Passage) -> Passage:
    """The passage with what it asserts, on what it says that rests, and who speaks."""
    rests_on = attributions(reading.content.text, passage.span)
    return replace(
        passage,
        claims=claims(reading.content.text, passage.span, rests_on),
        attributions=rests_on,
        speaker=reading.content.speaker_at(passage.span[0]),
    )


def _editions(found: Nearest, likely: list[Likely]) -> list[Told]:
    """Tells apart the probable products that say nearly the same, and gives each what that makes of its odds.

    Members of a group are no rivals; all have the odds of the best, less what tells against them.
    """
    told: list[Told] = []
    grouped: set[int] = set()
    slots = {one.slot: one for one in likely}
    for one in likely:
        kin = np.flatnonzero(found.measured.rivals.kin[one.slot]).tolist()
        group = [one.slot, *(slot for slot in slots if slot != one.slot and slot in kin and slot not in grouped)]
        if one.slot in grouped or len(group) < 2 or probability(one.log_odds) < WEAK:
            continue
        grouped.update(group)
        best = max(slots[slot].log_odds for slot in group)
        apart = tell_apart(found.comparison, group)
        told.append(apart)
        slots[apart.best].log_odds = best
        for slot, penalty in apart.penalty.items():
            slots[slot].log_odds = _instead(best, penalty) if penalty else best
    likely.sort(key=lambda one: -one.log_odds)
    return told


def _instead(best: float, penalty: float) -> float:
    """The log odds of an edition that is `penalty` nats less probable than another with the log odds `best`: only
    one of the two was read."""
    chance = float(probability(best)) * float(probability(-penalty))
    return math.log(chance / (1.0 - chance))


def _all_sections(found: Nearest, likely: list[Likely]) -> tuple[Comparison, list[list[Run]]]:
    """The likely products compared in every section; renumbers their slots."""
    old = found.comparison
    products = np.asarray([one.number for one in likely], dtype=np.int64)
    short = Shortlist(products, old.document[[one.slot for one in likely]], found.short.eligible)
    whole = compare(old.reading, old.index, short, None)
    runs = [found.measured.runs[one.slot] for one in likely]
    for slot, one in enumerate(likely):
        one.slot = slot
    return whole, runs


def matcher(index: PassageIndex, public: Sequence[Disclosure] = (), sentences: Sentences | None = None) -> Matcher:
    """Prepares `index`, earlier `public` reporting and the workspace's sentence model, if any, for matching."""
    return Matcher(index, Vocabulary.of(index), public_record(public), shipped_weights(), sentences)


def match(disclosure: Disclosure, index: PassageIndex, public: Sequence[Disclosure] = ()) -> MatchAnswer:
    """One disclosure against `index`; for many, prepare a `matcher` once."""
    return matcher(index, public).match(disclosure)


def issued_by(disclosure: Disclosure, index: PassageIndex) -> NDArray[np.bool_]:
    """Which products had been issued by the day of publication; all where no date is known."""
    if disclosure.published_at is None:
        return np.ones(index.products, dtype=np.bool_)
    return np.asarray(index.issued // _DAY <= to_micros(disclosure.published_at.latest) // _DAY)


def _product(
    reading: Reading, index: PassageIndex, one: Likely, runs: list[Run], solid: NDArray[np.float64]
) -> ProductMatch:
    strength = _strength(reading, index, one, runs, solid)
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
        public_share=one.public_share,
        public_ratio=one.public_ratio,
    )


def _strength(
    reading: Reading, index: PassageIndex, one: Likely, runs: list[Run], solid: NDArray[np.float64]
) -> Strength:
    own = [run for run in runs if run.own_share > 0]
    size = max(min(len(reading.term), int(index.product_tokens[one.number])), 1)
    known = np.unique(reading.term[reading.term != UNKNOWN])
    return Strength(
        probability=float(probability(one.log_odds)),
        solid=float(np.expm1(solid).sum()),
        terms=int((index.term_rarity[known] >= LEAST_RARITY).sum()),
        longest_run=max((run.length for run in own), default=0),
        longest_weight=max((run.weight for run in own), default=0.0),
        quoted_share=sum(run.length for run in own if run.length >= _LONG_RUN) / size,
        cites_number=cites(reading.text, index.numbers[one.number]),
        laid_out=laid_out(reading.text),
    )


def _why(strength: Strength, one: Likely) -> tuple[str, ...]:
    """Plain words for what counted."""
    says: list[str] = []
    if strength.cites_number:
        says.append(say("The text gives the product's own number."))
    if strength.laid_out:
        says.append(say("The text is laid out as a marked document: paragraphs begin with their markings."))
    if strength.longest_run >= _LONG_RUN:
        says.append(say("{count} words stand in both in the same order.", count=strength.longest_run))
    elif strength.longest_run:
        says.append(say("The longest wording in common is {count} words.", count=strength.longest_run))
    else:
        says.append(say("No wording of three words is in common that is the product's own."))
    if one.public_share > 0.0:
        says.append(
            say(
                "{share} % of what is in common had already been published; that multiplies the odds by "
                "{ratio:.2g}.",
                share=round(100 * one.public_share),
                ratio=one.public_ratio,
            )
        )
    return tuple(says)


def _search_notes(index: PassageIndex, found: Nearest, eligible: NDArray[np.bool_], exhaustive: bool) -> list[str]:
    short = found.short
    says: list[str] = []
    if not index.products:
        says.append(say("No product is registered."))
    elif not eligible.all():
        says.append(
            say_many(
                "{count} product issued after publication was left out.",
                "{count} products issued after publication were left out.",
                int((~eligible).sum()),
            )
        )
    if exhaustive:
        says.append(
            say("Every one of {all} products was compared in full; nothing was cut off.", all=short.eligible)
        )
        return says
    if short.cut:
        says.append(
            say(
                "Of {all} products the {nearest} nearest were compared in full; the others share less with the "
                "text or any stretch of it. To compare all: --exhaustive.",
                all=short.eligible,
                nearest=len(short.products),
            )
        )
    if long := int(found.comparison.cut.sum()):
        says.append(
            say(
                "Of {count} long products only the sections nearest to the text were compared. For all: "
                "--exhaustive.",
                count=long,
            )
        )
    return says


def _result_notes(
    index: PassageIndex, products: tuple[ProductMatch, ...], likely: list[Likely], editions: list[Told]
) -> list[str]:
    says: list[str] = []
    if products and all(product.grade is Grade.INCONCLUSIVE for product in products):
        says.append(say("Inconclusive: nothing registered is matched well enough to go on from."))
    level = [
        one for one in likely[1:] if likely[0].log_odds - one.log_odds < _TIE and probability(one.log_odds) >= WEAK
    ]
    if level:
        names = ", ".join(index.product_ids[one.number] for one in (likely[0], *level))
        says.append(say("These products cannot be told apart by this text: {names}.", names=names))
    says.extend(
        say(
            "{product} and {others} say nearly the same; the text holds what only {product} says.",
            product=one.edition.product,
            others=", ".join(one.edition.others),
        )
        for one in editions
        if not one.edition.undetermined
    )
    return says
