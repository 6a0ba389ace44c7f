"""Articles as they come: pages, scans, Word files, wrong encodings, nothing at all. Each has its answer."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import pypdfium2
import pytest

from tearline.records.errors import BadInput
from tearline.workspace import Document, Inquiry, Workspace, create_workspace

WHY = Inquiry(purpose="test")
TEXT = (
    "The survey vessel Kestrel would map 1,240 kilometres of seabed cable before the ice returns, a memo says. "
    "Veldmark intends to rent the disused radar station on Cape Sorrel, through the shipping agent Lindqvist and "
    "Daughters, Commander Irina Haldane told the harbour master at Port Ashgrove in February."
)
PAGE = f"""<html><head><title>Ship</title><script>var a = "Kestrel tracker";</script></head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><article><h1>The north is being mapped</h1>
<p>By Jane Smith</p><p>{TEXT}</p><p>{TEXT.replace("map", "chart")}</p></article>
<footer>© The Paper. All rights reserved.</footer></body></html>"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with one report."""
    portions = [
        {"id": "P1#0", "text": "The survey vessel Kestrel would map 1,240 kilometres of seabed cable before the "
                               "ice returns, Commander Irina Haldane told the harbour master at Port Ashgrove."},
        {"id": "P1#1", "text": "Veldmark intends to rent the disused radar station on Cape Sorrel through the "
                               "shipping agent Lindqvist and Daughters."},
    ]  # fmt: skip
    product = {
        "id": "P1", "title": "North", "originator": "ONA", "issued_at": "2026-03-01", "marking": "SECRET",
        "portions": [{"marking": "S", **portion} for portion in portions],
    }  # fmt: skip
    (tmp_path / "organisations.csv").write_text("id,name,kind\nONA,Assessments,originator\n", encoding="utf-8")
    (tmp_path / "products.jsonl").write_text(json.dumps(product) + "\n", encoding="utf-8")
    made = create_workspace(tmp_path / "workspace")
    made.load([tmp_path / "organisations.csv", tmp_path / "products.jsonl"])
    return made


def matched(workspace: Workspace, file: Path, content: bytes) -> Document:
    file.write_bytes(content)
    workspace.load([file])
    return workspace.match(WHY, file.stem)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", PAGE.encode()),
        ("page.html", PAGE.replace("<head>", '<head><meta charset="windows-1252">').encode("cp1252")),
        ("plain.txt", TEXT.encode()),
        ("plain.txt", b"\xef\xbb\xbf" + TEXT.encode()),
        ("plain.txt", TEXT.encode("utf-16")),
    ],
)
def test_what_can_be_read_is_matched(workspace: Workspace, tmp_path: Path, name: str, content: bytes) -> None:
    answer = matched(workspace, tmp_path / name, content)
    assert answer["products"][0]["product"] == "P1"
    assert answer["products"][0]["grade"] != "inconclusive"
    assert any("No publication date" in note for note in answer["notes"])
    assert not any("Jane" in claim["text"] for claim in answer["passages"] if claim["candidates"])


def test_a_word_file_is_read_with_its_tables(workspace: Workspace, tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph(TEXT)
    table = made.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Kestrel", "1,240 km"
    made.save(str(tmp_path / "made.docx"))
    answer = matched(workspace, tmp_path / "word.docx", (tmp_path / "made.docx").read_bytes())
    assert answer["products"][0]["product"] == "P1"
    assert any("1,240 km" in passage["text"] for passage in answer["passages"])


def refused(workspace: Workspace, file: Path, content: bytes) -> str:
    file.write_bytes(content)
    with pytest.raises(BadInput) as fault:
        workspace.load([file])
    assert fault.value.remedy
    return str(fault.value)


def test_a_scan_without_text_says_so(workspace: Workspace, tmp_path: Path) -> None:
    scan = pypdfium2.PdfDocument.new()
    scan.new_page(595, 842)
    scan.save(str(tmp_path / "made.pdf"))
    said = refused(workspace, tmp_path / "scan.pdf", (tmp_path / "made.pdf").read_bytes())
    assert "pictures of pages and no text" in said
    assert "text recognition" in said


def test_a_page_of_scripts_says_so(workspace: Workspace, tmp_path: Path) -> None:
    page = b"<html><body><div id=app></div><script src=/app.js></script></body></html>"
    assert "scripts and no text" in refused(workspace, tmp_path / "app.html", page)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\t\n", "no text"),
        ("latin.txt", "Une enquête a été ouverte.".encode("cp1252"), "not UTF-8"),
        ("junk.pdf", b"%PDF-1.4 junk", "not a PDF"),
        ("junk.docx", b"PK\x03\x04junk", "damaged"),
        ("nothing.html", b"<html><body></body></html>", "no text"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(
    workspace: Workspace, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    assert says in refused(workspace, tmp_path / name, content)


def test_two_lines_and_a_notice_are_matched_to_nothing(workspace: Workspace, tmp_path: Path) -> None:
    answer = matched(workspace, tmp_path / "two.txt", b"A ship was seen.\nSubscribe to continue reading.")
    assert answer["products"][0]["grade"] == "inconclusive"
    assert any("very short" in note for note in answer["notes"])
    assert any("subscribers" in note for note in answer["notes"])


def test_every_product_is_compared_on_demand_and_a_series_is_asked_for(
    workspace: Workspace, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        matched(workspace, tmp_path / f"{name}.txt", TEXT.encode())
    answer = workspace.match(WHY, "one", exhaustive=True)
    assert any("nothing was cut off" in note for note in answer["notes"])
    found = workspace.series(WHY, ["one", "two"])
    assert found["fewest"] == ["P1"]
    assert {"disclosures", "claims", "fewest", "products", "unexplained", "timeline", "notes", "basis"} <= set(
        found
    )
    assert {one["disclosure"] for one in found["claims"][0]["tellings"]} == {"one", "two"}
    with pytest.raises(BadInput, match="two items"):
        workspace.series(WHY, ["one", "one"])
