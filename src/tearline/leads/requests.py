"""From gaps to requests: what to ask of whom, what to have preserved first, by when it may be lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from tearline.records.explanations import LeadsAnswer, RequestProposal
from tearline.records.kinds import GapKind
from tearline.records.pathways import Gap, Pathway
from tearline.records.replies import FINAL
from tearline.records.said import Said, joined, say, together
from tearline.records.times import format_instant
from tearline.views.register import Register

SOON = timedelta(days=30)
"""Records that expire within this are to be preserved before they are asked for."""

_CLOSED = {GapKind.REFUSED, GapKind.ANSWERED_NO_RECORD, GapKind.OVERWRITTEN}
_OF_LOGS = {GapKind.NO_LOG, GapKind.LOG_HOLE}
"""Gaps that another request to the same organisation would not close."""


def propose(
    pathways: Sequence[Pathway], register: Register, *, leads: LeadsAnswer | None = None, now: datetime
) -> tuple[RequestProposal, ...]:
    """One request an organisation and system, those whose records expire soonest first.

    A gap's own date of expiry counts; without one, the end of the organisation's stated retention of that system,
    counted from the product's issue at the earliest and so never too late. Records without any stated retention
    are to be preserved first, as are those that expire within `SOON` of `now`; they are placed as if they expired
    at its end. Where dates are equal, what would tell most (`leads`) comes first. Gaps of no known organisation
    are asked of the product's originator.
    """
    grouped: dict[tuple[str, str | None], list[Gap]] = {}
    for pathway in pathways:
        for gap in pathway.gaps:
            if gap.kind in _CLOSED or _answered(gap, register):
                continue
            organisation = gap.organisation or _originator(register, gap.product or pathway.product)
            if organisation is not None:
                grouped.setdefault((organisation, gap.system), []).append(gap)
    bits = _bits(leads)
    proposals = []
    for (organisation, system), found in grouped.items():
        gaps = tuple({gap.id: gap for gap in found}.values())
        expires = _expiry(gaps, organisation, system, register)
        first = expires is None or now <= expires <= now + SOON
        # What has to be kept comes first, then what has time, at the end what may be gone already.
        turn = 0 if first else 2 if expires is not None and expires < now else 1
        worth = max((bits.get(gap.id, 0.0) for gap in gaps), default=0.0)
        proposal = RequestProposal(
            organisation=organisation,
            items=tuple(dict.fromkeys(gap.ask for gap in gaps)),
            reason=_reason(gaps, expires, now),
            closes=tuple(gap.id for gap in gaps),
            expires=None if expires is None else format_instant(expires),
            preserve_first=first,
        )
        proposals.append(((turn, expires or now + SOON, -worth, organisation, system or ""), proposal))
    return tuple(proposal for _, proposal in sorted(proposals, key=lambda entry: entry[0]))


def _answered(gap: Gap, register: Register) -> bool:
    """Whether the organisation has said, of just these logs, that it will not or cannot hand them over."""
    return (
        gap.kind in _OF_LOGS
        and gap.organisation is not None
        and any(
            reply.kind in FINAL and reply.is_about(gap.organisation, gap.system, gap.silent_from, gap.silent_to)
            for reply in register.replies
        )
    )


def _originator(register: Register, product: str) -> str | None:
    known = register.products.get(product)
    return known.originator if known else None


def _bits(leads: LeadsAnswer | None) -> dict[str, float]:
    """Gap id -> the expected bits of the best request that names it."""
    found: dict[str, float] = {}
    for evidence in leads.next_evidence if leads else ():
        for gap in evidence.gaps:
            found[gap] = max(found.get(gap, 0.0), evidence.expected_bits)
    return found


def _expiry(gaps: Sequence[Gap], organisation: str, system: str | None, register: Register) -> datetime | None:
    """The soonest of the gaps' own dates, or of what the organisation's stated retention leaves."""
    own = [gap.expires for gap in gaps if gap.expires is not None]
    if own:
        return min(own)
    known = register.organisations.get(organisation)
    days = known.retention.get(system) if known is not None and system is not None else None
    issued = [item.issued_at for gap in gaps if (item := register.products.get(gap.product or ""))]
    return min(issued) + timedelta(days=days) if days is not None and issued else None


def _reason(gaps: Sequence[Gap], expires: datetime | None, now: datetime) -> Said:
    """What the record lacks (in full for one gap, counted by kind for several), and how the time stands."""
    said = list(dict.fromkeys(gap.says for gap in gaps))
    if len(said) == 1:
        text = said[0]
    else:
        kinds = Counter(gap.kind.value for gap in gaps).most_common()
        about = sorted({gap.product for gap in gaps if gap.product})
        text = say(
            "Silences of the record: {kinds}; about {products}.",
            kinds=joined("{first}, {next}", [say("{kind} ({times})", kind=say(k), times=n) for k, n in kinds]),
            products=say("{first} and {more} more", first=", ".join(about[:3]), more=len(about) - 3)
            if len(about) > 3
            else ", ".join(about),
        )
    if expires is None:
        return together(text, say("Nothing is stated on how long these records are kept."))
    if expires < now:
        return together(
            text,
            say("By the stated retention these records may be gone; ask whether they were kept elsewhere."),
        )
    kept = say("By the stated retention these records are kept until {day}.", day=f"{expires:%Y-%m-%d}")
    return together(text, kept)
