"""A workspace under test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tearline.ledger import Keys, Ledger, Verification, verify


@dataclass(frozen=True)
class Place:
    """A workspace folder, its keys and its ledger."""

    folder: Path
    keys: Keys
    ledger: Ledger

    def check(self, **how: object) -> Verification:
        return verify(self.folder / "ledger", self.keys.verifier, **how)  # type: ignore[arg-type]

    def holds(self) -> None:
        found = self.check(deep=True)
        assert found.ok, found.faults


def numbered(start: int, stop: int) -> list[str]:
    """Small bodies that say their number."""
    return [f'{{"n":{number},"name":"é{number}"}}' for number in range(start, stop)]
