"""Native records: tables under a mapping, statements, mail; and what is sealed before it is read."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from intake_world import lines
from nacl.public import PrivateKey, SealedBox

from tearline.intake import Counts, Place, load, protected_list, quarantined, take_in
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream
from tearline.views.register import Register

Write = Callable[[str, str | bytes], Path]

LOG = """
[source]
timezone = "America/Toronto"
precision = "day"
organisation = "BETA"
[event]
kind = "Act"
product = "Document No"
actor = "Reader"
at = "Date"
system = "=reading-log"
[detail]
room = "Room"
[kinds]
"read" = "opened"
"""
ROWS = [
    ("Date", "Act", "Document No", "Reader", "Room"),
    ("2025-03-05", "read", "ACME 2025-0417", "Chen, Li", "4"),
    ("2025-03-06", "printed", "acme 2025 0417", "o.haddad@beta.example", ""),
    ("2025-03-07", "read", "ACME 2025-9999", "Chen, Li", ""),
    ("07/03/2025", "read", "R-1", "Chen, Li", ""),
    ("2025-03-08", "glanced", "R-1", "Chen, Li", ""),
]


def table() -> str:
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in ROWS)


def reconciled(counts: Counts) -> tuple[int, int, int, int]:
    total = counts.total()
    assert total.read == total.accepted + total.duplicates + total.quarantined
    return total.read, total.accepted, total.duplicates, total.quarantined


def events(place: Place) -> list[dict[str, Any]]:
    return place.ledger.bodies(Stream.EVENTS)


@pytest.fixture
def stocked(place: Place, world: Path) -> Place:
    (world / "events.jsonl").unlink()
    load(place, [world])
    return place


def test_a_reading_log(stocked: Place, write: Write) -> None:
    log, mapping = write("log.csv", table()), write("log.toml", LOG)
    assert reconciled(take_in(stocked, [log], mapping=mapping)) == (5, 2, 0, 3)
    first, second = events(stocked)
    assert (first["kind"], first["product"], first["actor"]) == ("opened", "R-1", "Chen, Li")
    assert (first["at_earliest"], first["at_latest"]) == ("2025-03-05T05:00:00Z", "2025-03-06T04:59:59.999999Z")
    assert first["detail"] == {"room": "4"}
    assert first["organisation"] == "BETA"
    assert second["kind"] == "printed"
    register = Register.read(stocked.ledger, stocked.ledger.state())
    assert register.resolve("Chen, Li").id == "p3"
    reasons = [row["reason"] for row in quarantined(stocked)]
    assert "line 4" in reasons[0] and "'ACME 2025-9999'" in reasons[0]
    assert "'07/03/2025' is not a time" in reasons[1]
    assert "'glanced' is not one of" in reasons[2]
    size = {stream: stocked.ledger.size(stream) for stream in Stream}
    assert reconciled(take_in(stocked, [log], mapping=mapping)) == (5, 0, 2, 3)
    assert {stream: stocked.ledger.size(stream) for stream in Stream} == size


def test_the_same_log_as_a_workbook(stocked: Place, write: Write, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Log"
    for row in (["Reading room"], [], *ROWS):
        sheet.append(list(row))
    path = tmp_path / "inputs" / "log.xlsx"
    book.save(path)
    mapping = write("log.toml", LOG.replace("[source]", '[source]\nkind = "xlsx"\nsheet = "Log"\nheader = 3'))
    assert reconciled(take_in(stocked, [path], mapping=mapping)) == (5, 2, 0, 3)
    csv_mapping = write("csv.toml", LOG)
    assert reconciled(take_in(stocked, [write("log.csv", table())], mapping=csv_mapping)) == (5, 0, 2, 3)


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("[source", "not a TOML file"),
        ("[event]\nkind = 3", "column's name"),
        ('[event]\nkind = "Act"', "kind and the product"),
        ('[event]\nkind = "Act"\nproduct = "Nr"', "lacks the column Nr"),
        ('[source]\ntimezone = "Mars/Base"', "not a time zone"),
        ('[source]\nprecision = "week"', "no precision"),
        ('[sauce]\nkind = "csv"', "no such table"),
        ('[event]\nverb = "Act"', "no such key"),
        ('[kinds]\n"read" = "perused"', "not an event kind"),
    ],
)
def test_a_wrong_mapping(stocked: Place, write: Write, mapping: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        take_in(stocked, [write("log.csv", table())], mapping=write("log.toml", mapping))
    assert events(stocked) == []


def test_a_date_format_is_told_never_guessed(stocked: Place, write: Write) -> None:
    mapping = LOG.replace("[event]", 'date_format = "%d/%m/%Y"\n[event]')
    rows = 'Date,Act,Document No,Reader,Room\n07/03/2025,read,R-1,"Chen, Li",\n'
    assert reconciled(take_in(stocked, [write("log.csv", rows)], mapping=write("m.toml", mapping))) == (1, 1, 0, 0)
    assert events(stocked)[0]["at_earliest"] == "2025-03-07T05:00:00Z"


def test_hostile_workbooks(stocked: Place, write: Write, tmp_path: Path) -> None:
    mapping = write("log.toml", LOG)
    bomb = tmp_path / "inputs" / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (300 << 20))
    with pytest.raises(BadInput, match="unpacks to"):
        take_in(stocked, [bomb], mapping=mapping)
    with pytest.raises(BadInput, match=r"junk\.xlsx"):
        take_in(stocked, [write("junk.xlsx", b"PK\x03\x04 junk")], mapping=mapping)


STATEMENTS = """kind,product,who,to,earliest,latest,recorded_by,note
told,ACME 2025-0417,Jane Roy,the tall colleague,2025-03-10,2025-03-14,Omar Haddad,over lunch
shown,R-1,"Chen, Li",Jane Roy,2025-03-11,,Omar Haddad,
"""


def test_statements(stocked: Place, write: Write) -> None:
    assert reconciled(take_in(stocked, [write("said.csv", STATEMENTS)])) == (2, 2, 0, 0)
    first, second = events(stocked)
    assert (first["kind"], first["basis"], first["recipient"]) == ("briefed", "attested", "the tall colleague")
    assert first["detail"] == {"recorded_by": "Omar Haddad", "note": "over lunch"}
    assert (second["at_earliest"], second["at_latest"]) == ("2025-03-11T00:00:00Z", "2025-03-11T23:59:59.999999Z")


MAIL = """From: "Haddad, Omar" <o.haddad@beta.example>
To: Li Chen <l.chen@beta.example>, unknown@elsewhere.example
Date: Wed, 05 Mar 2025 12:00:00 +0000
Subject: Fwd: ACME 2025-0417
Message-ID: <1@beta.example>

