"""Watching long work: the list of it, one piece, stopping it, running it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tearline.desk.acts import Act
from tearline.desk.cases.models import Case
from tearline.desk.cases.standing import Standing
from tearline.desk.doors import Asked, door, find_case
from tearline.desk.evidence import workspace
from tearline.desk.pages import UNMARKED, show
from tearline.desk.work import running
from tearline.desk.work.kinds import KINDS
from tearline.desk.work.models import AGAIN, ENDED, Job, JobState, visible_jobs

MOST = 100
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Line:
    """A job as a list shows it."""

    job: Job
    standing: JobState

    @property
    def ended(self) -> bool:
        return self.standing in ENDED

    @property
    def again(self) -> bool:
        return self.standing in AGAIN

    @property
    def share(self) -> int | None:
        """How many hundredths are done; None where nobody knows out of how much."""
        if not self.job.total:
            return None
        return min(100, 100 * self.job.done // self.job.total)

    @property
    def way_on(self) -> str:
        return KINDS[self.job.kind].way_on(self.job) if self.standing is JobState.DONE else ""


def line(job: Job) -> Line:
    return Line(job, job.standing(timezone.now()))


@dataclass(frozen=True, slots=True)
class JobsPage:
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class JobPage:
    line: Line


def _own(
    view: Callable[Concatenate[Asked, Job, P], HttpResponse],
) -> Callable[Concatenate[Asked, UUID, P], HttpResponse]:
    """Give the view the job itself. Hidden and absent ones take the same way."""

    @wraps(view)
    def found(request: Asked, job: UUID, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        one = visible_jobs(request.user).select_related("owner", "case").filter(pk=job).first()
        if one is None:
            raise Http404
        return view(request, one, *args, **kwargs)

    return found


def _marking(case: Case | None) -> str:
    return case.marking if case else UNMARKED


@door(Act.DESK_USE)
def jobs(request: Asked) -> HttpResponse:
    found = visible_jobs(request.user).select_related("owner", "case")[:MOST]
    marking = workspace().highest_marking({job.case.marking for job in found if job.case})
    return show(request, "work/jobs.html", JobsPage([line(job) for job in found]), marking=marking, section="work")


@door(Act.DESK_USE)
def job(request: Asked, job: UUID) -> HttpResponse:
    return _job(request, job)


@_own
def _job(request: Asked, job: Job) -> HttpResponse:
    case = find_case(request.user, job.case.pk, timezone.now()) if job.case else None
    return show(
        request, "work/job.html", JobPage(line(job)), marking=_marking(job.case), case=case, section="work"
    )


@door(Act.DESK_USE)
def state(request: Asked, job: UUID) -> HttpResponse:
    """The part of the page that says how far it is, for the page to ask for again."""
    return _state(request, job)


@_own
def _state(request: Asked, job: Job) -> HttpResponse:
    return show(request, "work/_state.html", JobPage(line(job)), marking=_marking(job.case))


@door(Act.DESK_USE)
@require_POST
def cancel(request: Asked, job: UUID) -> HttpResponse:
    return _cancel(request, job)


@_own
def _cancel(request: Asked, job: Job) -> HttpResponse:
    running.cancel(job)
    return redirect("work:job", job=job.pk)


@door(Act.DESK_USE)
@require_POST
def again(request: Asked, job: UUID) -> HttpResponse:
    return _again(request, job)


@_own
def _again(request: Asked, job: Job) -> HttpResponse:
    if job.owner_id != request.user.pk:
        messages.info(request, _("Only whoever started it can run it again."))
        return redirect("work:job", job=job.pk)
    if job.case is not None and find_case(request.user, job.case.pk, timezone.now()).standing is not Standing.OPEN:
        messages.info(request, _("The case is not open: nothing is looked up in it now."))
        return redirect("work:job", job=job.pk)
    fresh = running.again(job, request.user)
    return redirect("work:job", job=(fresh or job).pk)
