"""One writer a stream: advisory file locks, with the holder's name inside for whoever finds it busy."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tearline.ledger.files import disk_faults
from tearline.records.errors import CouldNot

PATIENCE = 2.0
"""Seconds a writer waits for a stream: enough for another small append, not for an intake."""

COMMIT_PATIENCE = 60.0
"""Seconds to wait for the commit lock, which is only ever held for one line."""


@contextmanager
def held(folder: Path, names: list[str], patience: float = PATIENCE) -> Iterator[None]:
    """Hold the named locks. Raises CouldNot, naming the holder, where one stays busy.

    They are taken in the order of their names, so two transactions can never wait for each other.
    """
    with disk_faults(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        until = time.monotonic() + patience
        for name in sorted(names):
            stack.enter_context(_one(folder / f"{name}.lock", name, until))
        yield


@contextmanager
def _one(path: Path, name: str, until: float) -> Iterator[None]:
    with disk_faults(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        pause = 0.0005
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > until:
                    holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip() or "a program"
                    raise CouldNot(
                        f"{holder} is writing to {name}",
                        where=str(path),
                        remedy="Wait until it has finished, or end it; what it has not committed is dropped",
                    ) from error
                time.sleep(pause)
                pause = min(pause * 2, 0.02)
        # Of one width, so that the last holder's name is covered without cutting the file, which is slow.
        holder = f"process {os.getpid()} of user {os.getuid()}".ljust(60)
        with disk_faults(path):
            os.pwrite(descriptor, holder.encode() + b"\n", 0)
        yield
    finally:
        # Said outright: a child forked meanwhile shares the lock, and would hold it for as long as it lives.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)
