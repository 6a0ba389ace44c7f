"""A small sound file for every reader of handling records, and what must hold of any damage done to it."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evtx_file import evtx
from msg_file import msg
from openpyxl import Workbook
from reader_world import told
from test_reader_audit import laurel, syscall
from test_reader_audit import path as audit_path
from test_reader_cef import cef
from test_reader_cups import LINE
from test_reader_m365 import mail as mail_record
from test_reader_m365 import office, record
from test_reader_ocsf import file_activity
from test_reader_ocsf import mail as mail_activity
from test_reader_prov import document
from test_reader_windows import printed, used

from tearline.intake.document_files import document_row
from tearline.intake.known import Known
from tearline.intake.lines import SourceFile
from tearline.intake.load import check_of
from tearline.intake.mapping import TableMapping, mapping_of
from tearline.intake.native import Record, Sealed, shipped_readers
from tearline.intake.register_files import REQUIRED, FileKind
from tearline.intake.rows import Row, Unread, csv_table, json_rows
from tearline.records.errors import BadInput
from tearline.records.markings import shipped_scheme

MOST_SECONDS = 2.0
"""Processor time that one damaged file of a few kilobytes may cost."""


def _as_it_is(data: bytes) -> bytes:
    return data


@dataclass(frozen=True, slots=True)
class Sample:
    """`content` is what is damaged; `packed` makes the file of it (a workbook around its damaged sheet)."""

    reader: str
    name: str
    content: bytes
    packed: Callable[[bytes], bytes] = _as_it_is
    mapping: TableMapping | None = None


def _lines(*records: object) -> bytes:
    return "\n".join(map(json.dumps, records)).encode()


_USED = {"_:u": {"prov:activity": "ex:a1", "prov:entity": "ex:r1"}}
_ITEM = {"Subject": "ACME 2025-0417", "Attachments": "a.pdf (3b)"}
_TABLE = mapping_of(
    {
        "source": {
            "kind": "csv",
            "timezone": "Europe/Paris",
            "precision": "minute",
            "date_format": "%d/%m/%Y %H:%M",
        },
        "event": {
            "kind": "Act",
            "product": "No",
            "actor": "Who",
            "at": ["Date", "Time"],
            "id": "Log",
            "copy": "Copy",
        },
        "detail": {"room": "Room"},
        "kinds": {"read": "opened"},
    },
    "fuzz.toml",
)
_SHEET = mapping_of(
    {
        "source": {"kind": "xlsx"},
        "event": {"kind": "=opened", "product": "No", "actor": "Who", "at": "Date"},
    },
    "fuzz.toml",
)
_PAGES = mapping_of({"source": {"page_log": "%T %j %u;%{job-name};%{job-billing}"}}, "fuzz.toml")
_CSV = (
    b"Log,Act,No,Who,Date,Time,Copy,Room\n"
    b'1,read,ACME 2025-0417,"Roy, Jane (PCO/BCP)",03/04/2025,10:05,7,"a ""b"""\n'
    b"2,read,ACME 2025-0555,=cmd|' /C calc'!A0,25/04/2025,23:59,,\n"
)
_STATEMENTS = (
    b"kind,product,who,to,earliest,latest,recorded_by,note\n"
    b'told,ACME 2025-0417,Jane Roy,Omar Haddad,2025-03,2025-04-02,A. Clerk,"at lunch, he says"\n'
)
_MAIL = (
    b"From: =?utf-8?q?Jane_Roy?= <j.roy@acme.example>\nTo: o.haddad@beta.example, l.chen@beta.example\n"
    b"Date: Sun, 2 Mar 2025 10:05:00 +0100\nSubject: FW: ACME 2025-0417\nMessage-ID: <a@acme.example>\n"
    b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n'
    b"Content-Type: text/plain; charset=utf-8\n"
    b"Content-Transfer-Encoding: quoted-printable\n\nSee below=2E\n\n-----Original Message-----\nFrom: Li Chen\n"
    b"Sent: Saturday, March 1, 2025 9:00 AM\nTo: Jane Roy\nSubject: ACME 2025-0417\n\n"
    b"Forty ships left the harbour\n"
    b"--b\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nYWJj\n--b--\n"
)
_TEXT = _lines(
    {
        "doc": "d1",
        "text": "From: Jane Roy\nSent: Sunday, March 2, 2025 10:05 AM\nTo: Omar Haddad; 'Li Chen'\n"
        "Subject: Fw: ACME 2025-0417\n\nFyi\n\n> From: Li Chen\n> Date: 1 mars 2025 09:00\n"
        "> To: Jane Roy\n> \n> Text",
    }
)


def _workbook() -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in (["No", "Who", "Date"], ["ACME 2025-0417", "Jane Roy", "2025-03-02"], ["=1+1", None, 45000]):
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_BOOK = _workbook()


