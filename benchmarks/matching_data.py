"""The shared data sets as products and disclosures. They lie beside the project and are never copied into it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tearline.records.products import Disclosure, Portion, Product

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
_LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Articles:
    """Press releases, the news written from them, and which from which (`truth`: disclosure to product)."""

    products: list[Product]
    disclosures: list[Disclosure]
    truth: dict[str, str]
    confirmed: frozenset[str]
    statements: list[dict[str, Any]]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def insciout() -> Articles:
    folder = DATA / "insciout"
    products = [
        Product(
            row["id"],
            row["title"],
            row["originator"],
            datetime.fromisoformat(row["issued_at"].replace("Z", "+00:00")),
            row["marking"],
            tuple(Portion(each["id"], each["marking"], each["text"]) for each in row["portions"]),
        )
        for row in lines(folder / "products.jsonl")
    ]
    truth = lines(folder / "truth.jsonl")
    return Articles(
        products,
        [Disclosure(row["id"], row["text"], row["title"]) for row in lines(folder / "disclosures.jsonl")],
        {row["disclosure"]: row["product"] for row in truth},
        frozenset(row["disclosure"] for row in truth if row["confirmed"]),
        lines(folder / "statements.jsonl"),
    )


def check_covid() -> tuple[list[Product], list[dict[str, Any]]]:
    """Abstracts as products (title, then a portion a sentence), and the claims they support or refute."""
    folder = DATA / "check-covid"
    products = [
        Product(
            row["cord_id"],
            row["title"],
            "",
            _LONG_AGO,
            "U",
            (
                Portion(f"{row['cord_id']}#title", "U", row["title"]),
                *(Portion(f"{row['cord_id']}#{at}", "U", text) for at, text in enumerate(row["abstract"])),
            ),
        )
        for row in lines(folder / "corpus.json")
    ]
    claims = [
        row
        for name in ("train", "dev")
        for row in lines(folder / f"covidCheck_{name}_composed+extracted.json")
        if row["evidence_set"] and row["label"] != "NOTENOUGHINFO"
    ]
    return products, claims
