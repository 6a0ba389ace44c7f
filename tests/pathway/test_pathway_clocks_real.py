"""Clocks in a workspace: surveyed over all products, told at the terminal and beside the gaps they bear on."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tearline.records.errors import NotPermitted
from tearline.workspace import Inquiry, Scope, Workspace, create_workspace

ISSUED = datetime(2025, 3, 1, 8, tzinfo=UTC)
READERS = 12
TEXT = "Forty-one vessels left Port Alder without papers."


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A portal whose clock stands three hours behind the sender's; one reader got it by hand as well."""
    folder = tmp_path_factory.mktemp("clocks")
    files = folder / "files"
    files.mkdir()
    people = ["id,name,organisation", *(f"r{n},Reader {chr(65 + n)} Name{n},MIN" for n in range(READERS))]
    (files / "organisations.csv").write_text("id,name,kind\nSVC,Service,originator\nMIN,Ministry,recipient\n")
    (files / "people.csv").write_text("\n".join(people) + "\n")
    product = {
        "id": "R1", "title": "Grain through Port Alder", "originator": "SVC", "issued_at": "2025-03-01",
        "marking": "SECRET", "portions": [{"id": "1", "text": TEXT}],
    }  # fmt: skip
    (files / "products.jsonl").write_text(json.dumps(product) + "\n")
    events = []
    for n in range(READERS):
        sent = ISSUED + timedelta(minutes=7 * n)
        rows = [
            ("disseminated", sent, {"recipient": f"r{n}", "organisation": "SVC", "system": "dispatch"}),
            ("delivered", sent - timedelta(hours=3, seconds=-4 - n), {"recipient": f"r{n}"}),
            ("opened", sent - timedelta(hours=2, minutes=-n), {"actor": f"r{n}"}),
        ]
        for kind, at, more in rows if n else (rows[0], rows[2]):  # the first reader's delivery is not noted
            own = {"organisation": "MIN", "system": "portal", **more}
            events.append({"id": f"{kind}-{n}", "kind": kind, "product": "R1", "at": at.isoformat(), **own})
    (files / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    item = {"id": "art", "text": TEXT, "published_at": "2025-04-01"}
    (files / "disclosures.jsonl").write_text(json.dumps(item) + "\n")
    made = create_workspace(folder / "workspace")
    assert made.load([files])["quarantined"] == 0
    return made


def test_an_offset_is_found_and_who_is_behind_is_said(workspace: Workspace) -> None:
    found = workspace.clocks(Inquiry("test"))
    (one,) = found["clocks"]
    assert (one["organisation"], one["against_organisation"]) == ("MIN", "SVC")
    assert one["offset"] == pytest.approx(-3 * 3600 + 9.5, abs=2)
    assert one["pairs"] == READERS - 1 and one["impossible"] == 2 * READERS - 1 and one["matters"]
    assert {(s["organisation"], s["system"], s["events"]) for s in found["sources"]} == {
        ("MIN", "portal", 2 * READERS - 1),
        ("SVC", "dispatch", READERS),
    }
    assert "events" in {stream["stream"] for stream in found["basis"]["streams"]}


def test_nothing_is_corrected_and_an_investigation_says_where_it_matters(
    workspace: Workspace, tmp_path: Path
) -> None:
    inquiry = Inquiry("test")
    workspace.declare(inquiry, "art", "R1", "word for word")
    report = tmp_path / "report.html"
    (pathway,) = workspace.investigate(inquiry, ["art"], report=report)["trace"]
    firsts = [holder["first_possible"] for holder in pathway["holders"]]
    assert min(firsts) == "2025-03-01T05:07:05Z"
    page = report.read_text(encoding="utf-8")
    (note,) = pathway["clocks"]
    assert "MIN portal stands 3.0 h behind" in note["says"]
    kinds = {gap["id"]: gap["kind"] for gap in pathway["gaps"]}
    assert [kinds[gap] for gap in note["gaps"]] == ["opened without delivery"]
    assert "No time is corrected" in page


def test_a_part_of_the_record_is_not_compared(workspace: Workspace) -> None:
    with pytest.raises(NotPermitted, match="whole record"):
        workspace.clocks(Inquiry("test", scope=Scope(organisations=frozenset({"MIN"}))))
