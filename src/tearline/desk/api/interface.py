"""The addresses of the interface. Each names the act that the walls, and the token, must allow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, ValidationError

from tearline.desk.acts import Act
from tearline.desk.api.bearer import Bearer
from tearline.desk.api.models import Token
from tearline.desk.doors import DOOR, Asked, Door, OpenCase, Refused, door, find_case
from tearline.desk.evidence import inquiry, scope_of, workspace
from tearline.desk.walls import decide, viewer, visible_cases
from tearline.records.errors import BadInput, NotPermitted, TearlineError
from tearline.records.times import parse_interval

Answer = dict[str, Any]


class Problem(Schema):
    """What went wrong and what to do about it."""

    what: str
    remedy: str = ""


class CaseLine(Schema):
    id: UUID
    title: str
    opened_at: datetime
    until: datetime | None
    closed_at: datetime | None


class CaseWhole(CaseLine):
    purpose: str
    authority: str
    standing: str
    marking: str
    products: list[str] | None
    organisations: list[str] | None


api = NinjaAPI(
    title="Tearline",
    version="1",
    description="The desk's answers as JSON, behind the same walls. Reading only: every look-up is recorded "
    "before it is answered, with the purpose of its case, and people stay under pseudonyms.",
    urls_namespace="api",
    docs_url=None,
    docs_decorator=door(Act.DESK_USE),
    auth=Bearer(),
)

_PROBLEMS: Final = dict.fromkeys((400, 401, 403, 404, 409, 422, 500, 503), Problem)
_DOORS: Final[dict[str, Door]] = {}


def _get(place: str, act: Act, answer: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An address, and its door: without an act none can be written."""

    def register(view: Callable[..., Any]) -> Callable[..., Any]:
        _DOORS[place] = Door(act, within_case="{uuid:case}" in place)
        registered: Callable[..., Any] = api.get(
            place,
            response={200: answer, **_PROBLEMS},
            summary=(view.__doc__ or "").split(".")[0],
            tags=[act.value.partition(":")[0]],
        )(view)
        return registered

    return register


def _asked(request: HttpRequest, act: Act) -> Token:
    """The token of a request, if it and its owner may do `act` at all."""
    token: Token = request.auth  # type: ignore[attr-defined]  # ninja puts there what Bearer returns
    if act.value not in token.acts:
        raise NotPermitted(
            f"this token may not do {act.value}", remedy="Its owner can make one that may, on the desk"
        )
    return token


def _case(request: HttpRequest, case: UUID, act: Act) -> OpenCase:
    """The case, if token and owner may do `act` in it. One that a token does not reach is not there for it."""
    token = _asked(request, act)
    if token.case_id not in (None, case):
        raise Http404
    found = find_case(token.user, case, timezone.now())
    decision = found.decision(act)
    if not decision.allowed:
        raise Refused(decision)
    return found


def _moment(text: str | None) -> datetime | None:
    return parse_interval(text, field="before").earliest if text else None


@_get("/cases", Act.DESK_USE, list[CaseLine])
def cases(request: HttpRequest) -> list[Any]:
    """The cases one may know of."""
    token = _asked(request, Act.DESK_USE)
    decision = decide(Act.DESK_USE, viewer(token.user))
    if not decision.allowed:
        raise Refused(decision)
    found = visible_cases(token.user).annotate(until=Max("terms__until"))
    return list(found if token.case_id is None else found.filter(pk=token.case_id))


@_get("/cases/{uuid:case}", Act.CASE_SEE, CaseWhole)
def case(request: HttpRequest, case: UUID) -> Answer:
    """A case: purpose, authority, scope, standing."""
    found = _case(request, case, Act.CASE_SEE)
    scope = scope_of(found)
    return {
        **{name: getattr(found.case, name) for name in ("id", "title", "opened_at", "closed_at")},
        **{name: getattr(found.case, name) for name in ("purpose", "authority", "marking")},
        "until": found.legality.until,
        "standing": found.standing.value,
        "products": None if scope.products is None else sorted(scope.products),
        "organisations": None if scope.organisations is None else sorted(scope.organisations),
    }


@_get("/cases/{uuid:case}/products", Act.EVIDENCE_SEE, Answer)
def products(request: HttpRequest, case: UUID) -> Answer:
    """The products within the case's scope."""
    return workspace().products(inquiry(_case(request, case, Act.EVIDENCE_SEE)))


