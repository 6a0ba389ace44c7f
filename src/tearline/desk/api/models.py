"""Access tokens. The token itself is shown once and kept nowhere; here lies its hash."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tearline.desk.cases.models import Case


class Token(models.Model):
    """What a program may do in its owner's name: `acts` of those the owner may do, in one case or in any of
    theirs, until it ends. Never deleted: it says who could ask until when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="tokens")
    label = models.CharField(_("what it is for"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    acts: models.JSONField[Any, Any] = models.JSONField(default=list)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="tokens")
    made_at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(_("ends"))
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-made_at"]
