"""The Microsoft 365 audit log: lines, the CSV export, OfficeActivity; and what is said of the rest."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from intake_world import PRODUCTS
from reader_world import events, read, reasons, seals

from tearline.intake import Place, load, retry, take_in
from tearline.intake.readers import m365
from tearline.intake.rows import Unread
from tearline.records.errors import BadInput

Write = Callable[[str, str | bytes], Path]


def record(operation: str, **more: Any) -> dict[str, Any]:
    file = {
        "Workload": "SharePoint",
        "RecordType": 6,
        "SourceFileName": "ACME 2025-0417 Grain.docx",
        "ObjectId": "https://acme.sharepoint.example/sites/x/Shared%20Documents/ACME%202025-0417%20Grain.docx",
    }
    base = {
        "CreationTime": "2025-03-02T09:15:01",
        "Id": f"id-{operation}",
        "Operation": operation,
        "UserType": 0,
        "UserId": "l.chen@beta.example",
        "ClientIP": "192.0.2.7",
    }
    return base | file | more


def mail(operation: str, **more: Any) -> dict[str, Any]:
    return record(
        operation, **{"Workload": "Exchange", "RecordType": 2, "SourceFileName": None, "ObjectId": None} | more
    )


def lines(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(one) + "\n" for one in records)


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("FileAccessed", "opened"),
        ("FilePreviewed", "opened"),
        ("FileDownloaded", "downloaded"),
        ("FileCopied", "copied"),
        ("FilePrinted", "printed"),
        ("FileCopiedToRemovableMedia", "copied"),
    ],
)
def test_an_act_on_a_file_is_an_event(write: Write, operation: str, kind: str) -> None:
    found = events(read(write("audit.jsonl", lines(record(operation)))))
    assert found == [
        {
            "id": f"id-{operation}",
            "kind": kind,
            "product": "R-1",
            "at_earliest": "2025-03-02T09:15:01Z",
            "at_latest": "2025-03-02T09:15:01Z",
            "actor": "l.chen@beta.example",
            "organisation": "BETA",
            "system": "sharepoint",
            "detail": {"operation": operation, "file": "ACME 2025-0417 Grain.docx", "address": "192.0.2.7"},
        }
    ]


def test_a_mail_sent_names_its_subject_and_attachments(write: Write) -> None:
    fresh = mail(
        "Send", Item={"Subject": "For the minister", "Attachments": "logo.png (12b); ACME 2025-0555.pdf (9001b)"}
    )
    passed_on = mail("SendAs", Item={"Subject": "FW: Grain shipments through the northern strait"})
    both = mail("Send", Item={"Subject": "Two", "Attachments": "ACME 2025-0555.pdf (1b); ACME 2025-0417.pdf (2b)"})
    found = events(read(write("audit.jsonl", lines(fresh, passed_on, both))))
    assert [(one["kind"], one["product"], one["system"], one["id"]) for one in found] == [
        ("disseminated", "R-2", "mail", "id-Send"),
        ("forwarded", "R-1", "mail", "id-SendAs"),
        ("disseminated", "R-2", "mail", "id-Send/R-2"),
        ("disseminated", "R-1", "mail", "id-Send/R-1"),
    ]


def test_mails_read_in_somebody_elses_mailbox(write: Write) -> None:
    folders = [{"Path": "\\Inbox", "FolderItems": [{"InternetMessageId": "<1@x>"}, {"Subject": "ACME 2025-0417"}]}]
    one = mail("MailItemsAccessed", RecordType=50, MailboxOwnerUPN="o.haddad@beta.example", Folders=folders)
    (found,) = events(read(write("audit.jsonl", lines(one))))
    assert (found["kind"], found["actor"]) == ("opened", "l.chen@beta.example")
    assert found["detail"]["mailbox"] == "o.haddad@beta.example"


def test_sharing_with_a_person_addresses_them(write: Write) -> None:
    person = record(
        "AddedToSecureLink", TargetUserOrGroupType="Guest", TargetUserOrGroupName="j.poe@delta.example"
    )
    group = record("SharingSet", TargetUserOrGroupType="SecurityGroup", TargetUserOrGroupName="2002203e")
    items = read(write("audit.jsonl", lines(person, group)))
    (found,) = events(items)
    assert (found["kind"], found["recipient"]) == ("disseminated", "j.poe@delta.example")
    assert "who is in it the record does not say" in reasons(items)[0]


def test_what_shows_no_handling_says_so_in_a_sentence(write: Write) -> None:
    text = lines(
        record("FileAccessed"),
        mail("Set-Mailbox", RecordType=1),
        record("UserLoggedIn", RecordType=15),
        record("FileRecycled"),
        record("FolderCreated"),
        record("Something new", RecordType=999),
        record("FileAccessed", SourceFileName="menu.docx", ObjectId="https://acme.example/menu.docx"),
        record("FileAccessed", UserType=5, UserId="app@sharepoint"),
        record("FileDownloaded", ResultStatus="Failed"),
        record("FileDownloaded", CreationTime="yesterday"),
        mail("MailItemsAccessed", Folders=[{"FolderItems": [{"InternetMessageId": "<1@x>"}]}]),
    )
    assert reasons(read(write("audit.jsonl", text))) == [
        "Set-Mailbox: an administrator's change to Exchange, which shows no handling of a document",
        "UserLoggedIn: a sign-in, which shows no handling of a document",
        "FileRecycled: puts it where it can be restored from; it is not destroyed",
        "FolderCreated: a folder, not a file",
        "Something new: not a kind that is understood",
        "FileAccessed: no registered product is recognised in 'menu.docx'",
        "FileAccessed: an act of the system itself, not of a person",
        "FileDownloaded: an attempt that failed",
        "'yesterday' is not a time",
        "MailItemsAccessed: the mails are named by number only, without subject or attachments",
    ]


def test_the_operation_is_the_records_own_not_one_nested_or_quoted_in_it(write: Write) -> None:
    nested = '{"Parameters": [{"Operation": "Set-Mailbox"}], ' + json.dumps(record("FileAccessed"))[1:] + "\n"
    quoted = json.dumps({"Note": 'he wrote "Operation": "Set-Mailbox"'} | record("FileAccessed", Id="2")) + "\n"
    assert len(events(read(write("audit.jsonl", nested + quoted)))) == 2


def test_the_csv_export(write: Write) -> None:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData"])
    for one in (record("FileDownloaded"), record("UserLoggedIn", RecordType=15)):
        table.writerow([one["Id"], "2025-03-02T09:15:01.0000000Z", "6", one["Operation"], "x", json.dumps(one)])
    table.writerow(["x", "", "", "", "", "{broken"])
    for name, head in (("export.csv", ""), ("shell.csv", "#TYPE Deserialized.Microsoft.UnifiedAudit\n")):
        items = read(write(name, head + out.getvalue()))
        assert [one["kind"] for one in events(items)] == ["downloaded"]
        assert len(reasons(items)) == 2
    again = events(read(write("audit.jsonl", lines(record("FileDownloaded")))))
    assert again == events(items)


def office(operation: str, **more: Any) -> dict[str, Any]:
    return {
        "TimeGenerated": "2025-03-02T09:15:01Z",
        "RecordType": "50",
        "Operation": operation,
        "OfficeWorkload": "Exchange",
        "UserType": "Regular",
        "UserId": "l.chen@beta.example",
        "OfficeId": "o-1",
        "Type": "OfficeActivity",
    } | more


@pytest.mark.parametrize("indent", [None, 2])
def test_office_activity_as_lines_and_as_an_array(write: Write, indent: int | None) -> None:
    folders = json.dumps([{"FolderItems": [{"Subject": "ACME 2025-0417"}]}])
    both = [
        office("MailItemsAccessed", Folders=folders),
        office("FileDownloaded", OfficeWorkload="OneDrive", OfficeObjectId="https://x/ACME 2025-0417.docx"),
    ]
    for text in (
        lines(*both),
        json.dumps(both, indent=indent),
        "\n".join(json.dumps(one, indent=2) for one in both),
    ):
        items = read(write("activity.json", text))
        assert [(one["kind"], one["system"]) for one in events(items)] == [
            ("opened", "mail"),
            ("downloaded", "onedrive"),
        ]


def test_a_broken_record_within_an_array_spoils_itself_alone(write: Write) -> None:
    text = json.dumps([office("Send", Item='{"Subject": "ACME 2025-0417"}')] * 3, indent=1)
    text = text.replace('"Regular"', '"Regular', 2).replace('"Regular', '"Regular"', 1)
    items = read(write("activity.json", text))
    assert (len(events(items)), len(reasons(items))) == (2, 1)


def test_mail_of_protected_addresses_is_sealed_whatever_the_record_is(write: Write) -> None:
    text = lines(
        mail("Send", UserId="Counsel@legal.example", Item={"Subject": "ACME 2025-0417"}),
        mail("Set-Mailbox", RecordType=1, MailboxOwnerUPN="x@intake.ombudsman.example"),
        mail("Send", Item={"Subject": "ACME 2025-0417"}),
        record("FileAccessed", UserId="reader@ombudsman.example"),
    )
    text = text.replace("intake.ombudsman", "\\u0069ntake.ombuds\\u006dan")
    items = read(write("audit.jsonl", text))
    assert seals(items) == ["to or from counsel@legal.example", "to or from @ombudsman.example"]
    assert [one["system"] for one in events(items)] == ["mail", "sharepoint"]


def test_hostile_lines_are_refused_one_by_one(write: Write) -> None:
    text = lines(record("FileAccessed")).encode()
    deep = b'{"Operation":"FileAccessed","x":' + b"[" * 100_000 + b"\n"
    digits = b'{"Operation":"FileAccessed","UserId":' + b"9" * 10_000 + b"}\n"
    odd = lines(record("FileAccessed", UserId=["x"], Item=3), record("Send", Item="[[[")).encode()
    latin = b'{"Operation":"FileAccessed","UserId":"Ren\xe9"}\n'
    items = read(write("audit.jsonl", text + deep + digits + odd + latin + b"nonsense\n" + b"\0\n"))
    assert len(events(items)) == 1
    assert len(reasons(items)) == 7


def test_a_file_without_any_object_is_at_fault_itself(write: Write) -> None:
    with pytest.raises(BadInput):
        read(write("audit.txt", "one\ntwo\n"), name="m365")
    with pytest.raises(BadInput):
        read(write("empty.json", "[]"), name="m365")
    with pytest.raises(BadInput, match="AuditData"):
        read(write("other.csv", "a,b\n1,2\n"), name="m365")


def test_what_lacked_its_product_is_read_again_when_the_product_is_there(place: Place, write: Write) -> None:
    audit = write("audit.jsonl", lines(record("FileAccessed"), record("UserLoggedIn", RecordType=15)))
    table = write("audit.csv", 'AuditData\n"' + json.dumps(record("FileDownloaded")).replace('"', '""') + '"\n')
    counts = take_in(place, [audit, table]).total()
    assert (counts.read, counts.quarantined) == (3, 3)
    load(place, [write("products.jsonl", lines({**PRODUCTS[0], "distribution": []}))])
    counts = retry(place).total()
    assert (counts.accepted, counts.quarantined) == (2, 1)
    counts = take_in(place, [audit, table]).total()
    assert (counts.duplicates, counts.quarantined) == (2, 1)


def test_every_operation_and_kind_of_record_is_documented() -> None:
    said = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    named = [*m365.FILES, *m365.MAILS, *m365.NOT_UNDERSTOOD]
    assert [name for name in named if name not in said] == []
    numbers = re.findall(r"\d+", said.partition("Exchange administration (record type")[2].partition("|")[0])
    types = [one for one in m365.RECORD_TYPES if one.isdigit() and one not in ("2", "3", "6")]
    assert sorted(map(int, numbers)) == sorted(map(int, types))


@pytest.mark.parametrize(
    ("name", "count"), [("unified_audit_log.jsonl.gz", 9_608), ("OfficeActivityEvents.json", 1)]
)
def test_a_real_log_is_taken_in_and_reconciles(place: Place, shared_data: Path, name: str, count: int) -> None:
    counts = take_in(place, [shared_data / "m365-audit" / name]).total()
    assert counts.read == count == counts.accepted + counts.duplicates + counts.quarantined


def test_every_record_of_a_real_log_is_of_a_kind_that_has_a_sentence(shared_data: Path) -> None:
    items = read(shared_data / "m365-audit" / "unified_audit_log.jsonl.gz")
    assert not [reason for reason in reasons(items) if "not a kind" in reason or "not valid" in reason]


def test_the_ways_in_which_powershell_graph_and_sentinel_hand_it_over(write: Write) -> None:
    """The same record: inside an object of PowerShell's, inside one of Graph's, as a row of OfficeActivity."""
    plain = record("FileDownloaded")
    powershell = {"RecordType": 6, "Operations": "FileDownloaded", "UserIds": "x", "AuditData": json.dumps(plain)}
    graph = {"id": "g1", "operation": "FileDownloaded", "service": "SharePoint", "auditData": plain}
    row = {
        "TimeGenerated [UTC]": "2025-03-02T09:15:01Z",
        "Operation": "FileDownloaded",
        "OfficeWorkload": "SharePoint",
        "UserId": "l.chen@beta.example",
        "OfficeId": "id-FileDownloaded",
        "OfficeObjectId": plain["ObjectId"],
        "SourceFileName": "",
        "Client_IPAddress": "192.0.2.7",
    }
    table = io.StringIO()
    rows = csv.DictWriter(table, list(row))
    rows.writeheader()
    rows.writerow(row)
    expected = ("downloaded", "R-1", "l.chen@beta.example", "2025-03-02T09:15:01Z")
    for name, content in (
        ("a.json", json.dumps([powershell], indent=2)),
        ("b.jsonl", lines(powershell, powershell)),
        ("c.jsonl", lines(graph)),
        ("d.csv", table.getvalue()),
    ):
        found = events(read(write(name, content)))
        assert found, name
        for one in found:
            assert (one["kind"], one["product"], one["actor"], one["at_earliest"]) == expected, name


def test_protected_mail_is_sealed_wherever_the_record_lies(write: Write) -> None:
    letter = mail("Send", UserId="counsel@legal.example", Item={"Subject": "ACME 2025-0417"})
    powershell = {"Operations": "Send", "AuditData": json.dumps(letter)}
    for name, content in (("a.json", json.dumps([powershell], indent=1)), ("b.jsonl", lines(powershell))):
        assert seals(read(write(name, content))) == ["to or from counsel@legal.example"], name


@pytest.mark.parametrize("operation", ["SecureLinkUsed", "CompanyLinkUsed", "AnonymousLinkUsed"])
def test_using_a_link_is_opening(write: Write, operation: str) -> None:
    assert [event["kind"] for event in events(read(write("a.jsonl", lines(record(operation)))))] == ["opened"]


def test_a_damaged_record_that_names_a_protected_address_is_sealed_too(write: Write) -> None:
    """What it is nobody can say any more; so nobody reads it."""
    whole = json.dumps(mail("Send", UserId="counsel@legal.example", Item={"Subject": "ACME 2025-0417"}))
    good = json.dumps(record("FileAccessed"))
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerows([["Id", "AuditData"], ["1", whole[:-30]], ["2", good]])
    for name, content in (
        ("a.jsonl", f"{good}\n{whole[:-30]}\n"),
        ("d.jsonl", f'{good}\n{{"UserId":"counsel@legal.example","Operation\n'),
        ("b.json", f"[{good},\n{whole[:-30]}"),
        ("c.csv", table.getvalue()),
    ):
        found = read(write(name, content), name="m365")
        assert seals(found) == ["to or from counsel@legal.example"], name
        assert not any("counsel" in one.raw for one in found if isinstance(one, Unread)), name
