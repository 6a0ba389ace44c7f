"""What is done with requests. Each step and its line in the case's history stand or fall together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tearline.desk.accounts.models import User
from tearline.desk.acts import Act
from tearline.desk.cases.doing import note
from tearline.desk.cases.models import Case
from tearline.desk.evidence import workspace
from tearline.desk.requests.models import Answer, AnswerKind, Request, RequestKind, State
from tearline.records.errors import BadInput

TIME_TO_ANSWER: Final = timedelta(days=21)
TIME_TO_KEEP: Final = timedelta(days=5)
"""When a preservation notice is to be confirmed; sooner where the records expire before."""


@transaction.atomic
def write(case: Case, by: User, fields: Mapping[str, Any]) -> Request:
    """A new draft in the case, with the next number."""
    Case.objects.select_for_update().get(pk=case.pk)
    last = case.requests.aggregate(last=Max("number"))["last"] or 0
    made = Request.objects.create(case=case, made_by=by, number=last + 1, **fields)
    note(case, by, Act.REQUEST_WRITE, request=made.reference, organisation=made.addressee, kind=made.kind)
    return made


@transaction.atomic
def write_proposals(
    case: Case, by: User, proposals: Sequence[Mapping[str, Any]], names: Mapping[str, str], language: str
) -> list[Request]:
    """Drafts from proposals, in their order (soonest to expire first); where the records must be kept, the
    preservation notice goes before the request."""
    made: list[Request] = []
    today = timezone.now().date()
    for proposal in proposals:
        expires = _day(proposal.get("expires"))
        common: dict[str, Any] = {
            "organisation": proposal["organisation"],
            "addressee": names.get(proposal["organisation"], proposal["organisation"]),
            "language": language,
            "authority": case.authority,
            "reason": proposal["reason"],
            "items": "\n".join(proposal["items"]),
            "expires": expires,
            "closes": list(proposal["closes"]),
            "marking": case.marking,
        }
        notice = None
        if proposal.get("preserve_first"):
            due = today + TIME_TO_KEEP
            due = max(today, min(due, expires)) if expires else due
            notice = write(case, by, {**common, "kind": RequestKind.NOTICE, "due": due})
            made.append(notice)
        due = today + TIME_TO_ANSWER
        made.append(write(case, by, {**common, "kind": RequestKind.REQUEST, "due": due, "after": notice}))
    return made


@transaction.atomic
def send(request: Request, by: User) -> None:
    """Say that the letter has gone out. Raises BadInput while the notice that goes first has not."""
    if request.after is not None and Request.objects.filter(pk=request.after.pk, state=State.DRAFT).exists():
        raise BadInput(
            f"the preservation notice {request.after.reference} goes first",
            field="after",
            remedy="Send the notice, or withdraw it",
        )
    sent = Request.objects.filter(pk=request.pk, state=State.DRAFT).update(
        state=State.SENT, sent_by=by, sent_at=timezone.now()
    )
    if not sent:
        raise BadInput("only a draft can be sent", field="state", remedy="Look at the request's page")
    note(request.case, by, Act.REQUEST_SEND, request=request.reference, organisation=request.addressee)


@transaction.atomic
def withdraw(request: Request, by: User) -> None:
    done = Request.objects.filter(pk=request.pk, state__in=[State.DRAFT, State.SENT]).update(state=State.WITHDRAWN)
    if done:
        note(request.case, by, Act.REQUEST_WRITE, request=request.reference, withdrawn=True)


def take_answer(request: Request, by: User, fields: Mapping[str, Any], files: int) -> Answer:
    """Enter what was answered: into the ledger first, where a refusal or an overwriting becomes a gap, then here.

    Raises BadInput for whatever does not hold.
    """
    if request.state not in {State.SENT, State.ANSWERED}:
        raise BadInput("nothing was sent that could be answered", field="state", remedy="Send the request first")
    kind: str = fields["kind"]
    asked = f"{request.reference}: {'; '.join(request.item_lines())}"[:4000]
    entered = workspace().answer(
        {
            "organisation": request.organisation,
            "asked": asked,
            "answer": kind,
            "date": fields["given_on"].isoformat(),
            "reason": fields["reason"] or None,
            "system": fields.get("system") or None,
            "held_by": fields["held_by"] or None if kind == AnswerKind.HELD_ELSEWHERE else None,
            "gaps": list(request.closes) if request.kind == RequestKind.REQUEST else [],
        }
    )["answer"]
    with transaction.atomic():
        made = Answer.objects.create(
            request=request,
            kind=kind,
            given_on=fields["given_on"],
            reason=fields["reason"],
            held_by=fields["held_by"],
            record=entered["id"],
            files=files,
            entered_by=by,
        )
        Request.objects.filter(pk=request.pk).update(state=State.ANSWERED)
        note(request.case, by, Act.ANSWER_TAKE, request=request.reference, answer=kind, reason=fields["reason"])
    return made


def _day(instant: str | None) -> date | None:
    found = parse_datetime(instant) if instant else None
    return found.date() if found else None
