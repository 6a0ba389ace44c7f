"""What the tests of readers share: what a reader is told, and reading a file as intake would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tearline.intake.lines import SourceFile
from tearline.intake.mapping import TableMapping
from tearline.intake.native import Item, Record, Sealed, Told, shipped_readers
from tearline.intake.products_in import ProductFinder
from tearline.intake.protected import ProtectedList
from tearline.intake.rows import Unread
from tearline.records.products import Portion, Product

SECRET = "SECRET"


def product(identifier: str, number: str | None, title: str) -> Product:
    return Product(
        id=identifier,
        title=title,
        originator="ACME",
        issued_at=datetime(2025, 3, 1, tzinfo=UTC),
        marking=SECRET,
        portions=(Portion(f"{identifier}#1", SECRET, "Forty ships left the harbour of Ostrava Bay in February."),),
        number=number,
    )


PRODUCTS = (
    product("R-1", "ACME 2025-0417", "Grain shipments through the northern strait"),
    product("R-2", "ACME 2025-0555", "Harbour dues"),
)


def told(**more: Any) -> Told:
    shielded = ProtectedList(frozenset({"counsel@legal.example"}), frozenset({"ombudsman.example"}), None)
    return Told(ProductFinder(PRODUCTS, [("ab" * 32, "R-2")]), shielded, **{"organisation": "BETA", **more})


def read(path: Path, *, mapping: TableMapping | None = None, name: str | None = None) -> list[Item]:
    """Every item of a file, by the reader that recognises it, each checked against reading it again."""
    what = told(mapping=mapping)
    readers = shipped_readers()
    reader = readers.named(name) if name else readers.of(path, None)
    items = list(reader.read(SourceFile(path, path.name), what))
    for item in items:
        if isinstance(item, Record) or (isinstance(item, Unread) and not item.lossy):
            again = reader.again(item.line, item.raw, what)
            assert again == item, (item, again)
    return items


def events(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Every event, without what was not said."""
    return [
        {key: value for key, value in event.items() if value is not None}
        for item in items
        if isinstance(item, Record)
        for event in item.events
    ]


def reasons(items: Sequence[Item]) -> list[str]:
    return [item.what for item in items if isinstance(item, Unread)]


def seals(items: Sequence[Item]) -> list[str]:
    return [item.reason for item in items if isinstance(item, Sealed)]
