"""What the last entry by hand was about, kept outside the ledger: the next one is often like it."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "keyboard.json"
_LONGEST = 1 << 16


@dataclass(frozen=True, slots=True)
class Remembered:
    """The organisation, product and day (YYYY-MM-DD) of the last entry, where it had one."""

    organisation: str | None = None
    product: str | None = None
    day: str | None = None


def recall(folder: Path) -> Remembered:
    """What is remembered in a workspace; nothing where the file is absent or not to be understood."""
    with suppress(OSError, ValueError, TypeError):
        found = json.loads((folder / FILE).read_bytes()[:_LONGEST])
        return Remembered(**{name: str(value) for name, value in found.items() if value})
    return Remembered()


def remember(folder: Path, what: Remembered) -> None:
    """Keep it for the next entry. Where it cannot be kept, the next entry is typed in full."""
    path = folder / FILE
    part = path.with_name(f".{FILE}.part")
    with suppress(OSError):
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(what), file)
        part.replace(path)
