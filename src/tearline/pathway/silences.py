"""Silences of whole organisations' records, whatever the product: what an examination of handling has to know.

Holes and answers bear the ids that they have as gaps of each product they concern, so that a silence is one thing
wherever it is named.
"""

from __future__ import annotations

from tearline.pathway import gap_words
from tearline.pathway.identifiers import identifier
from tearline.pathway.logs import Hole, LogSurvey
from tearline.pathway.replies import reply_gaps, settled
from tearline.pathway.retention import expiry
from tearline.records.kinds import GapKind
from tearline.records.pathways import Gap
from tearline.views.register import Register


def silences(register: Register, logs: LogSurvey) -> tuple[Gap, ...]:
    """One gap for each hole in a log, for each organisation with people but no act of theirs on record, and for
    each answer that left something open."""
    holes = [hole_gap(register, hole) for hole in open_holes(register, logs)]
    peopled = {period.organisation for person in register.people.values() for period in person.periods}
    unlogged = [
        Gap(
            id=identifier(GapKind.NO_LOG, "", (organisation, ""), ()),
            kind=GapKind.NO_LOG,
            organisation=organisation,
            person=None,
            events=(),
            says=gap_words.no_acts()[0],
            ask=gap_words.no_acts()[1],
        )
        for organisation in sorted(peopled - logs.acting)
        if not settled(register, organisation, None, None, None)
    ]
    return (*holes, *unlogged, *reply_gaps(register))


def open_holes(register: Register, logs: LogSurvey) -> list[Hole]:
    """The holes of which nobody has said that nothing was to be logged."""
    return [
        hole for hole in logs.holes if not settled(register, hole.organisation, hole.system, hole.start, hole.end)
    ]


def hole_gap(register: Register, hole: Hole, product: str | None = None) -> Gap:
    """The hole as a gap. What is missing is as old as the hole, which may begin long before a product came."""
    says, ask = gap_words.log_hole(gap_words.log_of(hole.organisation, hole.system), product, hole)
    known = register.organisations.get(hole.organisation)
    return Gap(
        id=identifier(GapKind.LOG_HOLE, "", (hole.organisation, hole.system or "", hole.start.isoformat()), ()),
        kind=GapKind.LOG_HOLE,
        organisation=hole.organisation,
        person=None,
        events=(),
        says=says,
        ask=ask,
        product=product,
        system=hole.system,
        expires=expiry(known, hole.system or "other", hole.start),
        silent_from=hole.start,
        silent_to=hole.end,
    )
