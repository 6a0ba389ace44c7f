"""Mails that only answer, and mails that carry an excerpt: what their events say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tearline.workspace import Inquiry, Workspace, create_workspace

WHY = Inquiry(purpose="test", unmask="test")
ONE = "Two convoys of lorries crossed the northern pass on Tuesday night and unloaded ninety crates at the mill."
TWO = "The minister's brother met the shipping agent in Lisbon and paid forty thousand euros in cash to a courier."
HEAD = "From: {0}\nSent: Monday, March 10, 2025 {1}\nTo: {2}\nSubject: {3}\n\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    place = create_workspace(tmp_path / "workspace")
    files = {
        "organisations.csv": "id,name,kind\nSVC,The Service,originator\n",
        "people.csv": "id,name,organisation,valid_from,accounts\n"
        + "".join(
            f"{who},{name},SVC,2025-01-01,mail:{who}@svc.example\n"
            for who, name in (("ann", "Ann Author"), ("bob", "Bob Reader"), ("cid", "Cid Clerk"))
        ),
        "products.jsonl": json.dumps(
            {
                "id": "VX-2025-014",
                "title": "Convoys and couriers of the north",
                "originator": "SVC",
                "issued_at": "2025-03-01",
                "marking": "SECRET",
                "portions": [{"id": "1", "text": ONE}, {"id": "2", "text": TWO}],
            }
        )
        + "\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    place.load([tmp_path / name for name in files])
    return place


def taken(workspace: Workspace, tmp_path: Path, *texts: str) -> list[dict[str, Any]]:
    """The events of these mails, by time and addressee."""
    file = tmp_path / "mails.jsonl"
    rows = ({"doc": f"D{n}", "text": text} for n, text in enumerate(texts))
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    workspace.intake([file], organisation="SVC")
    shown = workspace.trace(WHY, "VX-2025-014")
    return sorted(shown["transfers"], key=lambda one: (one["at_earliest"], one["to"] or ""))


def mail(sender: str, time: str, to: str, text: str, subject: str = "Note", below: str = "") -> str:
    return HEAD.format(sender, time, to, subject) + text + "\n\n" + below


FIRST = mail("ann@svc.example", "8:00 AM", "bob@svc.example", f"{ONE}\n\n{TWO}")


def test_who_answers_above_the_text_has_opened_it_and_taken_nothing_out(
    workspace: Workspace, tmp_path: Path
) -> None:
    reply = mail("Bob Reader", "9:00 AM", "Ann Author", "Thanks.", "Re: Note", FIRST)
    passed = taken(workspace, tmp_path, reply)
    assert [(one["kind"], one["from"], one["to"]) for one in passed] == [
        ("disseminated", "ann", "bob"),
        ("opened", "bob", "ann"),
    ]
    levels = {h["person"]: h["level"] for h in workspace.trace(WHY, "VX-2025-014")["holders"]}
    assert levels == {"ann": "delivered", "bob": "opened"}


def test_a_reply_to_somebody_new_passes_it_on(workspace: Workspace, tmp_path: Path) -> None:
    wider = mail("bob@svc.example", "9:00 AM", "ann@svc.example; cid@svc.example", "See below.", "Re: Note", FIRST)
    passed = taken(workspace, tmp_path, wider)
    assert [(one["kind"], one["to"]) for one in passed] == [
        ("disseminated", "bob"),
        ("forwarded", "ann"),
        ("forwarded", "cid"),
    ]
    levels = {h["person"]: h["level"] for h in workspace.trace(WHY, "VX-2025-014")["holders"]}
    assert levels["bob"] == "extracted"


def test_an_excerpt_carries_its_portions_and_a_reply_what_it_quotes(workspace: Workspace, tmp_path: Path) -> None:
    excerpt = mail("bob@svc.example", "10:00 AM", "cid@svc.example", f"From VX-2025-014:\n{TWO}")
    answer = mail("cid@svc.example", "11:00 AM", "bob@svc.example", "On VX-2025-014: noted.", "Re: Note", excerpt)
    taken(workspace, tmp_path, answer)
    portions = {h["person"]: h["portions"] for h in workspace.trace(WHY, "VX-2025-014")["holders"]}
    assert portions == {"bob": ["2"], "cid": ["2"]}
    only = workspace.trace(WHY, "VX-2025-014", portion="1")
    assert only["holders"] == []


def test_an_attachment_may_have_been_all_of_it(workspace: Workspace, tmp_path: Path) -> None:
    text = mail("bob@svc.example", "10:00 AM", "cid@svc.example", TWO)
    taken(workspace, tmp_path, text.replace("Subject: Note\n", "Subject: Note\nAttachments: report.pdf\n"))
    assert {h["portions"] is None for h in workspace.trace(WHY, "VX-2025-014")["holders"]} == {True}


def test_a_mail_that_names_the_report_alone_counts_as_carrying_it(workspace: Workspace, tmp_path: Path) -> None:
    taken(workspace, tmp_path, mail("bob@svc.example", "10:00 AM", "cid@svc.example", "VX-2025-014 as promised."))
    assert {h["person"]: h["portions"] for h in workspace.trace(WHY, "VX-2025-014")["holders"]}["cid"] is None
