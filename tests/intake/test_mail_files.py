"""Mail as files: what the header says, what the parts hold, and that nothing in a file raises."""

from __future__ import annotations

import random
import time
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tearline.intake.mail_fields import MAX_HEADER_BYTES, header_addresses
from tearline.intake.mail_files import (
    MAX_DEPTH,
    MAX_MESSAGE_BYTES,
    MAX_PARTS,
    MailKind,
    mbox_messages,
    read_eml,
    read_mbox,
)
from tearline.records.errors import BadInput
from tearline.records.times import format_instant

PLAIN = b"""Received: from a by b; Tue, 10 Mar 2026 20:05:09 +0000
From: =?utf-8?q?Roy=2C_J=C3=A9r=C3=B4me?= <roy@pco.example>
To: "Tremblay, Marc" <marc@mdn.example>, li@mdn.example
Cc: nsa-staff@pco.example
Subject: =?utf-8?b?w4lj?= =?utf-8?b?aG8=?=
Date: Tue, 10 Mar 2026 16:05:00 -0400
Message-ID: <1@pco.example>
In-Reply-To: <0@mdn.example>
References: <a@mdn.example> <0@mdn.example>

See below.

On Tue, Mar 10, 2026 at 3:00 PM, Li <li@mdn.example> wrote:
> The old text.
"""


def with_files() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@x.example", "b@x.example", "Files"
    mail["Date"] = "Tue, 10 Mar 2026 16:05:00 -0400"
    mail.set_content("Attached.")
    mail.add_alternative("<p>Attached, in HTML.</p>", subtype="html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="../../etc/digest é.pdf")
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = "c@x.example", "a@x.example", "Inner"
    inner.set_content("Inner text.")
    mail.add_attachment(inner)
    return mail


def test_header_text_and_quoted_chain() -> None:
    read = read_eml(PLAIN, zone="America/Toronto")
    (mail,) = read.messages
    own = mail.message
    assert own.sender == "Roy, Jérôme <roy@pco.example>"
    assert [(one.role, one.raw) for one in own.recipients] == [
        ("to", '"Tremblay, Marc" <marc@mdn.example>'),
        ("to", "li@mdn.example"),
        ("cc", "nsa-staff@pco.example"),
    ]
    assert (own.subject, own.body, own.depth) == ("Écho", "See below.", 0)
    assert own.sent and format_instant(own.sent.earliest) == "2026-03-10T20:05:00Z"
    assert own.sent.is_instant
    assert mail.delivered_at and format_instant(mail.delivered_at.latest) == "2026-03-10T20:05:09Z"
    assert (mail.message_id, mail.in_reply_to) == ("<1@pco.example>", ("<0@mdn.example>",))
    assert mail.references == ("<a@mdn.example>", "<0@mdn.example>")
    (quoted,) = mail.quoted
    assert (quoted.sender, quoted.body, quoted.depth) == ("Li <li@mdn.example>", "The old text.", 1)
    assert mail.text[slice(*quoted.span)].startswith("On Tue")
    assert read.faults == ()


def test_files_and_attached_mails() -> None:
    read = read_eml(with_files().as_bytes())
    outer, inner = read.messages
    assert outer.text.strip() == "Attached."
    (file,) = outer.files
    assert (file.name, file.size, file.content_type) == ("digest é.pdf", 4, "application/pdf")
    assert file.sha256 == sha256(b"%PDF").hexdigest()
    assert outer.message.attachments == ("digest é.pdf",)
    assert (inner.message.subject, inner.message.depth, inner.text.strip()) == ("Inner", 1, "Inner text.")


def test_an_html_body_becomes_text_with_its_quotations() -> None:
    html = (
        "<html><head><style>p {}</style><title>x</title></head><body><p>New &amp; short.</p>"
        "<script>if (a < b) {}</script><blockquote><div><b>From:</b> Roy, Jane<br>"
        "<b>Sent:</b> March 9, 2026 2:05 PM<br><b>To:</b> Li<br>"
        "<b>Subject:</b> Old</div><p>Old text.</p></blockquote><!-- x --></body></html>"
    )
    data = b"From: a@x.example\nTo: b@x.example\nContent-Type: text/html; charset=utf-8\n\n" + html.encode()
    (mail,) = read_eml(data).messages
    assert mail.message.body == "New & short."
    (quoted,) = mail.quoted
    assert (quoted.sender, quoted.subject, quoted.body) == ("Roy, Jane", "Old", "Old text.")


def test_a_bounce_without_a_report_and_a_read_receipt() -> None:
    bounce = b"Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nTo: a@x.example\nSubject: failure\n\nSorry."
    assert read_eml(bounce).messages[0].kind is MailKind.DELIVERY_REPORT
    receipt = (
        b"From: b@x.example\nTo: a@x.example\nSubject: Read: Digest\n"
        b'Content-Type: multipart/report; report-type=disposition-notification; boundary="q"\n\n'
        b"--q\nContent-Type: text/plain\n\nRead.\n--q\nContent-Type: message/disposition-notification\n\n"
        b"Final-Recipient: rfc822;b@x.example\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--q--\n"
    )
    (mail,) = read_eml(receipt).messages
    assert mail.kind is MailKind.READ_RECEIPT
    assert [(one.recipient, one.action) for one in mail.outcomes] == [("b@x.example", "displayed")]


def test_the_malformed_mails_of_the_field(shared_data: Path) -> None:
    folder = shared_data / "mail"
    files = sorted(folder.glob("*.eml"))
    assert len(files) >= 12
    read = {path.stem: read_eml(path.read_bytes()) for path in files}
    assert all(one.messages for one in read.values())
    for one in read.values():
        outer = one.messages[0].message
        assert outer.sender and outer.recipients and outer.sent and outer.subject
    report = read["mail_malformed_2"].messages
    assert report[0].kind is MailKind.DELIVERY_REPORT
    assert [(one.recipient, one.action) for one in report[0].outcomes] == [("abh@netpar.com.br", "failed")]
    assert report[1].message.sender == '"Reynaldo Stevens" <tanya@infospacemail.com>'
    # The declared boundary never occurs; the text is there all the same, and it is said.
    lost = read["mail_malformed_3"]
    assert "brochure" in lost.messages[0].text
    assert any("boundary" in fault.reason for fault in lost.faults)
    chinese = read["mail_test_12"].messages[0]
    assert chinese.message.sender == "张先生 <baoguan@hotmail.com>"
    assert chinese.text.startswith("你好")
    assert len(read["mail_test_9"].messages[0].message.recipients) == 21
    outlook = read_eml((folder / "mail_outlook_1.msg").read_bytes())
    assert outlook.messages == ()
    assert outlook.faults


def test_addresses_before_anything_is_parsed() -> None:
    data = (
        b"\xef\xbb\xbf\r\nReceived: from x by y for <hidden@x.example>; Tue, 10 Mar 2026 20:05:09 +0000\r\n"
        b'FROM : "A" <Ombud@Review.example>\r\nSubject: to no@one.example\r\n'
        b"To: b@x.example,\r\n\t<C@x.example>\r\n"
        b"Bcc: =?utf-8?b?ZEB4LmV4YW1wbGU=?=\r\nX-Note: n@x.example\r\n\r\nFrom: body@x.example\r\n"
    )
    assert header_addresses(data) == (
        "hidden@x.example",
        "ombud@review.example",
        "b@x.example",
        "c@x.example",
        "d@x.example",
    )
    assert header_addresses(b"") == ()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02" * 100, "no mail"),
        (b"x" * (MAX_MESSAGE_BYTES + 1), "larger than"),
        (b"From: a\n" + b"To: " + b"x" * MAX_HEADER_BYTES + b"\n\nhi", "header is larger"),
        (b"From: a\n\n" + b"Content-Type: multipart/mixed; boundary=a\n" * 300, "containers"),
        (b"From: a\nContent-Type: multipart/mixed; boundary=a\n\n" + b"\n" * 20_000_000, "too many lines"),
    ],
    ids=["empty", "binary", "large", "header", "containers", "lines"],
)
def test_what_exceeds_a_bound_is_a_fault(data: bytes, reason: str) -> None:
    read = read_eml(data)
    assert read.messages == ()
    assert reason in read.faults[0].reason


