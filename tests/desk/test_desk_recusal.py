"""Whoever held a product of the case before publication, or wrote it, sees nothing of the case anywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from tearline.desk.accounts.models import Role, User
from tearline.desk.cases import recusal
from tearline.desk.cases.models import Bar, BarKind, Case, ScopeItem, ScopeKind
from tearline.desk.work.running import start
from tearline.workspace import Inquiry, Scope, Workspace

ClientOf = Callable[[User], Client]


@pytest.fixture
def holder(desk_workspace: Workspace) -> tuple[str, str]:
    """A product of the example and the record of somebody who held it."""
    product = desk_workspace.register_lines(Inquiry(purpose="test"))["products"][0]["id"]
    found = desk_workspace.trace(Inquiry(purpose="test", unmask="test"), product)["holders"]
    people = set(_people(desk_workspace))
    known = [one["person"] for one in found]
    ids = [person for person in people if any(person in name or name in person for name in known)]
    asked = Inquiry(purpose="test", scope=Scope(products=frozenset({product})))
    held = desk_workspace.involvements(asked, sorted(people), [])["involvements"]
    assert ids or held
    return product, next(one["person"] for one in held if one["how"] == "held")


def _people(workspace: Workspace) -> list[str]:
    file = workspace.folder.parent / "example" / "people.csv"
    return [line.split(",")[0] for line in file.read_text().splitlines()[1:]]


def test_a_holder_is_kept_out_and_sees_nothing_anywhere(make_user, make_case, client_of: ClientOf, holder) -> None:
    product, person = holder
    ada, bea = make_user("ada"), make_user("bea", person=person)
    case: Case = make_case(ada, "The unmistakable case", products=(product,))
    job = start("proposals", ada, "Unmistakable proposals", {"disclosures": []}, case)
    client = client_of(bea)
    for address in ("/", "/cases/", "/requests/", "/jobs/"):
        reply = client.get(address)
        assert reply.status_code == 200
        assert "nmistakable" not in reply.content.decode(), address
    for address in ("", "edit/", "scope/", "names/", "requests/", "requests/propose/", "requests/new/"):
        assert client.get(f"/cases/{case.pk}/{address}").status_code == 404, address
    assert client.get(f"/jobs/{job.pk}/").status_code == 404
    assert client_of(ada).get(f"/cases/{case.pk}/").status_code == 200
    bar = Bar.objects.get()
    assert bar.kind == BarKind.RECUSED and product in bar.ground


def test_an_author_is_kept_out_whenever(make_user, make_case, desk_workspace: Workspace) -> None:
    asked = Inquiry(purpose="test", scope=Scope(products=None))
    found = desk_workspace.involvements(asked, _people(desk_workspace), [])["involvements"]
    wrote = next(one for one in found if one["how"] == "wrote")
    case = make_case(make_user("ada"), products=(wrote["product"],))
    make_user("cleo", person=wrote["person"])
    recusal.check_case(case)
    assert "wrote" in Bar.objects.get().ground


def test_a_holding_after_the_publication_bars_nobody(desk_workspace: Workspace, holder) -> None:
    """With a published item in the case only what was possible before it counts."""
    product, _ = holder
    items = desk_workspace.register_lines(Inquiry(purpose="test"))["disclosures"]
    dated = next(one for one in items if one["published_at"])
    asked = Inquiry(purpose="test", scope=Scope(products=frozenset({product})))
    people = _people(desk_workspace)
    ever = desk_workspace.involvements(asked, people, [])["involvements"]
    before = desk_workspace.involvements(asked, people, [dated["id"]])["involvements"]
    assert {one["person"] for one in before} <= {one["person"] for one in ever}
    assert all(one["how"] == "wrote" or one["since"] < dated["published_at"][:10] + "T99" for one in before)


def test_when_nothing_changed_a_check_costs_one_query(
    make_user, make_case, holder, django_assert_num_queries
) -> None:
    product, person = holder
    make_case(make_user("ada"), products=(product,))
    bea, dora = make_user("bea", person=person), make_user("dora")
    recusal.keep_current(bea)
    with django_assert_num_queries(1):
        recusal.keep_current(bea)
    with django_assert_num_queries(0):
        recusal.keep_current(dora)


def test_scope_account_and_record_each_lead_to_a_new_check(
    make_user, make_case, client_of: ClientOf, holder, desk_workspace: Workspace, tmp_path: Path
) -> None:
    product, person = holder
    others = [one["id"] for one in desk_workspace.register_lines(Inquiry(purpose="test"))["products"]]
    asked = Inquiry(purpose="test", scope=Scope(products=None))
    held = {one["product"] for one in desk_workspace.involvements(asked, [person], [])["involvements"]}
    free = next(one for one in others if one not in held)
    ada, bea = make_user("ada"), make_user("bea", person=person)
    case = make_case(ada, products=(free,))
    home = f"/cases/{case.pk}/"
    assert client_of(bea).get(home).status_code == 200
    # the record grows
    event = desk_workspace.record(
        {"kind": "shown", "product": free, "recipient": person, "at": "2025-06-01", "by": "somebody"}
    )["event"]
    assert client_of(bea).get(home).status_code == 404
    Bar.objects.all().delete()
    desk_workspace.retract(event["batch"], "a test")
    assert client_of(bea).get(home).status_code == 200
    # the scope grows
    ScopeItem.objects.create(case=case, kind=ScopeKind.PRODUCT, item=product, added_by=ada)
    assert client_of(bea).get(home).status_code == 404
    # an account changes
    dora = make_user("dora")
    assert client_of(dora).get(home).status_code == 200
    User.objects.filter(pk=dora.pk).update(person=person)
    assert client_of(dora).get(home).status_code == 404


def test_a_named_officer_lets_somebody_in_with_a_reason_and_never_themself(
    make_user, make_case, client_of: ClientOf, holder
) -> None:
    product, person = holder
    ada, bea = make_user("ada"), make_user("bea", person=person)
    chief, involved = make_user("chief", Role.APPROVER), make_user("deputy", Role.APPROVER, person=person)
    case = make_case(ada, products=(product,))
    home = f"/cases/{case.pk}/"
    assert client_of(bea).get(home).status_code == 404
    assert "Let them in" in client_of(chief).get(home).content.decode()
    bar = Bar.objects.get(user=bea)
    own = Bar.objects.get(user=involved)
    assert client_of(ada).post(f"{home}bars/{bar.pk}/lift/", {"reason": "x"}).status_code == 403
    assert client_of(involved).post(f"{home}bars/{own.pk}/lift/", {"reason": "x"}).status_code == 404
    client_of(chief).post(f"{home}bars/{bar.pk}/lift/", {"reason": " "})
    assert client_of(bea).get(home).status_code == 404
    client_of(chief).post(f"{home}bars/{bar.pk}/lift/", {"reason": "read it on duty, a year before"})
    assert client_of(bea).get(home).status_code == 200
    recusal.check_case(case)
    assert client_of(bea).get(home).status_code == 200, "the same ground does not bar again"
    client_of(chief).post(f"{home}bars/", {"user": bea.pk, "ground": "a friend of the house"})
    assert client_of(bea).get(home).status_code == 404
