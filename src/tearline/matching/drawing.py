"""Passage by passage: which portions of the likely products it draws on, with the evidence for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.evidence import Pairing, evidence_of, quotations
from tearline.matching.model import probability
from tearline.matching.portions import pair_measures
from tearline.matching.public import LIKELIHOOD_RATIO, Told, public_spans, told_before
from tearline.records.kinds import EvidenceKind
from tearline.records.matches import Passage, PortionCandidate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tearline.matching.comparison import Comparison
    from tearline.matching.model import Logistic
    from tearline.matching.public import Earlier
    from tearline.matching.runs import Run

_LEAST_PROBABILITY = 0.02  # of a portion worth listing
_LISTED = 5  # portions a passage
# A by-line or a date carries little; the portion model learnt on whole sentences, so a passage with less than
# this (nats) counts in proportion.
_SENTENCE = 15.0


@dataclass(slots=True)
class Likely:
    """One product on its way to its match. `slot` is its place in the comparison, `number` in the index,
    `measured` among what was measured."""

    slot: int
    number: int
    log_odds: float
    measured: int = field(init=False)
    shared: float = 0.0  # nats of evidence in its best portions
    was_public: float = 0.0  # nats of it that had been public
    drawn: dict[str, float] = field(default_factory=dict)  # portions and their greatest probability

    def __post_init__(self) -> None:
        self.measured = self.slot

    @property
    def public_share(self) -> float:
        """How much of the evidence had been public, 0 to 1."""
        return self.was_public / self.shared if self.shared > 0.0 else 0.0

    @property
    def public_ratio(self) -> float:
        """The likelihood ratio by which that lowers the odds."""
        return float(LIKELIHOOD_RATIO**self.public_share)


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """What is needed to look at one product's portions after another."""

    comparison: Comparison
    runs: list[list[Run]]  # of each slot
    portion_model: Logistic
    earlier: Earlier | None

    def passages(self, likely: list[Likely]) -> tuple[Passage, ...]:
        """The passages of the text with their candidates; notes in each of `likely` what it shares."""
        reading = self.comparison.reading
        listed: list[list[PortionCandidate]] = [[] for _ in reading.passages]
        quoted = quotations(reading.text)
        told = self._told()
        for one in likely:
            granted = float(probability(one.log_odds))
            if granted >= _LEAST_PROBABILITY and len(self.comparison.rows[self.comparison.rows_of(one.slot)]):
                self._portions(one, granted, quoted, told, listed)
        out = []
        for (start, end), candidates in zip(reading.passages, listed, strict=True):
            best = sorted(candidates, key=lambda each: (-each.probability, each.product, each.portion))
            top = best[0].probability if best else 0.0
            out.append(Passage((start, end), reading.text[start:end], top, tuple(best[:_LISTED])))
        return tuple(out)

    def _portions(
        self,
        one: Likely,
        granted: float,
        quoted: tuple[tuple[int, int], ...],
        told: list[tuple[Told, ...]],
        listed: list[list[PortionCandidate]],
    ) -> None:
        """Adds the portions of one product to each passage's list."""
        index = self.comparison.index
        rows = self.comparison.rows[self.comparison.rows_of(one.slot)]
        meaning = self.comparison.meaning[:, self.comparison.rows_of(one.slot)]
        pairs = pair_measures(self.comparison, one.slot, self.runs[one.slot])
        chances = granted * probability(self.portion_model.log_odds(pairs.reshape(-1, pairs.shape[2])))
        chances = chances.reshape(pairs.shape[:2])
        chances *= np.minimum(self.comparison.own / _SENTENCE, 1.0)[:, None]
        portion_of = index.passage_portion[rows]
        for passage in range(len(listed)):
            for rank, column in enumerate(_best_of_each(chances[passage], portion_of)):
                chance = float(chances[passage, column])
                same = np.flatnonzero(portion_of == portion_of[column])
                ordered = rows[same[np.argsort(-chances[passage, same], kind="stable")]]
                pairing = Pairing(
                    self.comparison,
                    passage,
                    ordered,
                    self.runs[one.slot],
                    quoted,
                    float(meaning[passage, column]),
                )
                spans = evidence_of(pairing)
                public = public_spans(told[passage], self.comparison, spans)
                if rank == 0:
                    weight = sum(each.weight for each in spans if each.kind is not EvidenceKind.PARAPHRASE)
                    one.shared += weight
                    one.was_public += weight * public[0]
                name = index.portion_ids[portion_of[column]]
                one.drawn[name] = max(one.drawn.get(name, 0.0), chance)
                listed[passage].append(
                    PortionCandidate(index.product_ids[one.number], name, chance, spans, public[1])
                )

    def _told(self) -> list[tuple[Told, ...]]:
        """For each passage the earlier texts that say the same."""
        if self.earlier is None:
            return [()] * len(self.comparison.reading.passages)
        return [
            told_before(self.earlier, self.comparison, at) for at in range(len(self.comparison.reading.passages))
        ]


def _best_of_each(chances: NDArray[np.float64], portion_of: NDArray[np.int32]) -> list[int]:
    """The best column of each of the best portions, best first."""
    taken: dict[int, int] = {}
    for column in np.argsort(-chances, kind="stable").tolist():
        if chances[column] < _LEAST_PROBABILITY or len(taken) >= _LISTED:
            break
        taken.setdefault(int(portion_of[column]), column)
    return list(taken.values())
