"""Bringing the desk up: its database made ready, a worker for long work, and the web server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import uvicorn
from django.core.management import call_command


def prepare(workspace: Path) -> None:
    """Set Django up on this workspace and bring its database up to date. Once a process, before anything else."""
    os.environ["TEARLINE_WORKSPACE"] = str(workspace.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tearline.desk.settings")
    (workspace / "desk").mkdir(mode=0o700, exist_ok=True)
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def serve(workspace: Path, *, host: str, port: int, processes: int) -> None:
    """Serve until interrupted. `processes`: how many answer; long work runs in one more beside them."""
    prepare(workspace)
    with _worker():
        uvicorn.run(
            "tearline.desk.asgi:application",
            host=host,
            port=port,
            workers=processes,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            lifespan="off",
        )


@contextmanager
def _worker() -> Iterator[None]:
    """A process that takes long work from the database, ended with the server."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "tearline.desk", "db_worker", "--interval", "0.5", "--no-startup-delay"]
    )
    try:
        yield
    finally:
        worker.terminate()
        try:
            worker.wait(timeout=20)
        except subprocess.TimeoutExpired:
            worker.kill()
