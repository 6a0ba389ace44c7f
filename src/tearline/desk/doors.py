"""How a view is reached: each names the act that the walls must allow. A view without a door is never called.

    @door(Act.CASE_OPEN)
    def new(request: Asked) -> HttpResponse: ...

    @case_door(Act.EVIDENCE_SEE)
    def product(request: Asked, case: OpenCase, product: str) -> HttpResponse: ...

A case that is hidden and one that is absent take the same way: one query that finds nothing, then the same 404.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Max, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from tearline.desk.accounts.models import User
from tearline.desk.acts import Act
from tearline.desk.cases.models import Case, ScopeItem, ScopeKind
from tearline.desk.cases.standing import Legality, Standing, standing
from tearline.desk.walls import Decision, Reason, Sight, decide, viewer, visible_cases

P = ParamSpec("P")


class Asked(HttpRequest):
    """A request by somebody who is signed in: the middleware lets no other through to a door."""

    user: User


class Refused(PermissionDenied):
    """The walls said no about something that the user may know of. `decision` says why."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason.value)
        self.decision = decision


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that its reader may see, with what its legality rests on at this moment."""

    case: Case
    legality: Legality
    standing: Standing
    viewer: User

    @property
    def pk(self) -> UUID:
        return self.case.pk

    def may(self, act: Act) -> bool:
        """Would the walls allow `act` here? For showing or not showing a button; the door decides again."""
        return self.decision(act).allowed

    def decision(self, act: Act) -> Decision:
        sight = Sight(
            body=self.case.body_id,
            restricted=self.case.restricted,
            member=True,
            barred=False,
            standing=self.standing,
        )
        return decide(act, viewer(self.viewer), sight)


def find_case(user: User, identifier: UUID, now: datetime) -> OpenCase:
    """The case, if `user` may know of it. Raises Http404 alike for hidden and absent ones."""
    scoped = ScopeItem.objects.filter(case=OuterRef("pk"), kind=ScopeKind.PRODUCT, ended_at=None)
    found = (
        visible_cases(user)
        .select_related("body", "opened_by")
        .annotate(until=Max("terms__until"), scoped=Q(every_product=True) | Q(Exists(scoped)))
        .filter(pk=identifier)
        .first()
    )
    if found is None:
        raise Http404
    legality = Legality(found.purpose, found.authority, found.scoped, found.until, found.closed_at)
    return OpenCase(found, legality, standing(legality, now), user)


DOOR: Final = "tearline_door"
"""The attribute of a view that names its act; `tests/desk` reads it to probe every route."""


@dataclass(frozen=True, slots=True)
class Door:
    act: Act
    within_case: bool


def door(
    act: Act,
) -> Callable[[Callable[Concatenate[Asked, P], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view outside any case."""

    def with_door(view: Callable[Concatenate[Asked, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def through(request: Asked, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            decision = decide(act, viewer(request.user))
            if not decision.allowed:
                raise Refused(decision)
            return view(request, *args, **kwargs)

        setattr(through, DOOR, Door(act, within_case=False))
        return through

    return with_door


def case_door(
    act: Act,
) -> Callable[[Callable[Concatenate[Asked, OpenCase, P], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view within a case: its address has a `<uuid:case>`, and the view is given the case itself."""

    def with_door(
        view: Callable[Concatenate[Asked, OpenCase, P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def through(request: Asked, case: UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            found = find_case(request.user, case, timezone.now())
            decision = found.decision(act)
            if not decision.allowed:
                raise Refused(decision)
            if request.session.get("case") != str(found.pk):  # else every look would write to the database
                request.session["case"] = str(found.pk)
            return view(request, found, *args, **kwargs)

        setattr(through, DOOR, Door(act, within_case=True))
        return through

    return with_door


def refused(reason: Reason) -> Refused:
    """A refusal on a ground that only the view can know."""
    return Refused(Decision(False, reason))
