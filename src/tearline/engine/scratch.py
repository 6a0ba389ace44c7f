"""Folders for what does not fit into memory: one a connection, and none left behind by a killed process.

DuckDB names its temporary files alike in every process and, when it closes, removes all that bear such names: two
processes at work in one folder would take each other's. A process says that it is alive by a lock on a file of its
own; what belongs to a lock that nobody holds is removed by whoever comes next.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

_PREFIX, _LOCK = "query-", ".lock"


class Scratch:
    """Names folders within `home` that DuckDB makes when it needs them and removes when it has done."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._numbers = itertools.count()
        self._owner = -1
        self._lock: int | None = None
        self._mine = ""

    def folder(self) -> Path:
        """A folder that no other connection has. Raises OSError where `home` cannot be written."""
        if self._owner != os.getpid():
            self._begin()
        return self._home / f"{self._mine}-{next(self._numbers)}"

    def _begin(self) -> None:
        """Take a name for this process (anew in a forked child), and clear away what dead ones left."""
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in self._home.glob(f"{_PREFIX}*{_LOCK}"):
            _sweep(path)
        self._mine = f"{_PREFIX}{secrets.token_hex(6)}"
        self._lock = os.open(self._home / f"{self._mine}{_LOCK}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._owner = os.getpid()

    def __del__(self) -> None:
        if self._lock is not None and self._owner == os.getpid():
            with suppress(OSError):
                (self._home / f"{self._mine}{_LOCK}").unlink(missing_ok=True)
                os.close(self._lock)


def _sweep(path: Path) -> None:
    """Remove a lock that nobody holds, and the folders that went with it."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for folder in path.parent.glob(f"{path.name.removesuffix(_LOCK)}-*"):
                shutil.rmtree(folder, ignore_errors=True)
            path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)
