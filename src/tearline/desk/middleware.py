"""Deny by default: nobody who is not signed in, with a second factor, reaches a view, and no view is reached that
names no door. And whatever goes wrong is said in plain words."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tearline.desk import wording
from tearline.desk.doors import DOOR, Refused
from tearline.desk.pages import UNSETTLED, show
from tearline.records.errors import BadInput, IntegrityFailure, NotPermitted, TearlineError

Next = Callable[[HttpRequest], HttpResponse]

PERMISSIONS: Final = ", ".join(
    f"{device}=()"
    for device in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb", "serial", "hid")
)
"""Security keys are not among these: they have a permission of their own, given to the desk's own pages alone."""

ENTRANCE: Final = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "certificate_login",
        "account_reauthenticate",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "openid_connect_login",
        "openid_connect_callback",
        "socialaccount_login_error",
        "socialaccount_login_cancelled",
        "set_language",
        "healthy",
    }
)
"""What somebody who is not signed in may reach."""

TOKENS: Final = "api"
"""The addresses that are asked with an access token instead of a session."""
DESCRIBED: Final = frozenset({"api:openapi-json", "api:api-root"})
"""Those of them that say what can be asked, and are read by whoever is signed in."""

SETTLING: Final = frozenset(
    {
        "account_change_password",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_edit_webauthn",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
    }
)
"""What somebody reaches who is signed in but has yet to choose a password or a second factor."""


def careful(get_response: Next) -> Next:
    """What every answer tells a browser: keep nothing of a page, lend it to no other site, open no device."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return answer


def signed_in(get_response: Next) -> Next:
    """Nobody passes who is not signed in; nobody works who has not settled a password and a second factor."""

    class SignedIn:
        def __call__(self, request: HttpRequest) -> HttpResponse:
            return get_response(request)

        def process_view(
            self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
        ) -> HttpResponseBase | None:
            match = request.resolver_match
            name = match.view_name if match else ""
            if name in ENTRANCE:
                return None
            if match is not None and match.namespace == TOKENS and name not in DESCRIBED and hasattr(view, DOOR):
                return None  # asked with a token: the address looks at it itself, and at no session
            user = request.user
            if not user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            settled = not user.must_change_password and is_mfa_enabled(user)
            setattr(request, UNSETTLED, not settled)
            if name in SETTLING:
                return None
            if user.must_change_password:
                return redirect("account_change_password")
            if not settled:
                return redirect("mfa_index")
            if not hasattr(view, DOOR):
                raise PermissionDenied
            return None

    return SignedIn()


@dataclass(frozen=True, slots=True)
class TroublePage:
    title: str
    happened: str
    remedy: str


def plain_errors(get_response: Next) -> Next:
    """What went wrong, that nothing was lost, and what to do next. Never a traceback."""

    class PlainErrors:
        def __call__(self, request: HttpRequest) -> HttpResponse:
            return get_response(request)

        def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
            if isinstance(error, Refused):
                page = TroublePage(
                    _("Not open to you"), wording.why(error.decision.reason), wording.way_on(error.decision.reason)
                )
                return show(request, "desk/trouble.html", page, status=403)
            if not isinstance(error, TearlineError):
                return None
            status, title = _kind(error)
            if status == 500:
                logging.getLogger("tearline.desk").error("%s", error)
            return show(
                request, "desk/trouble.html", TroublePage(title, error.what, error.remedy or ""), status=status
            )

    return PlainErrors()


def _kind(error: TearlineError) -> tuple[int, str]:
    if isinstance(error, BadInput):
        return 400, _("That cannot be answered as asked")
    if isinstance(error, NotPermitted):
        return 403, _("Not permitted")
    if isinstance(error, IntegrityFailure):
        return 500, _("The record does not hold together")
    return 503, _("Not possible just now; nothing was lost")
