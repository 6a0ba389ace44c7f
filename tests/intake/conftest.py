"""A workspace for intake, and a folder to load into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from intake_world import EVENTS, GROUPS, ORGANISATIONS, PEOPLE, PRODUCTS, lines

from tearline.intake import Place
from tearline.ledger import create_keys, create_ledger


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return Place(create_ledger(folder / "ledger", create_keys(folder / "keys")), folder, "tester")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Writes an input file and returns its path."""
    inputs = tmp_path / "inputs"
    inputs.mkdir()

    def write_one(name: str, content: str | bytes) -> Path:
        path = inputs / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_one


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A folder with every file of the contract."""
    folder = tmp_path / "world"
    folder.mkdir()
    for name, content in {
        "organisations.csv": ORGANISATIONS,
        "people.csv": PEOPLE,
        "groups.csv": GROUPS,
        "products.jsonl": lines(PRODUCTS[::-1]),
        "events.jsonl": lines(EVENTS),
        "disclosures.jsonl": lines(
            [{"id": "d1", "text": "Forty ships, says a source.", "published_at": "2025-04-01"}]
        ),
        "public.jsonl": lines([{"id": "x1", "text": "Harbour busy.", "published_at": "2024-04-01"}]),
        "truth.json": "{}",
    }.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder
