"""Which explanations fit, how sure one can be, and what would change the answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One explanation. The hypotheses of an answer are a partition: probabilities add up to 1.

    `kind` is person (`id` is a Who), system or outside; `outside` is always among them. `interval` is a 90 %
    interval of the probability under the stated uncertainty of the assumptions. `log10_likelihood_ratio` weighs
    the evidence for this explanation against the average of the others. `for_` and `against` are plain sentences.
    """

    kind: str
    id: str
    probability: float
    interval: tuple[float, float]
    log10_likelihood_ratio: float
    verbal: str
    for_: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HypothesisGroup:
    """A sum over hypotheses, e.g. all holders in one organisation or at one level of exposure."""

    id: str
    members: tuple[str, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class NextEvidence:
    """A request worth making, with the information expected of its answer in bits."""

    request: str
    organisation: str | None
    expected_bits: float
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeadsAnswer:
    """`sufficient` False means: the record does not carry a conclusion about any one person."""

    disclosures: tuple[str, ...]
    hypotheses: tuple[Hypothesis, ...]
    groups: tuple[HypothesisGroup, ...]
    searched: int
    sufficient: bool
    next_evidence: tuple[NextEvidence, ...]
    says: str
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """The answer with one assumption changed: `outside`, and the explanation within the record that fits best,
    each with its 90 % interval; `holders` is how many people were weighed."""

    says: str
    outside: float
    outside_interval: tuple[float, float]
    best: float
    best_interval: tuple[float, float]
    holders: int


@dataclass(frozen=True, slots=True)
class RequestProposal:
    """Whom to ask for what, soonest-expiring first. `preserve_first`: ask to have it kept before asking for it."""

    organisation: str
    items: tuple[str, ...]
    reason: str
    closes: tuple[str, ...]
    expires: str | None
    preserve_first: bool = False
