"""Mail as files: `.eml` bytes and mbox, to messages in the shape of a chain, with what only the file knows.

Nothing in a file raises. What exceeds a bound or cannot be read becomes a Fault beside the messages that could be
read. Bounds: a message of MAX_MESSAGE_BYTES, MAX_DEPTH messages within messages, MAX_PARTS parts, a header of
`mail_fields.MAX_HEADER_BYTES`, MAX_TEXT code points of text.

A delivery report is evidence of what did not arrive, a read receipt of what was shown: both are kept apart from
messages by `kind`, and the message they return is read as one of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import Message
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from tearline.intake.mail_addresses import tidy
from tearline.intake.mail_chain import ChainMessage, Fault, read_chain
from tearline.intake.mail_dates import zone_named
from tearline.intake.mail_fields import (
    MAX_HEADER_BYTES,
    addressees,
    charset_of,
    decode_words,
    delivered,
    fields,
    first,
    header_time,
    identifiers,
)
from tearline.intake.text_extract import decode_text, html_to_text
from tearline.records.errors import BadInput
from tearline.records.times import Interval

MAX_MESSAGE_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 20
MAX_PARTS = 500
MAX_TEXT = 8_000_000
_MAX_NESTING_MARKS = 250
_MAX_LINES_TIMES_NESTING = 30_000_000
_LINE = 1024 * 1024

_NESTING = re.compile(rb"boundary[*\d]{0,6}\s{0,4}=|message/(?:rfc822|global|delivery-status)", re.IGNORECASE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_MBOX_LINE = re.compile(rb"From .{0,400}\d\d:\d\d.{0,60}\d{4}")
_ACTUAL_BOUNDARY = re.compile(rb"^--([^\s\"\\]{1,200})[ \t]{0,20}\r?\n(?=Content-)", re.MULTILINE | re.IGNORECASE)
_ESCAPED = re.compile(rb">+From ")
_DAEMON = re.compile(r"(?:mailer-daemon|postmaster)@", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f]")
_KNOWN = ("from", "to", "cc", "date", "subject", "received", "message-id")
# What the standard library's parser raises on damaged mail, beside its own errors.
_DAMAGE = (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError)


class MailKind(StrEnum):
    """What a mail is evidence of."""

    MESSAGE = "message"
    DELIVERY_REPORT = "delivery report"
    READ_RECEIPT = "read receipt"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is a file: its name without any path, the SHA-256 (hex) and size in bytes of its content."""

    name: str | None
    sha256: str
    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a report says of one recipient: `action` (failed, delayed, displayed), `status` (RFC 3463)."""

    recipient: str | None
    action: str | None
    status: str | None


@dataclass(frozen=True, slots=True)
class MailMessage:
    """One mail. `message` is its own header and text (`depth` counts mails around it, `span` is all of `text`).

    `quoted` are the messages that its text quotes, their spans in `text`, their depth counted from `message`.
    `delivered_at` is when the last server took it in; `delivered_to` the mailboxes that it says it was put in.
    """

    message: ChainMessage
    kind: MailKind
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    delivered_at: Interval | None
    delivered_to: tuple[str, ...]
    files: tuple[Attachment, ...]
    outcomes: tuple[Outcome, ...]
    text: str
    quoted: tuple[ChainMessage, ...]
    exemptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MailFile:
    """The messages of one mail, the outermost first, then those attached to it in order; and what was not read."""

    messages: tuple[MailMessage, ...]
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class _Contents:
    """What the parts of one mail hold, while they are walked."""

    plain: list[str] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    inner: list[Message] = field(default_factory=list)
    kind: MailKind = MailKind.MESSAGE


def read_eml(data: bytes, *, zone: str = "UTC") -> MailFile:
    """The mail in `data`. `zone` (IANA) serves times that name no offset; BadInput if it is none."""
    clocks = zone_named(zone)
    if fault := _too_much(data):
        return MailFile((), (fault,))
    try:
        outer = message_from_bytes(data, policy=policy.compat32)
    except RecursionError:
        return MailFile((), (Fault("parts are nested too deeply to be read"),))
    except _DAMAGE as error:
        return MailFile((), (Fault(f"the mail's structure cannot be read: {error}"),))
    if not any(key.lower() in _KNOWN for key in outer):
        return MailFile((), (Fault("this is no mail: none of its usual headers stands at the start"),))
    reader = _Reader(clocks, zone)
    reader.read(outer, 0)
    return MailFile(tuple(reader.messages), tuple(Fault(reason) for reason in reader.faults))


def _too_much(data: bytes) -> Fault | None:
    """Whether the bytes exceed a bound, seen before anything is parsed."""
    if not data.strip():
        return Fault("the file is empty")
    if len(data) > MAX_MESSAGE_BYTES:
        return Fault(f"the mail is larger than {MAX_MESSAGE_BYTES:,} bytes")
    head = _HEADER_END.search(data, 0, MAX_HEADER_BYTES + 4)
    if head is None and len(data) > MAX_HEADER_BYTES:
        return Fault(f"the mail's header is larger than {MAX_HEADER_BYTES:,} bytes")
    nesting = sum(1 for _ in _NESTING.finditer(data))
    if nesting > _MAX_NESTING_MARKS:
        return Fault(f"the mail declares more than {_MAX_NESTING_MARKS} containers")
    if data.count(b"\n") * (nesting + 1) > _MAX_LINES_TIMES_NESTING:
        return Fault("the mail has too many lines for the depth of its parts")
    return None


class _Reader:
    """One file's messages, gathered from the outermost inwards."""

    def __init__(self, clocks: tzinfo, zone: str) -> None:
        self.clocks = clocks
        self.zone = zone
        self.messages: list[MailMessage] = []
        self.faults: dict[str, None] = {}
        self.parts = 0

    def read(self, mail: Message, depth: int) -> None:
        if depth > MAX_DEPTH:
            self.faults[f"mails attached to mails more than {MAX_DEPTH} deep were not read"] = None
            return
        contents = _Contents()
        self.walk(mail, contents, 0)
        text = "\n\n".join(contents.plain)
        if len(text) > MAX_TEXT:
            self.faults[f"the text was cut at {MAX_TEXT:,} characters"] = None
            text = text[:MAX_TEXT]
        self.messages.append(self.message(mail, contents, text, depth))
        for inner in contents.inner:
            self.read(inner, depth + 1)

    def message(self, mail: Message, contents: _Contents, text: str, depth: int) -> MailMessage:
        chain = read_chain(text, zone=self.zone)
        for fault in chain.faults:
            self.faults[fault.reason] = None
        raw = first(mail, "date")
        sender = first(mail, "from") or first(mail, "sender")
        own = ChainMessage(
            sender=tidy(sender) if sender else None,
            recipients=addressees(mail, ("to", "cc", "bcc")),
            sent=header_time(raw, self.clocks) if raw else None,
            sent_raw=raw,
            subject=first(mail, "subject"),
            body=chain.preamble,
            span=(0, len(text)),
            depth=depth,
            attachments=tuple(one.name for one in contents.files if one.name),
        )
        kind = contents.kind
        if kind is MailKind.MESSAGE and _DAEMON.search(sender or "") and first(mail, "return-path") == "<>":
            kind = MailKind.DELIVERY_REPORT
        return MailMessage(
            message=own,
            kind=kind,
            message_id=next(iter(identifiers(mail, "message-id")), None),
            in_reply_to=identifiers(mail, "in-reply-to"),
            references=identifiers(mail, "references"),
            delivered_at=delivered(mail, self.clocks),
            delivered_to=tuple(one for raw in fields(mail, "delivered-to") if (one := tidy(raw))),
            files=tuple(contents.files),
            outcomes=tuple(contents.outcomes),
            text=text,
            quoted=tuple(replace(one, depth=one.depth + depth + 1) for one in chain.messages),
            exemptions=chain.exemptions,
        )

    def walk(self, part: Message, contents: _Contents, level: int) -> None:
        """Sort a part and what it holds into `contents`; a part too damaged for that is a fault."""
        self.parts += 1
        if self.parts > MAX_PARTS or level > MAX_DEPTH:
            self.faults[f"parts beyond {MAX_PARTS}, or deeper than {MAX_DEPTH}, were not read"] = None
            return
        try:
            self.sort(part, contents, level)
        except _DAMAGE as error:
            self.faults[f"a part could not be read: {type(error).__name__}"] = None

    def sort(self, part: Message, contents: _Contents, level: int) -> None:
        kind = part.get_content_type()
        payload = _payload(part)
        if kind in ("message/delivery-status", "message/disposition-notification"):
            self.report(part, kind, contents)
        elif kind in ("message/rfc822", "message/global") and isinstance(payload, list):
            contents.inner.extend(one for one in payload if isinstance(one, Message))
        elif kind in ("text/rfc822-headers", "message/rfc822-headers"):
            returned = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
            contents.inner.extend(returned or [message_from_bytes(_content(part)[:MAX_HEADER_BYTES])])
        elif isinstance(payload, list):
            inner = [one for one in payload if isinstance(one, Message)]
            if kind == "multipart/alternative":
                inner = _preferred(inner)
            for one in inner:
                self.walk(one, contents, level + 1)
        elif kind in ("text/plain", "text/html") and not _is_file(part):
            said = decode_text(_content(part), charset_of(part)).replace("\r\n", "\n")
            said = html_to_text(said) if kind == "text/html" else said
            if said.strip():
                contents.plain.append(said)
        elif kind.startswith("multipart/"):
            self.unparted(part, contents, level)
        else:
            data = _content(part)
            contents.files.append(Attachment(_file_name(part), sha256(data).hexdigest(), len(data), kind))

    def unparted(self, part: Message, contents: _Contents, level: int) -> None:
        """A container whose declared boundary never occurs: read by the boundary that does, or as text."""
        data = _content(part)
        if not data.strip():
            # Returned headers without the mail they headed.
            return
        actual = _ACTUAL_BOUNDARY.search(data)
        self.faults["a part's declared boundary does not occur in it"] = None
        if actual is None:
            contents.plain.append(decode_text(data, None))
            return
        head = b'Content-Type: multipart/mixed; boundary="' + actual[1] + b'"\n\n'
        again = message_from_bytes(head + data)
        if isinstance(_payload(again), list):
            self.walk(again, contents, level + 1)

    def report(self, part: Message, kind: str, contents: _Contents) -> None:
        receipt = kind == "message/disposition-notification"
        contents.kind = MailKind.READ_RECEIPT if receipt else MailKind.DELIVERY_REPORT
        payload = _payload(part)
        blocks = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
        for block in blocks or [message_from_bytes(_content(part)[:MAX_HEADER_BYTES])]:
            recipient = first(block, "final-recipient") or first(block, "original-recipient")
            action = first(block, "disposition" if receipt else "action")
            if recipient or action:
                said = action.rpartition(";")[2].strip().lower() if action else None
                named = tidy(recipient.rpartition(";")[2]) if recipient else None
                contents.outcomes.append(Outcome(named, said, first(block, "status")))


