"""The Linux audit log: auditd lines, syslog lines that carry them, and the same as JSON Lines (auoms, journald,
laurel).

A record is one act: the lines that share a time and a serial, however they are carried. Other syslog lines are no
record of a document being handled and say so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, Final

from tearline.intake import json_fields as js
from tearline.intake.audit_lines import JOINED, Act, AuditLine, act, audit_line, joined_line
from tearline.intake.json_stream import first_object, has_key, objects_in
from tearline.intake.lines import SourceFile
from tearline.intake.log_events import (
    FileNames,
    detail,
    faulty,
    no_product,
    refused,
    taken,
    text_lines,
    when,
)
from tearline.intake.native import Clock, Item, Reader, Told
from tearline.intake.rows import Unread, parse_object
from tearline.records.errors import BadInput

# What a system call that succeeded shows of the files it names.
CALLS: Final = MappingProxyType({
    "open": "opened", "openat": "opened", "openat2": "opened", "execve": "opened", "execveat": "opened",
    "creat": "copied", "link": "copied", "linkat": "copied",
    "unlink": "destroyed", "unlinkat": "destroyed",
})  # fmt: skip
NOT_UNDERSTOOD: Final = MappingProxyType({
    "rename": "a file is called otherwise; nobody is shown to have read it",
    "renameat": "a file is called otherwise; nobody is shown to have read it",
    "renameat2": "a file is called otherwise; nobody is shown to have read it",
})  # fmt: skip
# What it shows that one of these programs opened a file.
PROGRAMS: Final = MappingProxyType({
    "lp": "printed", "lpr": "printed",
    "cp": "copied", "scp": "copied", "sftp": "copied", "rsync": "copied", "dd": "copied", "install": "copied",
    "tar": "copied", "zip": "copied", "gzip": "copied", "7z": "copied", "curl": "copied",
})  # fmt: skip

_SYSLOG = re.compile(
    r"(?:<[0-9]{1,3}>)?(?:1 )?"
    r"(?:\d{4}-\d\d-\d\dT\S{1,40}|[A-Z][a-z]{2} [ 0-9]\d \d\d:\d\d:\d\d(?: \d{4})?) "
    r"\S{1,255} (?P<program>[^\s\[:]{1,100})"
)
_MESSAGES = ("SyslogMessage", "MESSAGE", "message", "msg", "log")
_OPEN_ACTS = 256
_MOST_LINES = 2_000


def _recognises(name: str, head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        one = first_object(head)
        if has_key(one, "SYSCALL") and has_key(one, "ID"):
            return True
        return has_key(one, "SyslogMessage", "_AUDIT_TYPE", "__REALTIME_TIMESTAMP") and not has_key(
            one, "Operation"
        )
    if b"CEF:" in start[:2000]:
        return False
    lines = [line.decode("utf-8", "replace").rstrip() for line in start.split(b"\n", 3)[:3]]
    return any(audit_line(line[:4000]) is not None or _SYSLOG.match(line) for line in lines)


@dataclass(slots=True)
class _Open:
    """An act some of whose lines have been read: where it begins, what it was read from, and its lines."""

    start: int
    texts: list[str]
    lines: list[AuditLine]

    def item(self, told: Told, names: FileNames) -> Item:
        return _act(self.start, "\n".join(self.texts), self.lines, told, names)


def _read(source: SourceFile, told: Told) -> Iterator[Item]:
    names = FileNames(told.finder)
    held: dict[tuple[str, str], _Open] = {}
    for one in _entries(source):
        if isinstance(one, Unread):
            yield one
            continue
        number, text = one
        line = _line(text)
        if not isinstance(line, AuditLine):
            yield replace(line, line=number)
            continue
        opened = held.pop(line.act, None) or _Open(number, [], [])
        opened.texts.append(text)
        opened.lines.append(line)
        if line.kind in ("EOE", JOINED) or line.kind.startswith("AUOMS") or len(opened.lines) >= _MOST_LINES:
            yield opened.item(told, names)
            continue
        # The lines of one act may be interleaved with those of others, but not by much.
        held[line.act] = opened
        if len(held) > _OPEN_ACTS:
            yield held.pop(next(iter(held))).item(told, names)
    for opened in held.values():
        yield opened.item(told, names)


def _entries(source: SourceFile) -> Iterator[tuple[int, str] | Unread]:
    """The entries of the log, each on one line."""
    first = next(iter(text_lines(source)), None)
    if not isinstance(first, tuple) or first[1].lstrip()[:1] not in ("{", "["):
        yield from text_lines(source)
        return
    for row in objects_in(source):
        if isinstance(row, Unread):
            yield row
        else:
            yield row.line, json.dumps(row.fields, ensure_ascii=False) if "\n" in row.raw else row.raw


def _again(line: int, raw: str, told: Told) -> Item:
    found = [_line(text) for text in raw.split("\n")]
    lines = [one for one in found if isinstance(one, AuditLine)]
    if lines:
        return _act(line, raw, lines, told, FileNames(told.finder))
    return replace(found[0], line=line, raw=raw) if isinstance(found[0], Unread) else _other(line, raw)


def _line(text: str) -> AuditLine | Unread:
    """What one entry says, or why it is no line of the audit log."""
    if not text.lstrip().startswith("{"):
        return audit_line(text) or _other(0, text)
    row = parse_object(0, text)
    if isinstance(row, Unread):
        return row
    if (joined := _laurel(row.fields)) is not None:
        return joined
    message = js.first_text(row.fields, *_MESSAGES)
    if message is None:
        return refused(0, text, "a log entry without a message", "SyslogMessage")
    program = js.first_text(row.fields, "ProcessName", "SYSLOG_IDENTIFIER", "_COMM")
    return audit_line(message) or _other(0, text, program or "")


def _laurel(record: Mapping[str, Any]) -> AuditLine | None:
    """An act as laurel writes it: all of its lines in one object, a list for those that come several times."""
    stamp, call = js.text(record, "ID"), js.mapping(record, "SYSCALL")
    if stamp is None or not call:
        return None
    plain = [(str(key), str(value)) for key, value in call.items() if isinstance(value, str | int)]
    paths = js.objects(record, "PATH")
    named = {
        "path_name": [js.text(one, "name") or "" for one in paths],
        "path_nametype": [js.text(one, "nametype") or "" for one in paths],
    }
    words = [("cmdline", " ".join(js.texts(js.mapping(record, "EXECVE"), "ARGV")))]
    pairs = [*plain, *((key, json.dumps(value)) for key, value in named.items()), *words]
    node = js.text(record, "NODE") or ""
    return joined_line(node, stamp, tuple((key, value) for key, value in pairs if value))


def _other(line: int, raw: str, program: str | None = None) -> Unread:
    if program is None:
        found = _SYSLOG.match(raw)
        program = found["program"] if found else ""
    said = f"a log line of {program[:60]}" if program else "a line"
    return refused(line, raw, f"{said}: no record of the audit log stands in it")


def _act(line: int, raw: str, lines: list[AuditLine], told: Told, names: FileNames) -> Item:
    one = act(lines)
    if one is None:
        kinds = ", ".join(dict.fromkeys(found.kind for found in lines))[:100]
        return refused(line, raw, f"an audit record of type {kinds}: it shows no file being used", "type")
    if not one.success:
        return refused(line, raw, f"{_called(one)}: an attempt that failed", "success")
    program = PurePosixPath(one.program or one.command).name or one.command
    kind = CALLS.get(one.call)
    if kind is None:
        said = NOT_UNDERSTOOD.get(one.call, "it shows no file being read, copied or deleted")
        return refused(line, raw, f"{_called(one)}: {said}", "syscall")
    if kind == "opened":
        kind = PROGRAMS.get(program) or PROGRAMS.get(one.command) or kind
    if one.login is None:
        return refused(line, raw, f"{_called(one)}: it names no account", "auid")
    named = [name for name, nametype in one.paths if nametype != "PARENT"] + list(one.words)
    found = {product: name for name in reversed(named) if (product := names.product(name)) is not None}
    if not found:
        return no_product(line, raw, _called(one), named[0] if named else None, "name")
    if len(found) > 1:
        return refused(line, raw, f"{_called(one)}: it names several products", "name")
    try:
        time = when(one.at, told, "audit")
    except BadInput as fault:
        return faulty(line, raw, fault)
    product, name = next(iter(found.items()))
    host = lines[0].act[0] or None
    more = {"file": name, "program": one.program or one.command, "call": one.call, "computer": host}
    event = {"kind": kind, "product": product, "actor": one.login, "system": "files", "detail": detail(more)}
    return taken(line, raw, {"id": "/".join(lines[0].act), **time, **event}, told)


def _called(one: Act) -> str:
    return f"{one.call} by {one.command or one.program or 'a program'}"[:120]


READER = Reader("audit", _recognises, _read, _again, Clock("UTC", "millisecond"))
