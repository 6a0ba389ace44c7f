"""The JSON interface: what its description says, the walls, and what a token narrows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from desk_routes import address_of, routes
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounded
from hypothesis.strategies import booleans
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tearline.desk.accounts.models import AccountEvent, Role, User, What
from tearline.desk.api.bearer import digest_of, fresh
from tearline.desk.api.interface import api
from tearline.desk.api.models import Token
from tearline.desk.api.tokens import OFFERED, offered
from tearline.desk.cases.models import Case
from tearline.workspace import Workspace

EVERYTHING = [act.value for act in OFFERED]


def token_of(user: User, acts: list[str] | None = None, case: Case | None = None, days: int = 1) -> str:
    token, digest = fresh()
    until = timezone.now() + timedelta(days=days)
    Token.objects.create(user=user, label="t", digest=digest, acts=acts or EVERYTHING, case=case, until=until)
    return token


def ask(token: str, path: str, **query: str) -> Any:
    return Client().get(f"/api/v1{path}", query, headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def ada(make_user) -> User:
    return make_user("ada")


def test_a_token_asks_what_its_owner_may(desk_workspace: Workspace, ada: User, make_case) -> None:
    case = make_case(ada)
    token = token_of(ada)
    assert [one["title"] for one in ask(token, "/cases").json()] == [case.title]
    whole = ask(token, f"/cases/{case.pk}").json()
    assert whole["standing"] == "open" and whole["products"] is None
    traced = ask(token, f"/cases/{case.pk}/products/VAS-2025-118/trace", before="2025-07-01").json()
    assert traced["holders"] and "basis" in traced
    leads = ask(token, f"/cases/{case.pk}/disclosures/art-1/leads")
    assert leads.status_code == 200 and "max-age" not in leads.headers["Cache-Control"]
    assert ask(token, f"/cases/{case.pk}/disclosures/art-1/match").json()["disclosure"]
    assert ask(token, f"/cases/{case.pk}/products/VAS-2025-118/handling").status_code == 200
    assert ask(token, f"/cases/{case.pk}/disclosures/art-1/requests").json()["requests"]
    assert ask(token, f"/cases/{case.pk}/products/none/trace").status_code == 400


def test_the_walls_hold_and_hidden_reads_like_absent(ada: User, make_user, make_case) -> None:
    case = make_case(ada, title="Zephyrine")
    paul = token_of(make_user("paul", body="Police"))
    root = token_of(make_user("root", Role.ADMINISTRATOR))
    for route in routes():
        if not route.tokens:
            continue
        for token in (paul, root):
            headers = {"authorization": f"Bearer {token}"}
            hidden = Client().get(address_of(route, str(case.pk)), headers=headers)
            absent = Client().get(address_of(route, str(uuid4())), headers=headers)
            assert hidden.content == absent.content and hidden.status_code == absent.status_code, route.pattern
            assert hidden.headers == absent.headers
            assert hidden.status_code == (404 if route.within_case else 200), route.pattern
            assert b"Zephyrine" not in hidden.content
    assert sum(route.tokens for route in routes()) >= 8


def test_a_token_may_less_than_its_owner(ada: User, make_case) -> None:
    one, other = make_case(ada, title="One"), make_case(ada, title="Other")
    narrow = token_of(ada, ["desk:use", "case:see"], case=one)
    assert [case["title"] for case in ask(narrow, "/cases").json()] == ["One"]
    assert ask(narrow, f"/cases/{one.pk}").status_code == 200
    assert ask(narrow, f"/cases/{other.pk}").status_code == 404
    refused = ask(narrow, f"/cases/{one.pk}/products/VAS-2025-118/trace")
    assert refused.status_code == 403 and "people:see" in refused.json()["what"]
    Case.objects.filter(pk=one.pk).update(purpose="")  # a draft: nothing about people opens
    assert ask(token_of(ada), f"/cases/{one.pk}/products/VAS-2025-118/trace").status_code == 403


def test_a_token_ends(ada: User, make_user, client_of) -> None:
    token = token_of(ada, days=-1)
    assert ask(token, "/cases").status_code == 401
    live = token_of(ada)
    assert ask(live, "/cases").status_code == 200
    row = Token.objects.get(digest=digest_of(live))
    assert client_of(make_user("bob")).post("/api/tokens/", {"end": str(row.pk)}).status_code == 404
    client_of(ada).post("/api/tokens/", {"end": str(row.pk)})
    assert ask(live, "/cases").status_code == 401
    other = token_of(ada)
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert ask(other, "/cases").status_code == 401
    for wrong in ("", "x", "tearline_x", "Basic eHg6eA=="):
        assert ask(wrong, "/cases").status_code == 401
    assert Client().get("/api/v1/cases").headers["WWW-Authenticate"] == "Bearer"


def test_a_session_alone_does_not_open_the_interface(ada: User, client_of) -> None:
    assert client_of(ada).get("/api/v1/cases").status_code == 401


def test_a_token_is_made_on_a_screen_and_shown_once(ada: User, make_user, make_case, client_of) -> None:
    case = make_case(ada)
    client = client_of(ada)
    told = {"label": "weekly list", "acts": ["desk:use"], "case": str(case.pk), "days": "7"}
    page = client.post("/api/tokens/", told)
    token = page.context["made"]
    assert token and token in page.content.decode() and token not in client.get("/api/tokens/").content.decode()
    assert token not in str(list(Token.objects.values())) and ask(token, "/cases").status_code == 200
    assert AccountEvent.objects.filter(what=What.TOKEN_MADE, user=ada).exists()
    paul = make_user("paul", body="Police")
    page = client_of(paul).post("/api/tokens/", told)
    assert not page.context["made"] and case.title not in page.content.decode()
    assert not client.post("/api/tokens/", told | {"acts": ["accounts:keep"]}).context["made"]
    assert [act for act, _ in offered(make_user("root", Role.ADMINISTRATOR))] == ["desk:use"]


def test_everything_is_described(ada: User, client_of) -> None:
    described = client_of(ada).get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.") and Client().get("/api/v1/openapi.json").status_code == 302
    paths = {path.replace("{", "<").replace("}", ">") for path in described["paths"]}
    for route in routes():
        if route.tokens:
            assert route.pattern.replace("<uuidstr:case>", "<case>") in paths or route.pattern in paths, (
                route.pattern
            )


@pytest.mark.django_db
def test_it_answers_whatever_is_asked_as_described(desk_workspace: Workspace, ada: User, make_case) -> None:
    """schemathesis makes up requests from the description; none may fail otherwise than the description says."""
    case = make_case(ada)
    make_case(ada, title="Other")
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    schema.app = WSGIHandler()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # they would close the one this test is in
    headers = {"Authorization": f"Bearer {token_of(ada)}"}
    asked = 0
    for made in schema.get_all_operations():
        operation = made.ok()

        @bounded(
            max_examples=12,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(generated=operation.as_strategy(), known=booleans())
        def probe(generated: Any, known: bool) -> None:
            nonlocal asked
            if known and "case" in (generated.path_parameters or {}):
                generated.path_parameters["case"] = str(case.pk)
            answer = generated.call(base_url="http://localhost", headers=headers)
            assert answer.status_code < 500, generated.as_curl_command()
            generated.validate_response(
                answer,
                headers=headers,
                transport_kwargs={"headers": headers},
                excluded_checks=[positive_data_acceptance],  # an id that nothing has is refused with 400
            )
            asked += 1

        probe()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    assert asked > 60
