"""Tearline's word on what allauth leaves open: nobody signs up, no mail is sent, second factors are kept
encrypted, and whoever comes by single sign-on is an account that is there already."""

from __future__ import annotations

import base64
from functools import cache
from ipaddress import ip_address
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tearline.desk.accounts.models import AccountEvent, User, What

SIGNED_IN_AT: Final = "signed_in_at"
"""Where a session keeps when it began, in seconds since 1970."""


def from_proxy(request: HttpRequest) -> bool:
    """Does this come from a proxy whose headers are believed?"""
    try:
        peer = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(peer in network for network in settings.SIGN_ON.proxies)


def client_address(request: HttpRequest) -> str:
    """Where a request comes from: the peer, or what a believed proxy says it is; empty where nobody knows."""
    if from_proxy(request):
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        try:
            return str(ip_address(told))
        except ValueError:
            pass
    return str(request.META.get("REMOTE_ADDR", ""))


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: Any, password: str) -> None:
        user.must_change_password = False
        super().set_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("today")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in just now has said who they are: a first sign-in does not ask for it three times."""
        since = context.request.session.get(SIGNED_IN_AT, 0.0)
        if timezone.now().timestamp() - since < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or "0.0.0.0"  # noqa: S104 - an address for "nobody knows"

    def send_notification_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """Accounts have no mail address; an air-gapped desk sends no mail."""


@cache
def _box(secret: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"tearline desk: second factors").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # as above
    """Secrets of second factors lie in the database encrypted with the desk's secret, which does not lie there."""

    def encrypt(self, text: str) -> str:
        return _box(settings.SECRET_KEY).encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return _box(settings.SECRET_KEY).decrypt(encrypted_text).decode()


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # as above
    """Single sign-on finds accounts and makes none. An account once joined to somebody at a provider stays so: the
    same user name with another subject there is refused."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing:
            return
        claim = sociallogin.provider.app.settings["claim"]
        told = _told(sociallogin.account.extra_data, claim)
        user = User.objects.filter(username=told, is_active=True).first() if told else None
        provider = sociallogin.account.provider
        taken = user and SocialAccount.objects.filter(user=user, provider=provider).exists()
        if user is None or taken:
            AccountEvent.objects.create(
                what=What.FAILED, user=user, address=client_address(request), detail={"way": "single sign-on"}
            )
            raise ImmediateHttpResponse(
                render(
                    request,
                    "socialaccount/authentication_error.html",
                    {"reason": _("No account at this desk belongs to that sign-on.")},
                    status=403,
                )
            )
        sociallogin.connect(request, user)


def _told(answer: Any, claim: str) -> str:
    """A claim, from the signed token before the provider's other answers."""
    for part in (answer.get("id_token"), answer.get("userinfo"), answer):
        if isinstance(part, dict) and isinstance(part.get(claim), str):
            return str(part[claim])
    return ""
