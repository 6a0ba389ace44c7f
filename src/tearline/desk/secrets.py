"""The desk's own secret, kept beside the workspace's keys and readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def desk_secret(workspace: Path) -> str:
    """The secret that signs sessions and links: made once. Where there is no workspace yet, one for this run."""
    path = workspace / "keys" / "desk.secret"
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        fresh = secrets.token_urlsafe(64)
    if path.parent.is_dir():
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was first
            return path.read_text(encoding="ascii")
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(fresh)
    return fresh