def _preferred(parts: list[Message]) -> list[Message]:
    """Of several forms of one text, the plain one if it says anything, beside whatever is no such form."""
    plain = [one for one in parts if one.get_content_type() == "text/plain" and _content(one).strip()]
    forms = ("text/plain", "text/html")
    if plain:
        return plain[:1] + [one for one in parts if one.get_content_type() not in forms]
    return parts


def _content(part: Message) -> bytes:
    """The decoded bytes of a leaf; as they stand where their encoding is broken."""
    try:
        data = part.get_payload(decode=True)
    except _DAMAGE:
        data = None
    if isinstance(data, bytes):
        return data
    held = _payload(part)
    return held.encode("utf-8", "surrogateescape") if isinstance(held, str) else b""


def _payload(part: Message) -> object:
    """What the parser holds for a part: a list of parts or a string; None where its charset is unreadable."""
    try:
        return part.get_payload()
    except _DAMAGE:
        return None


def _file_name(part: Message) -> str | None:
    """The name a part gives its file, without folders and control characters."""
    try:
        name = part.get_filename()
    except _DAMAGE:
        return None
    if not name:
        return None
    tidied = _FORBIDDEN.sub("", decode_words(name[:2_000]).replace("\\", "/")).rpartition("/")[2].strip()
    return tidied[:255] if tidied.strip(".") else None


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or _file_name(part) is not None


