"""CEF lines of several makers, bare and in syslog."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reader_world import events, read, reasons, seals

from tearline.intake.mapping import mapping_of

Write = Callable[[str, str | bytes], Path]


def cef(extension: str, name: str = "File activity", head: str = "") -> str:
    return f"{head}CEF:0|Maker|Guard \\| Pro|1.0|100|{name}|5|{extension}"


def test_an_act_on_a_file(write: Write) -> None:
    text = cef(
        r"rt=1740906916123 act=FileRead suser=l.chen sntdom=BETA src=192.0.2.7 dvchost=pc-7 externalId=9 "
        r"filePath=/srv/a b/ACME 2025-0417 Grain\=1.docx msg=looked at",
        head="<13>Mar  2 09:15:16 pc-7 ",
    )
    assert events(read(write("cef.log", text))) == [
        {
            "id": "pc-7/9",
            "kind": "opened",
            "product": "R-1",
            "at_earliest": "2025-03-02T09:15:16.123000Z",
            "at_latest": "2025-03-02T09:15:16.123000Z",
            "actor": "l.chen",
            "organisation": "BETA",
            "system": "maker guard | pro",
            "detail": {
                "file": "/srv/a b/ACME 2025-0417 Grain=1.docx",
                "event": "File activity",
                "act": "FileRead",
                "domain": "BETA",
                "address": "192.0.2.7",
                "computer": "pc-7",
            },
        }
    ]


@pytest.mark.parametrize(
    ("act", "kind"),
    [("Print job", "printed"), ("file_download", "downloaded"), ("Copied to USB", "copied"), ("VIEW", "opened")],
)
def test_the_makers_words(write: Write, act: str, kind: str) -> None:
    end = "suser=l.chen fname=ACME 2025-0417.docx rt=Mar 02 2025 09:15:16 UTC"
    assert events(read(write("a.log", cef(f"act={act} {end}"))))[0]["kind"] == kind
    assert events(read(write("b.log", cef(end, name=act))))[0]["kind"] == kind


def test_mail_has_an_event_for_every_addressee(write: Write) -> None:
    text = cef(
        "act=sent suser=l.chen@beta.example duser=a@x.example, b@x.example fname=ACME 2025-0417.pdf "
        "rt=Mar 02 2025 09:15:16.250 +01:00 externalId=4"
    )
    found = events(read(write("mail.log", text)))
    assert [(one["kind"], one["recipient"], one["id"]) for one in found] == [
        ("disseminated", "a@x.example", "/4/0"),
        ("disseminated", "b@x.example", "/4/1"),
    ]
    assert found[0]["at_earliest"] == "2025-03-02T08:15:16.250000Z"


def test_mail_of_protected_addresses_is_sealed(write: Write) -> None:
    mail = cef("act=sent suser=l.chen@beta.example duser=Intake@Ombudsman.example fname=ACME 2025-0417.pdf rt=0")
    broken = "CEF:0|torn duser=counsel@legal.example"
    file = cef("act=read suser=x@ombudsman.example fname=ACME 2025-0417.pdf rt=1740906916123")
    items = read(write("mail.log", "\n".join([mail, broken, file])))
    assert seals(items) == ["to or from @ombudsman.example", "to or from counsel@legal.example"]
    assert len(events(items)) == 1


def test_what_shows_no_handling_says_so_in_a_sentence(write: Write) -> None:
    end = "suser=l.chen fname=ACME 2025-0417.docx rt=1740906916123"
    text = "\n".join(
        [
            cef(end, name="Heartbeat"),
            cef(f"act=blocked {end}", name="File copy"),
            cef("act=read fname=ACME 2025-0417.docx rt=1740906916123"),
            cef("act=read suser=l.chen fname=menu.docx rt=1740906916123"),
            cef("act=read suser=l.chen fname=ACME 2025-0417.docx"),
            cef("act=read suser=l.chen fname=ACME 2025-0417.docx rt=Mar 02 09:15:16"),
            "Mar  2 09:15:17 files-1 sshd[3]: Accepted",
            "CEF:0|a|b",
        ]
    )
    named = "(Maker Guard | Pro)"
    assert reasons(read(write("cef.log", text))) == [
        f"Heartbeat {named}: not a kind that shows a document being handled",
        f"File copy {named}: an attempt that failed or was stopped",
        f"File activity {named}: it names no account",
        f"File activity {named}: no registered product is recognised in 'menu.docx'",
        "no time is given",
        "'Mar 02 09:15:16' is not a time",
        "not a line of CEF: its header has not all of its seven fields",
        "not a line of CEF: its header has not all of its seven fields",
    ]


def test_a_clock_without_a_zone_is_the_mappings(write: Write) -> None:
    mapping = mapping_of({"source": {"timezone": "America/Toronto", "precision": "minute"}}, "test")
    text = cef("act=read suser=l.chen fname=ACME 2025-0417.docx rt=Mar 02 2025 09:15:16")
    (found,) = events(read(write("cef.log", text), mapping=mapping, name="cef"))
    assert found["at_earliest"] == "2025-03-02T14:15:00Z"
    assert found["at_latest"] == "2025-03-02T14:15:59.999999Z"


@pytest.mark.parametrize(
    "line",
    [
        b"CEF:0|" + b"\\" * 100_000,
        b"CEF:0|" + b"|" * 100_000,
        cef("a=" * 100_000).encode(),
        cef("act=read suser=l.chen fname=ACME 2025-0417 rt=9999999999999").encode() + b"9" * 100_000,
        cef(" " * 100_000 + "=").encode(),
        b"CEF:0|\xff",
        b"\0",
    ],
)
def test_hostile_lines_are_refused_one_by_one(write: Write, line: bytes) -> None:
    good = cef("act=read suser=l.chen fname=ACME 2025-0417.docx rt=1740906916123").encode()
    items = read(write("cef.log", good + b"\n" + line + b"\n" + good))
    assert (len(events(items)), len(reasons(items))) == (2, 1)