See below.

-----Original Message-----
From: Jane Roy <j.roy@acme.example>
Sent: Tuesday, March 4, 2025 9:15 AM
To: Omar Haddad <o.haddad@beta.example>
Subject: for your reading

Forty ships left the harbour of Ostrava Bay in February.
The ministry of supply has kept the true figures from its own cabinet.
"""


def test_a_forward_and_the_mail_below_it(stocked: Place, write: Write) -> None:
    assert reconciled(take_in(stocked, [write("one.eml", MAIL)])) == (2, 2, 0, 0)
    found = [(e["kind"], e["actor"], e["recipient"], e["at_earliest"]) for e in events(stocked)]
    assert [(kind, at) for kind, _, _, at in found] == [
        ("forwarded", "2025-03-05T12:00:00Z"),
        ("forwarded", "2025-03-05T12:00:00Z"),
        ("disseminated", "2025-03-04T09:15:00Z"),
    ]
    register = Register.read(stocked.ledger, stocked.ledger.state())
    assert [register.resolve(actor).id for _, actor, _, _ in found] == ["p2", "p2", "p1"]
    assert register.resolve(found[1][2]).kind == "name"
    # The inner mail again, as a file of its own: the same mail, whatever quotes it.
    inner = "From: Jane Roy <j.roy@acme.example>\n" + MAIL.split("j.roy@acme.example>\n")[1].replace(
        "Sent: Tuesday, March 4, 2025 9:15 AM", "Date: Tue, 4 Mar 2025 09:15:10 +0000"
    )
    assert reconciled(take_in(stocked, [write("two.eml", inner)])) == (1, 0, 1, 0)


def test_mail_without_a_product_lies_in_quarantine(stocked: Place, write: Write) -> None:
    head = "From: A B <a@b.example>\nTo: C D <c@d.example>\nSent: Tuesday, March 4, 2025 9:15 AM\n"
    text = f"{head}Subject: lunch\n\nAt noon?\n"
    rows = [{"doc": "D1", "text": text}, {"doc": "D2", "text": "no mail"}, {"doc": "D3"}]
    assert reconciled(take_in(stocked, [write("texts.jsonl", lines(rows))])) == (3, 0, 0, 3)
    reasons = [row["reason"] for row in quarantined(stocked)]
    assert "no registered product" in reasons[0]
    assert "no message was found" in reasons[1]


def test_protected_mail_is_sealed_unread(stocked: Place, write: Write) -> None:
    key = PrivateKey.generate()
    path = protected_list(stocked.folder)
    path.write_text(
        path.read_text().replace('independent_key = ""', f'independent_key = "{bytes(key.public_key).hex()}"')
    )
    data = MAIL.replace("l.chen@beta.example", "x@intake.ombudsman.example").encode() + b"\xff\x00 malformed"
    counts = take_in(stocked, [write("one.eml", data)])
    assert reconciled(counts) == (1, 0, 0, 1)
    assert counts.sealed == 1
    (row,) = quarantined(stocked)
    assert "sealed unread" in row["reason"]
    assert "Haddad" not in json.dumps(row)
    (box,) = stocked.sealed.glob("*.box")
    assert SealedBox(key).decrypt(box.read_bytes()) == data
    (setting,) = stocked.ledger.bodies(Stream.SETTINGS)
    assert "@ombudsman.example" in setting["addresses"]


def test_without_an_independent_key_nothing_of_it_is_kept(stocked: Place, write: Write) -> None:
    data = MAIL.replace("l.chen@beta.example", "x@ombudsman.example")
    take_in(stocked, [write("one.eml", data)])
    (note,) = stocked.sealed.iterdir()
    assert json.loads(note.read_text())["kept"] is False
    for path in stocked.folder.rglob("*"):
        assert not path.is_file() or b"Ostrava" not in path.read_bytes() or path.suffix in {".parquet", ".jsonl"}
    assert events(stocked) == []


def test_a_file_that_nobody_knows(stocked: Place, write: Write) -> None:
    with pytest.raises(BadInput, match="cannot be told"):
        take_in(stocked, [write("what.bin", b"\x00\x01\x02")])
    with pytest.raises(BadInput, match="not a format"):
        take_in(stocked, [write("what.bin", b"\x00")], format_name="carrier-pigeon")
    with pytest.raises(BadInput, match="empty"):
        take_in(stocked, [write("nothing.eml", b"")])
    with pytest.raises(BadInput, match="not registered"):
        take_in(stocked, [write("one.eml", MAIL)], organisation="GAMMA")


def test_a_log_that_numbers_its_entries(stocked: Place, write: Write) -> None:
    mapping = write("log.toml", LOG.replace("[event]", '[event]\nid = "No"'))
    header = "No,Date,Act,Document No,Reader,Room\n"
    log = write("log.csv", header + '1,2025-03-05,read,R-1,"Chen, Li",\n2,2025-03-05,read,R-1,"Chen, Li",\n')
    assert reconciled(take_in(stocked, [log], mapping=mapping)) == (2, 2, 0, 0)
    changed = write(
        "later.csv", header + '1,2025-03-05,read,R-1,"Haddad, Omar",\n2,2025-03-05,read,R-1,"Chen, Li",\n'
    )
    for _ in range(2):
        assert reconciled(take_in(stocked, [changed], mapping=mapping)) == (2, 0, 1, 1)
    (row,) = quarantined(stocked)
    assert "other content is on record" in row["reason"]
    assert "later.csv, line 2" in row["reason"]
    assert "Haddad" in row["raw"]


def test_every_change_of_the_protected_list_becomes_a_record(stocked: Place, write: Write) -> None:
    """The list as shipped with the first intake, then each change, and nothing where it stayed as it was."""

    def settings() -> list[list[str]]:
        return [body["addresses"] for body in stocked.ledger.bodies(Stream.SETTINGS)]

    def take(number: int) -> None:
        head = f"From: a@acme.example\nTo: b@beta.example\nDate: Sun, {number} Mar 2025 10:05:00 +0000\n"
        text = f"{head}Subject: x\n\nText\n"
        take_in(stocked, [write(f"{number}.eml", text)])

    take(1)
    take(2)
    assert len(settings()) == 1 and "@ombudsman.example" in settings()[0]
    path = stocked.folder / "protected.toml"
    path.write_text('addresses = ["@counsel.example"]\nindependent_key = ""\n', encoding="utf-8")
    take(3)
    path.write_text('addresses = ["@counsel.example", "clerk@parliament.example"]\n', encoding="utf-8")
    take(4)
    take(5)
    assert settings()[1:] == [["@counsel.example"], ["clerk@parliament.example", "@counsel.example"]]
    assert all(body["by"] for body in stocked.ledger.bodies(Stream.SETTINGS))