def _inner(member: str) -> tuple[bytes, Callable[[bytes], bytes]]:
    """A part of the workbook, and the workbook with that part damaged."""

    def pack(data: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(_BOOK)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                new.writestr(name, data if name == member else old.read(name))
        return out.getvalue()

    with zipfile.ZipFile(io.BytesIO(_BOOK)) as book:
        return book.read(member), pack


_REGISTERS = {
    "organisations": b"id,name,kind,parent,retention\nACME,Acme Service,originator,,mail:365;print:30\n",
    "people": b"id,name,organisation,clearance,caveats,access_basis,valid_from,valid_to,accounts\n"
    b'p1,"Roy, Jane",ACME,SECRET,SI;TK,office,2025-01-01,2025-06-01,mail:j.roy@acme.example\n',
    "groups": b"id,name,member,valid_from,valid_to\ng1,Desk,p1,2025-01-01,\n",
    "products": _lines(
        {"id": "R-1", "title": "Grain", "originator": "ACME", "issued_at": "2025-03-01", "marking": "SECRET//SI",
         "portions": [{"id": "1", "marking": "S", "text": "Forty ships"}], "handling": {"print": "no"},
         "files": [{"name": "a.pdf", "sha256": "ab" * 32}], "derived_from": ["R-0"], "authors": ["p1"]}
    ),
    "events": _lines(
        {"id": "e1", "kind": "opened", "product": "R-1", "at": "2025-03-02T10:05:00Z", "actor": "p1",
         "basis": "act", "detail": {"pages": 4}}
    ),
    "disclosures": _lines({"id": "d1", "text": "Forty ships", "published_at": "2025-03-04", "language": "en"}),
}  # fmt: skip

SAMPLES: dict[str, Sample] = {
    "m365 lines": Sample("m365", "a.jsonl", _lines(record("FileAccessed"), mail_record("Send", Item=_ITEM))),
    "m365 array": Sample(
        "m365", "a.json", json.dumps([office("Send", Item=json.dumps(_ITEM))] * 2, indent=1).encode()
    ),
    "m365 table": Sample(
        "m365", "a.csv", b'Id,AuditData\n1,"{""Operation"":""FileAccessed"",""UserId"":""x""}"\n'
    ),
    "windows xml": Sample("windows", "a.xml", (printed() + used()).encode()),
    "windows utf-16": Sample("windows", "b.xml", (printed() + used()).encode("utf-16")),
    "windows evtx": Sample("windows", "a.evtx", evtx(printed(), used())),
    "cups": Sample("cups", "page_log", f"{LINE}\n{LINE.replace('total', '1')}\n".encode()),
    "cups own format": Sample(
        "cups", "page_log", b"[02/Mar/2025:09:15:16 -0500] 4 l.chen;A B.pdf;\n", mapping=_PAGES
    ),
    "audit laurel": Sample("audit", "a.json", laurel().encode()),
    "audit": Sample("audit", "audit.log", f"{syscall()}\n{audit_path()}\n".encode()),
    "audit json": Sample("audit", "a.json", _lines({"SyslogMessage": syscall()}, {"SyslogMessage": audit_path()})),
    "cef": Sample(
        "cef", "a.log", cef("rt=1740906916123 act=read suser=a fname=ACME 2025-0417 duser=b@c.d").encode()
    ),
    "ocsf": Sample("ocsf", "a.jsonl", _lines(file_activity(), mail_activity())),
    "prov": Sample("prov", "a.json", json.dumps(document(used=_USED)).encode()),
    "msg": Sample("msg", "a.msg", msg("ACME 2025-0417", "Text", attachments=[("a.pdf", b"x" * 9000)])),
    "mail": Sample("mail", "a.eml", _MAIL),
    "mail mbox": Sample("mail", "a.mbox", b"From a Sun Mar  2 10:05:00 2025\n" + _MAIL + b"\nFrom b\n" + _MAIL),
    "mail text": Sample("mail", "a.jsonl", _TEXT),
    "table": Sample("table", "a.csv", _CSV, mapping=_TABLE),
    "table xlsx": Sample("table", "a.xlsx", _BOOK, mapping=_SHEET),
    "table sheet": Sample("table", "a.xlsx", *_inner("xl/worksheets/sheet1.xml"), mapping=_SHEET),
    "table strings": Sample("table", "a.xlsx", *_inner("xl/workbook.xml"), mapping=_SHEET),
    "statements": Sample("statements", "a.csv", _STATEMENTS),
    **{f"register {name}": Sample("register", name, content) for name, content in _REGISTERS.items()},
    "document html": Sample(
        "document",
        "a.html",
        b"<html lang=en><head><title>T</title></head><body><p>Forty ships &amp; one</p></body>",
    ),
    "document text": Sample("document", "a.txt", b"Forty ships left the harbour.\n\nIn February."),
}


def hold(sample: Sample, folder: Path, data: bytes, most_seconds: float = MOST_SECONDS) -> None:
    """Read the sample's file with `data` for its content: what comes out are items or BadInput, soon, and what is
    refused says why and can be read again."""
    file = folder / sample.name
    file.unlink(missing_ok=True)  # some file systems wait for the disk where a file is cut short and written again
    file.write_bytes(sample.packed(data))
    source = SourceFile(file, file.name)
    started = time.process_time()
    try:
        if sample.reader == "register":
            _register(FileKind(sample.name), source)
        elif sample.reader == "document":
            assert isinstance(document_row(source), Row | Unread)
        else:
            _native(sample, source)
    except BadInput as fault:
        assert fault.what
    spent = time.process_time() - started
    assert spent < most_seconds, f"{spent:.1f} s for {len(data)} bytes"


def _native(sample: Sample, source: SourceFile) -> None:
    reader, what = shipped_readers().named(sample.reader), told(mapping=sample.mapping)
    for item in reader.read(source, what):
        assert isinstance(item, Record | Unread | Sealed)
        if isinstance(item, Unread):
            assert item.what
            reader.again(item.line, item.raw, what)


def _register(kind: FileKind, source: SourceFile) -> None:
    known, check = Known(), check_of(kind, shipped_scheme())
    rows = csv_table(source, REQUIRED[kind]).rows if kind in REQUIRED else json_rows(source)
    for row in rows:
        if isinstance(row, Row):
            try:
                check(row.fields, known)
            except BadInput as fault:
                assert fault.what
