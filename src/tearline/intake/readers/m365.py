"""The Microsoft 365 unified audit log: AuditData as JSON Lines, the CSV export with its AuditData column, and
Sentinel's OfficeActivity (lines or an array).

Most of such a log is not about documents. What a record is stands in its operation, near the start of its line:
only records of an operation that is understood are parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from tearline.intake import json_fields as js
from tearline.intake.account_ids import own_sid
from tearline.intake.json_stream import first_object, has_key, is_lines, objects_in
from tearline.intake.lines import LongLine, SourceFile
from tearline.intake.log_events import (
    RETRY,
    FileNames,
    detail,
    faulty,
    no_product,
    organisation,
    refused,
    when,
)
from tearline.intake.native import Clock, Item, Reader, Record, Told
from tearline.intake.protected_records import ProtectedRecords
from tearline.intake.rows import Row, Unread, csv_table, decode, not_json_lines, parse_object, too_long
from tearline.records.errors import BadInput

# What an operation shows of the file it names.
FILES: Final = MappingProxyType({
    "FileAccessed": "opened", "FileAccessedExtended": "opened", "FilePreviewed": "opened", "FileViewed": "opened",
    "PageViewed": "opened", "PageViewedExtended": "opened", "AnonymousLinkUsed": "opened",
    "FileCheckedOut": "opened", "FileModified": "opened", "FileModifiedExtended": "opened", "FileRead": "opened",
    "FileAccessedByUnallowedApp": "opened", "SecureLinkUsed": "opened", "CompanyLinkUsed": "opened",
    "FileDownloaded": "downloaded", "FileSyncDownloadedFull": "downloaded",
    "FileDownloadedFromBrowser": "downloaded",
    "FileSyncDownloadedPartial": "downloaded",
    "FileCopied": "copied", "FileUploaded": "copied", "FileSyncUploadedFull": "copied",
    "FileCopiedToRemovableMedia": "copied", "FileCreatedOnRemovableMedia": "copied",
    "FileCopiedToNetworkShare": "copied", "FileCreatedOnNetworkShare": "copied", "FileCopiedToClipboard": "copied",
    "FileCopiedToRemoteDesktopSession": "copied", "FileUploadedToCloud": "copied",
    "FileTransferredByBluetooth": "copied",
    "FilePrinted": "printed",
    "FileDeletedSecondStageRecycleBin": "destroyed",
    "SharingSet": "disseminated", "SharingInvitationCreated": "disseminated",
    "AddedToSecureLink": "disseminated",
})  # fmt: skip
# What an operation shows of the mails it names; a mail sent under a subject that answers or forwards is forwarded.
MAILS: Final = MappingProxyType({
    "Send": "disseminated", "SendAs": "disseminated", "SendOnBehalf": "disseminated",
    "MailItemsAccessed": "opened", "MessageBind": "opened",
    "HardDelete": "destroyed",
})  # fmt: skip

_RESTORABLE = "puts it where it can be restored from; it is not destroyed"
_UNREAD = "nobody is shown to have read it"
NOT_UNDERSTOOD: Final = MappingProxyType({
    "FileDeleted": _RESTORABLE, "FileRecycled": _RESTORABLE, "FileDeletedFirstStageRecycleBin": _RESTORABLE,
    "MoveToDeletedItems": _RESTORABLE, "SoftDelete": _RESTORABLE,
    "FileRenamed": _UNREAD, "FileMoved": _UNREAD, "Move": _UNREAD, "FileCheckedIn": _UNREAD,
    "FileVersionsAllDeleted": "earlier versions are deleted, the file stays",
    "Create": "an item is kept in a mailbox (a draft, mostly)", "Update": "an item in a mailbox is changed",
    "AnonymousLinkCreated": "a link that anybody may use is made; nobody is shown to have used it",
    "SharingInheritanceBroken": "permissions are set, for nobody in particular",
    "ModifyFolderPermissions": "permissions of a mail folder are set",
})  # fmt: skip
# Kinds of record (RecordType), by number and by the name that OfficeActivity gives.
RECORD_TYPES: Final = MappingProxyType({
    "1": "an administrator's change to Exchange", "ExchangeAdmin": "an administrator's change to Exchange",
    "2": "an act on an item in a mailbox", "3": "an act on a group of items in a mailbox",
    "4": "an act on a SharePoint site", "6": "an act on a SharePoint file or folder",
    "8": "a change to accounts, applications or roles", "9": "a sign-in", "15": "a sign-in",
    "14": "a change of sharing", "18": "a look-up in the compliance centre", "20": "a look at a Power BI report",
    "23": "an administrator's change to Skype", "25": "an act in Teams", "28": "what a mail filter found",
    "36": "an act on a SharePoint list", "40": "an alert", "52": "a look-up in the compliance centre",
    "55": "a change to SharePoint's content types", "56": "a change to the columns of a SharePoint list",
})  # fmt: skip

_MACHINES = {"4", "5", "6", "8", "System", "Application", "ServicePrincipal", "SystemPolicy"}
_NAMED_RECIPIENTS = {"Member", "Guest", "Partner"}
_SYSTEMS = {"exchange": "mail"}
_ANSWERS = re.compile(r"\s*(?:re|fw|fwd|tr|aw|wg|rép?)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_SIZE = re.compile(r"\s*\(\d+b\)\s*$")
_KEY = b'"Operation"'
_VALUE = re.compile(rb'\s*:\s*"([^"\\]{1,4000})"')
_TYPE = re.compile(rb'"RecordType"\s*:\s*"?([^",}\\]{1,60})')
_MOST_FILES = 500_000
# Of a record of mail; the second where it lies as text within another record.
_EXCHANGE = ('"Exchange"', '\\"Exchange\\"')
_OFFICE_ACTIVITY = {b"Operation", b"OfficeWorkload", b"UserId"}


def _recognises(name: str, head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        one = first_object(head)
        if has_key(one, "AuditData", "auditData") and not has_key(one, "class_uid"):
            return True
        return has_key(one, "Operation") and has_key(one, "Workload", "OfficeWorkload", "RecordType")
    if _OFFICE_ACTIVITY.issubset(word.strip(b'" \r') for word in re.split(rb"[,;\t]", _header(start))):
        return True
    return re.search(rb'(?:^|[,;\t"])AuditData(?:$|[,;\t"\r])', _header(start)) is not None


def _header(start: bytes) -> bytes:
    lines = start.split(b"\n", 2)
    return lines[1] if lines[0].startswith(b"#TYPE") and len(lines) > 1 else lines[0]


def _read(source: SourceFile, told: Told) -> Iterator[Item]:
    names, shielded = FileNames(told.finder), ProtectedRecords(told.protected)
    first = next(iter(source.blocks(1 << 16)), None)
    head = (first.head if isinstance(first, LongLine) else first.data if first else b"").lstrip()
    if not head.startswith((b"{", b"[")):
        yield from _table(source, told, names, shielded, 2 if head.startswith(b"#TYPE") else 1)
    elif not is_lines(head):
        for row in objects_in(source):
            if isinstance(row, Unread):
                yield shielded.unread(row)
            else:
                yield (_is_mail(row.raw) and shielded.sealed(row.line, row.raw)) or _item(row, told, names)
    else:
        yield from _lines(source, told, names, shielded)


def _table(
    source: SourceFile, told: Told, names: FileNames, shielded: ProtectedRecords, header: int
) -> Iterator[Item]:
    table = csv_table(source, header_line=header, exact=True)
    column = next((name for name in table.header if name.casefold() == "auditdata"), None)
    if column is None and not _OFFICE_ACTIVITY.issubset(name.encode() for name in table.header):
        raise BadInput(
            "the header names neither AuditData nor the columns of OfficeActivity",
            where=source.name,
            line=header,
            field="AuditData",
            remedy=f"Its columns are: {', '.join(table.header)[:200]}",
        )
    for row in table.rows:
        if isinstance(row, Unread):
            yield shielded.unread(row)
            continue
        if column is None:
            yield _of_sentinel(row, told, names, shielded)
            continue
        # The other columns repeat what the record itself says.
        yield _again_in(row.line, row.fields.get(column, ""), told, names, shielded)


def _of_sentinel(row: Row, told: Told, names: FileNames, shielded: ProtectedRecords) -> Item:
    """A row of OfficeActivity: its columns are the record; the portal adds the zone to those that are times."""
    fields = {name.removesuffix(" [UTC]"): value for name, value in row.fields.items() if value}
    return _again_in(row.line, json.dumps(fields, ensure_ascii=False), told, names, shielded)


def _lines(source: SourceFile, told: Told, names: FileNames, shielded: ProtectedRecords) -> Iterator[Item]:
    objects, waiting, unregistered = False, 0, _Unregistered(names)
    for block in source.blocks():
        if isinstance(block, LongLine):
            yield too_long(block)
            continue
        guard = shielded if b"Exchange" in block.data and shielded.may_hold(block.data) else None
        for number, data in block.lines():
            if not data or data.isspace():
                continue
            raw = decode(number, data)
            if isinstance(raw, Unread):
                yield raw
                continue
            operation = _cheap_operation(data)
            if operation is not None and operation not in FILES and operation not in MAILS:
                objects = True
                sealed = guard.sealed(number, raw) if guard is not None and _is_mail(raw) else None
                yield sealed or refused(number, raw, _why(operation, _cheap_type(data)), "Operation")
                continue
            what = None if operation is None else unregistered.why(operation, data)
            if what is not None:
                objects = True
                yield Unread(number, raw, what, RETRY, "SourceFileName")
                continue
            item = _again_in(number, raw, told, names, guard)
            objects = objects or not (isinstance(item, Unread) and item.field is None)
            waiting += not objects
            if waiting > 10_000:
                raise not_json_lines(source.name)
            yield shielded.unread(item) if isinstance(item, Unread) and item.field is None else item
    if not objects:
        raise not_json_lines(source.name)


def _cheap_operation(line: bytes) -> str | None:
    """The record's operation, where it stands before anything nested and is named once; else None."""
    at = line.find(_KEY)
    if at < 1 or line[at - 1 : at] == b"\\" or line.find(_KEY, at + 1) >= 0:
        return None
    if line.count(b"{", 0, at) != 1 or line.find(b"[", 0, at) >= 0:
        return None
    found = _VALUE.match(line, at + len(_KEY))
    return found[1].decode() if found is not None else None


