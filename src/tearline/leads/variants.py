"""How the answer would change if what it assumes were otherwise: a fixed table, the same for every case.

Each row weighs the same items again with one thing changed. It says what becomes of `outside` and of the one
explanation that fits best; nobody is named, for the table is about the answer, not about anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tearline.leads.exposure import Exposure, exposure_of
from tearline.leads.items import Item
from tearline.leads.model import HELD, NOT_HELD, weigh_case
from tearline.leads.weighing import bearing_items, case_of, interval_of, prior_outside
from tearline.records.explanations import Variant
from tearline.records.kinds import Basis
from tearline.records.said import Said, say
from tearline.views.register import Register

_OUTSIDE = (0.2, 0.4, 0.6)


def variants(items: Sequence[Item], register: Register) -> tuple[Variant, ...]:
    """The answer as it stands, then with one assumption changed at a time."""
    exposure = exposure_of(items, register)
    found = [_weighed(say("as it stands"), items, exposure, prior_outside(exposure))]
    for share in _OUTSIDE:
        says = say("if the source were outside the record in {share:.0%} of such cases beforehand", share=share)
        found.append(_weighed(says, items, exposure, share))
    without = [_without_attested(item) for item in items]
    less = exposure_of(without, register)
    says = say("if no holding that rests on statements alone were counted")
    found.append(_weighed(says, without, less, prior_outside(less)))
    silent = (exposure.codes > NOT_HELD) & (exposure.codes < HELD)
    more = replace(exposure, codes=np.where(silent, HELD, exposure.codes).astype(exposure.codes.dtype))
    says = say("if every missing record had shown a holding")
    found.append(_weighed(says, items, more, prior_outside(exposure)))
    return tuple(found)


def _weighed(says: Said, items: Sequence[Item], exposure: Exposure, outside: float) -> Variant:
    named = len(exposure.people) + len(exposure.systems)
    if not (exposure.columns and named):
        return Variant(says, 1.0, (1.0, 1.0), 0.0, (0.0, 0.0), len(exposure.people))
    posterior = weigh_case(case_of(exposure, bearing_items(items), outside))
    best = int(np.argmax(posterior.named.mean(axis=0)))
    low, high = interval_of(posterior.named)
    below, above = interval_of(posterior.outside[:, None])
    return Variant(
        says=says,
        outside=float(posterior.outside.mean()),
        outside_interval=(float(below[0]), float(above[0])),
        best=float(posterior.named[:, best].mean()),
        best_interval=(float(low[best]), float(high[best])),
        holders=len(exposure.people),
    )


def _without_attested(item: Item) -> Item:
    candidates = []
    for candidate in item.candidates:
        holders = tuple(h for h in candidate.pathway.holders if h.basis is not Basis.ATTESTED)
        candidates.append(replace(candidate, pathway=replace(candidate.pathway, holders=holders)))
    return replace(item, candidates=tuple(candidates))
