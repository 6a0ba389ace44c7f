"""The whole way from a disclosure to its answer; every step is another module's.

read → shortlist → compare → measure → log odds → portions with evidence → what was public → grade.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.candidates import LEAST_RARITY, Shortlist, shortlist
from tearline.matching.comparison import Comparison, compare
from tearline.matching.evidence import evidence_of, quotations
from tearline.matching.features import MEASURES, measures, with_rivals
from tearline.matching.grading import Strength, cites, form_of, grade_of
from tearline.matching.model import Weights, probability, shipped_weights
from tearline.matching.portions import pair_measures
from tearline.matching.public import (
    LIKELIHOOD_RATIO,
    Earlier,
    PublicRecord,
    earlier_texts,
    public_record,
    public_spans,
)
from tearline.matching.reading import UNKNOWN, Reading, Vocabulary, read
from tearline.records.kinds import EvidenceKind, Form, Grade
from tearline.records.matches import MatchAnswer, Passage, PortionCandidate, ProductMatch
from tearline.records.times import to_micros

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tearline.matching.runs import Run
    from tearline.records.products import Disclosure
    from tearline.views.passages import PassageIndex

_SOLID = [MEASURES.index(name) for name in ("rare quantities", "names", "runs")]
_DAY = 86_400_000_000  # microseconds
_SHOWN = 10  # products in an answer, and those whose portions are looked at
_LEAST_PROBABILITY = 0.02  # of a portion worth listing
_LISTED = 5  # portions a passage
_DRAWN = 0.3  # probability from which a portion is listed with its product
_LONG_RUN = 8  # terms
_TIE = 0.7  # nats of log odds: within a factor of two nobody can tell two products apart


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """An index made ready for many disclosures."""

    index: PassageIndex
    vocabulary: Vocabulary
    public: PublicRecord | None
    weights: Weights

    def match(self, disclosure: Disclosure) -> MatchAnswer:
        """Which portions of which products `disclosure` draws on."""
        return _answer(disclosure, self)


def matcher(index: PassageIndex, public: Sequence[Disclosure] = ()) -> Matcher:
    """Prepares `index` and earlier `public` reporting for matching."""
    return Matcher(index, Vocabulary.of(index), public_record(public), shipped_weights())


def match(disclosure: Disclosure, index: PassageIndex, public: Sequence[Disclosure] = ()) -> MatchAnswer:
    """One disclosure against `index`; for many, prepare a `matcher` once."""
    return matcher(index, public).match(disclosure)


@dataclass(slots=True)
class _Scored:
    """One product on its way to its match."""

    slot: int
    number: int
    log_odds: float
    shared: float = 0.0  # nats of evidence
    was_public: float = 0.0  # nats of it that had been public
    drawn: dict[str, float] | None = None


def _answer(disclosure: Disclosure, prepared: Matcher) -> MatchAnswer:
    index = prepared.index
    reading = read(disclosure.text, prepared.vocabulary)
    eligible = issued_by(disclosure, index)
    short = shortlist(reading, index, eligible)
    comparison = compare(reading, index, short.products)
    measured, runs = measures(reading, index, short, comparison)
    log_odds = prepared.weights.product.log_odds(with_rivals(measured, prepared.weights.floors))
    order = np.argsort(-log_odds, kind="stable")[:_SHOWN]
    scored = [_Scored(int(slot), int(short.products[slot]), float(log_odds[slot])) for slot in order]
    earlier = earlier_texts(prepared.public, disclosure) if prepared.public else None
    passages = _passages(prepared, reading, comparison, scored, runs, earlier)
    for one in scored:
        if one.shared > 0.0:
            one.log_odds += math.log(LIKELIHOOD_RATIO) * one.was_public / one.shared
    scored.sort(key=lambda one: -one.log_odds)
    products = tuple(_product(reading, index, one, runs[one.slot], measured[one.slot]) for one in scored)
    return MatchAnswer(
        disclosure.id,
        passages,
        products,
        _notes(disclosure, reading, index, short, eligible, products, scored),
    )


def issued_by(disclosure: Disclosure, index: PassageIndex) -> NDArray[np.bool_]:
    """Which products had been issued by the day of publication; all where no date is known."""
    if disclosure.published_at is None:
        return np.ones(index.products, dtype=np.bool_)
    return np.asarray(index.issued // _DAY <= to_micros(disclosure.published_at.latest) // _DAY)


def _passages(
    prepared: Matcher,
    reading: Reading,
    comparison: Comparison,
    scored: list[_Scored],
    runs: list[list[Run]],
    earlier: Earlier | None,
) -> tuple[Passage, ...]:
    listed: list[list[PortionCandidate]] = [[] for _ in reading.passages]
    quoted = quotations(reading.text)
    for one in scored:
        granted = float(probability(one.log_odds))
        if granted < _LEAST_PROBABILITY:
            continue
        _portions(prepared, reading, comparison, one, granted, runs[one.slot], quoted, earlier, listed)
    out = []
    for (start, end), candidates in zip(reading.passages, listed, strict=True):
        best = sorted(candidates, key=lambda each: (-each.probability, each.product, each.portion))[:_LISTED]
        top = best[0].probability if best else 0.0
        out.append(Passage((start, end), reading.text[start:end], top, tuple(best)))
    return tuple(out)


def _portions(
    prepared: Matcher,
    reading: Reading,
    comparison: Comparison,
    one: _Scored,
    granted: float,
    runs: list[Run],
    quoted: tuple[tuple[int, int], ...],
    earlier: Earlier | None,
    listed: list[list[PortionCandidate]],
) -> None:
    """Adds the portions of one product to each passage's list, and sums up its evidence."""
    index = prepared.index
    first = int(comparison.owner_from[one.slot])
    rows = comparison.rows[first : int(comparison.owner_from[one.slot + 1])]
    if not len(rows):
        return
    pairs = pair_measures(reading, index, comparison, one.slot, runs)
    flat = prepared.weights.portion.log_odds(pairs.reshape(-1, pairs.shape[2]))
    chances = granted * probability(flat).reshape(pairs.shape[:2])
    one.drawn = {}
    portion_of = index.passage_portion[rows]
    for passage in range(len(reading.passages)):
        taken: set[int] = set()
        for column in np.argsort(-chances[passage], kind="stable").tolist():
            chance = float(chances[passage, column])
            if chance < _LEAST_PROBABILITY or len(taken) >= _LISTED:
                break
            portion = int(portion_of[column])
            if portion in taken:
                continue
            taken.add(portion)
            same = np.flatnonzero(portion_of == portion)
            ordered = rows[same[np.argsort(-chances[passage, same], kind="stable")]]
            meaning = float(comparison.meaning[passage, first + column])
            spans = evidence_of(reading, index, passage, ordered, runs, quoted, meaning)
            public: tuple[float, tuple] = (0.0, ())
            if earlier is not None:
                public = public_spans(earlier, reading, index, passage, int(rows[column]))
            if len(taken) == 1:
                weight = sum(each.weight for each in spans if each.kind is not EvidenceKind.PARAPHRASE)
                one.shared += weight
                one.was_public += weight * public[0]
            name = index.portion_ids[portion]
            one.drawn[name] = max(one.drawn.get(name, 0.0), chance)
            listed[passage].append(
                PortionCandidate(index.product_ids[one.number], name, chance, spans, public[1])
            )


