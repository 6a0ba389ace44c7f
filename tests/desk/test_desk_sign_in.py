"""Signing in: the first time, with a second factor, throttled, limited in time, and what is kept of it."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from tearline.desk.accounts import sessions
from tearline.desk.accounts.creating import add_user
from tearline.desk.accounts.models import AccountEvent, User, What

OWN = "quiet harbour lantern 9"


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def digits(secret: str) -> str:
    if time.time() % 30 > 27:  # a code that still holds when it arrives
        time.sleep(3.1)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def settle(client: Client, name: str, password: str) -> str:
    """First sign-in of a new account; the secret of the app it sets up."""
    client.post("/account/login/", {"login": name, "password": password})
    change = {"oldpassword": password, "password1": OWN, "password2": OWN}
    assert client.post("/account/password/change/", change).status_code == 302
    page = client.get("/account/second-factor/app/")
    secret: str = page.context["form"].secret
    assert client.post("/account/second-factor/app/", {"code": digits(secret)}).status_code == 302
    return secret


@pytest.fixture
def newcomer(db: None) -> str:
    return add_user("ada", body="Internal Security", role="investigator", person=None, organisation=None).password


def test_the_first_sign_in_leads_over_password_and_factor_to_today(
    newcomer: str, django_capture_on_commit_callbacks
) -> None:
    client = Client()
    reply = client.post("/account/login/", {"login": "ada", "password": newcomer})
    assert reply.headers["Location"] == "/"
    assert client.get("/").headers["Location"] == "/account/password/change/"
    assert b'class="rail"' not in client.get("/account/password/change/").content
    same = {"oldpassword": newcomer, "password1": newcomer, "password2": newcomer}
    assert client.post("/account/password/change/", same).status_code == 200  # not the one that was handed over
    with django_capture_on_commit_callbacks(execute=True):
        secret = settle(client, "ada", newcomer)
    codes = client.get("/account/second-factor/codes/").content.decode()
    assert "Recovery codes" in codes and client.get("/").status_code == 200

    again = Client()
    reply = again.post("/account/login/", {"login": "ada", "password": OWN})
    assert reply.headers["Location"] == "/account/second-factor/authenticate/"
    assert again.get("/").status_code == 302  # a password alone opens nothing
    assert again.post("/account/second-factor/authenticate/", {"code": "000000"}).status_code == 200
    again.post("/account/second-factor/authenticate/", {"code": digits(secret)})
    assert again.get("/").status_code == 200

    kept = set(AccountEvent.objects.values_list("what", flat=True))
    assert kept >= {What.SIGNED_IN, What.PASSWORD_CHANGED, What.FACTOR_ADDED, What.FACTOR_FAILED}


def test_secrets_of_factors_lie_encrypted(newcomer: str) -> None:
    client = Client()
    secret = settle(client, "ada", newcomer)
    for row in Authenticator.objects.all():
        assert secret not in str(row.data)
    codes = Authenticator.objects.get(type="recovery_codes")
    assert len(codes.wrap().get_unused_codes()) == 10
    assert codes.wrap().get_unused_codes()[0] not in str(codes.data)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert stored.startswith("gAAAA")  # Fernet


def test_the_sixth_wrong_password_within_five_minutes_is_refused(make_user) -> None:
    make_user("ada")
    client = Client()
    for _ in range(5):
        page = client.post("/account/login/", {"login": "ada", "password": "wrong"}).content.decode()
        assert "Too many" not in page
    page = client.post("/account/login/", {"login": "ada", "password": "correct horse battery"})
    assert "Too many failed login attempts" in page.content.decode()
    assert AccountEvent.objects.filter(what=What.FAILED, user__username="ada").count() == 5


def test_what_was_typed_for_a_name_that_nobody_has_is_not_kept(db: None) -> None:
    Client().post("/account/login/", {"login": "my-secret-password", "password": "x"})
    one = AccountEvent.objects.get(what=What.FAILED)
    assert one.user is None and "my-secret" not in str(one.detail)


@pytest.mark.parametrize(
    "address", ["signup/", "password/reset/", "email/", "confirm-email/", "password/set/", "login/code/confirm/"]
)
def test_what_the_desk_has_no_use_for_has_no_address(db: None, address: str) -> None:
    assert Client().get(f"/account/{address}").status_code == 404
    for name in ("account_signup", "account_reset_password", "account_email", "socialaccount_signup"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


@pytest.mark.parametrize(
    ("rested", "ends"), [(timedelta(minutes=29), False), (sessions.IDLE + timedelta(seconds=5), True)]
)
def test_a_session_ends_when_nobody_uses_it(make_user, client_of, rested: timedelta, ends: bool) -> None:
    client = client_of(make_user("ada"))
    session = client.session
    session["seen_at"] = (timezone.now() - rested).timestamp()
    session.save()
    assert (client.get("/").status_code == 302) is ends


def test_a_session_ends_after_ten_hours_however_busy(make_user, client_of) -> None:
    client = client_of(make_user("ada"))
    session = client.session
    session["signed_in_at"] = (timezone.now() - sessions.LONGEST - timedelta(seconds=5)).timestamp()
    session.save()
    assert client.get("/").headers["Location"].startswith("/account/login/")
    assert "time of your session" in client.get("/account/login/").content.decode()
    assert client.get("/").status_code == 302
    assert AccountEvent.objects.filter(what=What.SESSION_ENDED).count() == 1


def test_one_sees_and_ends_ones_own_sessions_alone(make_user) -> None:
    ada, bob = make_user("ada"), make_user("bob")
    Authenticator.objects.all().delete()
    here, there, other = Client(), Client(), Client()
    for client, user in ((here, ada), (there, ada), (other, bob)):
        client.post("/account/login/", {"login": user.username, "password": "correct horse battery"})
    for user in (ada, bob):
        Authenticator.objects.create(user=user, type="totp", data={})
    page = here.get("/account/sessions/")
    mine = [one for one in page.context["sessions"] if one.session_key != here.session.session_key]
    assert len(page.context["sessions"]) == 2 and len(mine) == 1
    theirs = other.get("/account/sessions/").context["sessions"][0]
    assert here.post("/account/sessions/", {"session": theirs.pk}).status_code == 404
    assert other.get("/").status_code == 200
    here.post("/account/sessions/", {"session": mine[0].pk})
    assert there.get("/").status_code == 302 and here.get("/").status_code == 200


def test_a_stopped_account_loses_its_sessions_at_once(make_user, client_of) -> None:
    client = client_of(make_user("ada"))
    assert client.get("/").status_code == 200
    User.objects.filter(username="ada").update(is_active=False)
    assert client.get("/").status_code == 302
    reply = Client().post("/account/login/", {"login": "ada", "password": "correct horse battery"}, follow=True)
    assert not reply.wsgi_request.user.is_authenticated
