"""Cases from a file: rows `case, product, published_at` and optionally `portion`, several rows a case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tearline.records.errors import BadInput
from tearline.records.investigations import Sourced
from tearline.records.times import parse_interval
from tearline.views.register import Register

_LARGEST_LINE = 1 << 20  # bytes; a row is a few dozen


def read_cases(path: Path, register: Register) -> Mapping[str, tuple[Sourced, ...]]:
    """The cases in the order of their first rows; what a row says is taken as certain.

    Each row stands for a public item of its own, called `case/number of the row within it`. Raises BadInput naming
    line and field for anything unreadable or not registered: a case left out silently would look like a clear one.
    """
    cases: dict[str, list[Sourced]] = {}
    with _opened(path) as lines:
        for number, line in enumerate(iter(lambda: lines.readline(_LARGEST_LINE), b""), start=1):
            if line.strip():
                row = _row(path, number, line)
                name = str(row["case"])
                held = cases.setdefault(name, [])
                held.append(_sourced(path, number, row, f"{name}/{len(held) + 1}", register))
    if not cases:
        raise BadInput("there is no case in the file", where=str(path), remedy="Write one JSON object a line")
    return {name: tuple(rows) for name, rows in cases.items()}


def _opened(path: Path) -> Any:
    try:
        return path.open("rb")
    except OSError as error:
        raise BadInput(
            f"the file cannot be read ({error.strerror})", where=str(path), remedy="Check the path"
        ) from None


def _row(path: Path, number: int, line: bytes) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise BadInput(
            "this is not a JSON object", where=str(path), line=number, remedy="Write one JSON object a line"
        )
    for name in ("case", "product", "published_at"):
        if not isinstance(row.get(name), str | int) or row[name] == "":
            raise BadInput(
                "the field is missing or not a text", where=str(path), line=number, field=name, remedy="Add it"
            )
    return row


def _sourced(path: Path, number: int, row: Mapping[str, Any], name: str, register: Register) -> Sourced:
    product, portion = str(row["product"]), row.get("portion")
    found = register.products.get(product)
    if found is None:
        raise BadInput(
            f"no product {product!r} is registered",
            where=str(path),
            line=number,
            field="product",
            remedy="Load it first, or correct the id",
        )
    if portion is not None and portion not in {one.id for one in found.portions}:
        raise BadInput(
            f"product {product!r} has no portion {portion!r}",
            where=str(path),
            line=number,
            field="portion",
            remedy="Name one of its portions, or leave the field out",
        )
    try:
        published = parse_interval(str(row["published_at"]), field="published_at")
    except BadInput as error:
        raise BadInput(error.what, where=str(path), line=number, field=error.field, remedy=error.remedy) from None
    return Sourced(name, product, portion, 1.0, published.latest)