def test_deep_and_many_parts_are_bounded() -> None:
    deep = b"From: a@x.example\n"
    for _ in range(MAX_DEPTH + 30):
        deep += b"Content-Type: message/rfc822\n\nFrom: a@x.example\n"
    read = read_eml(deep + b"\nhi")
    assert len(read.messages) == MAX_DEPTH + 1
    assert "deep" in read.faults[0].reason
    nested = b"From: a@x.example\n"
    for level in range(200):
        nested += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level)
    assert read_eml(nested + b"\nhi").faults
    many = b'From: a@x.example\nContent-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 2_000
    read = read_eml(many)
    assert len(read.messages) == 1
    assert str(MAX_PARTS) in read.faults[0].reason


@pytest.mark.parametrize(
    "body",
    [
        b"<" * 300_000,
        b"<!--" * 100_000,
        b"<script>" * 60_000,
        b"<blockquote>" * 30_000 + b"x<br>" * 1000,
        b"<a " * 100_000,
    ],
)
def test_hostile_html_is_bounded_in_time(body: bytes) -> None:
    began = time.process_time()
    read_eml(b"From: a@x.example\nContent-Type: text/html\n\n" + body)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "value",
    [
        b"=?a?q?" * 30_000,
        b"=?utf-8?b?" + b"A" * 190_000,
        b'"' * 190_000,
        b"a@" * 90_000,
        b"<" * 190_000,
        b"(" * 190_000,
    ],
)
def test_hostile_headers_are_bounded_in_time(value: bytes) -> None:
    began = time.process_time()
    data = b"From: " + value + b"\nSubject: " + value + b"\nTo: " + value + b"\nDate: " + value + b"\n\nhi"
    read_eml(data)
    header_addresses(data)
    assert time.process_time() - began < 5


def test_mbox_is_read_a_mail_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "box.mbox"
    line = b"From a@x.example Tue Mar 10 20:05:09 2026\n"
    body = b"From: a@x.example\nTo: b@x.example\nSubject: one\n\n>From here on.\n\nFrom now on, none.\n\n"
    path.write_bytes(line + body + line + body.replace(b"one", b"two"))
    read = list(read_mbox(path))
    assert [offset for offset, _ in read] == [0, len(line + body)]
    assert [one.messages[0].message.subject for _, one in read] == ["one", "two"]
    assert read[0][1].messages[0].text.startswith("From here on.\n\nFrom now on")
    assert all(header_addresses(data) for _, data in mbox_messages(path) if isinstance(data, bytes))
    path.write_bytes(b"From: a@x.example\n\nno mbox")
    with pytest.raises(BadInput, match="no mbox"):
        list(read_mbox(path))


def test_an_oversized_mail_in_an_mbox_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tearline.intake.mail_files.MAX_MESSAGE_BYTES", 1_000)
    path = tmp_path / "box.mbox"
    line = b"From a@x.example Tue Mar 10 20:05:09 2026\n"
    small = b"From: a@x.example\nSubject: small\n\nhi\n\n"
    path.write_bytes(line + b"From: a\n\n" + b"x\n" * 1_000 + b"\n" + line + small)
    first, second = (one for _, one in read_mbox(path))
    assert "larger" in first.faults[0].reason
    assert second.messages[0].message.subject == "small"


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_damaged_mail_never_raises(seed: int, edits: int) -> None:
    dice = random.Random(seed)
    data = bytearray(dice.choice([PLAIN, with_files().as_bytes()]))
    for _ in range(edits):
        at = dice.randrange(len(data))
        if dice.random() < 0.3:
            del data[at : at + dice.randrange(30)]
        elif dice.random() < 0.5:
            data[at:at] = dice.choice(
                [b"\n", b"\x00", b"=?x?b?", b"\xff\xfe", b"--", b'"', b"Content-Type: message/rfc822\n"]
            )
        else:
            data[at] = dice.randrange(256)
        data = data or bytearray(b"x")
    read = read_eml(bytes(data))
    assert read.messages or read.faults
    header_addresses(bytes(data))
