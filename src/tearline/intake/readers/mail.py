"""Mail: `.eml`, mbox, and the text of mails as JSON Lines (`doc, text`), with the chains inside their bodies.

Protected communications are recognised by their address headers before anything else is parsed, and so are those
in extracted text, whose address lines stand in the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tearline.intake import mail_records
from tearline.intake.lines import SourceFile
from tearline.intake.mail_chain import Fault, read_chain
from tearline.intake.mail_fields import header_addresses
from tearline.intake.mail_files import MailFile, MailKind, MailMessage, mbox_messages, read_eml
from tearline.intake.native import Clock, Item, Reader, Sealed, Told
from tearline.intake.rows import Unread, json_rows
from tearline.intake.texts import clean
from tearline.records.errors import BadInput

_HEADER = re.compile(rb"^(?:From|To|Cc|Subject|Date|Received|Return-Path|Message-ID|MIME-Version|X-[\w-]+|"
                     rb"Delivered-To|DKIM-Signature|Content-Type):", re.IGNORECASE | re.MULTILINE)  # fmt: skip
_LABELLED = re.compile(r"^[ \t>]*(?:From|To|Cc|Bcc|De|À|A|Cci)[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_TEXT_KEYS = {"doc", "text"}


def _recognises(name: str, head: bytes) -> bool:
    if head.startswith(b"From ") or name.endswith((".eml", ".mbox")):
        return True
    if name.endswith((".jsonl", ".jsonl.gz", ".ndjson")):
        return _is_text(head)
    # An Outlook file is no text, though its headers lie in it as text.
    return (
        not head.startswith(b"\xd0\xcf\x11\xe0")
        and len(_HEADER.findall(head[:8192])) >= 3
        and not name.endswith((".csv", ".xlsx"))
    )


def _is_text(head: bytes) -> bool:
    return re.search(rb'"text"\s*:', head.split(b"\n", 1)[0]) is not None


def _zone(told: Told) -> str:
    return told.mapping.zone_name if told.mapping else "UTC"


def _organisation(told: Told) -> str | None:
    return told.organisation or (told.mapping.organisation if told.mapping else None)


def read(source: SourceFile, told: Told) -> Iterator[Item]:
    """Every message in the file; `line` is the line of the row in extracted text, else the number of the mail."""
    name = source.path.name.casefold()
    if name.endswith((".jsonl", ".jsonl.gz", ".ndjson")):
        yield from _read_text(source, told)
        return
    source.digest()
    with source.path.open("rb") as file:
        is_mbox = file.read(5) == b"From "
    if is_mbox:
        for number, data in mbox_messages(source.path):
            yield from read_mail(number, data, told)
        return
    data = _bounded(source)
    items = list(read_mail(1, data, told))
    if not items:
        raise BadInput("no mail was found in the file", where=source.name, remedy="Say what it is with --format")
    yield from items


def _bounded(source: SourceFile) -> bytes | Fault:
    if source.size > (64 << 20):
        return Fault(f"a mail of {source.size:,} bytes, which is too long to be read")
    return source.whole()


def read_mail(number: int, data: bytes | Fault, told: Told) -> Iterator[Item]:
    """The messages of one mail as it came, those attached to it and quoted in it; sealed if it is protected."""
    if isinstance(data, Fault):
        yield Unread(number, "", data.reason, "Take it out of the file and handle it by itself")
        return
    entry = told.protected.match(header_addresses(data))
    if entry is not None:
        yield Sealed(number, data, f"to or from {entry}")
        return
    mail: MailFile = read_eml(data, zone=_zone(told))
    for message in mail.messages:
        yield from _message(number, message, told)
    for fault in mail.faults:
        yield Unread(number, data[:4096].decode("utf-8", "replace"), fault.reason, "Handle this mail by itself")


def _message(number: int, mail: MailMessage, told: Told) -> Iterator[Item]:
    if mail.kind is not MailKind.MESSAGE:
        who = ", ".join(f"{one.recipient} ({one.action})" for one in mail.outcomes if one.recipient)
        yield Unread(
            number,
            clean(mail.text),
            f"a {mail.kind.value}: {who or 'nobody named'}",
            "Enter what it proves with `tearline record`",
        )
        return
    chain = [mail.message, *mail.quoted]
    outer, *inner = mail_records.units(chain, None)
    outer = replace(outer, files=tuple(file.sha256 for file in mail.files), mail_id=mail.message_id)
    for unit in (outer, *inner):
        yield mail_records.item(number, unit, told.finder, _organisation(told), told.who)


def _read_text(source: SourceFile, told: Told) -> Iterator[Item]:
    for row in json_rows(source):
        if isinstance(row, Unread):
            yield row
            continue
        text = row.fields.get("text")
        document = str(row.fields.get("doc") or row.line)
        if not isinstance(text, str) or not text.strip():
            yield Unread(row.line, row.raw, "no text", "Give the mail's text", "text")
            continue
        named = {address.casefold() for line in _LABELLED.findall(text) for address in _ADDRESS.findall(line)}
        entry = told.protected.match(tuple(sorted(named)))
        if entry is not None:
            yield Sealed(row.line, row.raw.encode(), f"to or from {entry}")
            continue
        chain = read_chain(clean(text), zone=_zone(told))
        for unit in mail_records.units(chain.messages, document):
            yield mail_records.item(row.line, unit, told.finder, _organisation(told), told.who)
        if not chain.messages:
            yield Unread(row.line, row.raw, "no message was found in the text", "Enter it with `tearline record`")
        for fault in chain.faults:
            yield Unread(row.line, row.raw, fault.reason, "Split the text")


def read_again(line: int, raw: str, told: Told) -> Item:
    return mail_records.again(line, raw, told.finder, _organisation(told), told.who)


READER = Reader("mail", _recognises, read, read_again, Clock(None, "minute"))
