"""A workspace with an empty ledger, and the ways the tests fill one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ledger_place import Place, numbered

from tearline.ledger import create_keys, create_ledger
from tearline.records.kinds import Stream


@pytest.fixture
def place(tmp_path: Path) -> Place:
    keys = create_keys(tmp_path / "keys")
    return Place(tmp_path, keys, create_ledger(tmp_path / "ledger", keys))


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Limits so low that a few hundred records make several segments and row groups."""

    def lower() -> None:
        monkeypatch.setattr("tearline.ledger.transaction.TAIL_RECORDS", 20)
        monkeypatch.setattr("tearline.ledger.transaction.SEGMENT_ROWS", 100)
        monkeypatch.setattr("tearline.ledger.store.ROWS", 30)
        monkeypatch.setattr("tearline.ledger.lines.ROWS", 30)

    lower()
    return lower


@pytest.fixture
def filled(place: Place, small_segments: object) -> Place:
    """Events in four segments and a tail, look-ups in a tail, two people, and a dozen commits."""
    ledger = place.ledger
    with ledger.transaction([Stream.EVENTS, Stream.PEOPLE]) as transaction:
        transaction.append(Stream.EVENTS, numbered(0, 250))
        transaction.append(Stream.PEOPLE, numbered(0, 2))
    for number in range(10):
        ledger.append(Stream.LOOKUPS, numbered(number, number + 1))
    ledger.append(Stream.EVENTS, numbered(250, 300))
    ledger.append(Stream.EVENTS, numbered(300, 307))
    return place
