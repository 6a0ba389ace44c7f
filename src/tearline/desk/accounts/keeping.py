"""What administrators do to accounts. Nothing is deleted: an account is stopped, and what it did stays."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import HttpRequest

from tearline.desk.accounts.models import Role, User, What
from tearline.desk.accounts.recording import write
from tearline.desk.doors import refused
from tearline.desk.walls import Reason


@transaction.atomic
def make(user: User, by: User, request: HttpRequest) -> str:
    """Keep a new account; its password for the first sign-in."""
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.must_change_password = True
    user.save()
    write(What.MADE, user, request, by, role=user.role, body=user.body.name)
    return password


@transaction.atomic
def change(user: User, before: dict[str, Any], by: User, request: HttpRequest) -> None:
    """Keep what was changed, with what it was before. Raises Refused where no administrator would be left."""
    now = {name: str(getattr(user, name)) for name in before}
    changed = {name: [before[name], now[name]] for name in before if before[name] != now[name]}
    if not changed:
        return
    if before["role"] == Role.ADMINISTRATOR and user.role != Role.ADMINISTRATOR:
        _another_administrator(user)
    user.save()
    if "role" in changed or "body" in changed:
        end_sessions(user)
    write(What.CHANGED, user, request, by, **changed)


@transaction.atomic
def stop(user: User, by: User, request: HttpRequest, reason: str) -> None:
    """Nobody signs in with it any more, and whoever is signed in with it is out. Raises Refused for the last
    administrator."""
    if user.role == Role.ADMINISTRATOR:
        _another_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user)
    write(What.STOPPED, user, request, by, reason=reason)


@transaction.atomic
def resume(user: User, by: User, request: HttpRequest, reason: str) -> None:
    user.is_active = True
    user.save(update_fields=["is_active"])
    write(What.RESUMED, user, request, by, reason=reason)


@transaction.atomic
def reset_password(user: User, by: User, request: HttpRequest, reason: str) -> str:
    """A new one-time password in place of the one that was lost."""
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    end_sessions(user)
    write(What.PASSWORD_RESET, user, request, by, reason=reason)
    return password


@transaction.atomic
def reset_factors(user: User, by: User, request: HttpRequest, reason: str) -> None:
    """Take away what was lost; the next sign-in asks for a new second factor."""
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    write(What.FACTORS_RESET, user, request, by, reason=reason)


def end_sessions(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()


def _another_administrator(user: User) -> None:
    """The rows are locked, so that two administrators cannot stop each other at once."""
    left = User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if not list(left.values_list("pk", flat=True)):
        raise refused(Reason.LAST_ADMINISTRATOR)
