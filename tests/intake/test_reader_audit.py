"""The Linux audit log: raw and enriched lines, inside syslog, as auoms and journald carry it in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from reader_world import events, read, reasons

from tearline.intake import Place, take_in

Write = Callable[[str, str | bytes], Path]
STAMP = "msg=audit(1740906916.123:24287):"
PATH = "/srv/reports/ACME 2025-0417 Grain.docx"


def syscall(
    call: int = 257, success: str = "yes", comm: str = "less", auid: str = "1000", arch: str = "c000003e"
) -> str:
    return (
        f"type=SYSCALL {STAMP} arch={arch} syscall={call} success={success} exit=3 a0=ffffff9c a1=7ffd items=1 "
        f'ppid=1 pid=2 auid={auid} uid=0 gid=0 tty=pts0 ses=5 comm="{comm}" exe="/usr/bin/{comm}" key="reports"'
    )


def path(name: str = PATH, nametype: str = "NORMAL") -> str:
    hexed = name.encode().hex().upper()
    return f"type=PATH {STAMP} item=0 name={hexed} inode=2 dev=fd:00 mode=0100600 nametype={nametype}"


def test_the_lines_of_one_act_are_one_record(write: Write) -> None:
    other = "type=USER_LOGIN msg=audit(1740906916.124:24288): pid=9 uid=0 auid=1000 res=success"
    text = "\n".join([syscall(), f'type=CWD {STAMP} cwd="/srv"', other, path(), f"type=EOE {STAMP}"])
    items = read(write("audit.log", text))
    assert events(items) == [
        {
            "id": "/1740906916.123:24287",
            "kind": "opened",
            "product": "R-1",
            "at_earliest": "2025-03-02T09:15:16.123000Z",
            "at_latest": "2025-03-02T09:15:16.123000Z",
            "actor": "1000",
            "organisation": "BETA",
            "system": "files",
            "detail": {"file": PATH, "program": "/usr/bin/less", "call": "openat"},
        }
    ]
    assert reasons(items) == ["an audit record of type USER_LOGIN: it shows no file being used"]


@pytest.mark.parametrize(
    ("comm", "call", "kind"),
    [
        ("cp", 257, "copied"),
        ("lp", 257, "printed"),
        ("rm", 263, "destroyed"),
        ("cp", 87, "destroyed"),
        ("cat", 2, "opened"),
    ],
)
def test_the_program_says_what_was_opened_for(write: Write, comm: str, call: int, kind: str) -> None:
    (found,) = events(read(write("audit.log", syscall(call, comm=comm) + "\n" + path())))
    assert found["kind"] == kind


def test_names_come_before_numbers_and_the_login_before_the_account_acted_as(write: Write) -> None:
    enriched = syscall() + '\x1dARCH=x86_64 SYSCALL=openat AUID="l.chen" UID="root"'
    (found,) = events(read(write("a.log", enriched + "\n" + path())))
    assert found["actor"] == "l.chen"
    (found,) = events(read(write("b.log", syscall(auid="4294967295") + "\n" + path())))
    assert found["actor"] == "0"


def test_inside_syslog_lines(write: Write) -> None:
    head = "<30>Mar  2 09:15:16 files-1 audispd[77]: node=files-1 "
    text = f"{head}{syscall()}\n{head}{path()}\nMar  2 09:15:17 files-1 sshd[3]: Accepted publickey\n"
    items = read(write("syslog", text))
    (found,) = events(items)
    assert (found["id"], found["detail"]["computer"]) == ("files-1/1740906916.123:24287", "files-1")
    assert reasons(items) == ["a log line of sshd: no record of the audit log stands in it"]


def test_as_json_lines(write: Write) -> None:
    joined = (
        "type=AUOMS_EXECVE audit(1740906916.123:24287): node=files-1 arch=x86_64 syscall=execve success=yes "
        'audit_user=unset auid=4294967295 user=l.chen uid=1001 comm="lp" exe="/usr/bin/lp" '
        'path_name=["/usr/bin/lp","/lib/x.so"] path_nametype=["NORMAL","NORMAL"] cmdline="lp ACME_2025_0417.pdf"'
    )
    auoms = {"EventTime": "2025-03-02T09:15:16Z", "SyslogMessage": joined, "ProcessName": "auoms"}
    journal = [{"MESSAGE": text, "__REALTIME_TIMESTAMP": "1"} for text in (syscall(), path())]
    cron = {"SyslogMessage": "pam_unix(cron:session): session opened", "ProcessName": "CRON"}
    for name, entries in (("a.json", [auoms, cron]), ("b.json", journal), ("c.json", [cron, auoms])):
        for text in ("\n".join(map(json.dumps, entries)), json.dumps(entries, indent=1)):
            items = read(write(name, text))
            kind = "opened" if entries is journal else "printed"
            assert [one["kind"] for one in events(items)] == [kind]
            assert len(items) == (1 if entries is journal else 2)


def test_what_shows_no_handling_says_so_in_a_sentence(write: Write) -> None:
    def numbered(text: str, serial: int) -> str:
        return text.replace(":24287)", f":{serial})")

    acts = [
        syscall(success="no") + "\n" + path(),
        syscall(82) + "\n" + path(),
        syscall(41) + "\n" + path(),
        syscall() + "\n" + path("/etc/motd"),
        syscall() + "\n" + path() + "\n" + path("/srv/ACME 2025-0555.pdf"),
        syscall(),
    ]
    text = "\n".join(numbered(text, serial) for serial, text in enumerate(acts))
    assert reasons(read(write("audit.log", text))) == [
        "openat by less: an attempt that failed",
        "rename by less: a file is called otherwise; nobody is shown to have read it",
        "41 by less: it shows no file being read, copied or deleted",
        "openat by less: no registered product is recognised in '/etc/motd'",
        "openat by less: it names several products",
        "openat by less: no registered product is recognised because it names no file",
    ]


@pytest.mark.parametrize(
    "line",
    [
        b"type=SYSCALL msg=audit(99999999999.1:1): syscall=2",
        b"type=SYSCALL msg=audit(1.1:1): syscall=" + b'"' * 50_000,
        b"type=PATH msg=audit(1.1:1): path_name=[" + b'"a",' * 50_000,
        b"type=EXECVE msg=audit(1.1:1): " + b"a1=" * 50_000,
        b"node=" * 50_000,
        b"\xff\xfe\0",
    ],
)
def test_hostile_lines_are_refused_one_by_one(write: Write, line: bytes) -> None:
    good = (syscall() + "\n" + path() + "\n").encode()
    items = read(write("audit.log", good + line + b"\n"), name="audit")
    assert (len(events(items)), len(reasons(items))) == (1, 1)


def test_many_acts_at_once_are_bounded(write: Write) -> None:
    text = "\n".join(f'type=CWD msg=audit(1740906916.123:{n}): cwd="/"' for n in range(3_000))
    assert len(read(write("audit.log", text))) == 3_000


def test_the_real_syslog_is_taken_in_and_reconciles(place: Place, shared_data: Path) -> None:
    (file,) = (shared_data / "syslog").iterdir()
    counts = take_in(place, [file]).total()
    assert counts.read == 50 == counts.accepted + counts.duplicates + counts.quarantined


def laurel(**more: object) -> str:
    """One act as laurel writes it: https://github.com/threathunters-io/laurel (its documentation)."""
    act = {
        "ID": "1740906916.123:24287",
        "NODE": "srv-1",
        "SYSCALL": {"arch": "0xc000003e", "syscall": 257, "success": "yes", "auid": 1000, "AUID": "l.chen",
                    "SYSCALL": "openat", "comm": "less", "exe": "/usr/bin/less"},
        "CWD": {"cwd": "/srv"},
        "PATH": [{"item": 0, "name": PATH, "nametype": "NORMAL", "mode": "0o100600"}],
        "PROCTITLE": {"ARGV": ["less"]},
    }  # fmt: skip
    return json.dumps(act | more)


