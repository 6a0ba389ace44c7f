"""Which explanations fit what was disclosed: people with a recorded holding, systems nobody can be told apart in,
and the outside. docs/leads.md says what the numbers mean and what they do not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tearline.leads.exposure import Exposure, exposure_of
from tearline.leads.grounds import Grounds
from tearline.leads.items import Item
from tearline.leads.model import HELD, Case, Floats, Posterior, weigh_case
from tearline.leads.next_evidence import next_evidence
from tearline.leads.words import statement, verbal, verbal_outside
from tearline.records.explanations import Hypothesis, HypothesisGroup, LeadsAnswer
from tearline.records.kinds import GapKind, Level
from tearline.records.naming import mention
from tearline.records.said import say
from tearline.views.register import Register

FEWEST_ITEMS = 3
"""Disclosed items below which the record never carries a conclusion about one person."""

_BEARING = 0.5  # an item counts as disclosed from the record if some product is this probable
_OUTSIDE_AT_BEST, _OUTSIDE_FOR_GAPS = 0.15, 0.4
_USERS_OF_A_SYSTEM = 2.0
_DIGITS = 9  # of a probability, so that what is printed adds up too

ASSUMPTIONS = (
    say("One source accounts for the items, except that any item may have come by another way (3 to 25 %)."),
    say(
        "Everybody considered is as likely beforehand as anybody else; office, rank and manner count for nothing."
    ),
    say("A source's holding is missing from the record in 4 to 35 % of cases, mostly where the record is silent."),
    say("How somebody held it (delivered, opened, taken out; certainly, possibly) counts little: 0.6 to 1.4."),
    say("The time between holding and publication counts for nothing."),
    say("Some people (4 to 10, fewer with every item beyond the second) held it without leaving any trace."),
    say(
        "Some of the outside (10 to 40 %) is like somebody in the record: a colleague who saw it too, unrecorded."
    ),
    say("With probability 0.2 % this way of reading the record is wrong altogether, so nobody is ever ruled out."),
    say("Members of review bodies, and outlets, are not weighed: they stand within outside."),
)


def weigh(items: Sequence[Item], register: Register) -> LeadsAnswer:
    """How well each explanation fits the items, taken together as coming from one source.

    Hypotheses are every recorded holder before publication, shared accounts and systems without a log, and
    `outside`: best first. `searched` counts holders and registered people of the organisations reached.
    """
    exposure = exposure_of(items, register)
    names = [*exposure.people, *(system.id for system in exposure.systems)]
    bearing = bearing_items(items)
    outside_prior = prior_outside(exposure)
    if exposure.columns and names:
        posterior = weigh_case(case_of(exposure, bearing, outside_prior))
    else:
        posterior = _nothing(len(names), len(exposure.rest))
    probabilities, outside = _rounded(posterior)
    low, high = interval_of(posterior.named)
    best = int(np.argmax(probabilities)) if names else None
    sufficient = bearing >= FEWEST_ITEMS and best is not None and bool(low[best] > 0.5)
    average = float(probabilities.mean()) if names else 0.0
    grounds = Grounds(exposure, register, probabilities)
    hypotheses = [
        Hypothesis(
            kind="person" if n < len(exposure.people) else "system",
            id=name,
            probability=float(probabilities[n]),
            interval=(float(min(low[n], probabilities[n])), float(max(high[n], probabilities[n]))),
            log10_likelihood_ratio=_log10_ratio(float(probabilities[n]), float(posterior.prior[n])),
            verbal=verbal(float(probabilities[n]), average, sufficient),
            for_=grounds.in_favour(n),
            against=grounds.against(n),
        )
        for n, name in enumerate(names)
    ]
    below, above = interval_of(posterior.outside[:, None])
    hypotheses.append(
        Hypothesis(
            kind="outside",
            id="outside",
            probability=outside,
            interval=(float(min(below[0], outside)), float(max(above[0], outside))),
            log10_likelihood_ratio=_log10_ratio(outside, posterior.outside_prior),
            verbal=verbal_outside(outside),
            for_=grounds.outside,
        )
    )
    hypotheses.sort(key=lambda h: (-h.probability, h.kind, h.id))
    held = exposure.codes[: len(exposure.people)] >= HELD
    complete = np.asarray(held.all(axis=1) & (held.shape[1] > 0), dtype=np.bool_)
    return LeadsAnswer(
        disclosures=tuple(dict.fromkeys(item.disclosure for item in items)),
        hypotheses=tuple(hypotheses),
        groups=_groups(exposure, probabilities, complete),
        searched=exposure.searched,
        sufficient=sufficient,
        next_evidence=next_evidence(exposure.gaps, *_concerned(exposure, names, probabilities, posterior)),
        says=statement(
            sufficient=sufficient,
            items=bearing,
            searched=exposure.searched,
            holders=len(exposure.people),
            all_of_it=int(complete.sum()),
            outside=outside,
            best=None if best is None else mention(names[best]) if best < len(exposure.people) else names[best],
            low=0.0 if best is None else float(low[best]),
            high=0.0 if best is None else float(high[best]),
        ),
        assumptions=ASSUMPTIONS,
    )


def bearing_items(items: Sequence[Item]) -> int:
    """Items that bear on the answer: as many as there are, but no more than there are different products."""
    drawn = [
        {candidate.product for candidate in item.candidates if candidate.probability >= _BEARING} for item in items
    ]
    return min(sum(bool(products) for products in drawn), len(set().union(*drawn)))


def prior_outside(exposure: Exposure) -> float:
    """Grows with how incomplete the record is: the mean of four shares, each of which may hide a holder."""
    holders = max(len(exposure.people), 1)
    transfers = [t.supported for column in exposure.columns for t in column.candidate.pathway.transfers]
    reached = {o for o in exposure.organisations if o is not None} | {o for o, _ in exposure.rest}
    silent = {g.organisation for g in exposure.gaps if g.kind is GapKind.NO_LOG} & reached
    shares = (
        len(exposure.unresolved) / holders,
        len(exposure.addressed_only) / holders,
        transfers.count(False) / len(transfers) if transfers else 1.0,
        len(silent) / len(reached) if reached else 1.0,
    )
    return _OUTSIDE_AT_BEST + _OUTSIDE_FOR_GAPS * sum(shares) / len(shares)


def case_of(exposure: Exposure, bearing: int, outside: float) -> Case:
    people_, systems, rest = len(exposure.people), len(exposure.systems), len(exposure.rest)
    named = np.arange(people_ + systems + rest) < people_ + systems
    counted = np.ones(people_ + systems + rest, dtype=bool)
    counted[people_ : people_ + systems] = False
    return Case(
        codes=exposure.codes,
        copies=np.array(
            [*[1.0] * people_, *[_USERS_OF_A_SYSTEM] * systems, *[float(count) for _, count in exposure.rest]]
        ),
        named=named,
        counted=counted,
        draws_on=np.array([column.draws_on for column in exposure.columns]),
        classes=exposure.classes,
        items=bearing,
        outside=outside,
    )


def _nothing(named: int, unnamed: int) -> Posterior:
    """With nothing to weigh, all of it is outside."""
    return Posterior(np.zeros((1, named)), np.zeros((1, unnamed)), np.ones(1), np.zeros(named), 1.0)


def _rounded(posterior: Posterior) -> tuple[Floats, float]:
    """Mean probabilities to nine decimals; the greatest takes up what rounding leaves, so they add up to 1."""
    means: Floats = np.append(posterior.named.mean(axis=0), posterior.outside.mean()).round(_DIGITS)
    means[np.argmax(means)] += 1.0 - means.sum()
    means = means.round(_DIGITS)
    return means[:-1], float(means[-1])


def interval_of(draws: Floats) -> tuple[Floats, Floats]:
    """The central 90 % over the assumptions, which are not learned from the case: too little speaks to them."""
    low, high = np.quantile(draws, (0.05, 0.95), axis=0)
    return low, high


def _log10_ratio(posterior: float, prior: float) -> float:
    """How far the evidence moved the odds of one explanation against all others together."""
    p, q = (min(max(value, 1e-12), 1 - 1e-12) for value in (posterior, prior))
    return float(np.log10(p / (1 - p)) - np.log10(q / (1 - q)))


def _groups(
    exposure: Exposure, probabilities: Floats, complete: npt.NDArray[np.bool_]
) -> tuple[HypothesisGroup, ...]:
    """Sums over people: by organisation, by the furthest level of exposure, and those who held all of it."""
    members: dict[str, list[int]] = {}
    for n, organisation in enumerate(exposure.organisations):
        members.setdefault(f"organisation:{organisation or 'not recorded'}", []).append(n)
    for level in Level:
        members[f"level:{level.word}"] = [n for n, best in enumerate(exposure.best) if best is level]
    members["held all of it"] = [int(n) for n in np.flatnonzero(complete)]
    found = [
        HypothesisGroup(
            key, tuple(exposure.people[n] for n in rows), float(np.round(probabilities[rows].sum(), _DIGITS))
        )
        for key, rows in members.items()
        if rows
    ]
    return tuple(sorted(found, key=lambda g: (-g.probability, g.id)))


def _concerned(
    exposure: Exposure, names: Sequence[str], probabilities: Floats, posterior: Posterior
) -> tuple[dict[str, float], dict[str, float]]:
    """Probability of each person or system, and of each organisation with those of its people who hold nothing."""
    of_person = {str(name): float(p) for name, p in zip(names, probabilities, strict=True)}
    of_organisation: dict[str, float] = {}
    belonging = [*exposure.organisations, *(system.organisation for system in exposure.systems)]
    unnamed = zip((o for o, _ in exposure.rest), posterior.unnamed.mean(axis=0), strict=True)
    for organisation, probability in [*zip(belonging, probabilities, strict=True), *unnamed]:
        if organisation is not None:
            of_organisation[organisation] = of_organisation.get(organisation, 0.0) + float(probability)
    return of_person, of_organisation
