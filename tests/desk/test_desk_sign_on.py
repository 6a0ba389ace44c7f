"""Single sign-on against a real provider in a process of its own, and certificates from a proxy."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.test import Client

from tearline.desk.accounts.models import AccountEvent, User, What
from tearline.desk.accounts.sign_on import SignOn, for_allauth, read_sign_on
from tearline.records.errors import BadInput

BACK = "http://localhost/account/sign-on/ministry/callback/"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("provider")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    script = Path(__file__).parent / "oidc_provider.py"
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder), str(port), BACK],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=env,
    )
    try:
        assert process.stdout is not None and process.stdout.readline().strip() == "ready"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def desk(provider: str, tmp_path: Path, settings: LazySettings) -> Client:
    file = tmp_path / "sign-on.toml"
    file.write_text(
        f'[[provider]]\nid = "ministry"\nname = "Ministry"\nserver = "{provider}"\nclient = "tearline"\n'
        'secret = "shared"\nclaim = "preferred_username"\n'
    )
    settings.SIGN_ON = read_sign_on(file)
    settings.SOCIALACCOUNT_PROVIDERS = for_allauth(settings.SIGN_ON)
    return Client(headers={"host": "localhost"})


def through(desk: Client, provider: str, name: str) -> object:
    """Go to the provider, sign in there as `name`, and come back."""
    away = desk.post("/account/sign-on/ministry/")
    assert away.status_code == 302 and away.headers["Location"].startswith(provider)
    assert parse_qs(urlsplit(away.headers["Location"]).query)["code_challenge_method"] == ["S256"]
    with requests.Session() as browser:
        page = browser.get(away.headers["Location"], timeout=20)
        for _ in range(3):
            token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page.text)
            assert token, page.text
            told = {"csrfmiddlewaretoken": token[1], "login": name, "password": "at the provider"}
            for field, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text):
                told.setdefault(field, value.replace("&amp;", "&"))
            told.setdefault("action", "grant")
            answer = browser.post(page.url, told, allow_redirects=False, timeout=20)
            while answer.is_redirect and not answer.headers["Location"].startswith(BACK):
                answer = browser.get(
                    urljoin(answer.url, answer.headers["Location"]), allow_redirects=False, timeout=20
                )
            if answer.is_redirect:
                return desk.get(answer.headers["Location"].removeprefix("http://localhost"))
            page = answer
    raise AssertionError(page.text)


def test_an_account_that_is_there_signs_in_and_none_is_made(desk: Client, provider: str, make_user) -> None:
    ada = make_user("ada")
    assert "Sign in with Ministry" in desk.get("/account/login/").content.decode()
    through(desk, provider, "ada")
    joined = SocialAccount.objects.get()
    assert joined.user == ada
    assert desk.get("/").status_code == 302  # the desk's own second factor is still to come
    assert desk.get("/account/second-factor/authenticate/").status_code == 200
    Authenticator.objects.all().delete()
    other = Client(headers={"host": "localhost"})
    through(other, provider, "ada")
    assert other.get("/account/second-factor/").status_code == 200

    answer = through(Client(headers={"host": "localhost"}), provider, "eve")
    assert answer.status_code == 403 and "No account at this desk" in answer.content.decode()
    assert list(User.objects.values_list("username", flat=True)) == ["ada"]
    assert AccountEvent.objects.filter(what=What.FAILED).exists()


def test_the_same_name_with_another_subject_is_refused(desk: Client, provider: str, make_user) -> None:
    ada = make_user("ada")
    SocialAccount.objects.create(user=ada, provider="ministry", uid="somebody else there")
    answer = through(desk, provider, "ada")
    assert answer.status_code == 403
    assert desk.get("/account/second-factor/authenticate/").status_code == 302


def test_a_stopped_account_stays_out(desk: Client, provider: str, make_user) -> None:
    make_user("ada")
    User.objects.update(is_active=False)
    assert through(desk, provider, "ada").status_code == 403


def test_an_answer_nobody_asked_for_is_refused(desk: Client, make_user) -> None:
    make_user("ada")
    answer = desk.get("/account/sign-on/ministry/callback/", {"code": "x", "state": "y", "_redir": ""})
    assert "Not signed in" in answer.content.decode() and not SocialAccount.objects.exists()
    assert desk.get("/account/sign-on/none/").status_code == 404


CERTIFICATE = {"X-Client-Subject": "CN=ada,O=Internal Security", "X-Client-Verify": "SUCCESS"}


@pytest.fixture
def behind_proxy(settings: LazySettings) -> None:
    settings.SIGN_ON = SignOn(
        proxies=(ip_network("10.0.0.1/32"),), subject="X-Client-Subject", verified="X-Client-Verify"
    )


@pytest.mark.parametrize(
    ("address", "headers", "lets_in"),
    [
        ("10.0.0.1", CERTIFICATE, True),
        ("10.0.0.2", CERTIFICATE, False),  # not the proxy
        ("10.0.0.1", CERTIFICATE | {"X-Client-Verify": "FAILED"}, False),
        ("10.0.0.1", CERTIFICATE | {"X-Client-Verify": "NONE", "X-Client-Subject": ""}, False),
        ("10.0.0.1", CERTIFICATE | {"X-Client-Subject": "CN=eve,O=Internal Security"}, False),
        ("10.0.0.1", {}, False),
    ],
)
def test_a_certificate_counts_from_the_proxy_alone(
    make_user, behind_proxy: None, address: str, headers: dict[str, str], lets_in: bool
) -> None:
    make_user("ada", certificate=CERTIFICATE["X-Client-Subject"])
    make_user("bob")  # no certificate: an empty subject is nobody's
    client = Client(headers=headers, REMOTE_ADDR=address)
    offered = "certificate of this machine" in client.get("/account/login/").content.decode()
    answer = client.post("/account/certificate/")
    assert (answer.status_code == 302) == lets_in and offered == (
        lets_in or headers.get("X-Client-Subject", "").startswith("CN=eve")
    )
    assert client.get("/account/certificate/").status_code == 405
    if lets_in:
        assert answer.headers["Location"] == "/account/second-factor/authenticate/"


def test_the_proxy_says_where_a_client_is_and_nobody_else_does(make_user, behind_proxy: None) -> None:
    make_user("ada")
    told = {"login": "ada", "password": "wrong"}
    for peer in ("10.0.0.1", "10.0.0.9"):
        Client(headers={"x-forwarded-for": "6.6.6.6, 192.0.2.7"}, REMOTE_ADDR=peer).post("/account/login/", told)
    assert set(AccountEvent.objects.values_list("address", flat=True)) == {"192.0.2.7", "10.0.0.9"}


@pytest.mark.parametrize(
    "text",
    [
        "provider = 3",
        "[[provider]]\nid = 'x'",
        "[[provider]]\nid='x'\nname='n'\nserver='http://sso.example'\nclient='c'\nsecret='s'",
        "[[provider]]\nid='x/y'\nname='n'\nserver='https://sso.example'\nclient='c'\nsecret='s'",
        "[certificate]\nsubject='a'\nverified='b'",
        "[proxy]\naddresses=['nowhere']",
        "[proxy]\nadresses=['127.0.0.1']",
        "nothing at all",
    ],
)
def test_settings_that_are_wrong_are_said_plainly(tmp_path: Path, text: str) -> None:
    file = tmp_path / "sign-on.toml"
    file.write_text(text)
    with pytest.raises(BadInput) as found:
        read_sign_on(file)
    assert found.value.remedy
