"""Where the desk's database is: SQLite in the workspace, or what `TEARLINE_DATABASE` names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def database(workspace: Path) -> dict[str, Any]:
    """Django's description of the database: `TEARLINE_DATABASE=postgresql://user:password@host:port/name`.

    Without it, SQLite in `WORKSPACE/desk/`, in write-ahead mode so that readers never wait for a writer.
    """
    named = os.environ.get("TEARLINE_DATABASE", "")
    if not named:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": workspace / "desk" / "desk.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(named)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ImproperlyConfigured("TEARLINE_DATABASE must read postgresql://user:password@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
