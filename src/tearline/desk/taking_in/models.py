"""A file that was uploaded and has not been taken in yet."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class Upload(models.Model):
    """`path` lies in the workspace; `mapping` is the text of a mapping file, while somebody works on it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=1000)
    organisation = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-made_at"]
