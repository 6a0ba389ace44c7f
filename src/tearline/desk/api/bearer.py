"""Who asks over the interface: the owner of a token, narrowed to what the token may do."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Final

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from tearline.desk.api.models import Token

BEGINS: Final = "tearline_"
"""So that a token left lying in a file is known for what it is."""
NOTED: Final = timedelta(minutes=1)


def fresh() -> tuple[str, str]:
    """A new token of 256 random bits, and the hash by which it is known."""
    token = BEGINS + secrets.token_urlsafe(32)
    return token, digest_of(token)


def digest_of(token: str) -> str:
    """Without salt: what is hashed is random and long, so that no table of guesses exists."""
    return sha256(token.encode()).hexdigest()


class Bearer(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        now = timezone.now()
        found = (
            Token.objects.select_related("user", "user__body")
            .filter(digest=digest_of(token), ended_at=None, until__gt=now, user__is_active=True)
            .first()
        )
        if found is None or found.user.must_change_password or not is_mfa_enabled(found.user):
            return None
        if found.used_at is None or now - found.used_at > NOTED:
            Token.objects.filter(pk=found.pk).update(used_at=now)
        request.user = found.user
        return found