def _product(
    reading: Reading, index: PassageIndex, one: _Scored, runs: list[Run], measured: NDArray[np.float64]
) -> ProductMatch:
    strength = _strength(reading, index, one, runs, measured)
    grade = grade_of(strength)
    drawn = sorted((one.drawn or {}).items(), key=lambda item: (-item[1], item[0]))
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
    reading: Reading, index: PassageIndex, one: _Scored, runs: list[Run], measured: NDArray[np.float64]
) -> Strength:
    long_tokens = sum(run.length for run in runs if run.length >= _LONG_RUN and run.own_share > 0)
    size = max(min(len(reading.term), int(index.product_tokens[one.number])), 1)
    known = reading.term[reading.term != UNKNOWN]
    own = [run for run in runs if run.own_share > 0]
    return Strength(
        probability=float(probability(one.log_odds)),
        solid=float(np.expm1(measured[_SOLID]).sum()),
        terms=int((index.term_rarity[np.unique(known)] >= LEAST_RARITY).sum()) if len(known) else 0,
        longest_run=max((run.length for run in own), default=0),
        longest_weight=max((run.weight for run in own), default=0.0),
        quoted_share=long_tokens / size,
        cites_number=cites(reading.text, index.numbers[one.number]),
    )


def _why(strength: Strength, one: _Scored) -> tuple[str, ...]:
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


def _notes(
    disclosure: Disclosure,
    reading: Reading,
    index: PassageIndex,
    short: Shortlist,
    eligible: NDArray[np.bool_],
    products: tuple[ProductMatch, ...],
    scored: list[_Scored],
) -> tuple[str, ...]:
    says = []
    if not reading.passages:
        says.append("The text is empty: nothing can be matched.")
    elif len(reading.passages) <= 2:
        says.append("The text is very short: little can be said from it.")
    if disclosure.published_at is None:
        says.append("No publication date is known: matched against every product, whenever issued.")
    elif not eligible.all():
        says.append(f"{int((~eligible).sum())} products issued after publication were left out.")
    if short.cut:
        says.append(f"{len(short.products)} of {short.eligible} products were compared in full.")
    if not index.products:
        says.append("No product is registered.")
    if products and products[0].grade is Grade.INCONCLUSIVE:
        says.append("Inconclusive: nothing registered is matched well enough to go on from.")
    close = [
        each
        for each in scored[1:]
        if scored[0].log_odds - each.log_odds < _TIE and probability(each.log_odds) >= 0.4
    ]
    if close:
        names = ", ".join(index.product_ids[each.number] for each in (scored[0], *close))
        says.append(f"These products cannot be told apart by this text: {names}.")
    return tuple(says)
