"""Windows event logs, XML or EVTX: documents printed (PrintService 307), files used (Security 4663 and 5145)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from tearline.intake.lines import SourceFile
from tearline.intake.log_events import FileNames, detail, faulty, no_product, refused, taken, when
from tearline.intake.native import Clock, Item, Reader, Told
from tearline.intake.rows import Unread
from tearline.intake.windows_events import EVTX, Fragment, WindowsEvent, fragments, parse_event
from tearline.records.errors import BadInput

PRINT, SECURITY = "Microsoft-Windows-PrintService", "Microsoft-Windows-Security-Auditing"

# Which event numbers show what, and in which fields.
KINDS: Final = MappingProxyType({
    (PRINT, "307"): "printed",
    (SECURITY, "4663"): "opened",
    (SECURITY, "5145"): "opened",
})  # fmt: skip
NOT_UNDERSTOOD: Final = MappingProxyType({
    (PRINT, "300"): "a printer was set up",
    (PRINT, "805"): "how a job was rendered; event 307 says what was printed",
    (SECURITY, "4656"): "a file was asked for; event 4663 says whether it was used",
    (SECURITY, "4658"): "a file was closed",
    (SECURITY, "4660"): "something was deleted; the event does not say what",
    (SECURITY, "5140"): "a shared folder was reached; event 5145 says which file",
    (SECURITY, "4624"): "a sign-in",
    (SECURITY, "4625"): "a sign-in that failed",
    (SECURITY, "4634"): "a sign-out",
    (SECURITY, "4688"): "a program was started",
})  # fmt: skip

# What event 307 calls its fields: by place, as the system does itself, or by name, as collectors do.
_PRINTED: Final = MappingProxyType({
    "job": ("Param1", "JobId", "Data1"),
    "document": ("Param2", "DocumentName", "Document", "DocName", "Data2"),
    "owner": ("Param3", "UserName", "Owner", "User", "Data3"),
    "computer": ("Param4", "ClientComputer", "ClientMachine", "ComputerName", "Data4"),
    "printer": ("Param5", "PrinterName", "Printer", "Data5"),
    "pages": ("Param8", "PagesPrinted", "Pages", "TotalPages", "Data8"),
})  # fmt: skip

# Access rights of a file (winnt.h): whoever reads or writes its content has opened it.
_READ, _WRITE, _APPEND, _DELETE = 0x1, 0x2, 0x4, 0x10000
_LIST: Final = MappingProxyType({"%%4416": _READ, "%%4417": _WRITE, "%%4418": _APPEND, "%%1537": _DELETE})
_FAILURE = 0x0010_0000_0000_0000
_NAMELESS = {"print document", "local downlevel document", "remote downlevel document", "document"}
_SERVICE_SIDS = {"S-1-5-18", "S-1-5-19", "S-1-5-20", "S-1-5-7"}


def _recognises(name: str, head: bytes) -> bool:
    if head.startswith(EVTX):
        return True
    start = head.replace(b"\0", b"") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head
    return not name.endswith(".gz") and re.search(rb"<(?:\w{1,20}:)?Event[\s>]", start[:8192]) is not None


def _read(source: SourceFile, told: Told) -> Iterator[Item]:
    names = FileNames(told.finder)
    for one in fragments(source):
        yield one if isinstance(one, Unread) else _item(one.line, one.text, told, names)


def _again(line: int, raw: str, told: Told) -> Item:
    return _item(line, raw, told, FileNames(told.finder))


def _item(line: int, raw: str, told: Told, names: FileNames) -> Item:
    event = parse_event(raw)
    if event is None:
        return Unread(line, raw, "not a well-formed Windows event", "Export the log again")
    kind = KINDS.get((event.provider, event.number))
    if kind is None:
        said = NOT_UNDERSTOOD.get((event.provider, event.number), "not a kind that shows a document being handled")
        return refused(line, raw, f"event {event.number} of {event.provider or 'no provider'}: {said}", "EventID")
    try:
        time = when(event.time, told, "SystemTime")
    except BadInput as fault:
        return faulty(line, raw, fault)
    return (_printed if event.number == "307" else _used)(Fragment(line, raw), event, time, told, names)


def _identity(event: WindowsEvent, time: dict[str, str]) -> str | None:
    """A record's own number, which begins again when a log is cleared."""
    return f"{event.computer}/{event.channel}/{event.record}/{time['at_earliest']}" if event.record else None


