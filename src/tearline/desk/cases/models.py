"""A case as it is kept. What a case may be used for is in `standing.py`; who may see it, in `tearline.desk.walls`.

Nothing here is ever deleted: rows that no longer hold are ended, and the history keeps what was done.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tearline.desk.accounts.models import Body

USER = settings.AUTH_USER_MODEL


class Case(models.Model):
    """An investigation of one body. Its id says nothing of how many others there are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey(Body, models.PROTECT, related_name="cases")
    title = models.CharField(_("title"), max_length=200)
    purpose = models.TextField(_("purpose"), blank=True)
    authority = models.TextField(_("authority"), blank=True, help_text=_("the law, warrant or mandate"))
    marking = models.CharField(_("marking of the case's own papers"), max_length=200, default="UNCLASSIFIED")
    narrative = models.TextField(_("narrative"), blank=True)
    every_product = models.BooleanField(_("all products are within its scope"), default=False)
    period_from = models.DateTimeField(_("period from"), null=True, blank=True)
    period_to = models.DateTimeField(_("period to"), null=True, blank=True)
    restricted = models.BooleanField(
        _("named members only"), default=False, help_text=_("closed to colleagues who are not named as members")
    )
    opened_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-opened_at"]

    def __str__(self) -> str:
        return self.title


class ScopeKind(models.TextChoices):
    PRODUCT = "product", _("product")
    ORGANISATION = "organisation", _("organisation")
    DISCLOSURE = "disclosure", _("published item")


class ScopeItem(models.Model):
    """One thing within a case's scope, by its id in the ledger. No organisation named: all of them.

    `brought_in`: the register has it only because this case brought it in; no other case sees it there.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="scope_items")
    kind = models.CharField(max_length=12, choices=ScopeKind)
    item = models.CharField(max_length=200)
    added_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    brought_in = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "kind", "item"], condition=models.Q(ended_at=None), name="one_live_scope_item"
            )
        ]


class Term(models.Model):
    """Until when a case may be worked on, and on whose word; renewals are further terms."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="terms")
    until = models.DateTimeField(_("runs until"))
    authority = models.TextField(_("authority"))
    set_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["set_at"]


class Member(models.Model):
    """Somebody of the case's own body who is named as working on it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="members")
    user = models.ForeignKey(USER, models.PROTECT, related_name="memberships")
    added_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)


class BarKind(models.TextChoices):
    RECUSED = "recused", _("held or wrote a product of the case")
    HANDED_OVER = "handed over", _("handed the case over")
    NAMED = "named", _("kept out by name")


class Bar(models.Model):
    """Somebody who is kept out of a case, whatever else would let them in, until that is lifted with a reason."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="bars")
    user = models.ForeignKey(USER, models.PROTECT, related_name="bars")
    kind = models.CharField(max_length=12, choices=BarKind)
    ground = models.TextField(_("ground"), help_text=_("what the record shows, or the reason given"))
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, blank=True)
    lifted_reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "user", "kind"], condition=models.Q(lifted_at=None), name="one_live_bar"
            )
        ]


class ReadIn(models.Model):
    """Who has been told of a case, when and by whom: the case's own distribution list."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="read_ins")
    who = models.CharField(_("who"), max_length=200)
    office = models.CharField(_("office"), max_length=200, blank=True)
    told_at = models.DateTimeField(_("told at"))
    told_by = models.CharField(_("told by"), max_length=200)
    entered_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["told_at"]


class Entry(models.Model):
    """One line of a case's history: what was done, by whom, when. Only ever added to."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="entries")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    act = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["at", "id"]


class Unmasking(models.Model):
    """Somebody's wish to see one person's name within a case, and what a second person said to it.

    `approved` None: nobody has decided yet. An approval holds for whoever asked, in this case alone.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="unmaskings")
    pseudonym = models.CharField(max_length=200)
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField(_("reason"))
    decided_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    approved = models.BooleanField(null=True, blank=True)
    answer = models.TextField(_("reason of the decision"), blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "asked_by", "pseudonym"],
                condition=models.Q(approved=None),
                name="one_undecided_unmasking",
            )
        ]


class Task(models.Model):
    """Something to be done in a case, by somebody, until some day."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks")
    what = models.CharField(_("what is to be done"), max_length=300)
    assignee = models.ForeignKey(
        USER, models.PROTECT, related_name="tasks", null=True, blank=True, verbose_name=_("by whom")
    )
    due = models.DateField(_("until"), null=True, blank=True)
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering: ClassVar = [models.F("due").asc(nulls_last=True), "made_at"]


class Paper(models.Model):
    """One of the case's own papers, registered as a product: who reads it is on record like for any other."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="papers")
    product = models.CharField(max_length=200)
    title = models.CharField(_("title"), max_length=200)
    marking = models.CharField(_("marking"), max_length=200)
    registered_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["registered_at"]


class Pin(models.Model):
    """An event of the record that somebody put on the case's timeline. `says` is without names."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="pins")
    event = models.CharField(_("event"), max_length=200)
    at = models.DateTimeField()
    says = models.CharField(max_length=500)
    pinned_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    pinned_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["at"]


class RecusalCheck(models.Model):
    """Against which state of the record it was last worked out whether a user must keep out of a case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="recusal_checks")
    user = models.ForeignKey(USER, models.PROTECT, related_name="+")
    person = models.CharField(max_length=200)
    basis = models.CharField(max_length=64, blank=True)
    checked_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "user"], name="one_recusal_check")]
