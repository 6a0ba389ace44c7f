"""A request for records as it is kept, with its answers. What was answered stands in the ledger too."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tearline.desk.cases.models import Case

USER = settings.AUTH_USER_MODEL


class RequestKind(models.TextChoices):
    """A preservation notice asks that records be kept; a request, that they be handed over."""

    NOTICE = "notice", _("preservation notice")
    REQUEST = "request", _("request for records")


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    SENT = "sent", _("sent")
    ANSWERED = "answered", _("answered")
    WITHDRAWN = "withdrawn", _("withdrawn")


class AnswerKind(models.TextChoices):
    FULL = "full", _("in full")
    PARTIAL = "partial", _("in part")
    REFUSED = "refused", _("refused")
    NO_RECORD = "no record", _("no record")
    OVERWRITTEN = "overwritten", _("overwritten")
    HELD_ELSEWHERE = "held by another body", _("held by another body")


LANGUAGES: Final = (("en", "English"), ("fr", "Français"))


class Request(models.Model):
    """One letter to one organisation. `closes`: ids of the gaps it is to close; `after`: the notice before it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="requests")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=RequestKind, default=RequestKind.REQUEST)
    after = models.ForeignKey("self", models.PROTECT, related_name="followed_by", null=True, blank=True)
    organisation = models.CharField(_("addressee"), max_length=200)
    addressee = models.CharField(_("name of the addressee"), max_length=300)
    language = models.CharField(_("language of the letter"), max_length=2, choices=LANGUAGES, default="en")
    authority = models.TextField(_("authority"))
    reason = models.TextField(_("why it is asked for"), blank=True)
    items = models.TextField(_("what is asked for"), help_text=_("one item a line"))
    due = models.DateField(_("answer due"))
    expires = models.DateField(_("records expire"), null=True, blank=True)
    closes: models.JSONField[Any, Any] = models.JSONField(default=list)
    marking = models.CharField(_("marking"), max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    sent_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "number"], name="one_number_a_case")]

    def __str__(self) -> str:
        return f"{self.reference} {self.addressee}"

    @property
    def reference(self) -> str:
        """What the letter is called; it says nothing of how many cases there are."""
        return f"{str(self.case_id)[:8].upper()}/{self.number}"

    def item_lines(self) -> list[str]:
        return [line.strip() for line in self.items.splitlines() if line.strip()]

    def overdue(self, today: date) -> bool:
        return self.state == State.SENT and self.due < today


class Answer(models.Model):
    """What was answered to a request, and what came with it. `record`: the answer's id in the ledger."""

    request = models.ForeignKey(Request, models.PROTECT, related_name="answers")
    kind = models.CharField(_("answer"), max_length=24, choices=AnswerKind)
    given_on = models.DateField(_("date of the answer"))
    reason = models.TextField(_("reason given"), blank=True)
    held_by = models.CharField(_("body that holds them"), max_length=200, blank=True)
    record = models.CharField(max_length=200)
    files = models.PositiveIntegerField(default=0)
    entered_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["entered_at"]


@dataclass(frozen=True, slots=True)
class Line:
    """A request as lists show it."""

    request: Request
    overdue: bool
    expiring: bool


EXPIRING_DAYS: Final = 30


def line(request: Request, today: date) -> Line:
    near = request.expires is not None and (request.expires - today).days <= EXPIRING_DAYS
    return Line(request, request.overdue(today), near and request.state in {State.DRAFT, State.SENT})


def lines_of(case: Case) -> list[Line]:
    """A case's requests; those whose records expire soonest first, then by number."""
    today = timezone.now().date()
    found = case.requests.order_by(models.F("expires").asc(nulls_last=True), "number")
    return [line(one, today) for one in found]
