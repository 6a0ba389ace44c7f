"""Today: what needs me, soonest first, by role. What nobody needs to do does not stand here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Final

from django.db.models import Max, Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone

from tearline.desk.accounts.models import Role, User
from tearline.desk.acts import Act
from tearline.desk.cases.models import Case, Task, Unmasking
from tearline.desk.doors import Asked, door
from tearline.desk.evidence import workspace
from tearline.desk.pages import show
from tearline.desk.reading.models import Session
from tearline.desk.requests.models import Line, Request, State, line
from tearline.desk.taking_in.models import Upload
from tearline.desk.walls import visible_cases
from tearline.desk.work.models import Job as Kept
from tearline.desk.work.models import JobState, visible_jobs
from tearline.desk.work.views import Line as Job
from tearline.desk.work.views import line as job_line

SOON: Final = timedelta(days=14)
"""A case whose term ends within this needs a thought about its renewal; a task due within it shows."""
RECENT: Final = timedelta(days=2)
"""How long work that failed still shows."""
MOST: Final = 30


@dataclass(frozen=True, slots=True)
class TodayPage:
    names: list[Unmasking]
    answered_names: list[Unmasking]
    ending: Sequence[Case]
    drafts: Sequence[Case]
    overdue: list[Line]
    expiring: list[Line]
    to_send: list[Line]
    awaited: list[Line]
    tasks: list[Task]
    jobs: list[Job]
    uploads: list[Upload]
    sessions: list[Session]
    role: str
    nothing: bool = True


@door(Act.DESK_USE)
def today(request: Asked) -> HttpResponse:
    user, now = request.user, timezone.now()
    cases = visible_cases(user)
    live = cases.filter(closed_at=None).annotate(until=Max("terms__until"))
    asked = [line(one, now.date()) for one in _requests(cases)]
    expiring = [one for one in asked if one.expiring]
    waiting = Unmasking.objects.filter(case__in=cases).select_related("case", "asked_by", "decided_by")
    page = TodayPage(
        names=list(waiting.filter(approved=None).exclude(asked_by=user)[:MOST])
        if user.role == Role.APPROVER
        else [],
        answered_names=list(waiting.filter(asked_by=user, decided_at__gte=now - RECENT)[:MOST]),
        ending=list(live.filter(until__lt=now + SOON).order_by("until")[:MOST]),
        drafts=[one for one in live.prefetch_related("scope_items")[:200] if not _scoped(one)][:MOST],
        overdue=[one for one in asked if one.overdue],
        expiring=expiring,
        to_send=[one for one in asked if one.request.state == State.DRAFT and not one.expiring],
        awaited=[one for one in asked if one.request.state == State.SENT and not one.overdue and not one.expiring],
        tasks=list(
            Task.objects.filter(Q(assignee=user) | Q(assignee=None), case__in=live, done_at=None)
            .filter(Q(due=None) | Q(due__lt=(now + SOON).date()))
            .select_related("case")[:MOST]
        ),
        jobs=[
            one for one in map(job_line, _jobs(user)) if one.standing not in {JobState.DONE, JobState.CANCELLED}
        ],
        uploads=list(Upload.objects.filter(owner=user, taken_at=None)[:MOST]),
        sessions=list(Session.objects.filter(liaison=user, closed_at=None)[:MOST]),
        role=user.role,
    )
    needed = any(
        value
        for name, value in ((field.name, getattr(page, field.name)) for field in fields(page))
        if name not in {"role", "nothing"}
    )
    marking = workspace().highest_marking(cases.values_list("marking", flat=True).distinct())
    return show(request, "today/today.html", replace(page, nothing=not needed), marking=marking, section="today")


def _requests(cases: QuerySet[Case]) -> list[Request]:
    found = Request.objects.filter(case__in=cases, case__closed_at=None, state__in=[State.DRAFT, State.SENT])
    return list(found.select_related("case").order_by("expires", "due")[:200])


def _jobs(user: User) -> list[Kept]:
    since = timezone.now() - RECENT
    return list(visible_jobs(user).filter(owner=user, made_at__gte=since).select_related("owner", "case")[:MOST])


def _scoped(case: Case) -> bool:
    return case.every_product or any(
        item.kind == "product" and item.ended_at is None for item in case.scope_items.all()
    )
