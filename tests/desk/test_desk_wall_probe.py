"""The walls, probed from outside: every address × everybody who must not know of a case. Generated from the URL
table: a new address is probed without anybody thinking of it, and one without a decision fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from desk_routes import Route, address_of, routes
from django.apps import apps
from django.db.models import UUIDField
from django.http import HttpResponse
from django.test import Client
from django.urls.converters import IntConverter, UUIDConverter
from django.utils import timezone

from tearline.desk.accounts.models import Role, User
from tearline.desk.acts import Act
from tearline.desk.cases.models import Bar, Case, Member, ReadIn
from tearline.desk.walls import WITHOUT_CASE
from tearline.workspace import Workspace

TITLE, PURPOSE, TOLD = "Zephyrine quarry affair", "Unriddle the periwinkle memorandum", "Quintessa Volemarsh"
HALF, OTHER_HALF = "Zephyrine qua", "Wmblotted xyo"
PRODUCT, TYPED = "VAS-2025-118", "VAS-2025-042"
SECRETS = (TITLE, PURPOSE, TOLD, PRODUCT)
ALSO_CHANGING = ("other body's investigator", "recused", "own body's administrator", "own body's registrar")
"""Those who also try to change what they must not know of: doors look at no method."""
_TOKENS = re.compile(rb'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[A-Za-z0-9]+')


@pytest.fixture
def closed(desk_workspace: Workspace, make_user, make_case) -> tuple[Case, dict[str, User]]:
    """A case, and everybody who must not know of it, by why."""
    ada = make_user("ada")
    case = make_case(ada, title=TITLE, products=(PRODUCT,))
    Case.objects.filter(pk=case.pk).update(purpose=PURPOSE, narrative=f"{TOLD} was told.")
    ReadIn.objects.create(
        case=case, who=TOLD, office="Harbour office", told_at=timezone.now(), told_by="ada", entered_by=ada
    )
    _things_of(case, ada)
    outside = {f"other body's {role}": make_user(f"p-{role}", role, "Police") for role in Role}
    for role in set(Role) - {Role.INVESTIGATOR, Role.APPROVER}:
        outside[f"own body's {role}"] = make_user(f"i-{role}", role, organisation="ORG")
    for kind in ("recused", "handed over", "named"):
        user = make_user(f"out-{kind.replace(' ', '-')}")
        Bar.objects.create(case=case, user=user, kind=kind, ground="held it", made_by=ada)
        Member.objects.create(case=case, user=user, added_by=ada)
        outside[kind] = user
    return case, outside


def _things_of(case: Case, by: User) -> None:
    """One row of everything that can hang on a case and can be made from its fields alone."""
    for model in apps.get_models():
        if not model.__module__.startswith("tearline.desk."):
            continue
        pointers = [field for field in model._meta.concrete_fields if field.related_model is Case]
        if not pointers or model.objects.filter(**{pointers[0].name: case}).exists():
            continue
        values: dict[str, object] = {pointers[0].name: case}
        for field in model._meta.concrete_fields:
            if field.name in values or field.primary_key or field.null or field.has_default():
                continue
            if field.related_model is User:
                values[field.name] = by
            elif field.get_internal_type() in ("CharField", "TextField"):
                values[field.name] = field.choices[0][0] if field.choices else f"{TITLE}"[: field.max_length or 99]
            elif field.get_internal_type() == "PositiveIntegerField":
                values[field.name] = 1
            elif field.get_internal_type() == "DateTimeField" and not getattr(field, "auto_now_add", False):
                values[field.name] = timezone.now() + timedelta(days=2)
            elif field.get_internal_type() == "DateField":
                values[field.name] = (timezone.now() + timedelta(days=2)).date()
        model.objects.create(**values)


def ids(route: Route) -> Iterator[dict[str, str]]:
    """What can stand in a route beside its case: the ids of all that there is, and what there is not."""
    keys = [
        str(pk)
        for model in apps.get_models()
        if model.__module__.startswith("tearline.desk.") and isinstance(model._meta.pk, UUIDField)
        for pk in model.objects.values_list("pk", flat=True)[:1]
    ]
    other = {name: kind for name, kind in route.converters.items() if name != "case"}
    if not other:
        yield {}
        return
    # Within a case its door comes before anything else in the address: one of each will do.
    for number in ("1",) if route.within_case else ("1", "2"):
        for key in keys[:1] if route.within_case else keys or [str(UUID(int=7))]:
            yield {
                name: number
                if isinstance(kind, IntConverter)
                else key
                if isinstance(kind, UUIDConverter)
                else TYPED
                for name, kind in other.items()
            }
            if not any(isinstance(kind, UUIDConverter) for kind in other.values()):
                break
        if not any(isinstance(kind, IntConverter) for kind in other.values()):
            break


def _secrets_from(user: User, route: Route, case: Case) -> tuple[str, ...]:
    """A reviewer is there to read who looked what up under which case and why; of the case itself, no more."""
    reviews = route.door is not None and route.door.act is Act.LOOKUPS_REVIEW and user.role == Role.REVIEWER
    return (TITLE, TOLD) if reviews else (*SECRETS, str(case.pk))


def plain(answer: HttpResponse, *echoed: str) -> bytes:
    """All that an answer says, without what is new in each (tokens) and what it was itself told."""
    headers = sorted((name, value) for name, value in answer.headers.items() if name != "Content-Length")
    said = f"{answer.status_code} {headers}".encode() + _TOKENS.sub(rb"\1", answer.content)
    for word in echoed:
        said = said.replace(word.encode(), b"()")
    return said


def signed(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_every_address_has_a_decision() -> None:
    for route in routes():
        decided = route.door is not None or route.open_to_all or route.settling
        assert decided, f"{route.pattern}: no door, and not an entrance"
        if route.door is not None and route.door.within_case:
            assert route.within_case, f"{route.pattern}: a door to a case, and no case in the address"
        assert not route.within_case or (route.door and route.door.within_case), route.pattern


def test_each_role_reaches_what_its_table_says_and_nothing_else(desk_workspace: Workspace, make_user) -> None:
    reached = dict.fromkeys(Role, 0)
    for role in Role:
        client = signed(make_user(f"r-{role}", role))
        for route in routes():
            if route.door is None or route.door.within_case or route.tokens:
                continue
            answer = client.get(address_of(route, str(uuid4())))
            allowed = route.door.act in WITHOUT_CASE[role]
            assert (answer.status_code != 403) == allowed, (role, route.pattern, answer.status_code)
            assert answer.status_code < 500, (role, route.pattern)
            reached[role] += allowed
    assert all(reached.values())


def test_nobody_outside_learns_anything_of_a_case(closed: tuple[Case, dict[str, User]]) -> None:
    case, outside = closed
    absent = str(uuid4())
    asked = 0
    for why, user in outside.items():
        client = signed(user)
        for route in routes():
            if route.tokens or route.name in ("account_logout", "own_sessions"):
                continue
            for values in ids(route):
                for method in ("GET", "POST") if why in ALSO_CHANGING else ("GET",):
                    there = address_of(route, str(case.pk), values)
                    hidden = client.generic(method, there)
                    text = hidden.content.decode(errors="replace")
                    for secret in _secrets_from(user, route, case):
                        told = secret in there or secret in values.values()
                        assert told or secret not in text, (why, method, there, secret)
                    assert hidden.status_code < 500, (why, method, there)
                    asked += 1
                    if route.within_case:
                        nowhere = client.generic(method, address_of(route, absent, values))
                        assert hidden.status_code == 404, (why, method, there, hidden.status_code)
                        assert plain(hidden, str(case.pk)) == plain(nowhere, absent), (why, method, there)
    assert asked > 300


def test_searching_for_it_and_for_what_is_not_there_says_the_same(closed: tuple[Case, dict[str, User]]) -> None:
    _case, outside = closed
    for why in ("other body's investigator", "recused", "own body's administrator", "own body's registrar"):
        client = signed(outside[why])
        for route in routes():
            if route.within_case or route.tokens or route.door is None:
                continue
            for name in ("q", "search", "title", "case"):
                here, elsewhere = (
                    client.get(address_of(route, ""), {name: words}) for words in (HALF, OTHER_HALF)
                )
                assert plain(here, HALF, HALF.replace(" ", "+")) == plain(
                    elsewhere, OTHER_HALF, OTHER_HALF.replace(" ", "+")
                ), (why, route.pattern, name)


def test_named_members_alone_know_of_a_restricted_case(make_user, make_case) -> None:
    ada = make_user("ada")
    case = make_case(ada, title=TITLE, restricted=True)
    bob = signed(make_user("bob"))
    for route in routes():
        answer = bob.get(address_of(route, str(case.pk)))
        assert TITLE not in answer.content.decode(errors="replace"), route.pattern
        assert not route.within_case or answer.status_code in (404, 401), route.pattern


def test_nobody_unsigned_or_unsettled_gets_further_than_the_door(closed: tuple[Case, dict[str, User]]) -> None:
    case, outside = closed
    unsettled = outside["other body's investigator"]
    unsettled.authenticator_set.all().delete()
    for client, where in ((Client(), "/account/login/"), (signed(unsettled), "/account/second-factor/")):
        for route in routes():
            if route.open_to_all or route.settling:
                continue
            for method in ("GET", "POST"):
                answer = client.generic(method, address_of(route, str(case.pk)))
                if route.tokens:
                    assert answer.status_code == (401 if method == "GET" else 405), route.pattern
                else:
                    assert answer.status_code == 302, (route.pattern, answer.status_code)
                    assert answer.headers["Location"].startswith(where), route.pattern
                assert TITLE not in answer.content.decode(errors="replace")


def test_whoever_may_see_it_meets_no_fault(closed: tuple[Case, dict[str, User]], make_user) -> None:
    case, _outside = closed
    seen = 0
    for user in (User.objects.get(username="ada"), make_user("abe", Role.APPROVER)):
        client = signed(user)
        for route in routes():
            if not route.within_case or route.tokens:
                continue
            for values in ids(route):
                answer = client.get(
                    address_of(route, str(case.pk), values), {"q": "\x00'\"<", "page": "9" * 30, "as_of": "never"}
                )
                assert answer.status_code < 500, (route.pattern, values, answer.status_code)
                seen += answer.status_code == 200
    assert seen and Act.CASE_SEE
