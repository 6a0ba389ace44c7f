"""What every page carries: the marking of what it shows, the rail, and under which case one looks.

A page's own contents are a frozen dataclass, one a template, so that a template's names are checked where they are
made: `show(request, "cases/case.html", CasePage(...), marking=...)`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tearline.desk.accounts.models import User
from tearline.desk.rail import SECTIONS

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from tearline.desk.doors import OpenCase

UNMARKED: Final = "UNCLASSIFIED"
"""The marking of pages that show nothing of a case and nothing of the record."""


UNSETTLED: Final = "unsettled"
"""The attribute of a request by somebody who has yet to choose a password or a second factor: no rail leads on."""


@dataclass(frozen=True, slots=True)
class RailItem:
    """One line of the rail."""

    name: str
    label: Any
    url: str
    current: bool


def show(
    request: HttpRequest,
    template: str,
    page: DataclassInstance,
    *,
    marking: str = UNMARKED,
    case: OpenCase | None = None,
    section: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render a page. `marking`: the highest of what it shows; `section`: the rail's line it belongs to."""
    setattr(request, "section", section)  # noqa: B010 - for `frame`, which sees the request alone
    context = {field.name: getattr(page, field.name) for field in fields(page)}
    context |= {"marking": marking, "open_case": case}
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def frame(request: HttpRequest) -> dict[str, Any]:
    """The rail of whoever is signed in; nothing for anybody else."""
    user = request.user
    settled = isinstance(user, User) and not getattr(request, UNSETTLED, False)
    return {"rail": _rail(user, request) if settled else (), "unmarked": UNMARKED}


def _rail(user: Any, request: HttpRequest) -> tuple[RailItem, ...]:
    section = getattr(request, "section", "")
    return tuple(
        RailItem(line.name, line.label, reverse(line.view), line.name == section)
        for line in SECTIONS
        if user.role in line.roles
    )
