"""What reviewers read, in a book of their own that no investigator's screen shows (docs/decisions/0011).

The ledger holds a digest of each line, so that the book cannot be changed later without showing.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models


def _nonce() -> str:
    return secrets.token_hex(16)


class Review(models.Model):
    """One reading by a reviewer: of what, when. Only ever added to."""

    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    asked: models.JSONField[Any, Any] = models.JSONField(default=dict)
    nonce = models.CharField(max_length=32, default=_nonce)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def commitment(self) -> str:
        """A digest that the ledger keeps: with the nonce, nobody can guess from it what was read."""
        said = [self.reviewer.username, self.at.isoformat(), self.asked, self.nonce]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
