"""The walls' decisions, and that lists, single pages and the rules agree for every combination."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tearline.desk.accounts.models import Role, User
from tearline.desk.acts import Act
from tearline.desk.cases.models import Bar, Case, Member
from tearline.desk.cases.standing import Legality, Standing, standing
from tearline.desk.walls import IN_CASE, WITHOUT_CASE, Sight, decide, viewer, visible_cases

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_case_is_a_draft_until_everything_is_set_and_expires_with_its_last_term() -> None:
    whole = Legality("why", "order", scoped=True, until=NOW + timedelta(days=1), closed_at=None)
    assert standing(whole, NOW) is Standing.OPEN
    assert standing(whole, NOW + timedelta(days=1)) is Standing.EXPIRED
    for lacking in (
        Legality(" ", "order", True, whole.until, None),
        Legality("why", "", True, whole.until, None),
        Legality("why", "order", False, whole.until, None),
        Legality("why", "order", True, None, None),
    ):
        assert standing(lacking, NOW) is Standing.DRAFT
        assert len(lacking.missing()) == 1
    assert standing(Legality("why", "order", True, whole.until, NOW), NOW) is Standing.CLOSED


def test_every_act_has_a_home() -> None:
    everywhere = set().union(*IN_CASE.values(), *WITHOUT_CASE.values())
    assert everywhere == set(Act)


def test_in_a_draft_nothing_about_people_opens_and_an_expired_case_is_read_only(make_user) -> None:
    ada = viewer(make_user("ada"))
    for act in (Act.PEOPLE_SEE, Act.EVIDENCE_SEE, Act.NAME_ASK, Act.REQUEST_SEND):
        assert not decide(act, ada, Sight(ada.body, False, True, False, Standing.DRAFT)).allowed
    for act in IN_CASE[Role.INVESTIGATOR] - {Act.CASE_SEE, Act.CASE_CLOSE}:
        assert not decide(act, ada, Sight(ada.body, False, True, False, Standing.EXPIRED)).allowed
    assert decide(Act.CASE_SEE, ada, Sight(ada.body, False, True, False, Standing.EXPIRED)).allowed


def test_the_list_and_the_single_decision_agree_for_every_combination(make_user, make_case) -> None:
    owner = make_user("owner")
    found = 0
    for number, (role, same_body, restricted, member, barred, active) in enumerate(
        itertools.product(Role, *[(False, True)] * 5)
    ):
        body = "Internal Security" if same_body else "Police"
        user = make_user(f"u{number}", role, body)
        case = make_case(owner, restricted=restricted)
        if member:
            Member.objects.create(case=case, user=user, added_by=owner)
        if barred:
            Bar.objects.create(case=case, user=user, kind="recused", ground="held it")
        if not active:
            User.objects.filter(pk=user.pk).update(is_active=False)
            user.refresh_from_db()
        sight = Sight(case.body_id, restricted, member, barred, Standing.OPEN)
        decision = decide(Act.CASE_SEE, viewer(user), sight)
        assert visible_cases(user).filter(pk=case.pk).exists() == decision.allowed, (role, sight)
        assert decision.allowed or decision.hidden
        found += decision.allowed
    assert found == 2 * 3  # two roles; open to colleagues (with or without membership), or restricted and a member


def test_hidden_and_absent_read_the_same(make_user, make_case, client_of: Callable[[User], Client]) -> None:
    case: Case = make_case(make_user("ada"))
    other = client_of(make_user("paul", body="Police"))
    hidden, absent = other.get(f"/cases/{case.pk}/"), other.get(f"/cases/{uuid4()}/")
    assert hidden.status_code == absent.status_code == 404
    strip = {b"csrf"}
    assert [line for line in hidden.content.splitlines() if not any(s in line.lower() for s in strip)] == [
        line for line in absent.content.splitlines() if not any(s in line.lower() for s in strip)
    ]
    assert case.title not in other.get("/cases/").content.decode()


@pytest.mark.django_db
def test_nobody_passes_unsigned_or_unsettled(make_user, client_of: Callable[[User], Client]) -> None:
    assert Client().get("/cases/").headers["Location"].startswith("/account/login/")
    ada = make_user("ada")
    User.objects.filter(pk=ada.pk).update(must_change_password=True)
    assert client_of(ada).get("/cases/").headers["Location"] == "/account/password/change/"
    bob = make_user("bob")
    bob.authenticator_set.all().delete()
    assert "second-factor" in client_of(bob).get("/cases/").headers["Location"]


def test_a_case_is_opened_and_shows_its_page(make_user, client_of: Callable[[User], Client]) -> None:
    client = client_of(make_user("ada"))
    until = (timezone.now() + timedelta(days=30)).date().isoformat()
    reply = client.post(
        "/cases/new/", {"title": "Harbour", "purpose": "p", "authority": "a", "marking": "SECRET", "until": until}
    )
    page = client.get(reply.headers["Location"]).content.decode()
    assert "Harbour" in page and "Not yet open" in page
