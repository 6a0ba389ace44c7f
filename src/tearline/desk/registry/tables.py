"""Tables as files: CSV that a spreadsheet reads as text, never as a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any, Final

from django.http import HttpResponse

_FORMULA: Final = re.compile(r"^[\s]*[=+\-@\t\r\n＝＋－＠|%]")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


def safe_cell(value: Any) -> str:
    """The value as text; an apostrophe in front where a spreadsheet would calculate."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def csv_file(name: str, marking: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A download; its first line is the marking of what it holds."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(marking)])
    writer.writerow([safe_cell(cell) for cell in head])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_UNSAFE.sub("-", name)[:80]}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer
