"""OCSF file and email activity."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reader_world import events, read, reasons, seals

from tearline.records.errors import BadInput

Write = Callable[[str, str | bytes], Path]


def file_activity(activity: int = 2, class_uid: int = 1001, **more: Any) -> dict[str, Any]:
    return {
        "class_uid": class_uid,
        "activity_id": activity,
        "activity_name": "Read",
        "type_name": "File System Activity: Read",
        "time": 1740906916123,
        "metadata": {"uid": "m-1", "product": {"name": "Guard"}, "version": "1.3.0"},
        "actor": {"user": {"name": "l.chen", "type": "User"}},
        "file": {"name": "ACME 2025-0417 Grain.docx", "path": "/srv/ACME 2025-0417 Grain.docx"},
        "device": {"hostname": "pc-7"},
    } | more


def mail(activity: int = 1, **more: Any) -> dict[str, Any]:
    email = {
        "from": "l.chen@beta.example",
        "to": ["a@x.example"],
        "subject": "ACME 2025-0417",
        "message_uid": "<1@x>",
    }
    return {
        "class_uid": 4009,
        "activity_id": activity,
        "type_name": "Email Activity: Send",
        "time": 1740906916000,
        "metadata": {"uid": "m-2"},
        "email": email | more,
    }


def lines(*records: dict[str, Any]) -> str:
    return "\n".join(map(json.dumps, records))


def test_a_file_read(write: Write) -> None:
    assert events(read(write("ocsf.jsonl", lines(file_activity())))) == [
        {
            "id": "m-1",
            "kind": "opened",
            "product": "R-1",
            "at_earliest": "2025-03-02T09:15:16.123000Z",
            "at_latest": "2025-03-02T09:15:16.123000Z",
            "actor": "l.chen",
            "organisation": "BETA",
            "system": "guard",
            "detail": {"file": "ACME 2025-0417 Grain.docx", "activity": "Read", "computer": "pc-7"},
        }
    ]


@pytest.mark.parametrize(
    ("class_uid", "activity", "kind"),
    [
        (1001, 1, "copied"),
        (1001, 4, "destroyed"),
        (1001, 14, "opened"),
        (6006, 2, "downloaded"),
        (6006, 6, "copied"),
        (6006, 9, "opened"),
        (4010, 2, "downloaded"),
    ],
)
def test_activities(write: Write, class_uid: int, activity: int, kind: str) -> None:
    (found,) = events(read(write("ocsf.jsonl", lines(file_activity(activity, class_uid)))))
    assert found["kind"] == kind


def test_a_file_is_known_by_its_hash(write: Write) -> None:
    one = file_activity(file={"name": "x.bin", "hashes": [{"algorithm_id": 3, "value": "AB" * 32}]})
    assert events(read(write("ocsf.jsonl", lines(one))))[0]["product"] == "R-2"


def test_mail_has_an_event_for_every_addressee(write: Write) -> None:
    sent = mail(to=["a@x.example", "b@x.example"], cc=["c@x.example"], subject="FW: ACME 2025-0417")
    found = events(read(write("ocsf.json", json.dumps([sent, mail(2)], indent=2))))
    assert [(one["kind"], one["recipient"], one["detail"]["role"]) for one in found] == [
        ("forwarded", "a@x.example", "to"),
        ("forwarded", "b@x.example", "to"),
        ("forwarded", "c@x.example", "cc"),
        ("delivered", "a@x.example", "to"),
    ]


def test_mail_of_protected_addresses_is_sealed(write: Write) -> None:
    items = read(write("ocsf.jsonl", lines(mail(3, cc=["x@ombudsman.example"]), mail())))
    assert (seals(items), len(events(items))) == (["to or from @ombudsman.example"], 1)


def test_what_shows_no_handling_says_so_in_a_sentence(write: Write) -> None:
    text = lines(
        file_activity(5, type_name="File System Activity: Rename"),
        {"class_uid": 3002, "activity_id": 1},
        file_activity(status_id=2),
        file_activity(file={"name": "menu.docx"}),
        file_activity(actor={"process": {"name": "backup"}}),
        file_activity(time="soon"),
        mail(to=[], **{"from": None}),
    )
    assert reasons(read(write("ocsf.jsonl", text))) == [
        "File System Activity: Rename: not a kind that shows a document being handled",
        "class 3002, activity 1: not a kind that shows a document being handled",
        "File System Activity: Read: an attempt that failed",
        "File System Activity: Read: no registered product is recognised in 'menu.docx'",
        "File System Activity: Read: an act of the system itself, not of a person",
        "'soon' is not a time",
        "Email Activity: Send: neither a sender nor an addressee is named",
    ]


def test_hostile_lines_are_refused_one_by_one(write: Write) -> None:
    odd = [
        file_activity(file=[], metadata=7),
        file_activity(time=10**300),
        file_activity(file={"hashes": [{"algorithm_id": [], "value": {}}]}),
        {"class_uid": True, "activity_id": None},
        {"class_uid": "1001", "activity_id": {}},
    ]
    deep = '{"class_uid": 1001, "x": ' + "[" * 100_000
    items = read(write("ocsf.jsonl", lines(file_activity(), *odd) + "\n" + deep + "\nnonsense\n\0"))
    assert (len(events(items)), len(reasons(items))) == (1, len(odd) + 3)


def test_a_file_without_any_object_is_at_fault_itself(write: Write) -> None:
    with pytest.raises(BadInput):
        read(write("a.json", "[[1, 2], 3]"), name="ocsf")


def test_a_damaged_record_that_names_a_protected_address_is_sealed_too(write: Write) -> None:
    broken = json.dumps(mail()).replace("b.chief", "x")[:-20] + ' "cc": "counsel@legal.example"'
    found = read(write("a.jsonl", json.dumps(file_activity()) + "\n" + broken + "\n"), name="ocsf")
    assert seals(found) == ["to or from counsel@legal.example"]
