"""What organisations' answers mean for the record: silences that asking again will not fill, or not there.

An answer is about a product where it names it, otherwise about every product that had come to the organisation. A
`full` answer is no gap: it says that what is silent was silent (see `settled`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from tearline.pathway.gap_words import answered
from tearline.pathway.identifiers import identifier
from tearline.pathway.retention import expiry
from tearline.records.kinds import GapKind
from tearline.records.pathways import Gap
from tearline.records.replies import Reply, ReplyKind
from tearline.views.register import Register

_GAPS: Mapping[ReplyKind, GapKind] = {
    ReplyKind.PARTIAL: GapKind.ANSWERED_IN_PART,
    ReplyKind.REFUSED: GapKind.REFUSED,
    ReplyKind.NO_RECORD: GapKind.ANSWERED_NO_RECORD,
    ReplyKind.OVERWRITTEN: GapKind.OVERWRITTEN,
    ReplyKind.HELD_ELSEWHERE: GapKind.HELD_ELSEWHERE,
}
_GONE = (ReplyKind.NO_RECORD, ReplyKind.OVERWRITTEN)


def reply_gaps(
    register: Register, family: Iterable[str] | None = None, arrived: Iterable[str] = ()
) -> Iterator[Gap]:
    """The gaps that answers leave: of every answer, or of those about `family` and the organisations `arrived`."""
    members, reached = None if family is None else frozenset(family), frozenset(arrived)
    for reply in register.replies:
        if reply.kind is ReplyKind.FULL:
            continue
        if (
            members is None
            or reply.product in members
            or (reply.product is None and reply.organisation in reached)
        ):
            yield _gap(register, reply)


def settled(
    register: Register, organisation: str, system: str | None, start: datetime | None, end: datetime | None
) -> bool:
    """Whether the organisation has said that its records of a system for a time are complete as they are."""
    return any(
        reply.kind is ReplyKind.FULL and reply.product is None and reply.is_about(organisation, system, start, end)
        for reply in register.replies
    )


def _gap(register: Register, reply: Reply) -> Gap:
    """A refusal leaves the records where they are until they expire; what is gone expires no more."""
    whom = reply.held_by or reply.organisation
    says, ask = answered(reply)
    since = reply.since or reply.given_at
    return Gap(
        id=identifier(_GAPS[reply.kind], "", (reply.id,), ()),
        kind=_GAPS[reply.kind],
        organisation=whom,
        person=None,
        events=(),
        says=says,
        ask=ask,
        product=reply.product,
        system=reply.system,
        expires=None
        if reply.kind in _GONE
        else expiry(register.organisations.get(whom), reply.system or "other", since),
        silent_from=reply.since,
        silent_to=reply.until,
    )
