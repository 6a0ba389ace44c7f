"""How long one stays signed in: 30 minutes without a request, 10 hours at most; and where one is signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from tearline.desk.accounts.adapter import SIGNED_IN_AT
from tearline.desk.accounts.models import What
from tearline.desk.accounts.recording import write
from tearline.desk.acts import Act
from tearline.desk.doors import Asked, door
from tearline.desk.pages import show

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=10)
NOTED: Final = timedelta(minutes=1)
"""How exactly the last request is known: a page more or less often writes nothing."""

_SEEN: Final = "seen_at"


@receiver(user_logged_in)
def _begin(request: HttpRequest, **_: Any) -> None:
    now = timezone.now().timestamp()
    request.session[SIGNED_IN_AT] = request.session[_SEEN] = now


def limited(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Ends a session that has lasted, or rested, too long, before anything else looks at it."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return get_response(request)
        now = timezone.now().timestamp()
        seen = request.session.get(_SEEN, 0.0)
        since = request.session.get(SIGNED_IN_AT, 0.0)
        if now - seen > IDLE.total_seconds() or now - since > LONGEST.total_seconds():
            write(What.SESSION_ENDED, request.user, request, reason="time")
            logout(request)
            messages.info(request, _("You were signed out because the time of your session had passed."))
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        if now - seen > NOTED.total_seconds():
            request.session[_SEEN] = now
            UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())
        return get_response(request)

    return answer


@dataclass(frozen=True, slots=True)
class SessionsPage:
    sessions: list[UserSession]
    idle: int
    longest: int


@door(Act.DESK_USE)
def sessions(request: Asked) -> HttpResponse:
    """Where one is signed in."""
    if request.method == "POST":
        one = UserSession.objects.filter(user=request.user, pk=_number(request.POST.get("session"))).first()
        if one is None:
            raise Http404
        write(What.SESSION_ENDED, request.user, request, reason="ended by its owner")
        if one.session_key == request.session.session_key:
            logout(request)
            return redirect("account_login")
        one.end()
        messages.success(request, _("The session was ended."))
        return redirect("own_sessions")
    found = sorted(UserSession.objects.purge_and_list(request.user), key=lambda one: one.created_at)
    page = SessionsPage(found, int(IDLE.total_seconds() // 60), int(LONGEST.total_seconds() // 3600))
    return show(request, "accounts/sessions.html", page)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
