"""Every reader of logs against mutated input: a fault of a file is BadInput, and nothing else is raised."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from evtx_file import evtx
from msg_file import msg
from reader_world import told
from test_reader_audit import path as audit_path
from test_reader_audit import syscall
from test_reader_cef import cef
from test_reader_cups import LINE
from test_reader_m365 import mail as mail_record
from test_reader_m365 import office, record
from test_reader_ocsf import file_activity
from test_reader_ocsf import mail as mail_activity
from test_reader_prov import document
from test_reader_windows import printed, used

from tearline.intake import Place, take_in
from tearline.intake.lines import SourceFile
from tearline.intake.native import Reader, Record, Sealed, shipped_readers
from tearline.intake.rows import Unread
from tearline.records.errors import BadInput

Write = Callable[[str, str | bytes], Path]


def _lines(*records: object) -> bytes:
    return "\n".join(map(json.dumps, records)).encode()


_USED = {"_:u": {"prov:activity": "ex:a1", "prov:entity": "ex:r1"}}
_ITEM = {"Subject": "ACME 2025-0417", "Attachments": "a.pdf (3b)"}
SAMPLES: dict[str, tuple[str, str, bytes]] = {
    "m365 lines": ("m365", "a.jsonl", _lines(record("FileAccessed"), mail_record("Send", Item=_ITEM))),
    "m365 array": ("m365", "a.json", json.dumps([office("Send", Item=json.dumps(_ITEM))] * 2, indent=1).encode()),
    "m365 table": ("m365", "a.csv", b'Id,AuditData\n1,"{""Operation"":""FileAccessed"",""UserId"":""x""}"\n'),
    "windows xml": ("windows", "a.xml", (printed() + used()).encode()),
    "windows utf-16": ("windows", "b.xml", (printed() + used()).encode("utf-16")),
    "windows evtx": ("windows", "a.evtx", evtx(printed(), used())),
    "cups": ("cups", "page_log", f"{LINE}\n{LINE.replace('total', '1')}\n".encode()),
    "audit": ("audit", "audit.log", f"{syscall()}\n{audit_path()}\n".encode()),
    "audit json": ("audit", "a.json", _lines({"SyslogMessage": syscall()}, {"SyslogMessage": audit_path()})),
    "cef": ("cef", "a.log", cef("rt=1740906916123 act=read suser=a fname=ACME 2025-0417 duser=b@c.d").encode()),
    "ocsf": ("ocsf", "a.jsonl", _lines(file_activity(), mail_activity())),
    "prov": ("prov", "a.json", json.dumps(document(used=_USED)).encode()),
    "msg": ("msg", "a.msg", msg("ACME 2025-0417", "Text", attachments=[("a.pdf", b"x" * 9000)])),
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_one_reader_alone_recognises_a_file(write: Write, sample: str) -> None:
    reader, name, content = SAMPLES[sample]
    assert shipped_readers().of(write(name, content), None).name == reader


def test_all_the_real_logs_at_once(place: Place, shared_data: Path) -> None:
    folders = [shared_data / name for name in ("m365-audit", "print", "syslog", "mail")]
    counts = take_in(place, folders).total()
    assert counts.read == counts.accepted + counts.duplicates + counts.quarantined
    assert counts.read > 9_608 + 1 + 2 + 1 + 50
    assert take_in(place, folders).batch is None


def _mutations(content: bytes, chance: random.Random, count: int) -> Iterator[bytes]:
    pieces = (
        b'"', b"{", b"[", b"\\", b"\0", b"\n", b"\xff", b"<", b"=", b"|", b"9" * 20, b"null", b"\\ud800", b"-1"
    )  # fmt: skip
    for _ in range(count):
        data = bytearray(content)
        for _ in range(chance.choice((1, 2, 4, 16))):
            at = chance.randrange(len(data))
            if chance.random() < 0.4:
                data[at] = chance.randrange(256)
            elif chance.random() < 0.5:
                data[at:at] = chance.choice(pieces)
            else:
                end = min(len(data), at + chance.randrange(1, 40))
                data[at:end] = data[at:end] * 2 if chance.random() < 0.3 else b""
            if not data:
                data = bytearray(b" ")
        yield bytes(data)


def _hold(reader: Reader, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        for item in reader.read(SourceFile(file, file.name), told()):
            assert isinstance(item, Record | Unread | Sealed)
            if isinstance(item, Unread):
                assert item.what
                reader.again(item.line, item.raw, told())
    except BadInput:
        return


@pytest.mark.parametrize("sample", SAMPLES)
def test_mutated_input_raises_nothing_but_bad_input(tmp_path: Path, sample: str) -> None:
    reader, name, content = SAMPLES[sample]
    for data in _mutations(content, random.Random(sample), 150):
        _hold(shipped_readers().named(reader), tmp_path / name, data)


@pytest.mark.long
@pytest.mark.parametrize("sample", SAMPLES)
def test_much_mutated_input_raises_nothing_but_bad_input(tmp_path: Path, sample: str) -> None:
    reader, name, content = SAMPLES[sample]
    share = sum(1 for other, *_ in SAMPLES.values() if other == reader)
    for data in _mutations(content, random.Random(f"long {sample}"), -(-100_000 // share)):
        _hold(shipped_readers().named(reader), tmp_path / name, data)
