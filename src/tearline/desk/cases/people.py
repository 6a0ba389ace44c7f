"""Who works on a case, who has been told of it, who keeps out, and handing it over."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tearline.desk.accounts.models import Role, User
from tearline.desk.acts import Act
from tearline.desk.cases import doing, recusal
from tearline.desk.cases.changing import FormPage, form_page
from tearline.desk.cases.forms import HandOverForm, KeepOutForm, MemberForm, ReadInForm, ReasonForm
from tearline.desk.cases.models import Case
from tearline.desk.doors import Asked, OpenCase, case_door
from tearline.desk.walls import visible_cases
from tearline.records.errors import BadInput


def colleagues(case: Case) -> QuerySet[User]:
    """Those of the case's body who could work on it."""
    return User.objects.filter(
        body_id=case.body_id, is_active=True, role__in=[Role.INVESTIGATOR, Role.APPROVER]
    ).order_by("username")


def _complain(request: Asked, form: MemberForm | ReadInForm) -> None:
    for errors in form.errors.values():
        for error in errors:
            messages.warning(request, str(error))


@case_door(Act.CASE_CHANGE)
@require_POST
def add_member(request: Asked, case: OpenCase) -> HttpResponse:
    form = MemberForm(request.POST, colleagues=colleagues(case.case))
    if form.is_valid():
        doing.add_member(case.case, request.user, form.cleaned_data["user"])
    else:
        _complain(request, form)
    return redirect("cases:case", case=case.pk)


@case_door(Act.CASE_CHANGE)
@require_POST
def end_member(request: Asked, case: OpenCase, member: int) -> HttpResponse:
    found = case.case.members.filter(pk=member, ended_at=None).select_related("user").first()
    if found is None:
        raise Http404
    doing.end_member(case.case, request.user, found)
    return redirect("cases:case", case=case.pk)


@case_door(Act.CASE_CHANGE)
@require_POST
def read_in(request: Asked, case: OpenCase) -> HttpResponse:
    form = ReadInForm(request.POST)
    if form.is_valid():
        line = form.save(commit=False)
        line.case = case.case
        doing.read_in(line, request.user)
    else:
        _complain(request, form)
    return redirect("cases:case", case=case.pk)


@case_door(Act.CASE_CHANGE)
@require_POST
def end_read_in(request: Asked, case: OpenCase, line: int) -> HttpResponse:
    found = case.case.read_ins.filter(pk=line, ended_at=None).first()
    if found is None:
        raise Http404
    doing.end_read_in(found, request.user)
    return redirect("cases:case", case=case.pk)


@case_door(Act.BAR_LIFT)
@require_POST
def keep_out(request: Asked, case: OpenCase) -> HttpResponse:
    form = KeepOutForm(request.POST, colleagues=colleagues(case.case))
    if form.is_valid():
        doing.keep_out(case.case, request.user, form.cleaned_data["user"], form.cleaned_data["ground"])
    else:
        _complain(request, form)
    return redirect("cases:case", case=case.pk)


@case_door(Act.BAR_LIFT)
def lift(request: Asked, case: OpenCase, bar: int) -> HttpResponse:
    found = case.case.bars.filter(pk=bar, lifted_at=None).select_related("user").first()
    if found is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        doing.lift(found, request.user, form.cleaned_data["reason"])
        return redirect("cases:case", case=case.pk)
    lede = _("%(user)s is kept out: %(ground)s. You let them in on your own word; it stays in the history.") % {
        "user": found.user,
        "ground": found.ground,
    }
    return form_page(request, case, FormPage(form, _("Let somebody in"), lede, _("Let them in")))


@case_door(Act.CASE_HAND_OVER)
def hand_over(request: Asked, case: OpenCase) -> HttpResponse:
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        to: User = form.cleaned_data["to"]
        with transaction.atomic():
            doing.hand_over(
                case.case,
                request.user,
                to,
                keep_sight=form.cleaned_data["keep_sight"],
                reason=form.cleaned_data["reason"],
            )
            recusal.check_case(case.case)
            if not visible_cases(to).filter(pk=case.pk).exists():
                raise BadInput(
                    "whoever is named has to keep out of this case", field="to", remedy="Choose somebody else"
                )
        messages.success(request, _("The case has been handed over."))
        return redirect("cases:list")
    lede = _("Unless you keep sight of it, the case is gone for you, as if it had never been there.")
    return form_page(request, case, FormPage(form, _("Hand the case over"), lede, _("Hand it over")))
