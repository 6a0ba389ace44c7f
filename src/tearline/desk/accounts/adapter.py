"""Nobody signs up: accounts are made by those who keep them."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: Any, password: str) -> None:
        user.must_change_password = False
        super().set_password(user, password)

    def send_notification_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """Accounts have no mail address; an air-gapped desk sends no mail."""
