"""Who could have held it: the pathway, one person's holdings, and the leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from tearline.desk.acts import Act
from tearline.desk.cases.unmasking import approved, ask_url
from tearline.desk.doors import Asked, OpenCase, case_door, door
from tearline.desk.evidence import workspace
from tearline.desk.pages import show
from tearline.desk.registry.looks import Look, or_nothing
from tearline.desk.registry.tables import csv_file
from tearline.records.errors import BadInput
from tearline.workspace import Document, Sieve

LEVELS = ("extracted", "opened", "delivered")
BASES = ("act", "arrival", "attested", "addressed")
MOST = 200  # characters of anything given in an address


@dataclass(frozen=True, slots=True)
class Asking:
    """What the page's controls ask for."""

    day: date | None
    levels: tuple[str, ...]
    bases: tuple[str, ...]
    organisations: tuple[str, ...]
    unfolded: bool
    disclosure: str | None
    holder: str | None

    @classmethod
    def of(cls, request: Asked) -> Asking:
        given = request.GET
        return cls(
            day=_day(given.get("before", "")),
            levels=tuple(one for one in LEVELS if one in given.getlist("level")),
            bases=tuple(one for one in BASES if one in given.getlist("basis")),
            organisations=tuple(one[:MOST] for one in given.getlist("organisation")[:100] if one),
            unfolded=given.get("unfolded") == "1",
            disclosure=given.get("disclosure", "")[:MOST] or None,
            holder=given.get("holder", "")[:MOST] or None,
        )

    @property
    def before(self) -> datetime | None:
        """To the end of the day asked for."""
        return datetime.combine(self.day, time.min, UTC) + timedelta(days=1) if self.day else None

    @property
    def sieve(self) -> Sieve:
        return Sieve(frozenset(self.levels), frozenset(self.bases), frozenset(self.organisations))


def _day(text: str) -> date | None:
    """`2026-01-14`, or a number of days since then as the slider gives it."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return date.fromordinal(int(text[:9]))
    except (ValueError, OverflowError) as error:
        raise BadInput(
            _("%(day)s is not a day") % {"day": text[:40]}, field="before", remedy=_("Write it as 2026-01-14")
        ) from error


@dataclass(frozen=True, slots=True)
class PathwayPage:
    look: Look
    found: Document
    asking: Asking
    levels: Sequence[str]
    bases: Sequence[str]
    first: int
    last: int
    at: int
    at_day: str
    query: str
    scope: str


@case_door(Act.PEOPLE_SEE)
def pathway(request: Asked, case: OpenCase, product: str) -> HttpResponse:
    return _pathway(request, Look(request.user, case), product)


@door(Act.REGISTER_SEE)
def register_pathway(request: Asked, product: str) -> HttpResponse:
    return _pathway(request, Look(request.user, None), product)


def _pathway(request: Asked, look: Look, product: str) -> HttpResponse:
    asking = Asking.of(request)
    with or_nothing():
        found = workspace().pathway_picture(
            look.inquiry(),
            product,
            before=asking.before,
            sieve=asking.sieve,
            unfolded=asking.unfolded,
            disclosure=asking.disclosure,
            holder=asking.holder,
        )
    first = date.fromisoformat(found["span"][0][:10]).toordinal()
    last = max(date.fromisoformat(found["span"][1][:10]).toordinal(), first + 1)
    at = min(max(asking.day.toordinal() if asking.day else last, first), last)
    if asking.day is None and found["before"]:
        at = min(max(date.fromisoformat(found["before"][:10]).toordinal(), first), last)
    given = request.GET.copy()
    given.pop("holder", None)
    page = PathwayPage(
        look=look,
        found=found,
        asking=asking,
        levels=LEVELS,
        bases=BASES,
        first=first,
        last=last,
        at=at,
        at_day=date.fromordinal(at).isoformat(),
        query=given.urlencode(),
        scope=found.get("scope", ""),
    )
    return show(
        request, "registry/pathway.html", page, marking=found["marking"], case=look.case, section="products"
    )


@case_door(Act.PEOPLE_SEE)
def table(request: Asked, case: OpenCase, product: str) -> HttpResponse:
    return _table(request, Look(request.user, case), product)


@door(Act.REGISTER_SEE)
def register_table(request: Asked, product: str) -> HttpResponse:
    return _table(request, Look(request.user, None), product)


def _table(request: Asked, look: Look, product: str) -> HttpResponse:
    """All holders as a file, with the page's own filters."""
    asking = Asking.of(request)
    with or_nothing():
        found = workspace().pathway_picture(
            look.inquiry(),
            product,
            before=asking.before,
            sieve=asking.sieve,
            disclosure=asking.disclosure,
            every_row=True,
        )
    head = (
        _("Person"), _("Organisation"), _("Level"), _("Basis"), _("Possible from"), _("Certain from"),
        _("Unbroken chain"), _("Steps"), _("Gaps"),
    )  # fmt: skip
    keys = (
        "person", "organisation_name", "level", "basis", "first_possible", "first_certain", "supported", "steps",
        "gaps",
    )  # fmt: skip
    rows = ([row[key] for key in keys] for row in found["holders"])
    return csv_file(f"pathway-{found['product']['number']}", found["marking"], head, rows)


@dataclass(frozen=True, slots=True)
class LeadsPage:
    look: Look
    found: Document
    disclosure: str
    scope: str


@case_door(Act.PEOPLE_SEE)
def leads(request: Asked, case: OpenCase, disclosure: str) -> HttpResponse:
    look = Look(request.user, case)
    with or_nothing():
        found = workspace().leads_board(look.inquiry(), [disclosure])
    page = LeadsPage(look, found, disclosure, found.get("scope", ""))
    return show(request, "registry/leads.html", page, marking=found["marking"], case=case, section="disclosures")


@dataclass(frozen=True, slots=True)
class PersonPage:
    look: Look
    person: str
    name: str | None
    registered: bool
    holdings: Sequence[Mapping[str, Any]]
    posts: Sequence[Mapping[str, Any]]
    ask: str
    scope: str


@case_door(Act.PEOPLE_SEE)
def person(request: Asked, case: OpenCase, person: str) -> HttpResponse:
    look = Look(request.user, case)
    reason = approved(case.case, request.user, person)
    ask = ask_url(case.case, person) if case.may(Act.NAME_ASK) else ""
    return _person(request, look, person, reason, ask)


@door(Act.REGISTER_SEE)
def register_person(request: Asked, person: str) -> HttpResponse:
    return _person(request, Look(request.user, None), person, None, "")


def _person(request: Asked, look: Look, person: str, reason: str | None, ask: str) -> HttpResponse:
    """Opening somebody is a look-up of its own; their name is shown where its showing was approved."""
    with or_nothing():
        found = workspace().person(look.inquiry(reason), person)
    page = PersonPage(
        look=look,
        person=person,
        name=found["name"],
        registered=found["registered"],
        holdings=found["holdings"],
        posts=found["posts"],
        ask=ask if found["name"] is None else "",
        scope=found.get("scope", ""),
    )
    return show(
        request, "registry/person.html", page, marking=found["marking"], case=look.case, section="products"
    )
