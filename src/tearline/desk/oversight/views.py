"""The reviewer's pages: look-ups by body, case, user and period; unusual ones; the reviewers' own book."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tearline.desk.accounts.models import Body, User
from tearline.desk.acts import Act
from tearline.desk.doors import Asked, door
from tearline.desk.evidence import workspace
from tearline.desk.oversight.models import Review
from tearline.desk.oversight.unusual import Unusual, unusual
from tearline.desk.pages import show

MOST: Final = 500


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class FilterForm(forms.Form):
    since = forms.DateField(label=pgettext_lazy("a time", "From"), required=False, widget=_day())
    until = forms.DateField(label=pgettext_lazy("a time", "To"), required=False, widget=_day())
    body = forms.ModelChoiceField(Body.objects.order_by("name"), label=_("Body"), required=False)
    actor = forms.CharField(label=_("User"), required=False, max_length=60)
    case = forms.CharField(label=_("Case"), required=False, max_length=60)
    unmasked = forms.BooleanField(label=_("Only names shown"), required=False)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A look-up as the page shows it. `body`: of the account; empty for the command line."""

    at: str
    actor: str
    body: str
    command: str
    about: str
    purpose: str
    case: str
    unmask: str


@dataclass(frozen=True, slots=True)
class LookupsPage:
    form: FilterForm
    lookups: list[Lookup]
    total: int
    by_body: list[tuple[str, int]]
    by_actor: list[tuple[str, int]]
    by_case: list[tuple[str, int]]
    unmaskings: int
    more: bool


def _read(request: Asked, form: FilterForm, page: str) -> tuple[list[dict[str, Any]], bool]:
    """Look-ups as asked for; that they are read is in the reviewers' book, and its digest in the ledger, first."""
    given = form.cleaned_data if form.is_valid() else {}
    since = given.get("since") or (timezone.now() - timedelta(days=30)).date()
    until = (given.get("until") or timezone.now().date()) + timedelta(days=1)
    asked = {
        "page": page,
        "since": since.isoformat(),
        "until": until.isoformat(),
        **{name: str(given[name]) for name in ("body", "actor", "case", "unmasked") if given.get(name)},
    }
    review = Review.objects.create(reviewer=request.user, at=timezone.now(), asked=asked)
    found = workspace().lookups(
        review.commitment(),
        since=datetime.combine(since, time.min, UTC),
        until=datetime.combine(until, time.min, UTC),
    )
    return found["lookups"], found["more"]


def _marking() -> str:
    """Purposes and ids may say as much as what they are about."""
    return workspace().highest_marking(register=True)


def _bodies() -> dict[str, str]:
    return dict(User.objects.values_list("username", "body__name"))


@door(Act.LOOKUPS_REVIEW)
def lookups(request: Asked) -> HttpResponse:
    form = FilterForm(request.GET or None)
    found, more = _read(request, form, "look-ups")
    bodies, given = _bodies(), form.cleaned_data if form.is_valid() else {}
    wanted = given["body"].name if given.get("body") else ""
    kept = [
        one
        for one in found
        if (not wanted or bodies.get(one["actor"]) == wanted)
        and (not given.get("actor") or one["actor"] == given["actor"])
        and (not given.get("case") or (one["case"] or "").startswith(given["case"]))
        and (not given.get("unmasked") or one["unmask"])
    ]
    page = LookupsPage(
        form=form,
        lookups=[_shown(one, bodies) for one in kept[:MOST]],
        total=len(kept),
        by_body=Counter(bodies.get(one["actor"], "–") for one in kept).most_common(10),
        by_actor=Counter(one["actor"] for one in kept).most_common(10),
        by_case=Counter((one["case"] or "–")[:8] for one in kept).most_common(10),
        unmaskings=sum(1 for one in kept if one["unmask"]),
        more=more or len(kept) > MOST,
    )
    return show(request, "oversight/lookups.html", page, marking=_marking(), section="oversight")


def _shown(one: dict[str, Any], bodies: dict[str, str]) -> Lookup:
    about = ", ".join(
        f"{name} {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in one["parameters"].items()
    )
    return Lookup(
        at=one["at"],
        actor=one["actor"],
        body=bodies.get(one["actor"], ""),
        command=one["command"],
        about=about[:300],
        purpose=one["purpose"] or "",
        case=(one["case"] or "")[:8],
        unmask=one["unmask"] or "",
    )


@dataclass(frozen=True, slots=True)
class UnusualPage:
    form: FilterForm
    found: list[Unusual]
    total: int
    of: int


@door(Act.LOOKUPS_REVIEW)
def out_of_the_ordinary(request: Asked) -> HttpResponse:
    form = FilterForm(request.GET or None)
    read, _more = _read(request, form, "unusual")
    found = unusual(read)
    page = UnusualPage(form, found[:MOST], len(found), len(read))
    return show(request, "oversight/unusual.html", page, marking=_marking(), section="oversight")


@dataclass(frozen=True, slots=True)
class BookPage:
    lines: list[tuple[Review, bool]]


@door(Act.LOOKUPS_REVIEW)
def book(request: Asked) -> HttpResponse:
    """What reviewers of one's own body read, each line held against the ledger's digest of it."""
    held = workspace().commitments()
    found = Review.objects.filter(reviewer__body_id=request.user.body_id).select_related("reviewer")[:MOST]
    lines = [(one, one.commitment() in held) for one in found]
    return show(request, "oversight/book.html", BookPage(lines), marking=_marking(), section="oversight")
