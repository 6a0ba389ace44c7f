"""OCSF, the open schema for security events: file and email activity, as JSON Lines or an array."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from tearline.intake import json_fields as js
from tearline.intake.account_ids import own_sid
from tearline.intake.json_stream import first_object, has_key, objects_in
from tearline.intake.lines import SourceFile
from tearline.intake.log_events import FileNames, detail, faulty, no_product, organisation, refused, when
from tearline.intake.native import Clock, Item, Reader, Record, Told
from tearline.intake.protected_records import ProtectedRecords
from tearline.intake.rows import Row, Unread, parse_object
from tearline.records.errors import BadInput

FILE_SYSTEM, NETWORK_FILE, FILE_HOSTING, EMAIL, EMAIL_FILE = 1001, 4010, 6006, 4009, 4011

# What each activity of a class shows.
_SYSTEM: Final = {1: "copied", 2: "opened", 3: "opened", 4: "destroyed", 11: "opened", 14: "opened"}
_HOSTED: Final = {1: "copied", 2: "downloaded", 3: "opened", 6: "copied", 9: "opened", 12: "disseminated",
                  14: "opened", 15: "downloaded"}  # fmt: skip
_MAILED: Final = {1: "disseminated", 2: "delivered"}
KINDS: Final = MappingProxyType({
    FILE_SYSTEM: _SYSTEM, NETWORK_FILE: _HOSTED, FILE_HOSTING: _HOSTED, EMAIL: _MAILED, EMAIL_FILE: _MAILED,
})  # fmt: skip

_FAILURE = 2
_SHA256 = 3
_MACHINE_TYPES = frozenset({"System", "Service"})
_ANSWERS = re.compile(r"\s*(?:re|fw|fwd|tr|aw|wg|rép?)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)


def _recognises(name: str, head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((b"{", b"[")) and has_key(first_object(head), "class_uid")


def _read(source: SourceFile, told: Told) -> Iterator[Item]:
    names, shielded = FileNames(told.finder), ProtectedRecords(told.protected)
    for row in objects_in(source):
        yield shielded.unread(row) if isinstance(row, Unread) else _item(row, told, names, shielded)


def _again(line: int, raw: str, told: Told) -> Item:
    row = parse_object(line, raw)
    shielded = ProtectedRecords(told.protected)
    if isinstance(row, Unread):
        return shielded.unread(row)
    return _item(row, told, FileNames(told.finder), shielded)


def _item(row: Row, told: Told, names: FileNames, shielded: ProtectedRecords) -> Item:
    record, line, raw = row.fields, row.line, row.raw
    kind_of, activity = _integer(record.get("class_uid")), _integer(record.get("activity_id"))
    # Any class may carry an email: what names one is sealed before it is looked at more closely.
    if (kind_of in (EMAIL, EMAIL_FILE) or "email" in record) and (sealed := shielded.sealed(line, raw)):
        return sealed
    called = js.text(record, "type_name") or f"class {kind_of}, activity {activity}"
    kind = KINDS.get(kind_of, {}).get(activity)
    if kind is None:
        return refused(line, raw, f"{called[:150]}: not a kind that shows a document being handled", "activity_id")
    if _integer(record.get("status_id")) == _FAILURE:
        return refused(line, raw, f"{called[:150]}: an attempt that failed", "status_id")
    try:
        time = when(_written(record), told, "time")
    except BadInput as fault:
        return faulty(line, raw, fault)
    base = {
        **time,
        "organisation": organisation(told),
        "system": (js.text(record, "metadata", "product", "name") or "ocsf").casefold()[:100],
    }
    build = _mail if kind_of in (EMAIL, EMAIL_FILE) else _file
    return build(row, kind, base, told, names)


def _file(row: Row, kind: str, base: Mapping[str, Any], told: Told, names: FileNames) -> Item:
    record = row.fields
    file = js.mapping(record, "file")
    shown = js.first_text(file, "name", "path")
    product = _by_hash(file, told) or names.product(js.text(file, "name"), js.text(file, "path"))
    if product is None:
        return no_product(row.line, row.raw, _called(record), shown, "file")
    user = js.mapping(record, "actor", "user")
    actor = js.first_text(user, "email_addr", "name", "uid")
    if actor is None or js.text(user, "type") in _MACHINE_TYPES:
        return refused(
            row.line, row.raw, f"{_called(record)}: an act of the system itself, not of a person", "actor"
        )
    result = js.mapping(record, "file_result")
    more = {
        "file": shown,
        "into": js.first_text(result, "path", "name") if kind == "copied" else None,
        "activity": js.text(record, "activity_name"),
        "computer": js.text(record, "device", "hostname"),
        "address": js.text(record, "src_endpoint", "ip"),
        "sid": own_sid(js.text(user, "uid")) if actor != js.text(user, "uid") else None,
    }
    event = {**base, "kind": kind, "product": product, "actor": actor, "detail": detail(more)}
    return Record(row.line, row.raw, ({**event, "id": js.text(record, "metadata", "uid")},))


def _mail(row: Row, kind: str, base: Mapping[str, Any], told: Told, names: FileNames) -> Item:
    record = row.fields
    email = js.mapping(record, "email")
    files = [*js.objects(email, "files"), *js.objects(record, "file")]
    subject = js.text(email, "subject")
    product = next((found for file in files if (found := _by_hash(file, told))), None) or names.product(
        *(js.text(file, "name") for file in files), subject
    )
    if product is None:
        return no_product(row.line, row.raw, _called(record), subject, "email")
    sender = js.text(email, "from") or js.text(record, "actor", "user", "email_addr")
    addressed = [(role, who) for role in ("to", "cc", "bcc") for who in js.texts(email, role)]
    if sender is None and not addressed:
        return refused(
            row.line, row.raw, f"{_called(record)}: neither a sender nor an addressee is named", "email"
        )
    if kind == "disseminated" and _ANSWERS.match(subject or ""):
        kind = "forwarded"
    number = js.text(record, "metadata", "uid")
    events = []
    for place, (role, recipient) in enumerate(addressed or [(None, None)]):
        identity = f"{number}/{place}" if number is not None and len(addressed) > 1 else number
        more = {"role": role, "subject": subject, "mail": js.text(email, "message_uid")}
        said = {"id": identity, "kind": kind, "product": product, "actor": sender, "recipient": recipient}
        events.append({**base, **said, "detail": detail(more)})
    return Record(row.line, row.raw, tuple(events))


def _called(record: Mapping[str, Any]) -> str:
    return (js.text(record, "type_name") or f"class {record.get('class_uid')}")[:150]


def _by_hash(file: Mapping[str, Any], told: Told) -> str | None:
    for one in js.objects(file, "hashes"):
        value = js.text(one, "value")
        if value and (_integer(one.get("algorithm_id")) == _SHA256 or js.text(one, "algorithm") == "SHA-256"):
            return told.finder.with_file(value)
    return None


def _integer(value: object) -> int:
    """A number as an integer; -1 for anything else."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _written(record: Mapping[str, Any]) -> str | None:
    """`time` counts milliseconds since 1970; `time_dt` says the same in words."""
    value = record.get("time")
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000, UTC).isoformat()
        except (ValueError, OverflowError, OSError):
            return str(value)
    return js.first_text(record, "time_dt", "time")


READER = Reader("ocsf", _recognises, _read, _again, Clock("UTC", "as written"))