def test_an_act_as_laurel_writes_it(write: Write) -> None:
    printed_too = laurel(
        ID="1740906916.124:24288",
        SYSCALL={
            "syscall": 59,
            "SYSCALL": "execve",
            "success": "yes",
            "AUID": "l.chen",
            "comm": "lp",
            "exe": "/usr/bin/lp",
        },
        EXECVE={"argc": 2, "ARGV": ["lp", "ACME_2025-0417.pdf"]},
        PATH=[{"name": "/usr/bin/lp", "nametype": "NORMAL"}],
    )
    items = read(write("laurel.log", f"{laurel()}\n{printed_too}\n{laurel(ID='never', SYSCALL={'a': 1})}\n"))
    found = events(items)
    assert [(one["kind"], one["actor"], one["product"], one["id"]) for one in found] == [
        ("opened", "l.chen", "R-1", "srv-1/1740906916.123:24287"),
        ("printed", "l.chen", "R-1", "srv-1/1740906916.124:24288"),
    ]
    assert found[0]["at_earliest"] == "2025-03-02T09:15:16.123000Z"
    assert len(reasons(items)) == 1


@pytest.mark.parametrize(
    "header",
    [
        "<85>Mar  2 09:15:16 srv-1 audispd: ",
        "Mar  2 09:15:16 srv-1 audisp-syslog[812]: node=srv-1 ",
        "<85>1 2025-03-02T09:15:16.003Z srv-1 audisp-syslog 812 - - ",
        '<85>1 2025-03-02T09:15:16+01:00 srv-1 audispd 8 ID47 [x@32473 a="b] c"] ',
        "2025-03-02T09:15:16.123456+00:00 srv-1 audispd: ",
    ],
)
def test_every_syslog_header_carries_it(write: Write, header: str) -> None:
    text = f"{header}{syscall()}\n{header}{path()}\n"
    (found,) = events(read(write("messages", text)))
    assert (found["kind"], found["product"]) == ("opened", "R-1")
