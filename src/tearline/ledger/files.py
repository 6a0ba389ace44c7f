"""Durable file handling: what is written here survives the loss of power, or was never there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path

from tearline.records.errors import CouldNot


def sync_folder(folder: Path) -> None:
    """Make the folder's list of names durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make a closed file's content durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def append_durably(path: Path, content: bytes) -> None:
    """Append and wait for the disk; a write that fails half-way leaves the file as long as it was."""
    new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        before = os.fstat(descriptor).st_size
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, before)
            raise
    finally:
        os.close(descriptor)
    if new:
        sync_folder(path.parent)


def write_durably(path: Path, content: bytes) -> None:
    """Write a new file so that it is seen whole or not at all."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)


def digest(path: Path) -> str:
    """SHA-256 of a file's content, as hex."""
    with path.open("rb") as file:
        return file_digest(file, sha256).hexdigest()


@contextmanager
def disk_faults(folder: Path) -> Iterator[None]:
    """Turn what the operating system refuses into CouldNot, with what to do about it."""
    try:
        yield
    except OSError as error:
        where = str(error.filename or folder)
        raise CouldNot(
            f"the ledger could not be written or read: {error.strerror or error}",
            where=where,
            remedy="Nothing of this step was kept. Check free space and permissions, then try again",
        ) from error
