"""Today: what needs me, soonest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Max
from django.http import HttpResponse
from django.utils import timezone

from tearline.desk.acts import Act
from tearline.desk.cases.models import Case
from tearline.desk.doors import Asked, door
from tearline.desk.pages import show
from tearline.desk.walls import visible_cases

SOON: Final = timedelta(days=14)
"""A case whose term ends within this needs a thought about its renewal."""


@dataclass(frozen=True, slots=True)
class TodayPage:
    ending: list[Case]
    drafts: list[Case]


@door(Act.DESK_USE)
def today(request: Asked) -> HttpResponse:
    open_cases = visible_cases(request.user).filter(closed_at=None).annotate(until=Max("terms__until"))
    page = TodayPage(
        ending=list(open_cases.filter(until__lt=timezone.now() + SOON).order_by("until")),
        drafts=list(open_cases.filter(until=None)),
    )
    return show(request, "today/today.html", page, section="today")
