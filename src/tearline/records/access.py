"""May this person, at that time, see this marking, and on what ground?

The rules, in this order; docs/markings.md explains them:

1. A marking that asks nothing of its reader (`UNCLASSIFIED`) needs no ground.
2. Otherwise a period must hold at that time. Where none does, the record shows no ground, and the answer is no.
3. The level of every family is measured against the clearance, where clearance is the ground. Office, statute and
   court give access by themselves: the level is then no obstacle.
4. Special access is named in the period's caveats or clearance, or included in the ground. Where a period on the
   ground of clearance records neither clearance nor caveats, nothing is known of it.
5. Caveats ask for a country or for being named. What the record does not name is unknown, not refused.

No outweighs unknown, unknown outweighs yes. Somebody with several periods has the best of their answers.
Reasons name no person and no position, so that they can be shown under a pseudonym.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tearline.records.errors import BadInput
from tearline.records.kinds import AccessBasis
from tearline.records.marking_terms import Caveat, CaveatKind, Marking, Nation, Need, SpecialAccess, Term
from tearline.records.markings import MarkingScheme
from tearline.records.people import Period, Person
from tearline.records.said import say
from tearline.records.times import Interval, format_instant

NO_GROUND_NEEDED = "none needed"
NO_GROUND = "none"

_GROUNDS = {
    AccessBasis.CLEARANCE: "by clearance",
    AccessBasis.OFFICE: "by office, which takes no clearance: the level is no obstacle",
    AccessBasis.STATUTE: "by statute, which takes no clearance: the level is no obstacle",
    AccessBasis.COURT: "by a court's authority, which takes no clearance: the level is no obstacle",
}


class Asked(StrEnum):
    """What of a marking, or of the record, an obstacle concerns."""

    GROUND = "ground"
    LEVEL = "level"
    SPECIAL = "special access"
    CAVEAT = "caveat"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing in the way. `name`: the level, compartment or caveat; `certain` False: the record does not say."""

    asked: Asked
    name: str
    certain: bool
    says: str


@dataclass(frozen=True, slots=True)
class AccessAnswer:
    """`allowed` None: the record does not say. `ground`: an access basis, `none`, or `none needed`."""

    allowed: bool | None
    ground: str
    reason: str
    obstacles: tuple[Obstacle, ...] = ()


def may_see(period: Period | None, marking: Marking, at: datetime, scheme: MarkingScheme) -> AccessAnswer:
    """The answer for one period; None, or a period that does not hold at `at` (aware), gives no ground."""
    if marking.asks_nothing:
        return AccessAnswer(True, NO_GROUND_NEEDED, f"{marking} asks nothing of its reader.")
    if period is None or not period.holds_at(at):
        says = say("no recorded ground for access at that time ({when})", when=format_instant(at))
        return AccessAnswer(
            False, NO_GROUND, f"There is {says}.", (Obstacle(Asked.GROUND, NO_GROUND, True, says),)
        )
    obstacles = tuple(_Record(period, scheme).obstacles(marking))
    ground = f"Access at {format_instant(at)} is {_GROUNDS[period.access_basis]}."
    if not obstacles:
        return AccessAnswer(True, period.access_basis, f"{ground} The record meets all that {marking} asks for.")
    reasons = " ".join(f"{obstacle.says[0].upper()}{obstacle.says[1:]}." for obstacle in obstacles)
    allowed = False if any(obstacle.certain for obstacle in obstacles) else None
    return AccessAnswer(allowed, period.access_basis, f"{ground} {reasons}", obstacles)


def person_may_see(person: Person, marking: Marking, at: Interval, scheme: MarkingScheme) -> AccessAnswer:
    """The answer for somebody at an uncertain time.

    Where several periods hold at one moment the best answer counts. Periods that begin or end within `at` are
    looked at on both sides: if the answers differ, `allowed` is None and the reason gives the first and the one
    that differs, each with its time.
    """
    ends = (end for period in person.periods for end in (period.valid_from, period.valid_to) if end is not None)
    turns = sorted({end for end in ends if at.earliest < end <= at.latest})
    answers = [(moment, _best(person, marking, moment, scheme)) for moment in (at.earliest, *turns)]
    first = answers[0][1]
    for moment, other in answers[1:]:
        if other.allowed != first.allowed:
            obstacles = (*first.obstacles, *other.obstacles)
            return AccessAnswer(
                None,
                first.ground if first.allowed else other.ground,
                f"The time is uncertain and the answer depends on it. From {format_instant(at.earliest)}: "
                f"{first.reason} From {format_instant(moment)}: {other.reason}",
                tuple(dict.fromkeys(replace(obstacle, certain=False) for obstacle in obstacles)),
            )
    return first


