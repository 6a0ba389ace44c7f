"""What organisations answered: as a file, by hand, and what does not hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tearline.records.errors import BadInput
from tearline.workspace import Inquiry, Workspace, create_workspace

WHY = Inquiry(purpose="test")
ENTRY: dict[str, Any] = {
    "organisation": "MIN",
    "asked": "the print log of March",
    "answer": "overwritten",
    "date": "2026-04-02",
    "system": "print",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    place = create_workspace(tmp_path / "workspace")
    register = tmp_path / "organisations.csv"
    register.write_text("id,name,kind\nMIN,Ministry,recipient\nBANK,Bank,recipient\n", encoding="utf-8")
    place.load([register])
    return place


def test_a_file_of_answers_is_taken_in_row_by_row(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(
        "organisation,asked,answer,date,reason,held_by\n"
        "MIN,badge log,no record,2026-04-02,never kept,\n"
        "MIN,mail log,held by another body,2026-04-03,,BANK\n"
        "MIN,mail log,perhaps,2026-04-03,,\n"
        "MIN,mail log,held by another body,2026-04-03,,\n"
        "NOBODY,mail log,full,2026-04-03,,\n",
        encoding="utf-8",
    )
    counts = workspace.load([file])
    assert (counts["accepted"], counts["quarantined"]) == (2, 3)
    assert workspace.load([file])["batch"] is None
    fields = [row["reason"] for row in workspace.quarantine(WHY)["records"]]
    assert all("answers.csv" in reason for reason in fields)
    found = workspace.answers(WHY)["answers"]
    assert [(a["kind"], a["held_by"]) for a in found] == [("held by another body", "BANK"), ("no record", None)]
    assert workspace.answers(WHY, "BANK")["answers"] == []
    assert workspace.quarantine(WHY, retry=True)["retried"]["accepted"] == 0


def test_json_lines_are_read_as_well(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text(json.dumps({**ENTRY, "gaps": ["G-1", "G-2"]}) + "\n", encoding="utf-8")
    assert workspace.load([file])["accepted"] == 1
    (found,) = workspace.answers(WHY)["answers"]
    assert (found["gaps"], found["given_at"]) == (["G-1", "G-2"], "2026-04-02T00:00:00Z")


def test_an_answer_by_hand_can_be_taken_back_and_is_not_doubled(workspace: Workspace) -> None:
    entered = workspace.answer(ENTRY)["answer"]
    assert workspace.answer(ENTRY)["answer"]["batch"] is None
    assert len(workspace.answers(WHY)["answers"]) == 1
    workspace.retract(entered["batch"], "meant for another body")
    assert workspace.answers(WHY)["answers"] == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"organisation": "NOBODY"}, "organisation"),
        ({"answer": "maybe"}, "answer"),
        ({"date": "soon"}, "date"),
        ({"date": None}, "date"),
        ({"asked": " "}, "asked"),
        ({"since": "2026-03-09", "until": "2026-03-02"}, "until"),
        ({"product": "R9"}, "product"),
        ({"held_by": "BANK"}, "held_by"),
    ],
)
def test_what_does_not_hold_is_said_at_once(workspace: Workspace, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as told:
        workspace.answer({**ENTRY, **wrong})
    assert told.value.field == field
    assert told.value.remedy
    assert workspace.answers(WHY)["answers"] == []
