"""A reading session and its lines. The record itself is in the ledger; a line names its event and batch."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL


class After(models.TextChoices):
    """What became of the copy."""

    RETURNED = "returned", _("read and given back")
    KEPT = "kept", _("left with the reader")
    TOLD = "told", _("told of it, without the paper")


class Session(models.Model):
    """One sitting of one liaison, for one organisation. `products`: a product, or those of a binder, by id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    liaison = models.ForeignKey(USER, models.PROTECT, related_name="reading_sessions")
    organisation = models.CharField(max_length=200)
    place = models.CharField(_("place"), max_length=200)
    products: models.JSONField[Any, Any] = models.JSONField(default=list)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-opened_at"]


class ReadingLine(models.Model):
    """One reader and one product. `sheet`: the number of the printed line it was typed from, 0 if from none."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="lines")
    sheet = models.PositiveIntegerField(default=0)
    reader = models.CharField(_("who read"), max_length=200)
    product = models.CharField(max_length=200)
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("to"))
    after = models.CharField(_("afterwards"), max_length=8, choices=After)
    event = models.CharField(max_length=200)
    batch = models.CharField(max_length=200)
    entered_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["entered_at", "id"]
