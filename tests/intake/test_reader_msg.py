"""Outlook .msg files and Maildir folders."""

from __future__ import annotations

import random
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from intake_world import PRODUCTS, lines
from msg_file import compound, msg
from reader_world import events, read, reasons, seals

from tearline.intake import Place, load, take_in
from tearline.intake.mail_files import read_eml
from tearline.intake.maildir import maildir_files
from tearline.intake.msg_files import MsgFile, read_msg

Write = Callable[[str, str | bytes], Path]
HEADERS = (
    "Received: from mx.example; Sun, 2 Mar 2025 10:15:20 +0100\r\nMessage-ID: <7@beta.example>\r\n"
    "From: Li Chen <l.chen@beta.example>\r\nTo: o.haddad@beta.example\r\nDate: Sun, 2 Mar 2025 10:15:16 +0100\r\n"
)


@pytest.mark.parametrize("headers", ["", HEADERS])
def test_a_message_is_read_as_the_mail_it_was(write: Write, headers: str) -> None:
    data = msg("FW: ACME 2025-0417", "See below.", headers=headers)
    (found,) = events(read(write("one.msg", data)))
    assert (found["kind"], found["product"], found["at_earliest"]) == (
        "disseminated",
        "R-1",
        "2025-03-02T09:15:16Z",
    )
    assert "l.chen@beta.example" in found["actor"]
    assert "o.haddad@beta.example" in found["recipient"]


def test_every_addressee_and_the_chain_below(write: Write) -> None:
    body = (
        "For you.\r\n\r\nFrom: Roy, Jane\r\nSent: Saturday, March 1, 2025 10:00\r\nTo: Chen, Li\r\n"
        "Subject: ACME 2025-0417\r\n\r\nText"
    )
    people = ((1, "Haddad, Omar", "o.haddad@beta.example"), (2, "", "c@x.example"), (3, "Poe", ""))
    found = events(read(write("one.msg", msg("Two", body, recipients=people))))
    assert [(one["kind"], one["detail"].get("role")) for one in found] == [
        ("forwarded", "to"),
        ("forwarded", "cc"),
        ("forwarded", "bcc"),
        ("disseminated", "to"),
    ]


def test_attachments_keep_their_bytes_and_names() -> None:
    content = bytes(range(256)) * 20
    found = read_msg(msg("One", "Text", attachments=[("Entwurf Ä.pdf", content)]))
    assert isinstance(found, MsgFile)
    (mail,) = read_eml(found.mail).messages
    assert [(file.name, file.sha256) for file in mail.files] == [("Entwurf Ä.pdf", sha256(content).hexdigest())]
    assert mail.text.strip() == "Text"


def test_mail_of_protected_addresses_is_sealed_malformed_or_not(write: Write) -> None:
    to = ((3, "Counsel", "Counsel@legal.example"),)
    whole = msg("ACME 2025-0417", "Text", recipients=to)
    with_headers = msg("ACME 2025-0417", "Text", recipients=to, headers=HEADERS)
    for number, data in enumerate((whole, with_headers, whole[:512] + b"\xff" * 512 + whole[1024:-2000])):
        items = read(write(f"{number}.msg", data))
        assert (seals(items), len(items)) == (["to or from counsel@legal.example"], 1)


def test_what_is_not_read_says_so(write: Write) -> None:
    items = read(write("one.msg", msg("ACME 2025-0417", "Text", embedded=True)))
    assert len(events(items)) == 1
    assert reasons(items) == ["1 messages attached to this one were not read"]
    for number, data in enumerate((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", compound({"a": b"x" * 5000}))):
        (reason,) = reasons(read(write(f"{number}.msg", data)))
        assert reason.startswith("the Outlook file cannot be read")


def test_streams_that_claim_the_same_bytes_are_not_unpacked(write: Write) -> None:
    bomb = compound({f"s{n}": b"x" * 5000 for n in range(50)}, claim=3)
    (reason,) = reasons(read(write("bomb.msg", bomb)))
    assert reason == "the parts of the Outlook file claim more bytes than it has"


def test_damaged_files_never_raise(write: Write) -> None:
    whole = msg("ACME 2025-0417", "Text", attachments=[("a.pdf", b"x" * 9000)])
    chance = random.Random(7)
    for number in range(150):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 5, 50))):
            data[chance.randrange(8, len(data))] = chance.choice((0, 1, 255, chance.randrange(256)))
        read(write(f"{number}.msg", bytes(data[: chance.choice((len(data), 3000))])))


def mail(subject: str, number: int) -> str:
    return (
        f"From: l.chen@beta.example\nTo: o.haddad@beta.example\nSubject: {subject}\nMessage-ID: <{number}@x>\n"
        f"Date: Sun, 2 Mar 2025 10:{number:02d}:00 +0100\n\nText\n"
    )


def test_a_maildir_with_its_subfolders_is_taken_in(place: Place, write: Write, tmp_path: Path) -> None:
    folder = tmp_path / "Maildir"
    for name in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", "other"):
        (folder / name).mkdir(parents=True)
    texts = {
        "cur/1.a:2,S": mail("ACME 2025-0417", 1),
        "new/2.b": mail("Lunch", 2),
        ".Sent/cur/3.c:2,": mail("ACME 2025-0417", 3),
    }
    left_out = {
        "tmp/4.d": mail("ACME 2025-0417", 4),
        "other/5": mail("ACME 2025-0417", 5),
        "new/6": "",
        "dovecot.index": "x",
    }
    for name, text in {**texts, **left_out, "new/7.e": "not a mail"}.items():
        (folder / name).write_text(text)
    assert [file.name for file in maildir_files(folder)] == ["1.a:2,S", "2.b", "7.e", "3.c:2,"]
    assert maildir_files(tmp_path) == []
    load(place, [write("products.jsonl", lines([{**PRODUCTS[0], "distribution": []}]))])
    counts = take_in(place, [folder]).total()
    assert (counts.read, counts.accepted, counts.quarantined) == (4, 2, 2)


def test_real_mail_is_taken_in_and_reconciles(place: Place, shared_data: Path) -> None:
    files = sorted((shared_data / "mail").iterdir())
    counts = take_in(place, files).total()
    assert counts.read == counts.accepted + counts.duplicates + counts.quarantined >= len(files)
    assert take_in(place, [shared_data / "mail" / "mail_outlook_1.msg"]).total().read >= 1
