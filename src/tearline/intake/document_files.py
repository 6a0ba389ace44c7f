"""A public item that is a document of its own: `.html`, `.txt`, `.pdf`, `.docx`. Its id is the file's stem.

No date is read from it: what a page calls its date is often the day it was saved. What needs the date asks for it.
Nothing is fetched. Sizes are bounded before a parser sees anything.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import docx
import pypdfium2
import trafilatura

from tearline.intake.lines import SourceFile
from tearline.intake.rows import Row
from tearline.records.errors import BadInput

LARGEST = 64 << 20
PAGES = 1_000
UNPACKED = 256 << 20
ENTRIES = 10_000


def document_row(source: SourceFile) -> Row:
    """The document as a row of `disclosures.jsonl`. Raises BadInput where no text can be read from it."""
    data = _bytes(source)
    try:
        text = _TEXT[source.path.suffix.lower()](data, source)
    except BadInput as fault:
        raise BadInput(fault.what, where=source.name, remedy=fault.remedy) from None
    if not text.strip():
        raise BadInput("no text was found in the document", where=source.name, remedy=_AS_TEXT)
    return Row(1, text, {"id": source.path.stem, "text": text.strip()})


_AS_TEXT = "Save its text as .txt and load that"


def _bytes(source: SourceFile) -> bytes:
    """The whole file, read through its lines so that its hash is known; at most LARGEST bytes."""
    try:
        size = source.path.stat().st_size
    except OSError as error:
        raise BadInput(f"the file cannot be read ({error.strerror})", where=source.name) from error
    if size > LARGEST:
        raise BadInput(
            f"a document of {size:,} bytes; at most {LARGEST:,} are read", where=source.name, remedy=_AS_TEXT
        )
    return source.whole()


def _plain(data: bytes, source: SourceFile) -> str:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return data.decode("utf-16") if wide else data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput("not UTF-8 text", remedy="Save the file as UTF-8 text and load it again") from None


def _html(data: bytes, source: SourceFile) -> str:
    text = str(trafilatura.extract(data, include_comments=False, include_tables=True, favor_recall=True) or "")
    if not text.strip() and b"<script" in data.lower():
        raise BadInput(
            "the page holds scripts and no text: its text comes only when a browser runs them",
            remedy="Open it in a browser and save what it shows, or " + _AS_TEXT.lower(),
        )
    return text


def _pdf(data: bytes, source: SourceFile) -> str:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise BadInput(
            "not a PDF that can be opened", remedy="Remove its password, or " + _AS_TEXT.lower()
        ) from error
    try:
        if len(document) > PAGES:
            raise BadInput(f"a PDF of {len(document)} pages; at most {PAGES} are read", remedy=_AS_TEXT)
        pages = [_page(document, number) for number in range(len(document))]
    except pypdfium2.PdfiumError as error:
        raise BadInput("a page of the PDF cannot be read", remedy=_AS_TEXT) from error
    finally:
        document.close()
    text = "\n".join(pages)
    if not text.strip():
        raise BadInput(
            "the PDF holds pictures of pages and no text",
            remedy="Run text recognition over it, or " + _AS_TEXT.lower(),
        )
    return text


def _page(document: pypdfium2.PdfDocument, number: int) -> str:
    page = document[number]
    words = page.get_textpage()
    try:
        return str(words.get_text_bounded()).replace("\r\n", "\n")
    finally:
        words.close()
        page.close()


def _docx(data: bytes, source: SourceFile) -> str:
    check_archive(source.path)
    try:
        document = docx.Document(str(source.path))
    except (KeyError, ValueError, zipfile.BadZipFile, SyntaxError) as error:
        raise BadInput("not a Word document that can be opened", remedy=_AS_TEXT) from error
    return "\n".join(_docx_lines(document))


def _docx_lines(document: object) -> Iterator[str]:
    for block in document.iter_inner_content():  # type: ignore[attr-defined]
        if hasattr(block, "rows"):
            for row in block.rows:
                yield "\t".join(cell.text for cell in row.cells)
        else:
            yield block.text


def check_archive(path: Path) -> None:
    """Refuse an archive that unpacks to more than it may, before anything of it is unpacked. Raises BadInput."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadInput(
            "not a file of this kind, or a damaged one", where=path.name, remedy="Save it again"
        ) from error
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES or unpacked > UNPACKED:
        raise BadInput(
            f"an archive of {len(entries):,} parts that unpacks to {unpacked:,} bytes",
            where=path.name,
            remedy="Export the content as plain text or CSV",
        )


_TEXT: Mapping[str, Callable[[bytes, SourceFile], str]] = {
    ".txt": _plain,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".docx": _docx,
}
