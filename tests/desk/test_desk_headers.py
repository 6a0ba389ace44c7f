"""What every answer carries, that every change wants a token, and that the desk listens to this machine alone."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest
from desk_routes import address_of, routes
from django.conf import settings
from django.test import Client, override_settings
from django.urls import get_resolver

from tearline.cli.desk import serve
from tearline.desk.static_files import Hashed, find


def test_the_check_of_a_deployment_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tearline.desk", "check", "--deploy", "--fail-level", "WARNING"],
        env={
            **{k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
            "TEARLINE_WORKSPACE": str(tmp_path),
            "TEARLINE_HTTPS": "1",
            "TEARLINE_HOSTS": "desk.example",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0 and "no issues" in done.stdout, done.stderr


EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def test_every_answer_carries_the_headers(make_user, make_case, client_of) -> None:
    ada = make_user("ada")
    case = make_case(ada)
    client = client_of(ada)
    pages = [
        "/",
        "/cases/",
        f"/cases/{case.pk}/",
        "/nothing/",
        "/healthy/",
        "/account/second-factor/",
        "/language/",
    ]
    for page in [*pages, *(address_of(route, str(case.pk)) for route in routes())]:
        answer = client.get(page)
        for name, value in EXPECTED.items():
            assert answer.headers.get(name) == value, (page, name)
        assert "no-store" in answer.headers["Cache-Control"], page
        assert "camera=()" in answer.headers["Permissions-Policy"], page
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy, page
        assert "unsafe" not in policy and "*" not in policy, page
    assert "no-store" in Client().get("/account/login/").headers["Cache-Control"]


def test_no_page_has_a_script_or_a_style_of_its_own(make_user, make_case, client_of) -> None:
    ada = make_user("ada")
    case = make_case(ada)
    client = client_of(ada)
    for route in routes():
        answer = client.get(address_of(route, str(case.pk)))
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        text = answer.content.decode()
        assert " style=" not in text and "<style" not in text, route.pattern
        assert " onclick=" not in text and "javascript:" not in text, route.pattern
        for piece in text.split("<script")[1:]:
            head = piece.split(">", 1)[0]
            assert "src=" in head or "json" in head, (route.pattern, head)


@pytest.mark.django_db
def test_under_tls_cookies_and_transport_are_strict() -> None:
    with override_settings(SECURE_HSTS_SECONDS=31536000, SECURE_SSL_REDIRECT=True):
        answer = Client().get("/account/login/", secure=True)
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
        assert Client().get("/account/login/").headers["Location"].startswith("https://")
    assert settings.SESSION_COOKIE_HTTPONLY and settings.SESSION_COOKIE_SAMESITE == "Strict"


@pytest.mark.django_db
def test_every_change_wants_a_token_of_this_site(make_user, make_case) -> None:
    ada = make_user("ada")
    case = make_case(ada)
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    probed = 0
    for route in routes():
        for method in ("post", "put", "patch", "delete"):
            answer = getattr(client, method)(address_of(route, str(case.pk)), {})
            assert answer.status_code == 403 or (route.tokens and answer.status_code in (401, 405)), (
                route.pattern,
                method,
                answer.status_code,
            )
            probed += 1
    assert probed > 100


def test_no_view_is_spared_the_token() -> None:
    for route in routes():
        assert route.tokens or not getattr(route.view, "csrf_exempt", False), route.pattern
    assert get_resolver().url_patterns


def test_the_desk_listens_to_this_machine_alone_unless_told_otherwise() -> None:
    assert inspect.signature(serve).parameters["host"].default == "127.0.0.1"
    assert set(settings.ALLOWED_HOSTS) >= {"localhost", "127.0.0.1", "[::1]"} and "*" not in settings.ALLOWED_HOSTS
    assert Client().get("/healthy/", headers={"host": "elsewhere.example"}).status_code == 400


def test_static_files_are_kept_for_a_year_by_a_name_that_follows_their_content(db: None) -> None:
    address = Hashed().url("desk/desk.css")
    sheet = find("desk/desk.css")
    assert sheet is not None and sheet.mark in address
    first = Client().get(address)
    assert first.content == sheet.content and "immutable" in first.headers["Cache-Control"]
    assert Client().get(address, headers={"accept-encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    plain = Client().get("/static/desk/desk.css")
    assert plain.headers["Cache-Control"] == "no-cache"
    again = Client().get("/static/desk/desk.css", headers={"if-none-match": plain.headers["ETag"]})
    assert again.status_code == 304
    stale = Client().get(address.replace(sheet.mark, "0" * 12))
    assert stale.content == sheet.content and stale.headers["Cache-Control"] == "no-cache"
    for wrong in ("/static/../settings.py", "/static/%2e%2e/settings.py", "/static/desk/none.css", "/static/"):
        assert Client().get(wrong).status_code in (404, 302), wrong
