"""A reading session becomes records with the liaison's word behind them, and is undone by retraction."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tearline.desk.accounts.models import Role, User
from tearline.desk.reading.models import ReadingLine, Session
from tearline.workspace import Inquiry, Workspace

ClientOf = Callable[[User], Client]


@pytest.fixture
def products(desk_workspace: Workspace) -> list[str]:
    return [one["id"] for one in desk_workspace.register_lines(Inquiry(purpose="test"))["products"][:2]]


@pytest.fixture
def liaison(make_user, desk_workspace: Workspace) -> User:
    return make_user("lou", Role.LIAISON, organisation=next(iter(desk_workspace.organisation_names())))


def opened(client: Client, products: list[str]) -> Session:
    client.post("/readings/", {"place": "Room 4", "products": "\n".join(products)})
    return Session.objects.get()


def line(products: list[str], **more: str) -> dict[str, object]:
    return {
        "reader": "Pat Example",
        "products": products,
        "since": "2025-06-02T10:00",
        "until": "2025-06-02T10:25",
        "after": "returned",
        **more,
    }


def test_each_line_becomes_a_record_with_the_liaison_behind_it(
    liaison: User, client_of: ClientOf, products: list[str], desk_workspace: Workspace
) -> None:
    client = client_of(liaison)
    session = opened(client, products)
    home = f"/readings/{session.pk}/"
    page = client.post(home, line(products, sheet="3")).content.decode()
    assert "Entered: Pat Example" in page and 'value="4"' in page, "the next line stands ready"
    client.post(home, line(products[:1], reader="Kim Example", after="kept"))
    client.post(home, line(products[:1], reader="Jo Example", after="told"))
    made = list(ReadingLine.objects.all())
    assert [one.product for one in made] == [*products, products[0], products[0]]
    held = desk_workspace.entry(Inquiry(purpose="test", unmask="test"), made[0].event)
    assert "lou" in str(held) and "reading session, Room 4, line 3" in str(held)
    lines = desk_workspace.event_lines(Inquiry(purpose="test"), [one.event for one in made])["events"]
    assert {one["id"]: (one["kind"], one["basis"]) for one in lines} == {
        made[0].event: ("shown", "attested"),
        made[1].event: ("shown", "attested"),
        made[2].event: ("received", "attested"),
        made[3].event: ("briefed", "attested"),
    }
    assert (
        lines[0]["at_earliest"].startswith("2025-06-02T10:00") and lines[0]["organisation"] == liaison.organisation
    )
    for one in made:
        client.post(f"{home}lines/{one.pk}/undo/", {"reason": "a test"})
    assert not desk_workspace.event_lines(Inquiry(purpose="test"), [one.event for one in made])["events"]
    assert "taken back: a test" in client.get(home).content.decode()


def test_what_does_not_hold_is_said_at_once_and_nothing_is_kept(
    liaison: User, client_of: ClientOf, products: list[str]
) -> None:
    client = client_of(liaison)
    assert (
        "Not in the register: NO-1"
        in client.post("/readings/", {"place": "x", "products": "NO-1"}).content.decode()
    )
    session = opened(client, products)
    home = f"/readings/{session.pk}/"
    for wrong, said in (
        ({"until": "2025-06-01T10:00"}, "before it began"),
        ({"until": "2025-06-09T10:00"}, "longer than a day"),
        ({"since": "2999-06-02T10:00", "until": "2999-06-02T10:00"}, "still to come"),
    ):
        assert said in client.post(home, line(products, **wrong)).content.decode()
    client.post(home, line(["another product"]))
    assert not ReadingLine.objects.exists()
    client.post(f"{home}close/")
    assert client.post(home, line(products)).status_code == 400
    assert not ReadingLine.objects.exists()


def test_the_sheet_has_numbered_lines_and_names_the_papers(
    liaison: User, client_of: ClientOf, products: list[str]
) -> None:
    client = client_of(liaison)
    session = opened(client, products)
    page = client.get(f"/readings/{session.pk}/sheet/").content.decode()
    assert page.count("☐ &nbsp; ☐ &nbsp; ☐") == 24 and products[1] in page


def test_a_session_is_its_liaisons_own(liaison: User, make_user, client_of: ClientOf, products: list[str]) -> None:
    session = opened(client_of(liaison), products)
    other = make_user("lee", Role.LIAISON, organisation=liaison.organisation)
    assert client_of(other).get(f"/readings/{session.pk}/").status_code == 404
    assert "Room 4" not in client_of(other).get("/readings/").content.decode()
    assert client_of(make_user("ada")).get("/readings/").status_code == 403
