"""Outlook `.msg` files, as the mail they would have been on the wire.

What Outlook keeps as properties is written as the headers, text and attachments of an ordinary mail, which the
mail reader then reads like any other. Bounds: LARGEST bytes a file, MOST_ENTRIES streams, whose sizes may not add
up to more than a file can hold (streams of a hostile file may all claim the same bytes).
"""

from __future__ import annotations

import base64
import re
import struct
from dataclasses import dataclass
from email.utils import format_datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, Final
from urllib.parse import quote

from olefile import DEFECT_INCORRECT, OleFileIO
from oxmsg import Message
from oxmsg.domain import constants as pid

from tearline.intake.mail_chain import Fault

LARGEST = 40 << 20
MOST_ENTRIES = 20_000
MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ROLES: Final = {1: "To", 2: "Cc", 3: "Bcc"}
_WIRE = ("Return-Path", "Delivered-To", "Received", "Message-ID", "In-Reply-To", "References", "Date")
_PARTIES = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc")
_BREAKS = re.compile(r"[\r\n\x00]+[ \t]*")
_EMBEDDED = "__substg1.0_3701000D"
# What the library raises on damaged files.
_DAMAGE = (
    ValueError, LookupError, TypeError, AttributeError, AssertionError, OSError, RuntimeError, OverflowError,
    struct.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MsgFile:
    """The mail as bytes, and how many messages attached to it were left out."""

    mail: bytes
    attached: int


def read_msg(data: bytes) -> MsgFile | Fault:
    """Never raises: what exceeds a bound or cannot be read is a Fault."""
    if len(data) > LARGEST:
        return Fault(f"an Outlook file of {len(data):,} bytes; at most {LARGEST:,} are read")
    try:
        if fault := _too_much(data):
            return fault
        message = Message.load(data)
        head = _headers(message)
        parts, attached = _parts(message)
    except _DAMAGE as error:
        return Fault(f"the Outlook file cannot be read ({type(error).__name__})")
    boundary = sha256(data).hexdigest()[:40].encode()
    lines = [f"{name}: {_BREAKS.sub(' ', value)}".encode("utf-8", "replace") for name, value in head]
    lines += [b"MIME-Version: 1.0", b'Content-Type: multipart/mixed; boundary="' + boundary + b'"', b""]
    for kind, disposition, content in parts:
        lines += [b"--" + boundary, b"Content-Type: " + kind, b"Content-Transfer-Encoding: base64"]
        lines += [b"Content-Disposition: " + disposition] if disposition else []
        lines += [b"", base64.encodebytes(content)]
    return MsgFile(b"\r\n".join([*lines, b"--" + boundary + b"--", b""]), attached)


def _too_much(data: bytes) -> Fault | None:
    """Raises OSError where entries refer to each other in circles."""
    with OleFileIO(BytesIO(data), raise_defects=DEFECT_INCORRECT) as ole:
        entries = [entry for entry in ole.direntries if entry is not None]
        claimed = sum(entry.size for entry in entries if entry is not ole.root)
    if len(entries) > MOST_ENTRIES:
        return Fault(f"an Outlook file of {len(entries):,} entries; at most {MOST_ENTRIES:,} are read")
    if claimed > 2 * len(data):
        return Fault("the parts of the Outlook file claim more bytes than it has")
    return None


def _headers(message: Any) -> list[tuple[str, str]]:
    """The headers that the mail came with; what it came without (sent mail has none), from its properties."""
    sent = [(name, str(value)) for name, value in message._message_headers.items()]
    found = [(name, value) for name in _WIRE for key, value in sent if key.lower() == name.lower()]
    parties = [(name, value) for name in _PARTIES for key, value in sent if key.lower() == name.lower()]
    have = {name for name, _ in (*found, *parties)}
    say = message.properties.str_prop_value
    if "From" not in have:
        name = say(pid.PID_SENDER_NAME) or say(pid.PID_SENT_REPRESENTING_NAME)
        parties.append(
            ("From", _party(name, say(pid.PID_SENDER_SMTP_ADDRESS) or say(pid.PID_SENDER_EMAIL_ADDRESS)))
        )
    # Where headers name the addressees, those that Outlook knows are kept as an envelope: nobody who stands in it
    # may go unnoticed when protected addresses are looked for.
    addressed = bool(have & {"To", "Cc", "Bcc"})
    for recipient in message.recipients:
        role = _ROLES.get(recipient.properties.int_prop_value(pid.PID_RECIPIENT_TYPE) or 1, "To")
        parties.append(("X-Envelope-To" if addressed else role, _party(recipient.name, recipient.email_address)))
    for name, number in (("Message-ID", pid.PID_INTERNET_MESSAGE_ID), ("In-Reply-To", pid.PID_IN_REPLY_TO_ID)):
        if name not in have and (value := say(number)):
            found.append((name, value))
    if "Date" not in have and (moment := message.sent_date) is not None:
        found.append(("Date", format_datetime(moment)))
    return [*found, *parties, ("Subject", message.subject)]


def _party(name: str | None, address: str | None) -> str:
    """`"Roy, Jane" <j.roy@pco.example>`, or whichever of the two there is."""
    quoted = '"' + re.sub(r'["\\\r\n]', " ", name or "").strip() + '"'
    if address and "@" in address:
        return f"{quoted} <{address}>" if name and name != address else address
    return quoted if name else address or ""


def _parts(message: Any) -> tuple[list[tuple[bytes, bytes | None, bytes]], int]:
    """Text and attachments (content type, disposition, bytes), and how many attached messages are left out."""
    plain, page = message.body, None
    if not (plain or "").strip():
        page = message.html_body
    kind = b"text/html; charset=utf-8" if page else b"text/plain; charset=utf-8"
    parts: list[tuple[bytes, bytes | None, bytes]] = [
        (kind, None, (page or plain or "").encode("utf-8", "replace"))
    ]
    attached = 0
    for attachment in message.attachments:
        if any(storage.name == _EMBEDDED for storage in attachment._storage.storages):
            attached += 1
            continue
        name = attachment.file_name or attachment.properties.str_prop_value(pid.PID_DISPLAY_NAME) or "attachment"
        disposition = b"attachment; filename*=utf-8''" + quote(name[:255], errors="replace").encode()
        parts.append((b"application/octet-stream", disposition, attachment.file_bytes or b""))
    return parts, attached
