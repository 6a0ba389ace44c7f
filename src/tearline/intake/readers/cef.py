"""CEF, the common event format, mostly in syslog: `CEF:0|vendor|product|version|signature|name|severity|fields`.

Every maker names acts in words of its own: the words of `act`, of the event's name and of its category decide, in
this order (see `intake.verbs`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tearline.intake.account_ids import own_sid
from tearline.intake.lines import SourceFile
from tearline.intake.log_events import (
    MONTHS,
    FileNames,
    detail,
    faulty,
    no_product,
    organisation,
    refused,
    text_lines,
    when,
)
from tearline.intake.native import Clock, Item, Reader, Record, Told
from tearline.intake.protected_records import ProtectedRecords
from tearline.intake.rows import Unread
from tearline.intake.verbs import failed, meaning
from tearline.records.errors import BadInput

_START = re.compile(r"CEF:\s?[0-9]{1,2}\|")
_PIPE = re.compile(r"(?<!\\)(?:\\\\)*\|")
_KEY = re.compile(r"(?:^|\s)([A-Za-z][\w.\-\[\]]{0,60})=")
_EPOCH = re.compile(r"[0-9]{13}")
_DATE = re.compile(
    r"([A-Z][a-z]{2}) ([0-9]{1,2}) ([0-9]{4}) ([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{3})?"
    r"(?: (UTC|GMT|Z|[+-]\d\d:?\d\d))?"
)
_ESCAPES = {"n": "\n", "r": "\n"}
_MOST_KEYS = 500
_HEADER_FIELDS = 7
_FILES = ("fname", "filePath", "oldFileName", "oldFilePath", "request", "fileName")
_MAILED = frozenset({"disseminated", "forwarded", "delivered"})


@dataclass(frozen=True, slots=True)
class _Cef:
    vendor: str
    product: str
    signature: str
    name: str
    fields: Mapping[str, str]


def _recognises(name: str, head: bytes) -> bool:
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0]
    return not first.startswith((b"{", b"[")) and _START.search(first.decode("utf-8", "replace")) is not None


def _read(source: SourceFile, told: Told) -> Iterator[Item]:
    names, shielded = FileNames(told.finder), ProtectedRecords(told.protected)
    for one in text_lines(source):
        yield one if isinstance(one, Unread) else _line(*one, told, names, shielded)


def _again(line: int, raw: str, told: Told) -> Item:
    return _line(line, raw, told, FileNames(told.finder), ProtectedRecords(told.protected))


def _line(line: int, raw: str, told: Told, names: FileNames, shielded: ProtectedRecords) -> Item:
    # A file access by a protected person's account is no letter of theirs: only records of mail are sealed.
    if _is_mail(raw) and (sealed := shielded.sealed(line, raw)):
        return sealed
    event = _parsed(raw)
    if event is None:
        return refused(line, raw, "not a line of CEF: its header has not all of its seven fields")
    fields = event.fields
    called = f"{event.name or event.signature} ({event.vendor} {event.product})"[:150]
    kind = meaning(fields.get("act"), event.name, fields.get("cat"), event.signature)
    if kind is None:
        return refused(line, raw, f"{called}: not a kind that shows a document being handled", "act")
    if failed(fields.get("act"), fields.get("outcome"), event.name):
        return refused(line, raw, f"{called}: an attempt that failed or was stopped", "outcome")
    actor = next((fields[key] for key in ("suser", "suid") if fields.get(key)), None)
    recipients = [one.strip() for one in re.split(r"[;,]", fields.get("duser", "")) if one.strip()]
    if actor is None and (kind not in _MAILED or not recipients):
        return refused(line, raw, f"{called}: it names no account", "suser")
    product = names.product(*(fields.get(key) for key in _FILES), fields.get("msg"))
    if product is None:
        shown = next((fields[key] for key in _FILES if fields.get(key)), fields.get("msg"))
        return no_product(line, raw, called, shown, "fname")
    try:
        time = when(_written(fields, raw), told, "rt")
    except BadInput as fault:
        return faulty(line, raw, fault)
    more = {
        "file": next((fields[key] for key in _FILES if fields.get(key)), None),
        "event": event.name,
        "act": fields.get("act"),
        "domain": fields.get("sntdom"),
        "sid": own_sid(fields.get("suid")) if fields.get("suser") else None,
        "address": fields.get("src"),
        "computer": fields.get("dvchost") or fields.get("shost"),
    }
    base = {
        **time,
        "kind": kind,
        "product": product,
        "actor": actor,
        "organisation": organisation(told),
        "system": f"{event.vendor} {event.product}".strip().casefold()[:100] or "cef",
        "detail": detail(more),
    }
    number = fields.get("externalId")
    identity = f"{fields.get('dvchost', '')}/{number}" if number else None
    if kind not in _MAILED or not recipients:
        return Record(line, raw, ({**base, "id": identity},))
    several = len(recipients) > 1 and identity is not None
    events = tuple(
        {**base, "id": f"{identity}/{place}" if several else identity, "recipient": recipient}
        for place, recipient in enumerate(recipients)
    )
    return Record(line, raw, events)


def _is_mail(raw: str) -> bool:
    return "duser=" in raw and "@" in raw


def _parsed(raw: str) -> _Cef | None:
    start = _START.search(raw)
    if start is None:
        return None
    ends = []
    for found in _PIPE.finditer(raw, start.end()):
        ends.append(found.end())
        if len(ends) == _HEADER_FIELDS - 1:
            break
    if len(ends) < _HEADER_FIELDS - 1:
        return None
    begins = [start.end(), *ends]
    header = [_plain(raw[begin : end - 1]) for begin, end in zip(begins, ends, strict=False)]
    return _Cef(header[0], header[1], header[3], header[4], _extension(raw[ends[-1] :]))


def _extension(text: str) -> dict[str, str]:
    """The pairs of an extension: a value goes on, blanks and all, until the next key."""
    found: dict[str, str] = {}
    keys = list(_KEY.finditer(text))[:_MOST_KEYS]
    for place, key in enumerate(keys):
        end = keys[place + 1].start() if place + 1 < len(keys) else len(text)
        found.setdefault(key[1], _plain(text[key.end() : end]))
    return found


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text).strip()


def _written(fields: Mapping[str, str], raw: str) -> str | None:
    """When it was, as RFC 3339: from milliseconds since 1970, a date with its year, or the syslog header."""
    for key in ("rt", "end", "start"):
        text = fields.get(key)
        if not text:
            continue
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(text) / 1000, UTC).isoformat()
        found = _DATE.fullmatch(text)
        month = MONTHS.get(found[1].casefold()) if found else None
        if found is None or month is None:
            return text
        zone = {"UTC": "Z", "GMT": "Z", None: ""}.get(found[6], found[6] or "")
        return f"{found[3]}-{month:02d}-{int(found[2]):02d}T{found[4]}{found[5] or ''}{zone}"
    header = re.match(r"(?:<[0-9]{1,3}>)?(?:1 )?(\d{4}-\d\d-\d\dT\S{1,40})", raw)
    return header[1] if header else None


READER = Reader("cef", _recognises, _read, _again, Clock(None, "as written"))
