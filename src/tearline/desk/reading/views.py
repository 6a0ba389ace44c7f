"""The liaison's pages: sessions, one session by keyboard or touch, its printed sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tearline.desk.acts import Act
from tearline.desk.doors import Asked, door
from tearline.desk.evidence import workspace
from tearline.desk.pages import UNMARKED, show
from tearline.desk.reading import recording
from tearline.desk.reading.forms import LineForm, OpenForm, UndoForm
from tearline.desk.reading.models import After, ReadingLine, Session
from tearline.records.errors import BadInput
from tearline.workspace import Inquiry

SHEET_LINES: Final = 24
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class SessionsPage:
    sessions: list[Session]
    form: OpenForm
    organisation: str


@door(Act.READING_RECORD)
def sessions(request: Asked) -> HttpResponse:
    """Those one opened oneself, and opening another."""
    form = OpenForm(request.POST or None)
    organisation = request.user.organisation
    if request.method == "POST" and form.is_valid():
        if not organisation:
            raise BadInput(
                "your account names no organisation whose readings you record",
                field="organisation",
                remedy="Ask whoever keeps the accounts",
            )
        known = workspace().products_named(_looking(request), form.cleaned_data["products"])["products"]
        if missing := [one for one, found in known.items() if found is None]:
            form.add_error("products", _("Not in the register: %(ids)s") % {"ids": ", ".join(missing[:5])})
        else:
            made = Session.objects.create(
                liaison=request.user,
                organisation=organisation,
                place=form.cleaned_data["place"],
                products=list(dict.fromkeys(known.values())),
            )
            return redirect("reading:session", session=made.pk)
    found = list(Session.objects.filter(liaison=request.user)[:MOST])
    return show(request, "reading/sessions.html", SessionsPage(found, form, organisation), section="reading")


def _own(request: Asked, session: UUID) -> Session:
    found = Session.objects.filter(pk=session, liaison=request.user).select_related("liaison").first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class SessionPage:
    session: Session
    lines: list[ReadingLine]
    form: LineForm


@door(Act.READING_RECORD)
def session(request: Asked, session: UUID) -> HttpResponse:
    """Enter readers one after another; what was typed for one stands ready for the next."""
    one = _own(request, session)
    now = timezone.now().replace(second=0, microsecond=0)
    ready = {"products": one.products, "after": After.RETURNED, "since": now, "until": now}
    form = LineForm(request.POST or None, products=one.products, initial=ready)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        for product in given["products"]:
            recording.enter(
                one,
                reader=given["reader"].strip(),
                product=product,
                since=given["since"],
                until=given["until"],
                after=After(given["after"]),
                sheet=given["sheet"] or 0,
            )
        messages.success(request, _("Entered: %(reader)s") % {"reader": given["reader"]})
        ready = {**given, "reader": "", "sheet": given["sheet"] + 1 if given["sheet"] else None}
        form = LineForm(products=one.products, initial=ready)
    page = SessionPage(one, list(one.lines.all()), form)
    return show(request, "reading/session.html", page, marking=_marking(request, one), section="reading")


def _looking(request: Asked) -> Inquiry:
    """A liaison hands out other organisations' papers too, and sees of each no more than that it is registered."""
    return Inquiry(purpose="reading session", actor=request.user.username)


def _marking(request: Asked, one: Session) -> str:
    marking: str = workspace().products_named(_looking(request), one.products)["marking"]
    return marking or UNMARKED


@door(Act.READING_RECORD)
@require_POST
def close(request: Asked, session: UUID) -> HttpResponse:
    Session.objects.filter(pk=_own(request, session).pk, closed_at=None).update(closed_at=timezone.now())
    return redirect("reading:sessions")


@dataclass(frozen=True, slots=True)
class UndoPage:
    session: Session
    line: ReadingLine
    form: UndoForm


@door(Act.READING_RECORD)
def undo(request: Asked, session: UUID, line: int) -> HttpResponse:
    one = _own(request, session)
    found = one.lines.filter(pk=line, undone_at=None).select_related("session__liaison").first()
    if found is None:
        raise Http404
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        recording.undo(found, form.cleaned_data["reason"])
        return redirect("reading:session", session=one.pk)
    return show(
        request, "reading/undo.html", UndoPage(one, found, form), marking=_marking(request, one), section="reading"
    )


@dataclass(frozen=True, slots=True)
class SheetPage:
    session: Session
    numbers: range


@door(Act.READING_RECORD)
def sheet(request: Asked, session: UUID) -> HttpResponse:
    """A sheet with numbered lines, to be filled in by hand and typed in afterwards, line by line."""
    one = _own(request, session)
    page = SheetPage(one, range(1, SHEET_LINES + 1))
    return show(request, "reading/sheet.html", page, marking=_marking(request, one), section="reading")
