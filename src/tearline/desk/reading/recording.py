"""From a line of a reading session to a record in the ledger, and back by retraction. Nothing is erased.

Whoever was shown a paper and gave it back is `shown`; whoever was left with a copy, `received`; whoever was told,
`briefed`. The time is the interval of the reading. The basis is attested: the liaison's word stands behind it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from tearline.desk.accounts.models import User
from tearline.desk.evidence import workspace
from tearline.desk.reading.models import After, ReadingLine, Session
from tearline.records.errors import BadInput

_KIND: Final = {After.RETURNED: "shown", After.KEPT: "received", After.TOLD: "briefed"}


def enter(
    session: Session,
    *,
    reader: str,
    product: str,
    since: datetime,
    until: datetime,
    after: After,
    sheet: int = 0,
) -> ReadingLine:
    """Make the record, then keep the line. Raises BadInput for whatever does not hold; nothing is kept then."""
    if session.closed_at is not None:
        raise BadInput("this session is closed", field="session", remedy="Open another")
    if product not in session.products:
        raise BadInput("this product is not of the session", field="product", remedy="Open a session with it")
    liaison: User = session.liaison
    entry: dict[str, Any] = {
        "kind": _KIND[after],
        "product": product,
        # who is told or shown something receives it; who keeps a copy acts themself
        ("actor" if after is After.KEPT else "recipient"): reader,
        "between": (since.isoformat(), until.isoformat()),
        "basis": "attested",
        "by": liaison.person or liaison.username,
        "organisation": session.organisation,
        "note": f"reading session, {session.place}{f', line {sheet}' if sheet else ''}",
    }
    event = workspace().record(entry, by=liaison.username)["event"]
    return ReadingLine.objects.create(
        session=session,
        sheet=sheet,
        reader=reader,
        product=product,
        since=since,
        until=until,
        after=after,
        event=event["id"],
        batch=event["batch"],
    )


def undo(line: ReadingLine, reason: str) -> None:
    """Say that a line was wrong: its record is taken back, with the reason. Raises BadInput without one."""
    if line.undone_at is not None:
        return
    workspace().retract(line.batch, reason, by=line.session.liaison.username)
    with transaction.atomic():
        line.undone_at, line.undone_reason = timezone.now(), reason[:300]
        line.save(update_fields=["undone_at", "undone_reason"])
