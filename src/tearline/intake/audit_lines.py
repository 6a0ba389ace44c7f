"""Lines of the Linux audit log, as auditd writes them, inside syslog lines, or as auoms sends them.

Every line is `type=… [msg=]audit(seconds.millis:serial): name=value …`. The lines of one act share their time and
serial; auoms has joined them already and gives paths as a list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_STAMP = re.compile(r"type=(\w{1,40})\s+(?:msg=)?audit\(([0-9]{1,11})\.([0-9]{1,6}):([0-9]{1,20})\)\s*:?")
JOINED = "JOINED"
"""The type of an act whose lines were joined by whoever sent it."""
_ID = re.compile(r"([0-9]{1,11})\.([0-9]{1,6}):[0-9]{1,20}")
_NODE = re.compile(r"(?:^|\s)node=([\w.:-]{1,255})")
_PAIR = re.compile(r"""([A-Za-z_][\w-]{0,40})=("[^"]*"|'[^']*'|\[(?:"[^"]*"(?:,\s?)?)*\]|\S*)""")
_HEX = re.compile(r"(?:[0-9A-F]{2}){2,8192}")
_ENCODED = frozenset({"name", "comm", "exe", "cwd", "proctitle", "path_name", *(f"a{n}" for n in range(64))})
# The calls that use files, by the numbers that raw lines give them (AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64).
_NUMBERS = {
    "c000003e": {
        "2": "open", "85": "creat", "257": "openat", "437": "openat2", "59": "execve", "322": "execveat",
        "86": "link", "265": "linkat", "87": "unlink", "263": "unlinkat", "82": "rename", "264": "renameat",
        "316": "renameat2",
    },
    "c00000b7": {
        "56": "openat", "437": "openat2", "221": "execve", "281": "execveat", "37": "linkat", "35": "unlinkat",
        "38": "renameat", "276": "renameat2",
    },
}  # fmt: skip
UNSET = frozenset({"unset", "4294967295", "-1", "?", "(null)", "(none)", ""})


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line: its type, which act it belongs to, when (RFC 3339), and its names and values in order."""

    kind: str
    act: tuple[str, str]
    at: str
    pairs: tuple[tuple[str, str], ...]


def audit_line(text: str) -> AuditLine | None:
    """None where the text holds no audit line."""
    found = _STAMP.search(text)
    if found is None:
        return None
    at = _instant(found[2], found[3])
    if at is None:
        return None
    node = _NODE.search(text)
    # What the enriched format adds behind the group separator repeats numbers as names, which are what is wanted.
    body = text[found.end() :].replace("\x1d", " ")
    pairs = tuple((key, _value(key, value)) for key, value in _PAIR.findall(body))
    return AuditLine(found[1], (node[1] if node else "", f"{found[2]}.{found[3]}:{found[4]}"), at, pairs)


def joined_line(node: str, stamp: str, pairs: tuple[tuple[str, str], ...]) -> AuditLine | None:
    """A whole act whose lines somebody has joined already; None where `stamp` is not `seconds.millis:serial`."""
    found = _ID.fullmatch(stamp)
    at = _instant(found[1], found[2]) if found is not None else None
    return AuditLine(JOINED, (node, stamp), at, pairs) if at is not None else None


def _instant(seconds: str, fraction: str) -> str | None:
    try:
        moment = datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(fraction.ljust(6, "0")))
    except (ValueError, OverflowError, OSError):
        return None
    return moment.isoformat()


def _value(key: str, value: str) -> str:
    """A value without its quotation marks; what the log wrote in hexadecimal because of blanks, as text."""
    if value[:1] in ("'", '"') and value[-1:] == value[:1] and len(value) > 1:
        return value[1:-1]
    if key in _ENCODED and _HEX.fullmatch(value):
        return bytes.fromhex(value).decode("utf-8", "replace").replace("\0", " ")
    return value


@dataclass(frozen=True, slots=True)
class Act:
    """One act: which system call, by whom (the account signed in with, else the one acted as), on which files."""

    at: str
    call: str
    success: bool
    login: str | None
    command: str
    program: str
    paths: tuple[tuple[str, str], ...]
    words: tuple[str, ...]


def act(lines: Sequence[AuditLine]) -> Act | None:
    """The act that these lines are of; None where no system call is among them."""
    calls = [line for line in lines if any(key == "syscall" for key, _ in line.pairs)]
    if not calls:
        return None
    said = dict(calls[0].pairs)
    paths: list[tuple[str, str]] = []
    words: list[str] = []
    for line in lines:
        values = dict(line.pairs)
        if "path_name" in values:
            kinds = _listed(values.get("path_nametype", ""))
            names = _listed(values["path_name"])
            paths += [(name, kinds[at] if at < len(kinds) else "") for at, name in enumerate(names)]
        elif line.kind == "PATH" and values.get("name", "") not in UNSET:
            paths.append((values["name"], values.get("nametype", "")))
        if line.kind == "EXECVE":
            words += [value for key, value in line.pairs if re.fullmatch(r"a[0-9]{1,3}(?:\[[0-9]+\])?", key)]
        if "cmdline" in values:
            words += values["cmdline"].split()
    return Act(
        at=calls[0].at,
        call=said.get("SYSCALL") or _NUMBERS.get(said.get("arch", ""), {}).get(said["syscall"], said["syscall"]),
        success=said.get("success", "yes") == "yes",
        login=_login(said),
        command=said.get("comm", ""),
        program=said.get("exe", ""),
        paths=tuple(paths),
        words=tuple(words),
    )


def _login(said: Mapping[str, str]) -> str | None:
    """As written: names before numbers, the account somebody signed in with before the one they acted as."""
    for name in ("AUID", "audit_user", "auid", "UID", "user", "uid"):
        if said.get(name, "").casefold() not in UNSET:
            return said[name]
    return None


def _listed(text: str) -> list[str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return [text] if text else []
    return [str(one) for one in found] if isinstance(found, list) else [text]
