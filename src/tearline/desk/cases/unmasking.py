"""Seeing a name: somebody asks with a reason, a second person decides with one, and each showing is a look-up.

    reason = approved(case, user, "P-7F3A")      # None: the pseudonym stays
    workspace().…(inquiry(case, unmask=reason), …)

`ask_url(case, pseudonym)` is where to ask.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from tearline.desk.accounts.models import User
from tearline.desk.acts import Act
from tearline.desk.cases.doing import note
from tearline.desk.cases.models import Case, Unmasking
from tearline.records.errors import BadInput, NotPermitted


def ask_url(case: Case, pseudonym: str) -> str:
    """Where the name behind `pseudonym` is asked for."""
    return f"{reverse('cases:unmask', args=[case.pk])}?{urlencode({'person': pseudonym})}"


def approved(case: Case, user: User, pseudonym: str) -> str | None:
    """The reason with which `user` may see that person's name in this case; None where nobody has approved it.

    The latest decision counts. The reason names who approved it, so that each look-up's record does.
    """
    latest = (
        Unmasking.objects.filter(case=case, asked_by=user, pseudonym=pseudonym)
        .exclude(approved=None)
        .select_related("decided_by")
        .order_by("-decided_at")
        .first()
    )
    if latest is None or not latest.approved or latest.decided_by is None:
        return None
    return f"{latest.reason} (approved by {latest.decided_by.username}: {latest.answer})"


def ask(case: Case, user: User, pseudonym: str, reason: str) -> Unmasking:
    """Ask to see a name. Raises BadInput without a reason or where the same is already waiting."""
    if not reason.strip():
        raise BadInput("a reason is needed", field="reason", remedy="Say why the name is needed in this case")
    try:
        with transaction.atomic():
            asked = Unmasking.objects.create(
                case=case, asked_by=user, pseudonym=pseudonym[:200], reason=reason.strip()
            )
            note(case, user, Act.NAME_ASK, person=pseudonym[:200], reason=reason.strip())
    except IntegrityError as error:
        raise BadInput(
            "this is already waiting for a decision", field="person", remedy="Wait for the approver"
        ) from error
    return asked


@transaction.atomic
def decide(asked: Unmasking, by: User, *, approve: bool, answer: str) -> None:
    """Approve or refuse, with a reason. Raises NotPermitted for whoever asked, BadInput where it was decided."""
    if asked.asked_by_id == by.pk:
        raise NotPermitted("nobody decides on what they asked for", remedy="Another approver has to")
    if not answer.strip():
        raise BadInput("a reason is needed", field="answer", remedy="Say why it is approved or refused")
    decided = Unmasking.objects.filter(pk=asked.pk, approved=None).update(
        approved=approve, decided_by=by, decided_at=timezone.now(), answer=answer.strip()
    )
    if not decided:
        raise BadInput("this was decided already", field="answer", remedy="Look at the list")
    note(asked.case, by, Act.NAME_APPROVE, person=asked.pseudonym, approved=approve, reason=answer.strip())
