"""Which reader takes which file, and the hostile files of every kind: bounded, and refused with a reason."""

from __future__ import annotations

import io
import json
import os
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzz_samples import SAMPLES, hold
from intake_world import ORGANISATIONS, PEOPLE, PRODUCTS, lines
from reader_world import told

from tearline.intake import Place, load, take_in
from tearline.intake.lines import SourceFile
from tearline.intake.native import shipped_readers
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream

Write = Callable[[str, str | bytes], Path]

_ASKED = ("register", "document")  # read by `load`; the others that are left out need a mapping
UNASKED = [name for name, one in SAMPLES.items() if one.reader not in _ASKED and one.mapping is None]


@pytest.mark.parametrize("name", UNASKED)
def test_one_reader_alone_recognises_a_file(write: Write, name: str) -> None:
    sample = SAMPLES[name]
    assert shipped_readers().of(write(sample.name, sample.content), None).name == sample.reader


def test_all_the_real_logs_at_once(place: Place, shared_data: Path) -> None:
    folders = [shared_data / name for name in ("m365-audit", "print", "syslog", "mail")]
    counts = take_in(place, folders).total()
    assert counts.read == counts.accepted + counts.duplicates + counts.quarantined
    assert counts.read > 9_608 + 1 + 2 + 1 + 50
    assert take_in(place, folders).batch is None


MEGABYTE = 1 << 20
MOST_MEMORY = 300_000
"""Kilobytes by which no hostile file of a few megabytes may raise what the process holds."""

_JSON = [name for name, one in SAMPLES.items() if one.content[:2] in (b'{"', b"[{", b"[\n")]
_TEXTS = [
    name for name, one in SAMPLES.items() if one.reader != "msg" and name not in ("windows evtx", "table xlsx")
]


def _deep(content: bytes) -> bytes:
    """Something nested a hundred thousand levels deep in the middle: JSON, XML, brackets in text."""
    if content[:1] == b"<" or b"<Event" in content[:4000]:
        return content.replace(b"</", b"<a>" * 100_000 + b"</", 1)
    return content.replace(b":", b":" + b"[" * 100_000, 1) + b'{"a":' * 100_000


def _nuls(content: bytes) -> bytes:
    return content.replace(b" ", b" \0", 5).replace(b"e", b"e\0", 5) + b"\0" * 5000 + content


def _mixed(content: bytes) -> bytes:
    """Latin-1, UTF-16 with its mark, half a character of UTF-8 and a lone surrogate, one after another."""
    text = content.decode("utf-8", "replace")
    wide = text.encode("utf-16", "replace")
    return content + "René\n".encode("latin-1") + wide + content[:40] + b"\xc3\n\xed\xa0\x80\n" + content


def _long_head(content: bytes) -> bytes:
    """A first line, name or label of two megabytes."""
    first, rest = content[:12], content[12:]
    return first + b"x" * (2 * MEGABYTE) + rest + b"\n" + content


def _labels(content: bytes) -> bytes:
    """A hundred thousand labels, columns, keys or attributes."""
    return b";".join(b"k%d=v" % n for n in range(100_000)) + b"\n" + content + b"\nX: y" * 100_000


def _quotes(content: bytes) -> bytes:
    return content.replace(b"a", b'"', 50) + b'"' * 100_000 + b"\\" * 100_000


@pytest.mark.parametrize("trick", [_deep, _nuls, _mixed, _long_head, _labels, _quotes])
@pytest.mark.parametrize("name", _TEXTS)
def test_tricks_cost_neither_time_nor_memory(tmp_path: Path, name: str, trick: Callable[[bytes], bytes]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    hold(SAMPLES[name], tmp_path, trick(SAMPLES[name].content), most_seconds=10.0)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY


_LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
_DOCTYPE = f'<!DOCTYPE x [<!ENTITY a0 "ha">{_LAUGHS}<!ENTITY out SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("name", ["windows xml", "table sheet", "table strings"])
def test_entities_are_not_expanded(tmp_path: Path, name: str) -> None:
    """Declared before what is read, and named within it."""
    content = SAMPLES[name].content.decode()
    declaration, rest = content.split("?>", 1) if content.startswith("<?xml") else ("", content)
    within = rest.replace("ACME", "&a11;&out;").replace("</sheetData>", "&a11;&out;</sheetData>")
    head = f"{declaration}?>" if declaration else ""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    hold(SAMPLES[name], tmp_path, f"{head}{_DOCTYPE}{within}".encode())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY


def test_a_workbook_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    sample = SAMPLES["table xlsx"]
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sample.content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet9.xml", "w", force_zip64=True) as member:
            for _ in range(300):
                member.write(b"\0" * MEGABYTE)
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(out.getvalue())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadInput, match="unpack"):
        list(shipped_readers().named("table").read(SourceFile(path, path.name), told(mapping=sample.mapping)))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY


_NAMES = [
    "../../../../tmp/owned",
    "..\\..\\owned",
    "/etc/passwd",
    "C:\\owned",
    "%2e%2e%2fowned",
    "owned\0.docx",
    "CON",
    "~/owned",
]
_FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x.example")']


@pytest.fixture
def loaded(place: Place, tmp_path: Path) -> Place:
    folder = tmp_path / "registers"
    folder.mkdir()
    for name, text in (
        ("organisations.csv", ORGANISATIONS),
        ("people.csv", PEOPLE),
        ("products.jsonl", lines(PRODUCTS)),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    load(place, [folder])
    return place


def test_names_that_point_elsewhere_and_formulas_stay_text(loaded: Place, tmp_path: Path) -> None:
    """Nothing is written but in the workspace, whatever a file, an attachment or a person is called."""
    folder = tmp_path / "in"
    folder.mkdir()
    records = [
        {
            "Operation": "FileAccessed", "Workload": "SharePoint", "UserId": who, "UserType": 0, "Id": f"{n}",
            "CreationTime": "2025-03-02T09:15:01", "SourceFileName": "ACME 2025-0417.docx", "ObjectId": name,
            "ClientIP": name,
        }
        for n, (name, who) in enumerate(zip(_NAMES, [*_FORMULAS, *_NAMES], strict=False))
    ]  # fmt: skip
    (folder / "log.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    parts = "".join(
        f'--b\nContent-Type: application/pdf; name="{name}"\nContent-Disposition: attachment\n\nx\n'
        for name in _NAMES
    )
    (folder / "a.eml").write_text(
        "From: a@acme.example\nTo: b@beta.example\nDate: Sun, 2 Mar 2025 10:05:00 +0100\nSubject: ACME 2025-0417\n"
        f'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\nText\n{parts}--b--\n',
        encoding="utf-8",
    )
    outside = {path for path in tmp_path.rglob("*") if loaded.folder not in path.parents}
    counts = take_in(loaded, [folder]).total()
    assert counts.read == counts.accepted + counts.quarantined and counts.accepted > len(_NAMES)
    assert {path for path in tmp_path.rglob("*") if loaded.folder not in path.parents} == outside
    assert not any("owned" in name for _, folders, files in os.walk(loaded.folder) for name in (*folders, *files))
    actors = {
        json.loads(body)["actor"] if isinstance(body, str) else body["actor"]
        for body in loaded.ledger.bodies(Stream.EVENTS)
    }
    assert set(_FORMULAS) <= actors
