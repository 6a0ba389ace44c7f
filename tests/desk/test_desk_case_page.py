"""A case from draft to close: scope, narrative, tasks, timeline, people, papers, terms, handover."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tearline.desk.accounts.models import Role, User
from tearline.desk.cases.models import Case, Entry, Paper, Pin, ScopeItem, Task, Term
from tearline.desk.cases.narrative import Block, blocks, embedded
from tearline.workspace import Inquiry, Workspace

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("desk_workspace")


def register_of(workspace: Workspace) -> dict[str, list[dict[str, str]]]:
    return workspace.register_lines(Inquiry(purpose="test"))


def text(reply) -> str:
    return reply.content.decode()


def test_a_scope_is_picked_from_the_register_and_widening_is_noted(
    make_user, client_of: ClientOf, desk_workspace: Workspace
) -> None:
    client = client_of(make_user("ada"))
    until = (timezone.now() + timedelta(days=30)).date().isoformat()
    given = {"title": "Harbour", "purpose": "p", "authority": "a", "marking": "SECRET", "until": until}
    address = client.post("/cases/new/", given).headers["Location"]
    case = Case.objects.get()
    assert address == f"/cases/{case.pk}/scope/"
    first, second = (one["id"] for one in register_of(desk_workspace)["products"][:2])
    assert first in text(client.get(address, {"q": first}))
    before = len(desk_workspace.lookups("c")["lookups"])
    client.get(address, {"q": "harbour"})
    assert len(desk_workspace.lookups("c")["lookups"]) > before, "looking into the register is a look-up"
    client.post(f"{address}set/", {"add-product": [first, "no such product"]})
    assert [one.item for one in case.scope_items.all()] == [first]
    assert "Nothing about people opens yet" not in text(client.get(f"/cases/{case.pk}/"))
    client.post(f"{address}set/", {"add-product": [second]})
    noted = [entry.detail["widened"] for entry in Entry.objects.filter(act="case:change")]
    assert noted == [False, True]
    ended = case.scope_items.get(item=second)
    client.post(f"{address}set/", {"end": [ended.pk]})
    assert [one.item for one in case.scope_items.filter(ended_at=None)] == [first]
    client.post(f"{address}set/", {"whole": "1", "every_product": "on"})
    case.refresh_from_db()
    assert case.every_product
    assert Entry.objects.latest("id").detail["widened"]


def test_the_history_keeps_what_the_case_said_before(make_user, make_case, client_of: ClientOf) -> None:
    ada = make_user("ada")
    case = make_case(ada)
    given = {"title": case.title, "purpose": "another", "authority": "Order 8", "marking": "SECRET"}
    client_of(ada).post(f"/cases/{case.pk}/edit/", given)
    page = text(client_of(ada).get(f"/cases/{case.pk}/"))
    assert "another" in page and "Find how the report got out" in page
    backwards = {**given, "period_from": "2026-02-01T00:00", "period_to": "2026-01-01T00:00"}
    assert "ends before it begins" in text(client_of(ada).post(f"/cases/{case.pk}/edit/", backwards))


def test_a_narrative_embeds_what_its_reader_may_look_up(
    make_user, make_case, client_of: ClientOf, desk_workspace: Workspace
) -> None:
    ada = make_user("ada")
    known = register_of(desk_workspace)
    product, other = known["products"][0]["id"], known["products"][1]["id"]
    item = known["disclosures"][0]["id"]
    case = make_case(ada, products=(product,))
    whole = desk_workspace.trace(Inquiry(purpose="test"), product)
    event = next(holder["path"][-1] for holder in whole["holders"] if holder["path"])
    said = (
        f"## What happened\nIt <b>went</b> out.\n\n[[pathway {product}]]\n\n[[pathway {other}]]"
        f"\n\n[[event {event}]] and [[disclosure {item}]]\n\n- one\n- two"
    )
    client = client_of(ada)
    client.post(f"/cases/{case.pk}/narrative/", {"narrative": said})
    page = text(client.get(f"/cases/{case.pk}/"))
    assert "&lt;b&gt;went&lt;/b&gt;" in page and "<h3>What happened</h3>" in page and "<li>one</li>" in page
    assert f"{len(whole['holders'])} holders" in page
    assert "not on record within the scope of this case" in page, "the other product is beyond the scope"
    assert event in page
    Term.objects.filter(case=case).update(until=timezone.now() - timedelta(days=1))
    page = text(client.get(f"/cases/{case.pk}/"))
    assert "opens when the case is open" in page and "holders" not in page


def test_narratives_read_as_blocks() -> None:
    found = list(blocks("## A\nwords\n\n[[pathway X-1]] then [[bad thing]]\n\n- p\n- q"))
    assert found == [
        Block("heading", "A"),
        Block("paragraph", "words"),
        Block("pathway", "X-1"),
        Block("paragraph", "then [[bad thing]]"),
        Block("points", points=("p", "q")),
    ]
    assert embedded("".join(f"[[event E{n}]]" for n in range(40)), "event") == [f"E{n}" for n in range(12)]


def test_tasks_timeline_and_people_of_a_case(
    make_user, make_case, client_of: ClientOf, desk_workspace: Workspace
) -> None:
    ada, bea = make_user("ada"), make_user("bea")
    make_user("paul", body="Police")
    product = register_of(desk_workspace)["products"][0]["id"]
    case = make_case(ada, products=(product,))
    client, home = client_of(ada), f"/cases/{case.pk}/"
    client.post(f"{home}tasks/", {"what": "Ask the registry", "assignee": bea.pk, "due": "2026-12-01"})
    assert "Ask the registry" in text(client.get(home))
    client.post(f"{home}tasks/{Task.objects.get().pk}/done/")
    assert Task.objects.get().done_by == ada
    holders = desk_workspace.trace(Inquiry(purpose="test"), product)["holders"]
    event = next(holder["path"][-1] for holder in holders if holder["path"])
    client.post(f"{home}timeline/", {"event": event})
    client.post(f"{home}timeline/", {"event": "no such event"})
    assert [pin.event for pin in Pin.objects.all()] == [event]
    assert holders[0]["person"] not in Pin.objects.get().says
    client.post(f"{home}timeline/{Pin.objects.get().pk}/end/")
    assert Pin.objects.get().ended_at is not None
    client.post(f"{home}members/", {"user": bea.pk})
    client.post(f"{home}members/", {"user": User.objects.get(username="paul").pk})
    assert {one.user.username for one in case.members.all()} == {"ada", "bea"}
    told = {"who": "The deputy", "office": "Central", "told_at": "2026-01-05T09:30", "told_by": "Ada"}
    client.post(f"{home}read-in/", told)
    client.post(f"{home}read-in/", {**told, "told_at": "2999-01-01T00:00"})
    assert case.read_ins.count() == 1
    client.post(f"{home}read-in/{case.read_ins.get().pk}/end/")
    assert case.read_ins.get().ended_at is not None
    assert "The deputy" in text(client.get(home)), "the history still says who was told"


def test_a_paper_of_the_case_becomes_a_product(
    make_user, make_case, client_of: ClientOf, desk_workspace: Workspace
) -> None:
    ada = make_user("ada")
    case = make_case(ada)
    home = next(iter(desk_workspace.organisation_names()))
    given = {
        "title": "Interim report",
        "number": "IR-1",
        "originator": home,
        "marking": "SECRET",
        "text": "One.\n\nTwo.",
    }
    client_of(ada).post(f"/cases/{case.pk}/papers/", given)
    paper = Paper.objects.get()
    found = desk_workspace.named_lines(Inquiry(purpose="test"), products=[paper.product])["products"]
    assert found[0]["title"] == "Interim report" and found[0]["originator"] == home
    paul = make_user("paul", body="Police")
    theirs = make_case(paul, "Theirs")
    assert "Interim report" in text(client_of(ada).get(f"/cases/{case.pk}/scope/", {"q": "Interim"}))
    for address in ("scope/?q=Interim", "products/", f"products/{paper.product}/"):
        assert "Interim report" not in text(client_of(paul).get(f"/cases/{theirs.pk}/{address}")), address
    desk_workspace.retract(desk_workspace.batches()["batches"][0]["batch"], "a test")


def test_a_term_is_renewed_by_an_approver_and_a_closed_case_is_never_changed(
    make_user, make_case, client_of: ClientOf
) -> None:
    ada, chief = make_user("ada"), make_user("chief", Role.APPROVER)
    case = make_case(ada)
    Term.objects.filter(case=case).update(until=timezone.now() - timedelta(days=1))
    home = f"/cases/{case.pk}/"
    assert "until an approver renews it" in text(client_of(ada).get(home))
    assert client_of(ada).get(f"{home}edit/").status_code == 403
    until = {"until": (timezone.now() + timedelta(days=20)).date().isoformat(), "authority": "Order 9"}
    assert client_of(ada).post(f"{home}renew/", until).status_code == 403
    client_of(chief).post(f"{home}renew/", until)
    assert client_of(ada).get(f"{home}edit/").status_code == 200
    client_of(ada).post(f"{home}close/", {"reason": "done"})
    for address in ("edit/", "scope/", "narrative/", "papers/", "hand-over/", "close/"):
        assert client_of(ada).get(home + address).status_code == 403, address
    assert client_of(chief).post(f"{home}renew/", until).status_code == 403
    assert "never changed again" in text(client_of(ada).get(home))


def test_a_case_handed_over_leaves_its_giver_without_sight(make_user, make_case, client_of: ClientOf) -> None:
    ada, bea, paul = make_user("ada"), make_user("bea"), make_user("paul", body="Police")
    to_colleague, to_police, kept = make_case(ada, "One"), make_case(ada, "Two"), make_case(ada, "Three")
    client = client_of(ada)
    given = {"to": "bea", "reason": "leave"}
    client.post(f"/cases/{to_colleague.pk}/hand-over/", given)
    assert client.get(f"/cases/{to_colleague.pk}/").status_code == 404
    assert client_of(bea).get(f"/cases/{to_colleague.pk}/").status_code == 200
    client.post(f"/cases/{to_police.pk}/hand-over/", {**given, "to": "paul", "keep_sight": "on"})
    assert client.get(f"/cases/{to_police.pk}/").status_code == 404
    assert client_of(bea).get(f"/cases/{to_police.pk}/").status_code == 404
    assert client_of(paul).get(f"/cases/{to_police.pk}/").status_code == 200
    client.post(f"/cases/{kept.pk}/hand-over/", {**given, "keep_sight": "on"})
    assert client.get(f"/cases/{kept.pk}/").status_code == 200
    assert not ScopeItem.objects.exists()
