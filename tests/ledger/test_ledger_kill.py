"""A process killed at any instruction leaves the old state or the new."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def _kills(folder: Path, rounds: int, seed: int) -> None:
    paths = f"{HERE.parent.parent / 'src'}:{HERE}"
    done = subprocess.run(
        [sys.executable, str(HERE / "killed_writer.py"), str(folder), str(rounds), str(seed)],
        env={"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"{rounds} kills" in done.stdout


def test_twenty_kills(tmp_path: Path) -> None:
    _kills(tmp_path, 20, 1)


@pytest.mark.long
def test_three_hundred_kills(tmp_path: Path) -> None:
    _kills(tmp_path, 300, 2)