@_get("/cases/{uuid:case}/products/{product}", Act.EVIDENCE_SEE, Answer)
def product(request: HttpRequest, case: UUID, product: str) -> Answer:
    """A product: its text by portion, editions, readership against its list."""
    return workspace().product(inquiry(_case(request, case, Act.EVIDENCE_SEE)), product)


@_get("/cases/{uuid:case}/products/{product}/trace", Act.PEOPLE_SEE, Answer)
def trace(request: HttpRequest, case: UUID, product: str, before: str | None = None) -> Answer:
    """Who could have held a product by then, and how."""
    found = _case(request, case, Act.PEOPLE_SEE)
    return workspace().trace(inquiry(found), product, before=_moment(before))


@_get("/cases/{uuid:case}/products/{product}/handling", Act.PEOPLE_SEE, Answer)
def handling(request: HttpRequest, case: UUID, product: str) -> Answer:
    """How a product was handled, against the rules."""
    return workspace().handling(inquiry(_case(request, case, Act.PEOPLE_SEE)), product=product)


@_get("/cases/{uuid:case}/disclosures", Act.EVIDENCE_SEE, Answer)
def disclosures(request: HttpRequest, case: UUID) -> Answer:
    """The public items the case may look at."""
    return workspace().disclosures_listed(inquiry(_case(request, case, Act.EVIDENCE_SEE)))


@_get("/cases/{uuid:case}/disclosures/{disclosure}/match", Act.EVIDENCE_SEE, Answer)
def match(request: HttpRequest, case: UUID, disclosure: str) -> Answer:
    """Which portions of which products a public item draws on."""
    return workspace().match(inquiry(_case(request, case, Act.EVIDENCE_SEE)), disclosure)


@_get("/cases/{uuid:case}/disclosures/{disclosure}/leads", Act.PEOPLE_SEE, Answer)
def leads(request: HttpRequest, case: UUID, disclosure: str) -> Answer:
    """Which explanations fit, none of the recorded holders always among them."""
    return workspace().leads(inquiry(_case(request, case, Act.PEOPLE_SEE)), [disclosure])


@_get("/cases/{uuid:case}/disclosures/{disclosure}/requests", Act.PEOPLE_SEE, Answer)
def requests(request: HttpRequest, case: UUID, disclosure: str) -> Answer:
    """What to ask of whom, soonest-expiring first."""
    return workspace().requests(inquiry(_case(request, case, Act.PEOPLE_SEE)), [disclosure])


def _problem(request: HttpRequest, status: int, what: str, remedy: str = "") -> HttpResponse:
    return api.create_response(request, {"what": what, "remedy": remedy}, status=status)


@api.exception_handler(Http404)
def _absent(request: HttpRequest, _error: Http404) -> HttpResponse:
    return _problem(request, 404, "there is nothing at this address, or nothing that you may see")


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return _problem(request, 403, error.decision.reason.value)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    answer = _problem(request, 401, "no token that holds", "Make one on the desk: Sign-in and keys, Access tokens")
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(ValidationError)
def _wrong(request: HttpRequest, error: ValidationError) -> HttpResponse:
    places = ", ".join(sorted({".".join(str(part) for part in one["loc"]) for one in error.errors}))
    return _problem(request, 422, f"not as described: {places}", "See openapi.json")


@api.exception_handler(TearlineError)
def _trouble(request: HttpRequest, error: TearlineError) -> HttpResponse:
    status = 400 if isinstance(error, BadInput) else 403 if isinstance(error, NotPermitted) else 503
    return _problem(request, status, error.what, error.remedy or "")


def addresses() -> tuple[list[Any], str, str]:
    """ninja's addresses, each with the door it was given, for the middleware and the probe to read. What has no
    door is left out."""
    doors = {place.lstrip("/").replace("{", "<").replace("}", ">"): one for place, one in _DOORS.items()}
    patterns, app, space = api.urls
    for pattern in patterns:
        named = doors.get(str(pattern.pattern).replace("<uuidstr:", "<uuid:"))
        if named is not None:
            setattr(pattern.callback, DOOR, named)
    walled = [pattern for pattern in patterns if hasattr(pattern.callback, DOOR)]
    return [*walled, path("", described, name="api-root")], app, space


@door(Act.DESK_USE)
def described(_request: Asked) -> HttpResponse:
    """Where the interface begins: its own description."""
    return redirect("api:openapi-json")
