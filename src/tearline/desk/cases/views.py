"""Cases: the list of those one may know of, opening one, and its page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import redirect

from tearline.desk.acts import Act
from tearline.desk.cases.doing import open_case
from tearline.desk.cases.forms import OpenCaseForm
from tearline.desk.cases.models import Case, Entry, ReadIn, ScopeItem, Term
from tearline.desk.doors import Asked, OpenCase, case_door, door
from tearline.desk.pages import show
from tearline.desk.walls import visible_cases


@dataclass(frozen=True, slots=True)
class ListPage:
    cases: list[Case]


@door(Act.DESK_USE)
def cases(request: Asked) -> HttpResponse:
    found = visible_cases(request.user).select_related("opened_by").annotate(until=Max("terms__until"))
    return show(request, "cases/list.html", ListPage(list(found)), section="cases")


@dataclass(frozen=True, slots=True)
class NewPage:
    form: OpenCaseForm


@door(Act.CASE_OPEN)
def new(request: Asked) -> HttpResponse:
    form = OpenCaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = open_case(form.save(commit=False), request.user, form.cleaned_data["until"])
        return redirect("cases:case", case=made.pk)
    return show(request, "cases/new.html", NewPage(form), section="cases")


@dataclass(frozen=True, slots=True)
class CasePage:
    case: Case
    terms: list[Term]
    scope: list[ScopeItem]
    read_ins: list[ReadIn]
    history: list[Entry]


@case_door(Act.CASE_SEE)
def case(request: Asked, case: OpenCase) -> HttpResponse:
    page = CasePage(
        case=case.case,
        terms=list(case.case.terms.select_related("set_by")),
        scope=list(case.case.scope_items.filter(ended_at=None)),
        read_ins=list(case.case.read_ins.filter(ended_at=None)),
        history=list(case.case.entries.select_related("by")),
    )
    return show(request, "cases/case.html", page, marking=case.case.marking, case=case, section="cases")
