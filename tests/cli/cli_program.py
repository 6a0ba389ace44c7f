"""What a run of the program gives, and how tests call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Run:
    """What one run of the program gave."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        lines = self.out.splitlines()
        assert len(lines) == 1, f"expected one line, got {len(lines)}: {self.out[:300]!r} {self.err[:300]!r}"
        found: dict[str, Any] = json.loads(lines[0])
        return found

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Tearline = Callable[..., Run]
