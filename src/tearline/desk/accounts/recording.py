"""Sign-ins, failures and changes of what one signs in with, each a line that is only ever added."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as factors
from django.contrib.auth import signals as auth
from django.dispatch import receiver
from django.http import HttpRequest

from tearline.desk.accounts.adapter import client_address
from tearline.desk.accounts.models import AccountEvent, User, What


def write(
    what: What, user: User | None, request: HttpRequest | None, by: User | None = None, **detail: Any
) -> None:
    """One line: what happened to whose account, and who did it where that is somebody else."""
    AccountEvent.objects.create(
        what=what, user=user, by=by, address=client_address(request) if request else "", detail=detail
    )


@receiver(auth.user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    write(What.SIGNED_IN, user, request)


@receiver(auth.user_logged_out)
def _signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        write(What.SIGNED_OUT, user, request)


@receiver(auth.user_login_failed)
def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    name = str(credentials.get("username") or "")
    write(What.FAILED, User.objects.filter(username=name).first(), request)


@receiver([account.password_changed, account.password_set])
def _password(request: HttpRequest, user: User, **_: Any) -> None:
    write(What.PASSWORD_CHANGED, user, request)


@receiver(factors.authenticator_added)
def _added(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    write(What.FACTOR_ADDED, user, request, type=str(authenticator.type))


@receiver(factors.authenticator_removed)
def _removed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    write(What.FACTOR_REMOVED, user, request, type=str(authenticator.type))


@receiver(factors.authenticator_reset)
def _codes(request: HttpRequest, user: User, **_: Any) -> None:
    write(What.CODES_MADE, user, request)


@receiver(factors.authentication_failed)
def _factor_failed(request: HttpRequest, user: User, **_: Any) -> None:
    write(What.FACTOR_FAILED, user, request)