def mbox_messages(path: Path) -> Iterator[tuple[int, bytes | Fault]]:
    """Each mail of an mbox file with the byte offset at which it begins, unparsed, one in memory at a time.

    A mail larger than MAX_MESSAGE_BYTES is a Fault and passed over. Raises BadInput where the file is no mbox.
    """
    with path.open("rb") as file:
        line = file.readline(_LINE)
        if not _MBOX_LINE.match(line):
            raise BadInput(
                "this is no mbox file: it does not begin with a 'From ' line",
                where=str(path),
                remedy="A single mail is read as .eml",
            )
        held: list[bytes] = []
        begin, size, blank = 0, 0, False
        at = len(line)
        while line := file.readline(_LINE):
            if blank and _MBOX_LINE.match(line):
                yield begin, _one(held, size)
                begin, held, size = at, [], 0
            else:
                size += len(line)
                if size <= MAX_MESSAGE_BYTES:
                    held.append(line[1:] if _ESCAPED.match(line) else line)
                else:
                    held = []
            at += len(line)
            blank = line in (b"\n", b"\r\n")
        yield begin, _one(held, size)


def _one(held: list[bytes], size: int) -> bytes | Fault:
    if size > MAX_MESSAGE_BYTES:
        return Fault(f"the mail is larger than {MAX_MESSAGE_BYTES:,} bytes")
    return b"".join(held)


def read_mbox(path: Path, *, zone: str = "UTC") -> Iterator[tuple[int, MailFile]]:
    """Each mail of an mbox file, read, with the byte offset at which it begins."""
    for begin, data in mbox_messages(path):
        yield begin, MailFile((), (data,)) if isinstance(data, Fault) else read_eml(data, zone=zone)
