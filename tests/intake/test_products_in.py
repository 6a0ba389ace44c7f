"""Which product a text shows: number, title, file, or its own words, also with some damage."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tearline.intake.products_in import ProductFinder
from tearline.records.products import Portion, Product

TEXT = (
    "Forty ships left the harbour of Ostrava Bay in February, twice as many as the customs office has reported, "
    "and the ministry of supply has kept the true figures from its own cabinet since the winter."
)


def product(identifier: str, title: str, text: str, number: str | None = None, day: int = 1) -> Product:
    issued = datetime(2025, 1, day, tzinfo=UTC)
    return Product(identifier, title, "ACME", issued, "SECRET", (Portion("1", "SECRET", text),), number=number)


FINDER = ProductFinder(
    [
        product("REP-0001", "Grain shipments through the northern strait", TEXT, "ACME/25/0417-E"),
        product("REP-0002", "Summary", " ".join(TEXT.split()[:20]), day=2),
        product(
            "REP-0003", "Energy", "Nothing of the kind is in here, and yet it is a paragraph of some words.", day=3
        ),
        product("REP-0004", "Twice used title of four", "Short.", "DOUBLE 1"),
        product("REP-0005", "Twice used title of four", "Short.", "DOUBLE 1"),
    ],
    [("AB" * 32, "REP-0003")],
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Please read ACME/25/0417-E today", [("REP-0001", "number")]),
        ("see acme 25 0417 e.pdf", [("REP-0001", "number")]),
        ("Fwd: GRAIN SHIPMENTS through the Northern Strait", [("REP-0001", "title")]),
        (f"Note:\n> {TEXT}", [("REP-0001", "text")]),
        (TEXT.replace("customs office", "custorns oflice").replace("winter", "w1nter"), [("REP-0001", "text")]),
        (" ".join(TEXT.split()[:20]), [("REP-0001", "text")]),
        ("the ministry of supply has kept the true", []),
        ("Twice used title of four, DOUBLE 1", []),
        ("Energy", []),
        ("", []),
    ],
)
def test_what_a_text_shows(text: str, shown: list[tuple[str, str]]) -> None:
    assert [(one.product, one.by) for one in FINDER.find(text)] == shown


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("REP-0001", "REP-0001"),
        ("ACME/25/0417-E", "REP-0001"),
        ("Energy", "REP-0003"),
        ("copy 3 of REP-0002", "REP-0002"),
        ("REP-0001 and REP-0002", None),
        ("DOUBLE 1", None),
        ("something", None),
    ],
)
def test_what_is_named(text: str, found: str | None) -> None:
    assert FINDER.named(text) == found


def test_a_file_is_known_by_its_hash() -> None:
    assert FINDER.with_file("ab" * 32) == "REP-0003"
    assert FINDER.with_file("cd" * 32) is None
