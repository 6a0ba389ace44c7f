"""Which answers would change most: the expected information of closing a gap.

A simple model of an answer: it either points to the explanations the gap concerns, or it does not. It does so with
probability `hit` if the source is among them and `false` if not. The expected fall of the entropy of the posterior
is then the mutual information of the answer and "the source is among them" (Lindley 1956):

    I = H(p·hit + (1 - p)·false) - p·H(hit) - (1 - p)·H(false),   p the probability of the explanations concerned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tearline.records.explanations import NextEvidence
from tearline.records.kinds import GapKind
from tearline.records.pathways import Gap

_MOST = 20  # requests named
# (hit, false): how far such an answer tells. A refused or overwritten record will hardly be given at all.
_ANSWERS = {
    GapKind.NO_LOG: (0.6, 0.2),
    GapKind.LOG_HOLE: (0.8, 0.15),
    GapKind.SHARED_ACCOUNT: (0.7, 0.2),
    GapKind.UNRESOLVED_NAME: (0.7, 0.1),
    GapKind.PRINT_UNACCOUNTED: (0.6, 0.2),
    GapKind.OPENED_WITHOUT_DELIVERY: (0.6, 0.3),
    GapKind.SENDER_WITHOUT_POSSESSION: (0.6, 0.3),
    GapKind.DELIVERED_WITHOUT_RECEIPT: (0.6, 0.4),
    GapKind.ANSWERED_NO_RECORD: (0.55, 0.4),
    GapKind.OVERWRITTEN: (0.5, 0.4),
    GapKind.REFUSED: (0.55, 0.3),
    GapKind.ANSWERED_IN_PART: (0.6, 0.2),
    GapKind.HELD_ELSEWHERE: (0.6, 0.2),
}


def expected_bits(concerned: float, hit: float, false: float) -> float:
    """Mutual information in bits; `concerned` is p above."""
    p = min(max(concerned, 0.0), 1.0)
    fall = _entropy(p * hit + (1 - p) * false) - p * _entropy(hit) - (1 - p) * _entropy(false)
    return max(0.0, fall)


def _entropy(p: float) -> float:
    return float(-sum(q * np.log2(q) for q in (p, 1 - p) if q > 0))


def next_evidence(
    gaps: Sequence[Gap],
    of_person: Mapping[str, float],
    of_organisation: Mapping[str, float],
) -> tuple[NextEvidence, ...]:
    """The requests worth most, best first. Gaps with one `ask` of one organisation are one request, and so are
    those about one system's missing log: it is asked for once, from the earliest time.

    `of_person`: probability of each person or system; `of_organisation`: of everybody who belongs to it, those
    without a recorded holding included. A gap that names somebody concerns that explanation; any other concerns
    its whole organisation.
    """
    asked: dict[tuple[str | None, GapKind, str], list[Gap]] = {}
    for gap in gaps:
        about = gap.system or "" if gap.kind is GapKind.NO_LOG else gap.ask
        asked.setdefault((gap.organisation, gap.kind, about), []).append(gap)
    found = []
    for (organisation, _kind, _about), group in asked.items():
        named = {gap.person for gap in group if gap.person is not None}
        whole = organisation is not None and any(gap.person is None for gap in group)
        concerned = (
            of_organisation.get(organisation or "", 0.0)
            if whole
            else sum(of_person.get(person, 0.0) for person in named)
        )
        hit, false = max((_ANSWERS[gap.kind] for gap in group), key=lambda pair: pair[0] - pair[1])
        bits = expected_bits(concerned, hit, false)
        if bits > 0.0:
            found.append(
                NextEvidence(min(gap.ask for gap in group), organisation, bits, tuple(gap.id for gap in group))
            )
    found.sort(key=lambda e: (-e.expected_bits, e.organisation or "", e.request))
    return tuple(found[:_MOST])
