"""Silences of whole organisations' records, whatever the product: what an examination of handling has to know."""

from __future__ import annotations

from tearline.pathway.logs import LogSurvey
from tearline.records.kinds import GapKind
from tearline.records.pathways import Gap
from tearline.views.register import Register


def silences(register: Register, logs: LogSurvey) -> tuple[Gap, ...]:
    """One gap for each hole in a log, and one for each organisation with people but no act of theirs on record."""
    holes = [
        Gap(
            id=f"G-hole-{hole.organisation}-{hole.system or ''}-{hole.start:%Y%m%d}",
            kind=GapKind.LOG_HOLE,
            organisation=hole.organisation,
            person=None,
            events=(),
            says=f"Nothing is on record from {hole.start:%Y-%m-%d} to {hole.end:%Y-%m-%d}.",
            ask="Whether the log of that time still exists, and if not, why.",
            system=hole.system,
        )
        for hole in logs.holes
    ]
    peopled = {period.organisation for person in register.people.values() for period in person.periods}
    unlogged = [
        Gap(
            id=f"G-no-log-{organisation}",
            kind=GapKind.NO_LOG,
            organisation=organisation,
            person=None,
            events=(),
            says="No act of any of its people is on record.",
            ask="What logs are kept, of what, and for how long.",
        )
        for organisation in sorted(peopled - logs.acting)
    ]
    return (*holes, *unlogged)
