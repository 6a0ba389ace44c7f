"""The page one signs in on, with every way that is set up here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.account.views import LoginView
from django.conf import settings

from tearline.desk.accounts.certificates import subject
from tearline.desk.accounts.sign_on import Provider


@dataclass(frozen=True, slots=True)
class Ways:
    """`certificate`: the subject of the one the request came with, where a believed proxy has checked it."""

    providers: tuple[Provider, ...]
    certificate: str


class SignIn(LoginView):  # type: ignore[misc]  # allauth has no types
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ways = Ways(settings.SIGN_ON.providers, subject(self.request))
        return {**super().get_context_data(**kwargs), "ways": ways}


login = SignIn.as_view()
