"""A run of the program in a process of its own, and where the tests' files lie."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent / "src"
Program = Callable[..., tuple[int, Any, str]]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{SOURCE}:{HERE}"}


def call(*words: str | Path, before: Callable[[], None] | None = None) -> tuple[int, Any, str]:
    """A process of its own: exit code, the JSON document if there is one, and what it said on stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "tearline", *map(str, words), "--json"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=environment(),
        stdin=subprocess.DEVNULL,
        preexec_fn=before,
    )
    assert "Traceback" not in done.stderr and "fault in Tearline itself" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr
