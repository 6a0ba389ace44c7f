"""Cases: the list of those one may know of, opening one, and its page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import redirect

from tearline.desk.acts import Act
from tearline.desk.cases import recusal
from tearline.desk.cases.doing import open_case
from tearline.desk.cases.embedding import PathwaySummary, Shown, narrative_of
from tearline.desk.cases.forms import KeepOutForm, MemberForm, OpenCaseForm, PinForm, ReadInForm, TaskForm
from tearline.desk.cases.history import HistoryLine, history_of
from tearline.desk.cases.models import Bar, Case, Member, Paper, Pin, ReadIn, ScopeItem, Task, Term
from tearline.desk.cases.people import colleagues
from tearline.desk.doors import Asked, OpenCase, case_door, door
from tearline.desk.evidence import workspace
from tearline.desk.pages import show
from tearline.desk.requests.models import Line, lines_of
from tearline.desk.walls import visible_cases


@dataclass(frozen=True, slots=True)
class ListPage:
    cases: list[Case]


@door(Act.DESK_USE)
def cases(request: Asked) -> HttpResponse:
    found = list(visible_cases(request.user).select_related("opened_by").annotate(until=Max("terms__until")))
    marking = workspace().highest_marking({one.marking for one in found})
    return show(request, "cases/list.html", ListPage(list(found)), marking=marking, section="cases")


@dataclass(frozen=True, slots=True)
class NewPage:
    form: OpenCaseForm


@door(Act.CASE_OPEN)
def new(request: Asked) -> HttpResponse:
    form = OpenCaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = open_case(form.save(commit=False), request.user, form.cleaned_data["until"])
        return redirect("cases:scope", case=made.pk)
    return show(request, "cases/new.html", NewPage(form), section="cases")


@dataclass(frozen=True, slots=True)
class Doors:
    """What the reader may do here: which forms and buttons show."""

    change: bool
    renew: bool
    close: bool
    hand_over: bool
    lift: bool
    evidence: bool
    write: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    case: Case
    missing: tuple[str, ...]
    may: Doors
    terms: list[Term]
    scope: list[ScopeItem]
    narrative: list[Shown]
    tasks: list[Task]
    requests: list[Line]
    pins: list[Pin]
    members: list[Member]
    read_ins: list[ReadIn]
    bars: list[Bar]
    papers: list[Paper]
    waiting_names: int
    history: list[HistoryLine]
    task_form: TaskForm
    pin_form: PinForm
    read_in_form: ReadInForm
    member_form: MemberForm
    keep_out_form: KeepOutForm


def doors_of(case: OpenCase) -> Doors:
    return Doors(
        change=case.may(Act.CASE_CHANGE),
        renew=case.may(Act.CASE_RENEW),
        close=case.may(Act.CASE_CLOSE),
        hand_over=case.may(Act.CASE_HAND_OVER),
        lift=case.may(Act.BAR_LIFT),
        evidence=case.may(Act.EVIDENCE_SEE),
        write=case.may(Act.REQUEST_WRITE),
    )


@case_door(Act.CASE_SEE)
def case(request: Asked, case: OpenCase) -> HttpResponse:
    one = case.case
    recusal.check_unchecked(one)
    others = colleagues(one)
    page = CasePage(
        case=one,
        missing=case.legality.missing(),
        may=doors_of(case),
        terms=list(one.terms.select_related("set_by")),
        scope=list(one.scope_items.filter(ended_at=None).order_by("kind", "item")),
        narrative=narrative_of(case),
        tasks=list(one.tasks.filter(done_at=None).select_related("assignee")),
        requests=lines_of(one),
        pins=list(one.pins.filter(ended_at=None)),
        members=list(one.members.filter(ended_at=None).select_related("user")),
        read_ins=list(one.read_ins.filter(ended_at=None)),
        bars=list(one.bars.select_related("user", "lifted_by")),
        papers=list(one.papers.all()),
        waiting_names=one.unmaskings.filter(approved=None).count(),
        history=history_of(one),
        task_form=TaskForm(colleagues=others),
        pin_form=PinForm(),
        read_in_form=ReadInForm(),
        member_form=MemberForm(colleagues=others),
        keep_out_form=KeepOutForm(colleagues=others.exclude(pk=request.user.pk)),
    )
    shown = [block.found.marking for block in page.narrative if isinstance(block.found, PathwaySummary)]
    marking = workspace().highest_marking([one.marking, *(paper.marking for paper in page.papers), *shown])
    return show(request, "cases/case.html", page, marking=marking, case=case, section="cases")
