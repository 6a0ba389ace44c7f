"""Rows of an XLSX sheet, bounded before and while it is read."""

from __future__ import annotations

import json
import lzma
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from tearline.intake.document_files import check_archive
from tearline.intake.lines import SourceFile
from tearline.intake.rows import Row, Unread
from tearline.records.errors import BadInput

ROWS = 2_000_000
COLUMNS = 500
SHEETS = 20

# What openpyxl and the unpacking below it raise on damaged workbooks, beside their own errors: a part packed in an
# unknown way is NotImplementedError (a RuntimeError), a number too large an ArithmeticError.
_DAMAGE = (InvalidFileException, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, LookupError,
           ValueError, TypeError, AttributeError, SyntaxError, AssertionError, ArithmeticError,
           RuntimeError, EOFError, OSError)  # fmt: skip


def sheet_rows(source: SourceFile, sheet: str | None, header: int) -> Iterator[tuple[str, ...] | Row | Unread]:
    """The header (column names) first, then a row for each that is not blank. Formulas are never evaluated.

    Raises BadInput where the file is no workbook, unpacks to too much, or has no such sheet or header.
    """
    with _opened(source) as book:
        yield from _rows(source, book, sheet, header)


def sheet_heads(source: SourceFile, most: int) -> dict[str, list[tuple[str, ...]]]:
    """The cells of the first `most` rows of each of the first SHEETS sheets. Raises BadInput as `sheet_rows`."""
    with _opened(source) as book:
        return {
            name: [
                tuple(map(_text, cells))
                for cells in book[name].iter_rows(values_only=True, max_col=COLUMNS, max_row=most)
            ]
            for name in book.sheetnames[:SHEETS]
        }


@contextmanager
def _opened(source: SourceFile) -> Iterator[Any]:
    source.whole()
    check_archive(source.path)
    try:
        with warnings.catch_warnings(action="ignore"):  # on styles and names that are not looked at
            book = openpyxl.load_workbook(source.path, read_only=True, data_only=True, keep_links=False)
    except _DAMAGE as error:
        raise BadInput(
            "not a workbook that can be opened", where=source.name, remedy="Save it again as .xlsx, or as CSV"
        ) from error
    try:
        yield book
    except _DAMAGE as error:
        raise BadInput(
            "a sheet of the workbook cannot be read", where=source.name, remedy="Save it again, or as CSV"
        ) from error
    finally:
        book.close()


def _rows(
    source: SourceFile, book: Any, sheet: str | None, header: int
) -> Iterator[tuple[str, ...] | Row | Unread]:
    names = book.sheetnames
    if sheet is not None and sheet not in names:
        raise BadInput(
            f"there is no sheet {sheet!r}",
            where=source.name,
            field="sheet",
            remedy=f"Its sheets are: {', '.join(names)}",
        )
    columns: tuple[str, ...] | None = None
    page = book[sheet if sheet is not None else names[0]]
    for number, cells in enumerate(page.iter_rows(values_only=True, max_col=COLUMNS, max_row=ROWS + 1), 1):
        if number > ROWS:
            raise BadInput(f"more than {ROWS:,} rows", where=source.name, remedy="Export the sheet as CSV")
        if number < header:
            continue
        texts = [_text(cell) for cell in cells]
        if columns is None:
            columns = tuple(texts)
            yield columns
            continue
        if any(texts):
            yield _row(number, texts, columns)
    if columns is None:
        raise BadInput(
            "no header row was found", where=source.name, line=header, remedy="Say its line in the mapping"
        )


def _row(number: int, texts: Sequence[str], columns: Sequence[str]) -> Row:
    fields = {name: text for name, text in zip(columns, texts, strict=False) if name}
    return Row(number, json.dumps(fields, ensure_ascii=False), fields)


def _text(cell: object) -> str:
    """A cell as text. A date without a time of day is a date: Excel keeps both as one."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
