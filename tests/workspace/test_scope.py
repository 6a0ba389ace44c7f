"""What a scope leaves out occurs nowhere in an answer, and products outside are as if they were not registered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import scope_world as world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tearline.exports import ExportFormat
from tearline.records.errors import BadInput, NotPermitted, TearlineError
from tearline.workspace import Inquiry, Scope, Workspace

PUBLIC = ("art",)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return world.made(tmp_path_factory.mktemp("scope"))


def asked(scope: Scope | None) -> Inquiry:
    return Inquiry(purpose="p", case="c", actor="a", scope=scope)


def answers(workspace: Workspace, scope: Scope, products: frozenset[str]) -> Iterator[dict[str, Any]]:
    """All that can be asked within a scope."""
    inquiry = asked(scope)
    yield workspace.products(inquiry)
    yield workspace.disclosures_listed(inquiry)
    yield workspace.disclosure(inquiry, "art")
    yield workspace.match(inquiry, "art")
    yield workspace.leads(inquiry, ["art"])
    yield workspace.leads_board(inquiry, ["art"])
    yield workspace.requests(inquiry, ["art"])
    yield workspace.investigate(inquiry, ["art"])
    yield workspace.handling(inquiry)
    yield workspace.handling_board(inquiry)
    for word in ("barley", "turbines", "concession", "person"):
        yield workspace.search(inquiry, word)
    for name in sorted(products):
        yield workspace.product(inquiry, f"PX-{name}")
        yield workspace.product_findings(inquiry, f"PX-{name}")
        yield workspace.trace(inquiry, f"PX-{name}")
        found = workspace.pathway_picture(inquiry, f"PX-{name}", disclosure="art")
        yield found
        for row in found["holders"][:1]:
            yield workspace.pathway_picture(inquiry, f"PX-{name}", holder=row["person"])
            yield workspace.person(inquiry, row["person"])


def said(document: dict[str, Any]) -> str:
    """All that a document says, without what the asker said themselves."""
    return json.dumps({key: value for key, value in document.items() if key != "basis"}, ensure_ascii=False)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    products=st.frozensets(st.sampled_from(sorted(world.SUBJECTS))),
    organisations=st.none() | st.frozensets(st.sampled_from(sorted(world.ORGANISATIONS))),
)
def test_nothing_beyond_the_scope_occurs_in_any_answer(
    whole: Workspace, products: frozenset[str], organisations: frozenset[str] | None
) -> None:
    inside = world.descended(products)
    scope = Scope(products=frozenset(f"PX-{name}" for name in products), organisations=organisations)
    beyond = [
        word for name in set(world.SUBJECTS) - inside for word in (f'PX-{name}"', f"NO-{name}-77", f"ev-{name}-")
    ]
    if organisations is not None:
        pseudonym = whole._names.field
        outside = [person for person, org in world.PEOPLE.items() if org not in organisations]
        beyond += [pseudonym(person) for person in outside] + [f'"{person}"' for person in outside]
        # The originator stands on the face of every product that is within.
        beyond += [world.ORGANISATIONS[org] for org in world.ORGANISATIONS if org not in {*organisations, "SVC"}]
    for document in answers(whole, scope, inside):
        text = said(document)
        if organisations is not None:
            text = text.replace(f'"distribution": {json.dumps(["MIN", "BNK"])}', "")
        assert [word for word in beyond if word in text] == [], text[:2000]
        assert document["scope"] == "Only what lies within the scope of this inquiry is shown."


@pytest.mark.parametrize("names", [frozenset("A"), frozenset("C"), frozenset({"B", "AS"})])
def test_products_beyond_the_scope_are_as_if_not_registered(
    whole: Workspace, names: frozenset[str], tmp_path: Path
) -> None:
    inside = world.descended(names)
    alone = world.made(tmp_path, only=inside, keys=whole.folder / "keys")
    scope = Scope(products=frozenset(f"PX-{name}" for name in names))
    logs = {"gaps", "requests", "next_evidence"}  # logs are of the whole record: they speak of no product
    for one, other in zip(answers(whole, scope, inside), answers(alone, Scope(), inside), strict=True):
        left_out = {"basis", "scope", *logs}
        assert {k: v for k, v in one.items() if k not in left_out} == {
            k: v for k, v in other.items() if k not in left_out
        }


def test_what_is_beyond_is_refused_just_as_what_is_not_there(whole: Workspace) -> None:
    inquiry = asked(Scope(products=frozenset({"PX-C"})))
    for question in (whole.product, whole.trace, whole.pathway_picture, whole.product_findings):
        said = []
        for product in ("PX-A", "PX-NEVER"):
            with pytest.raises(BadInput) as refused:
                question(inquiry, product)
            said.append(str(refused.value).replace(product, "·"))
        assert said[0] == said[1]


def test_events_certainly_outside_the_period_are_not_looked_at(whole: Workspace) -> None:
    late = Scope(earliest=datetime(2025, 3, 15, tzinfo=UTC))
    found = whole.trace(asked(late), "PX-A")
    assert found["holders"]
    assert all(holder["first_possible"] >= "2025-03-15" for holder in found["holders"])
    assert 0 < len(found["transfers"]) < len(whole.trace(asked(None), "PX-A")["transfers"])


def test_what_cannot_be_given_in_part_is_not_given(whole: Workspace, tmp_path: Path) -> None:
    some = asked(Scope(organisations=frozenset({"MIN"})))
    with pytest.raises(NotPermitted):
        whole.export(some, ExportFormat.CSV, tmp_path / "out")
    with pytest.raises(NotPermitted):
        whole.exposures(some, tmp_path / "out.parquet")
    with pytest.raises(NotPermitted):
        whole.investigate(some, ["art"], report=tmp_path / "report.html")
    assert not list(tmp_path.iterdir())


def test_an_export_within_a_scope_has_its_products_alone(whole: Workspace, tmp_path: Path) -> None:
    whole.export(asked(Scope(products=frozenset({"PX-C"}))), ExportFormat.CSV, tmp_path / "out")
    text = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*.csv"))
    assert "PX-C" in text
    assert not [name for name in ("PX-A", "PX-B", "ev-A-", "ev-B-") if name in text]


def test_public_items_and_recognitions_of_other_cases_stay_theirs(tmp_path: Path) -> None:
    workspace = world.made(tmp_path)
    mine, theirs = asked(Scope()), Inquiry(purpose="p", case="other", scope=Scope())
    workspace.declare(theirs, "art", "PX-B", "I know the turbines")
    assert workspace.disclosure(theirs, "art")["declared"]
    assert not workspace.disclosure(mine, "art")["declared"]
    assert "turbines" not in said(workspace.match(mine, "art"))
    hidden = asked(Scope(hidden_disclosures=frozenset({"art"})))
    assert workspace.disclosures_listed(hidden)["disclosures"] == []
    assert "scope" not in workspace.disclosures_listed(hidden)
    with pytest.raises(BadInput):
        workspace.disclosure(hidden, "art")


def test_the_register_is_read_again_only_when_the_ledger_has_grown(tmp_path: Path) -> None:
    workspace = world.made(tmp_path)
    before = workspace._look_up(asked(None), "x").scene
    assert workspace._look_up(asked(None), "x").scene.register is before.register
    extra = tmp_path / "organisations.csv"
    extra.write_text("id,name,kind,parent\nNEW,Newcomer,recipient,\n")
    workspace.load([extra])
    assert "NEW" in workspace._look_up(asked(None), "x").scene.register.organisations
    then = workspace._look_up(Inquiry(purpose="p", as_of=str(0)), "x").scene
    assert not then.register.products


def test_where_the_look_up_cannot_be_recorded_nothing_is_shown(tmp_path: Path) -> None:
    workspace = world.made(tmp_path)
    tail = workspace.folder / "ledger" / "lookups"
    tail.chmod(0o500)
    commits = workspace.folder / "ledger" / "commits.jsonl"
    kept = commits.read_bytes()
    commits.unlink()
    commits.mkdir()
    try:
        with pytest.raises(TearlineError):
            workspace.product(asked(Scope()), "PX-A")
    finally:
        commits.rmdir()
        commits.write_bytes(kept)
        tail.chmod(0o700)
