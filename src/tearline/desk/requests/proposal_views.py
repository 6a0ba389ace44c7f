"""Working out proposals for a case's published items, and choosing which become letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tearline.desk.acts import Act
from tearline.desk.cases.models import ScopeKind
from tearline.desk.doors import Asked, OpenCase, case_door
from tearline.desk.evidence import inquiry, workspace
from tearline.desk.pages import show
from tearline.desk.requests import asking
from tearline.desk.requests.forms import ChooseForm, ProposeForm
from tearline.desk.requests.proposing import KIND
from tearline.desk.work.models import JobState
from tearline.desk.work.running import start


@dataclass(frozen=True, slots=True)
class ProposePage:
    form: ProposeForm
    any_items: bool


@case_door(Act.REQUEST_WRITE)
def propose(request: Asked, case: OpenCase) -> HttpResponse:
    """For which published items of the case proposals are worked out."""
    named = list(
        case.case.scope_items.filter(ended_at=None, kind=ScopeKind.DISCLOSURE).values_list("item", flat=True)
    )
    looked = inquiry(case)
    lines = (workspace().named_lines(looked, disclosures=named) if named else workspace().register_lines(looked))[
        "disclosures"
    ]
    items = {one["id"]: f"{one['title'] or one['id']} · {(one['published_at'] or '')[:10]}" for one in lines}
    form = ProposeForm(request.POST or None, items=items, initial={"disclosures": named})
    if request.method == "POST" and form.is_valid():
        job = start(
            KIND,
            request.user,
            _("Proposals for requests"),
            {"disclosures": form.cleaned_data["disclosures"]},
            case.case,
        )
        return redirect("work:job", job=job.pk)
    page = ProposePage(form, bool(items))
    return show(request, "requests/propose.html", page, marking=case.case.marking, case=case, section="requests")


@dataclass(frozen=True, slots=True)
class ProposalsPage:
    proposals: list[tuple[int, dict[str, Any], str]]
    form: ChooseForm
    again: bool


@case_door(Act.REQUEST_WRITE)
def proposals(request: Asked, case: OpenCase, job: UUID) -> HttpResponse:
    """What was proposed, soonest to expire first; what is chosen becomes drafts."""
    done = case.case.jobs.filter(pk=job, kind=KIND, state=JobState.DONE).first()
    if done is None:
        raise Http404
    found: list[dict[str, Any]] = done.result["proposals"]
    names = workspace().organisation_names()
    form = ChooseForm(request.POST or None, initial={"language": request.LANGUAGE_CODE})
    if request.method == "POST" and form.is_valid():
        chosen = {int(one) for one in request.POST.getlist("choose") if one.isdecimal()}
        picked = [one for n, one in enumerate(found) if n in chosen]
        asking.write_proposals(case.case, request.user, picked, names, form.cleaned_data["language"])
        return redirect("requests:of-case", case=case.pk)
    page = ProposalsPage(
        [(n, one, names.get(one["organisation"], one["organisation"])) for n, one in enumerate(found)],
        form,
        again=case.case.requests.exists(),
    )
    return show(request, "requests/proposals.html", page, marking=case.case.marking, case=case, section="requests")
