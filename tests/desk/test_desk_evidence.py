"""The evidence on pages: within a case's scope, recorded before it is shown, and nothing without a record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tearline.desk.accounts.models import Role, User
from tearline.desk.cases.models import Case, ScopeItem
from tearline.desk.registry.tables import safe_cell
from tearline.ledger import load_verifier, read_bodies
from tearline.records.kinds import Stream
from tearline.workspace import Inquiry, Scope, Workspace

PRODUCT, OTHER, ARTICLE = "VAS-2026-009", "VAS-2025-118", "art-7"
ClientOf = Callable[[User], Client]


def lookups() -> list[dict[str, object]]:
    folder: Path = settings.WORKSPACE
    return list(read_bodies(folder / "ledger", load_verifier(folder / "keys"), Stream.LOOKUPS))


@pytest.fixture
def ada(make_user) -> User:
    return make_user("ada")


@pytest.fixture
def pages(desk_workspace: Workspace, ada: User, make_case) -> tuple[Case, dict[str, str]]:
    """A case on one product, and the address of every page of its evidence."""
    case = make_case(ada, products=(PRODUCT,))
    person = desk_workspace.pathway_picture(Inquiry("p", scope=Scope(products=frozenset({PRODUCT}))), PRODUCT)[
        "holders"
    ][0]["person"]
    home = f"/cases/{case.pk}"
    return case, {
        "products": f"{home}/products/",
        "product": f"{home}/products/{PRODUCT}/",
        "product-handling": f"{home}/product-handling/{PRODUCT}/",
        "disclosures": f"{home}/disclosures/",
        "disclosure": f"{home}/disclosures/{ARTICLE}/",
        "pathway": f"{home}/pathway/{PRODUCT}/?disclosure={ARTICLE}&holder={person}",
        "table": f"{home}/pathway-table/{PRODUCT}/",
        "leads": f"{home}/leads/{ARTICLE}/",
        "handling": f"{home}/handling/",
        "person": f"{home}/people/{person}/",
        "search": "/search/?q=ration",
    }


def test_every_page_is_recorded_first_and_shows_the_case_s_scope_alone(pages, ada, client_of: ClientOf) -> None:
    case, addresses = pages
    client = client_of(ada)
    client.get(addresses["products"])  # so that the search has a case
    for name, address in addresses.items():
        before = len(lookups())
        answer = client.get(address)
        assert answer.status_code == 200, (name, answer.content[:500])
        new = lookups()[before:]
        assert [(row["actor"], row["case"], row["purpose"]) for row in new] == [
            ("ada", str(case.pk), case.purpose)
        ], name
        text = answer.content.decode()
        assert OTHER not in text, name
        if name not in ("disclosures", "table"):
            assert "TOP SECRET" in text or name == "search", name
        for word in ("suspect", "guilty", "culprit", "leaker"):
            assert word not in text.casefold().replace("unsuspect", ""), name


def test_what_is_beyond_the_scope_and_what_is_not_there_look_the_same(pages, ada, client_of: ClientOf) -> None:
    case, _addresses = pages
    client = client_of(ada)
    for page in ("products", "pathway", "product-handling"):
        beyond = client.get(f"/cases/{case.pk}/{page}/{OTHER}/")
        absent = client.get(f"/cases/{case.pk}/{page}/NO-SUCH-1/")
        assert beyond.status_code == absent.status_code == 404
    assert client.get(f"/cases/{case.pk}/people/P-AAAAAAAAAA/").status_code == 404


def test_nothing_opens_in_a_draft_or_to_another_body(pages, ada, make_user, client_of: ClientOf) -> None:
    case, addresses = pages
    outside = client_of(make_user("paul", body="Police"))
    before = len(lookups())
    for name, address in addresses.items():
        if name != "search":
            assert outside.get(address).status_code == 404, name
    ScopeItem.objects.filter(case=case).update(ended_at=datetime(2026, 1, 1, tzinfo=UTC))
    client = client_of(ada)
    for name in ("products", "person", "leads"):
        assert client.get(addresses[name]).status_code == 403, name
    assert len(lookups()) == before


def test_without_a_record_nothing_is_shown(pages, ada, client_of: ClientOf, monkeypatch) -> None:
    _case, addresses = pages
    commits = settings.WORKSPACE / "ledger" / "commits.jsonl"
    kept = commits.with_name("commits.kept")
    client = client_of(ada)
    commits.rename(kept)
    try:
        answers = {name: client.get(addresses[name]) for name in ("product", "pathway", "person", "leads")}
    finally:
        kept.rename(commits)
    for name, answer in answers.items():
        assert answer.status_code >= 500, name
        assert "P-" not in answer.content.decode() and "Isenmark" not in answer.content.decode(), name


def test_a_name_is_shown_only_where_its_showing_was_approved(
    pages, ada, make_user, client_of: ClientOf, desk_workspace: Workspace
) -> None:
    from tearline.desk.cases import unmasking  # noqa: PLC0415

    case, addresses = pages
    person = addresses["person"].rstrip("/").rsplit("/", 1)[1]
    client = client_of(ada)
    name = desk_workspace.person(Inquiry("p", unmask="to test"), person)["name"]
    assert name not in client.get(addresses["person"]).content.decode()
    asked = unmasking.ask(case, ada, person, "their office has to be asked")
    assert name not in client.get(addresses["person"]).content.decode()
    unmasking.decide(asked, make_user("eve", Role.APPROVER), approve=True, answer="needed")
    assert name in client.get(addresses["person"]).content.decode()
    assert lookups()[-1]["unmask"]
    assert name not in client.get(addresses["pathway"]).content.decode()


def test_an_article_is_brought_in_for_one_case_and_declared(
    pages, ada, make_user, make_case, client_of: ClientOf
) -> None:
    case, _addresses = pages
    client = client_of(ada)
    text = "The chancellor has a list of who goes cold first, a minister said on Tuesday. Divers saw cracks."
    given = {"title": "A fresh article", "published_at": "2026-02-10", "text": text}
    answer = client.post(f"/cases/{case.pk}/disclosures/add/", given)
    assert answer.status_code == 302
    address = answer.headers["Location"]
    assert "A fresh article" in client.get(address).content.decode()
    declared = client.post(
        address.replace("/disclosures/", "/declare/"), {"named": PRODUCT, "reason": "the divers"}
    )
    assert declared.status_code == 302
    assert "the divers" in client.get(address).content.decode()
    assert case.entries.filter(act="match:declare").exists()
    paul = make_user("paul", body="Police")
    theirs = make_case(paul)
    other = client_of(paul)
    assert "A fresh article" not in other.get(f"/cases/{theirs.pk}/disclosures/").content.decode()
    hidden = other.get(f"/cases/{theirs.pk}/disclosures/{address.rstrip('/').rsplit('/', 1)[1]}/")
    assert hidden.status_code == 404


@pytest.mark.parametrize("given", [{"text": ""}, {"text": "x", "published_at": "soon"}, {"title": ""}])
def test_an_article_that_is_not_whole_is_not_taken(pages, ada, client_of: ClientOf, given) -> None:
    case, _ = pages
    whole = {"title": "T", "published_at": "2026-02-10", "text": "Some words."}
    answer = client_of(ada).post(f"/cases/{case.pk}/disclosures/add/", {**whole, **given})
    assert answer.status_code == 200 and b"errorlist" in answer.content


def test_a_table_is_safe_in_a_spreadsheet_and_carries_its_marking(pages, ada, client_of: ClientOf) -> None:
    _case, addresses = pages
    answer = client_of(ada).get(addresses["table"])
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.content.decode("utf-8-sig").splitlines()[0].startswith("TOP SECRET")
    for text in ("=1+1", "+1", "-1", "@x", "\t=1", "|x", "  =1"):
        assert safe_cell(text) == f"'{text}"
    assert safe_cell("P-ABC") == "P-ABC"


def test_a_registrar_sees_what_is_in_their_charge(
    desk_workspace: Workspace, make_user, client_of: ClientOf
) -> None:
    client = client_of(make_user("rosa", Role.REGISTRAR, organisation="HSB"))
    assert client.get("/products/").headers["Location"] == "/register/products/"
    listed = client.get("/register/products/").content.decode()
    assert "HSB-2026-011" in listed or "HSB/26/011" in listed
    assert PRODUCT not in listed
    assert client.get(f"/register/products/{PRODUCT}/").status_code == 404
    assert client.get("/register/pathway/HSB-2026-011/").status_code == 200


def test_the_evidence_in_french(pages, ada, client_of: ClientOf) -> None:
    _case, addresses = pages
    client = client_of(ada)
    client.cookies["django_language"] = "fr"
    assert "Qui a pu le détenir" in client.get(addresses["pathway"]).content.decode()
    assert "Ce qui l’explique" in client.get(addresses["leads"]).content.decode()