def _best(person: Person, marking: Marking, moment: datetime, scheme: MarkingScheme) -> AccessAnswer:
    periods = person.periods_at(moment) or (None,)
    answers = [may_see(period, marking, moment, scheme) for period in periods]
    return max(answers, key=lambda answer: (answer.allowed is True, answer.allowed is None))


class _Record:
    """What one period says, in the words of the scheme."""

    def __init__(self, period: Period, scheme: MarkingScheme) -> None:
        self.basis = period.access_basis
        self.text = (period.clearance or "").strip()
        self.clearance = None
        held: tuple[Term, ...] = scheme.held(period.caveats)
        if self.text:
            try:
                self.clearance, special = scheme.clearance(self.text)
            except BadInput:
                special = ()
            held += special
        self.silent = self.basis is AccessBasis.CLEARANCE and not self.text and not period.caveats
        self.named = {term.id for term in held if isinstance(term, SpecialAccess | CaveatKind)}
        countries = [term.members for term in held if isinstance(term, Nation)]
        # Holding a caveat reserved to a country is recorded only of that country's people.
        countries += [t.nations for t in held if isinstance(t, CaveatKind) and t.nations and not t.releases]
        self.countries = countries

    def obstacles(self, marking: Marking) -> Iterator[Obstacle]:
        if self.basis is AccessBasis.CLEARANCE:
            yield from self._levels(marking)
        for special in marking.special:
            if special.id in self.named or self.basis in special.included_in:
                continue
            says = (
                say("the record does not say whether {special} access is held", special=special)
                if self.silent
                else say("{special} access is not among what the record names", special=special)
            )
            yield Obstacle(Asked.SPECIAL, special.id, not self.silent, says)
        for caveat in marking.caveats:
            obstacle = self._caveat(caveat)
            if obstacle is not None:
                yield obstacle

    def _levels(self, marking: Marking) -> Iterator[Obstacle]:
        for level in marking.levels:
            if self.clearance is not None:
                if not self.clearance.covers(level):
                    says = say(
                        "the recorded clearance, {clearance}, does not open {level}",
                        clearance=self.clearance,
                        level=level,
                    )
                    yield Obstacle(Asked.LEVEL, level.id, True, says)
            elif level.rank:
                says = (
                    say(
                        "the recorded clearance, {text!r}, is not one the scheme knows, so whether {level} is "
                        "open is unknown",
                        text=self.text[:80],
                        level=level,
                    )
                    if self.text
                    else say(
                        "the record does not say what clearance was held, so whether {level} is open is unknown",
                        level=level,
                    )
                )
                yield Obstacle(Asked.LEVEL, level.id, False, says)

    def _caveat(self, caveat: Caveat) -> Obstacle | None:
        kind, name = caveat.kind, caveat.print()
        if kind.need not in (Need.NATION, Need.NAMED) or (kind.need is Need.NAMED and kind.id in self.named):
            return None
        if kind.need is Need.NATION and self.countries:
            if any(countries <= caveat.nations for countries in self.countries):
                return None
            if all(countries.isdisjoint(caveat.nations) for countries in self.countries):
                return Obstacle(
                    Asked.CAVEAT, name, True, say("no country in the record is one {name} allows", name=name)
                )
        elif self.basis in kind.excluded_from:
            return Obstacle(
                Asked.CAVEAT, name, True, say("access on this ground does not reach {name}", name=name)
            )
        elif self.basis in kind.included_in:
            return None
        return Obstacle(Asked.CAVEAT, name, False, say("the record does not say whether {name} is met", name=name))
