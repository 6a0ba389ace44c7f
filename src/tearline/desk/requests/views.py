"""Requests: the list over all cases one sees, a case's own, one request with its letters and answers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from tearline.desk.acts import Act
from tearline.desk.doors import Asked, OpenCase, case_door, door, refused
from tearline.desk.evidence import workspace
from tearline.desk.pages import show
from tearline.desk.requests import asking
from tearline.desk.requests.forms import AnswerForm, RequestForm
from tearline.desk.requests.letters import letter
from tearline.desk.requests.models import LANGUAGES, Answer, Line, Request, State, line, lines_of
from tearline.desk.requests.setting import docx, pdf
from tearline.desk.taking_in.jobs import take_in_later
from tearline.desk.taking_in.uploads import keep_upload
from tearline.desk.walls import Reason, visible_cases

MOST = 500
KINDS = {
    "pdf": ("application/pdf", pdf),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx),
}


@dataclass(frozen=True, slots=True)
class AllPage:
    lines: list[Line]


@door(Act.DESK_USE)
def everything(request: Asked) -> HttpResponse:
    """All requests of the cases one may see, those that expire or are due soonest first."""
    today = timezone.now().date()
    found = (
        Request.objects.filter(case__in=visible_cases(request.user))
        .select_related("case")
        .order_by(F("expires").asc(nulls_last=True), "due")[:MOST]
    )
    lines = [line(one, today) for one in found]
    marking = workspace().highest_marking({one.case.marking for one in found})
    return show(request, "requests/all.html", AllPage(lines), marking=marking, section="requests")


@dataclass(frozen=True, slots=True)
class CasePage:
    lines: list[Line]
    may_write: bool


@case_door(Act.CASE_SEE)
def of_case(request: Asked, case: OpenCase) -> HttpResponse:
    page = CasePage(lines_of(case.case), case.may(Act.REQUEST_WRITE))
    return show(request, "requests/of_case.html", page, marking=case.case.marking, case=case, section="requests")


@dataclass(frozen=True, slots=True)
class EditPage:
    form: RequestForm
    request_shown: Request | None


@case_door(Act.REQUEST_WRITE)
def new(request: Asked, case: OpenCase) -> HttpResponse:
    form = RequestForm(
        request.POST or None,
        organisations=dict(workspace().organisation_names()),
        initial={
            "authority": case.case.authority,
            "marking": case.case.marking,
            "language": request.LANGUAGE_CODE,
        },
    )
    if request.method == "POST" and form.is_valid():
        made = asking.write(case.case, request.user, form.cleaned_data)
        return redirect("requests:one", case=case.pk, identifier=made.pk)
    page = EditPage(form, None)
    return show(request, "requests/edit.html", page, marking=case.case.marking, case=case, section="requests")


def _found(case: OpenCase, identifier: UUID) -> Request:
    found = case.case.requests.select_related("case__body", "after", "made_by", "sent_by").filter(pk=identifier)
    one = found.first()
    if one is None:
        raise Http404
    return one


@case_door(Act.REQUEST_WRITE)
def edit(request: Asked, case: OpenCase, identifier: UUID) -> HttpResponse:
    one = _found(case, identifier)
    if one.state != State.DRAFT:
        raise Http404
    form = RequestForm(request.POST or None, instance=one, organisations=dict(workspace().organisation_names()))
    if request.method == "POST" and form.is_valid():
        changed = form.save(commit=False)
        changed.addressee = form.cleaned_data["addressee"]
        changed.save()
        return redirect("requests:one", case=case.pk, identifier=one.pk)
    page = EditPage(form, one)
    return show(request, "requests/edit.html", page, marking=case.case.marking, case=case, section="requests")


@dataclass(frozen=True, slots=True)
class OnePage:
    line: Line
    answers: list[Answer]
    form: AnswerForm
    languages: tuple[tuple[str, str], ...]
    may_write: bool
    may_send: bool
    may_answer: bool


@case_door(Act.CASE_SEE)
def one(request: Asked, case: OpenCase, identifier: UUID) -> HttpResponse:
    found = _found(case, identifier)
    return _page(request, case, found, AnswerForm(organisations=dict(workspace().organisation_names())))


def _page(request: Asked, case: OpenCase, found: Request, form: AnswerForm) -> HttpResponse:
    page = OnePage(
        line=line(found, timezone.now().date()),
        answers=list(found.answers.select_related("entered_by")),
        form=form,
        languages=LANGUAGES,
        may_write=case.may(Act.REQUEST_WRITE),
        may_send=case.may(Act.REQUEST_SEND) and found.state == State.DRAFT,
        may_answer=case.may(Act.ANSWER_TAKE) and found.state in {State.SENT, State.ANSWERED},
    )
    return show(request, "requests/one.html", page, marking=case.case.marking, case=case, section="requests")


@case_door(Act.CASE_SEE)
def letter_file(request: Asked, case: OpenCase, identifier: UUID, language: str, ending: str) -> HttpResponse:
    found = _found(case, identifier)
    if language not in dict(LANGUAGES) or ending not in KINDS:
        raise Http404
    kind, make = KINDS[ending]
    reply = HttpResponse(make(letter(found, language, timezone.now().date())), content_type=kind)
    name = f"{slugify(found.reference.replace('/', '-'))}-{language}.{ending}"
    reply["Content-Disposition"] = f'attachment; filename="{name}"'
    reply["Cache-Control"] = "no-store"
    return reply


@case_door(Act.REQUEST_SEND)
@require_POST
def send(request: Asked, case: OpenCase, identifier: UUID) -> HttpResponse:
    asking.send(_found(case, identifier), request.user)
    return redirect("requests:one", case=case.pk, identifier=identifier)


@case_door(Act.REQUEST_WRITE)
@require_POST
def withdraw(request: Asked, case: OpenCase, identifier: UUID) -> HttpResponse:
    asking.withdraw(_found(case, identifier), request.user)
    return redirect("requests:one", case=case.pk, identifier=identifier)


@case_door(Act.ANSWER_TAKE)
@require_POST
def answer(request: Asked, case: OpenCase, identifier: UUID) -> HttpResponse:
    """Enter an answer; what came with it goes through intake beside."""
    found = _found(case, identifier)
    if found.state not in {State.SENT, State.ANSWERED}:
        raise refused(Reason.NOT_THE_ROLE)
    form = AnswerForm(request.POST, request.FILES, organisations=dict(workspace().organisation_names()))
    if not form.is_valid():
        return _page(request, case, found, form)
    given = form.cleaned_data["file"]
    kept = keep_upload(given) if given else None
    asking.take_answer(found, request.user, form.cleaned_data, files=1 if kept else 0)
    if kept is not None:
        job = take_in_later(request.user, [kept], organisation=found.organisation, case=case.case)
        return redirect("work:job", job=job.pk)
    return redirect("requests:one", case=case.pk, identifier=identifier)