class _Unregistered:
    """Files that show no product, by the bytes that name them: most accesses are to such, and need no parsing."""

    def __init__(self, names: FileNames) -> None:
        self._names = names
        self._known: dict[tuple[str, bytes, bytes], str | None] = {}

    def why(self, operation: str, line: bytes) -> str | None:
        """Why a record with nothing nested in it is refused; None where it has to be parsed."""
        if operation not in FILES or line.count(b"{") != 1 or b"[" in line:
            return None
        name, address = _cheap_text(line, b'"SourceFileName"'), _cheap_text(line, b'"ObjectId"')
        if name is None or address is None:
            return None
        file = (operation, name, address)
        if file not in self._known:
            if len(self._known) >= _MOST_FILES:
                self._known.clear()
            self._known[file] = self._look(operation, name.decode().strip(), address.decode().strip())
        return self._known[file]

    def _look(self, operation: str, name: str, address: str) -> str | None:
        if self._names.product(name, address) is not None:
            return None
        return no_product(0, "", operation, name or address, "SourceFileName").what


def _cheap_text(line: bytes, key: bytes) -> bytes | None:
    """The text under a key that stands in the line once, if no character of it is escaped."""
    at = line.find(key)
    if at < 1 or line.find(key, at + 1) >= 0:
        return None
    found = _VALUE.match(line, at + len(key))
    return found[1] if found is not None else None


