"""Where intake works: everything it needs from outside, given once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tearline.ledger import Ledger
from tearline.records.markings import MarkingScheme, shipped_scheme

Progress = Callable[[str, int, int | None], None]
"""Told a label, how far, and out of how much (None: unknown)."""


def quiet(_label: str, _done: int, _total: int | None) -> None:
    """A progress that nobody watches."""


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace's ledger and folder, who acts, the marking scheme, and the clock."""

    ledger: Ledger
    folder: Path
    by: str
    scheme: MarkingScheme = field(default_factory=shipped_scheme)
    now: Callable[[], datetime] = _clock

    @property
    def quarantine(self) -> Path:
        return self.folder / "quarantine"

    @property
    def sealed(self) -> Path:
        return self.folder / "sealed"

    @property
    def event_keys(self) -> Path:
        return self.folder / "views" / "event-keys"

    @property
    def spill(self) -> Path:
        return self.folder / "tmp"
