"""Keeping accounts: who may, what is kept of it, and that the last administrator stays."""

from __future__ import annotations

from django.test import Client

from tearline.desk.accounts.models import AccountEvent, Body, Role, User, What


def test_an_account_is_made_changed_stopped_and_resumed(make_user, client_of) -> None:
    root = client_of(make_user("root", Role.ADMINISTRATOR))
    home = Body.objects.get()
    made = root.post("/account/all/new/", {"username": "ada", "body": home.pk, "role": "investigator"})
    password = made.context["password"]
    assert "no-store" in made.headers["Cache-Control"]
    ada = User.objects.get(username="ada")
    assert ada.check_password(password) and ada.must_change_password
    where = f"/account/all/{ada.pk}/"
    assert "ada" in root.get("/account/all/").content.decode()
    root.post(where, {"name": "Ada", "body": home.pk, "role": "approver", "person": "per-0001"})
    ada.refresh_from_db()
    assert (ada.role, ada.person) == (Role.APPROVER, "per-0001")
    line = AccountEvent.objects.get(what=What.CHANGED)
    assert line.detail["role"] == ["investigator", "approver"] and line.by.username == "root"

    root.post(f"{where}stop/", {})  # no reason, no act
    ada.refresh_from_db()
    assert ada.is_active
    root.post(f"{where}stop/", {"reason": "left the service"})
    ada.refresh_from_db()
    assert not ada.is_active and "left the service" in root.get(where).content.decode()
    root.post(f"{where}resume/", {"reason": "came back"})
    given = root.post(f"{where}password/", {"reason": "forgot it"}).context["password"]
    ada.refresh_from_db()
    assert ada.is_active and ada.check_password(given)
    root.post(f"{where}factors/", {"reason": "lost the phone"})
    assert not ada.authenticator_set.exists()
    assert root.get(f"{where}delete/").status_code == 404
    page = root.get("/account/all/record/").content.decode()
    assert "came back" in page and "lost the phone" in page and given not in page


def test_the_last_administrator_stays(make_user, client_of) -> None:
    one = make_user("root", Role.ADMINISTRATOR)
    root = client_of(one)
    refused = root.post(f"/account/all/{one.pk}/stop/", {"reason": "tired"})
    assert refused.status_code == 403 and "Nobody would be left" in refused.content.decode()
    demoted = {"body": one.body_id, "role": "investigator", "name": "", "person": ""}
    assert root.post(f"/account/all/{one.pk}/", demoted).status_code == 403
    one.refresh_from_db()
    assert one.is_active and one.role == Role.ADMINISTRATOR
    make_user("second", Role.ADMINISTRATOR)
    assert root.post(f"/account/all/{one.pk}/stop/", {"reason": "tired"}).status_code == 302
    assert root.get("/account/all/").status_code == 302  # out at once


def test_a_changed_role_takes_the_sessions_along(make_user, client_of) -> None:
    root, bob = client_of(make_user("root", Role.ADMINISTRATOR)), make_user("bob")
    bob.authenticator_set.all().delete()
    browser = Client()
    browser.post("/account/login/", {"login": "bob", "password": "correct horse battery"})
    assert browser.get("/account/second-factor/").status_code == 200
    root.post(f"/account/all/{bob.pk}/", {"body": bob.body_id, "role": "approver"})
    assert browser.get("/account/second-factor/").status_code == 302


def test_a_liaison_has_an_organisation_and_a_body_is_added(make_user, client_of) -> None:
    root = client_of(make_user("root", Role.ADMINISTRATOR))
    root.post("/account/all/body/", {"name": "Ministry", "kind": "holder"})
    body = Body.objects.get(name="Ministry")
    page = root.post("/account/all/new/", {"username": "lia", "body": body.pk, "role": "liaison"})
    assert "name it" in page.content.decode() and not User.objects.filter(username="lia").exists()


def test_nobody_else_comes_near_the_accounts_and_administrators_see_no_case(
    make_user, make_case, client_of
) -> None:
    case = make_case(make_user("ada"))
    for role in set(Role) - {Role.ADMINISTRATOR}:
        client = client_of(make_user(f"a-{role}", role))
        assert client.get("/account/all/").status_code == 403
        assert client.get("/account/all/record/").status_code == 403
    root = client_of(make_user("root", Role.ADMINISTRATOR))
    assert root.get(f"/cases/{case.pk}/").status_code == 404
    assert case.title not in root.get("/cases/").content.decode()
    assert Client().get("/account/all/").status_code == 302