def _cheap_type(line: bytes) -> str:
    found = _TYPE.search(line)
    return found[1].decode("utf-8", "replace") if found else ""


@lru_cache(maxsize=10_000)
def _why(operation: str, record_type: str) -> str:
    """One plain sentence on a record that shows no handling."""
    special = NOT_UNDERSTOOD.get(operation)
    if special is None and operation.startswith("Folder"):
        special = "a folder, not a file"
    kind = RECORD_TYPES.get(record_type)
    said = special or (
        f"{kind}, which shows no handling of a document" if kind else "not a kind that is understood"
    )
    return f"{operation}: {said}"


def _again(line: int, raw: str, told: Told) -> Item:
    return _again_in(line, raw, told, FileNames(told.finder), ProtectedRecords(told.protected))


def _again_in(line: int, raw: str, told: Told, names: FileNames, guard: ProtectedRecords | None) -> Item:
    """One record from its text. `guard` is None where no protected address can stand in it."""
    if guard is not None and _is_mail(raw) and (sealed := guard.sealed(line, raw)):
        return sealed
    row = parse_object(line, raw)
    if isinstance(row, Unread):
        return row if guard is None else guard.unread(row)
    return _item(row, told, names)


def _item(row: Row, told: Told, names: FileNames) -> Item:
    record, line, raw = _unwrapped(row.fields), row.line, row.raw
    workload = js.first_text(record, "Workload", "OfficeWorkload") or ""
    operation = js.text(record, "Operation")
    if operation is None:
        return refused(line, raw, "not a record of the audit log: it names no operation", "Operation")
    if operation not in FILES and operation not in MAILS:
        return refused(line, raw, _why(operation, js.text(record, "RecordType") or ""), "Operation")
    product = _file_product(record, names) if operation in FILES else None
    if operation in FILES and product is None:
        shown = js.first_text(record, "SourceFileName", "ObjectId", "OfficeObjectId")
        return no_product(line, raw, operation, shown, "SourceFileName")
    actor = js.text(record, "UserId")
    if js.text(record, "UserType") in _MACHINES or actor is None:
        return refused(line, raw, f"{operation}: an act of the system itself, not of a person", "UserId")
    if (js.text(record, "ResultStatus") or "").casefold() in ("failed", "false"):
        return refused(line, raw, f"{operation}: an attempt that failed", "ResultStatus")
    try:
        time = when(
            _written(js.first_text(record, "CreationTime", "TimeGenerated", "Start_Time")), told, "CreationTime"
        )
    except BadInput as fault:
        return faulty(line, raw, fault)
    basic = {
        **time,
        "actor": actor,
        "organisation": organisation(told),
        "system": _SYSTEMS.get(workload.casefold(), workload.casefold() or "microsoft 365"),
    }
    number = js.first_text(record, "Id", "OfficeId", "SourceRecordId")
    if product is None:
        return _mail(replace(row, fields=record), operation, basic, number, names)
    return _file(replace(row, fields=record), operation, {**basic, "id": number, "product": product})


