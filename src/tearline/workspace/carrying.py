"""Taking a whole workspace elsewhere: held still while it is copied, and put in place only when it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tearline.ledger.locks import held
from tearline.records.kinds import Stream

REBUILT: Final = frozenset({"views", "locks", "tmp", "example"})
"""Folders of a workspace that are made again from the rest, or hold nothing of it."""
PATIENCE: Final = 120.0
"""Seconds to wait for an intake that is under way."""


@contextmanager
def held_still(folder: Path) -> Iterator[None]:
    """Nobody writes to any stream meanwhile. Raises CouldNot, naming the writer, where one does not end."""
    with held(folder / "locks", [stream.value for stream in Stream], PATIENCE):
        yield


def evidence_files(folder: Path) -> list[Path]:
    """Every file and folder that makes up a workspace, in order, folders before what is in them."""
    found = []
    for top in sorted(folder.iterdir()):
        if top.name not in REBUILT:
            inside = sorted(top.rglob("*")) if top.is_dir() and not top.is_symlink() else []
            found += [path for path in (top, *inside) if not path.is_symlink()]
    return found
