"""The header fields of a mail as sent: encoded words, addresses, times, identifiers; every value bounded."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.message import Message
from email.utils import parsedate_tz

from tearline.intake.mail_addresses import Addressee, split_header_addressees, tidy
from tearline.intake.mail_dates import read_sent
from tearline.intake.text_extract import decode_text
from tearline.records.times import Interval

MAX_HEADER_BYTES = 1_000_000
MAX_VALUE = 200_000
MAX_REFERENCES = 1_000
_MAX_ADDRESSES = 10_000

_ENCODED = re.compile(r"=\?([\w.+*-]{1,60})\?([bBqQ])\?([^?\r\n]{0,4000})\?=")
_BETWEEN = re.compile(r"(?<=\?=)[ \t\r\n]{1,20}(?==\?)")
_FOLD = re.compile(r"\r?\n[ \t]")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:\\]{1,64}@[^\s<>()\[\]\"',;:\\@]{1,255}")
_ADDRESS_HEADER = re.compile(
    r"(?:(?:resent-|x-)?(?:from|sender|to|cc|bcc|reply-to)|return-path|delivered-to|(?:x-)?envelope-(?:to|from)|"
    r"x-original-to|apparently-to|errors-to|disposition-notification-to|received)\s{0,4}$",
    re.IGNORECASE,
)
_HEADER_END = re.compile(rb"\r?\n\r?\n")


def header_addresses(data: bytes) -> tuple[str, ...]:
    """Every address in the address headers (and `Received: … for`) of a mail, lower case, in order, once each.

    Looks at the bytes before the first blank line only, at most MAX_HEADER_BYTES of them, and parses nothing else:
    it is for recognising protected communications before the message is read. An address inside an encoded word
    counts. Mails attached to the mail are not looked into.
    """
    head = data[: MAX_HEADER_BYTES + 1].lstrip(b"\xef\xbb\xbf \t\r\n\x00")[:MAX_HEADER_BYTES]
    if ends := _HEADER_END.search(head):
        head = head[: ends.start()]
    found: dict[str, None] = {}
    for line in _FOLD.sub(" ", head.replace(b"\x00", b"").decode("utf-8", errors="replace")).splitlines():
        name, colon, value = line.partition(":")
        if not colon or len(name) > 60 or not _ADDRESS_HEADER.match(name):
            continue
        for text in (value, decode_words(value)) if "=?" in value else (value,):
            for address in _ADDRESS.findall(text):
                found[address.lower().strip(".")] = None
                if len(found) >= _MAX_ADDRESSES:
                    return tuple(found)
    return tuple(found)


def decode_words(value: str) -> str:
    """`value` with its RFC 2047 encoded words read; a word that cannot be read stays as it is."""
    if "=?" not in value:
        return value
    return _ENCODED.sub(_word, _joined(_BETWEEN.sub("", value)))


def _joined(value: str) -> str:
    """Neighbouring base64 words of one charset as one word: some mailers cut them inside a character."""
    return re.sub(r"(=\?([\w.+*-]{1,60})\?[bB]\?[^?=]{1,4000})\?==\?\2\?[bB]\?", r"\1", value)


def _word(found: re.Match[str]) -> str:
    charset, encoding, said = found[1].split("*")[0], found[2].lower(), found[3]
    try:
        raw = said.encode("ascii")
        if encoding == "b":
            data = base64.b64decode(raw + b"=" * (-len(raw) % 4))
        else:
            data = quopri.decodestring(raw, header=True)
    except (binascii.Error, ValueError):
        return found[0]
    return decode_text(data, charset)


def fields(message: Message, name: str) -> list[str]:
    """The unfolded raw values of a header, 8-bit bytes read as text, encoded words not yet read."""
    values: list[str] = []
    for key, value in message.raw_items():
        if key.lower() == name:
            text = str(value)[:MAX_VALUE]
            if not text.isascii():
                text = _eight_bit(text.encode("utf-8", "surrogateescape"), charset_of(message))
            values.append(_FOLD.sub(" ", text).replace("\r", " ").replace("\n", " ").replace("\x00", ""))
    return values


def charset_of(message: Message) -> str | None:
    """The charset a part declares, or None where it declares none that can be read."""
    try:
        return message.get_content_charset(None)
    except (ValueError, LookupError, TypeError):
        return None


def _eight_bit(raw: bytes, charset: str | None) -> str:
    """A header in bare 8-bit bytes: UTF-8 where it fits (RFC 6532), whatever charset the body declares."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return decode_text(raw, charset)


def first(message: Message, name: str) -> str | None:
    """The first non-empty value of a header, decoded, blanks collapsed."""
    for value in fields(message, name):
        if text := " ".join(decode_words(value).split()):
            return text
    return None


def addressees(message: Message, roles: Iterable[str]) -> tuple[Addressee, ...]:
    """The addressees of these headers in order, as written, decoded."""
    return tuple(
        Addressee(role, raw)
        for role in roles
        for value in fields(message, role)
        for piece in split_header_addressees(value)
        if (raw := tidy(decode_words(piece))) and not raw.endswith(":")
    )


def identifiers(message: Message, name: str) -> tuple[str, ...]:
    """The message identifiers in a header, with their angle brackets."""
    found = [one for value in fields(message, name) for one in _MESSAGE_ID.findall(value)]
    return tuple(found[:MAX_REFERENCES])


def header_time(raw: str, zone: tzinfo) -> Interval | None:
    """The instant a `Date:` states; in `zone` where it states no offset; None where it states no time.

    `-0000` means that the offset is not known but the time is UTC (RFC 5322, 3.3).
    """
    try:
        parts = parsedate_tz(raw[:200])
        if parts is None:
            return read_sent(raw, zone)
        offset = parts[9]
        if offset is None:
            where: tzinfo = UTC if "-0000" in raw else zone
        else:
            where = timezone(timedelta(seconds=offset))
        moment = datetime(*parts[:6], tzinfo=where).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return read_sent(raw, zone)
    return Interval(moment, moment)


def delivered(message: Message, zone: tzinfo) -> Interval | None:
    """When the last server took the mail in: the time in the topmost `Received:` that states one."""
    for value in fields(message, "received")[:50]:
        stamp = value.rpartition(";")[2]
        if stamp and (at := header_time(stamp, zone)):
            return at
    return None