def _unwrapped(record: dict[str, Any]) -> dict[str, Any]:
    """The record itself, where PowerShell or Graph hands it over inside one of their own."""
    within = js.mapping(record, "AuditData") or js.mapping(record, "auditData")
    return dict(within) or record


def _is_mail(raw: str) -> bool:
    return any(word in raw for word in _EXCHANGE)


def _written(text: str | None) -> str | None:
    """The log's clock is UTC, whatever zone the caller's other tables are kept in."""
    return (
        f"{text}Z"
        if text and len(text) >= 19 and text[10:11] == "T" and not re.search(r"Z$|[+-]\d\d:", text)
        else text
    )


def _file_product(record: Mapping[str, Any], names: FileNames) -> str | None:
    name = js.text(record, "SourceFileName")
    return names.product(name, js.first_text(record, "ObjectId", "OfficeObjectId"))


def _file(row: Row, operation: str, basic: Mapping[str, Any]) -> Item:
    record, kind = row.fields, FILES[operation]
    recipient = None
    if kind == "disseminated":
        recipient = js.text(record, "TargetUserOrGroupName")
        if js.text(record, "TargetUserOrGroupType") not in _NAMED_RECIPIENTS or recipient is None:
            what = (
                f"{operation}: shared with a group of SharePoint's own, and who is in it the record does not say"
            )
            return refused(row.line, row.raw, what, "TargetUserOrGroupType")
    said = {
        "operation": operation,
        "file": js.first_text(record, "SourceFileName", "ObjectId", "OfficeObjectId"),
        "into": js.first_text(record, "DestinationRelativeUrl", "DestinationFileName", "TargetFilePath")
        if kind == "copied"
        else None,
        "address": js.first_text(record, "ClientIP", "Client_IPAddress"),
    }
    event = {**basic, "kind": kind, "recipient": recipient, "detail": detail(said)}
    return Record(row.line, row.raw, (event,))


def _mail(row: Row, operation: str, basic: Mapping[str, Any], number: str | None, names: FileNames) -> Item:
    record, kind = row.fields, MAILS[operation]
    items = [*js.objects(record, "Item"), *js.objects(record, "AffectedItems")]
    for folder in js.objects(record, "Folders"):
        items += js.objects(folder, "FolderItems")
    seen: dict[str, str | None] = {}
    for item in items:
        subject = js.text(item, "Subject")
        for name in (subject, *(_SIZE.sub("", one) for one in (js.text(item, "Attachments") or "").split(";"))):
            product = names.product(name)
            if product is not None:
                seen.setdefault(product, subject)
    if not seen:
        subject = next((said for item in items if (said := js.text(item, "Subject"))), None)
        if subject is None:
            what = f"{operation}: the mails are named by number only, without subject or attachments"
            return refused(row.line, row.raw, what, "Subject")
        return no_product(row.line, row.raw, operation, subject, "Subject")
    owner = js.text(record, "MailboxOwnerUPN")
    own = owner is None or owner.casefold() == str(basic["actor"]).casefold()
    events = []
    for product, subject in seen.items():
        sent = kind == "disseminated" and subject is not None and _ANSWERS.match(subject)
        more = {
            "operation": operation,
            "subject": subject,
            "mailbox": None if own else owner,
            "address": js.first_text(record, "ClientIPAddress", "Client_IPAddress", "ClientIP"),
            "sid": own_sid(js.text(record, "LogonUserSid")),
        }
        identity = number if len(seen) == 1 or number is None else f"{number}/{product}"
        events.append(
            {
                **basic,
                "id": identity,
                "kind": "forwarded" if sent else kind,
                "product": product,
                "detail": detail(more),
            }
        )
    return Record(row.line, row.raw, tuple(events))


READER = Reader("m365", _recognises, _read, _again, Clock("UTC", "second"))
