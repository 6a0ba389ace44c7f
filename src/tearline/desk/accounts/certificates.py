"""Signing in with a client certificate that a proxy has checked."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from tearline.desk.accounts.adapter import from_proxy
from tearline.desk.accounts.models import User, What
from tearline.desk.accounts.recording import write


def subject(request: HttpRequest) -> str:
    """The subject of the certificate this request came with, if a believed proxy vouches for it; else empty."""
    told = settings.SIGN_ON
    if not told.subject or not from_proxy(request) or request.headers.get(told.verified) != "SUCCESS":
        return ""
    return request.headers.get(told.subject, "")


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as the account the certificate belongs to. The desk's own second factor is asked for as ever."""
    name = subject(request)
    user = User.objects.filter(certificate=name, is_active=True).first() if name else None
    if user is None:
        write(What.FAILED, None, request, way="certificate")
        raise Http404
    response: HttpResponse = perform_login(request, user)
    return response