def _printed(one: Fragment, event: WindowsEvent, time: dict[str, str], told: Told, names: FileNames) -> Item:
    line, raw, data = one.line, one.text, event.data
    document = _of(data, "document")
    product = names.product(document)
    if product is None and (document or "").casefold() in _NAMELESS:
        what = f"event 307: the log does not show the names of documents ({document!r} stands for all of them)"
        return refused(line, raw, what, "Param2")
    if product is None:
        return no_product(line, raw, "event 307", document, "Param2")
    actor = _of(data, "owner") or event.sid
    more = {
        "document": document,
        "pages": _number(_of(data, "pages")),
        "job": _of(data, "job"),
        "printer": _of(data, "printer"),
        "computer": (_of(data, "computer") or event.computer).strip("\\"),
        "sid": event.sid if event.sid != actor else None,
    }
    said = {"kind": "printed", "product": product, "actor": actor, "system": "print", "detail": detail(more)}
    return taken(line, raw, {"id": _identity(event, time), **time, **said}, told)


def _of(data: Mapping[str, str], what: str) -> str | None:
    return next((data[name] for name in _PRINTED[what] if data.get(name)), None)


def _used(one: Fragment, event: WindowsEvent, time: dict[str, str], told: Told, names: FileNames) -> Item:
    line, raw, data, number = one.line, one.text, event.data, event.number
    if (_hexadecimal(event.keywords) or 0) & _FAILURE:
        return refused(line, raw, f"event {number}: an attempt that failed", "Keywords")
    if data.get("ObjectType", "File") != "File":
        return refused(
            line, raw, f"event {number}: a {data['ObjectType'][:60]} was used, not a file", "ObjectType"
        )
    name = data.get("ObjectName") if number == "4663" else data.get("RelativeTargetName")
    rights = _rights(data)
    if not rights & (_READ | _WRITE | _APPEND):
        why = "the right to delete or rename it" if rights & _DELETE else "its attributes"
        return refused(line, raw, f"event {number}: not the file's content was used but {why}", "AccessMask")
    sid, login = data.get("SubjectUserSid"), data.get("SubjectUserName")
    if sid in _SERVICE_SIDS or (login or "").endswith("$"):
        return refused(
            line, raw, f"event {number}: an act of the computer itself, not of a person", "SubjectUserSid"
        )
    product = names.product(name)
    if product is None:
        return no_product(line, raw, f"event {number}", name, "ObjectName")
    known = login if login and login != "-" else None
    more = {
        "file": name,
        "share": data.get("ShareName"),
        "access": "read" if rights & _READ else "write",
        "domain": data.get("SubjectDomainName"),
        "sid": sid if known else None,
        "program": data.get("ProcessName"),
        "address": data.get("IpAddress"),
        "computer": event.computer,
    }
    said = {"kind": "opened", "product": product, "actor": known or sid, "system": "files", "detail": detail(more)}
    return taken(line, raw, {"id": _identity(event, time), **time, **said}, told)


def _rights(data: Mapping[str, str]) -> int:
    mask = _hexadecimal(data.get("AccessMask") or "")
    if mask is not None:
        return mask
    return sum({_LIST[word] for word in (data.get("AccessList") or "").split() if word in _LIST})


def _hexadecimal(text: str) -> int | None:
    return int(text, 16) if re.fullmatch(r"0x[0-9a-fA-F]{1,16}", text) else None


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else None


READER = Reader("windows", _recognises, _read, _again, Clock("UTC", "as written"))
