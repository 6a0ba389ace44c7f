"""The program as people run it, and a workspace in which a day's work has been done."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from durable_program import Program, call, environment
from durable_world import commands, run, write_files


@pytest.fixture(scope="session")
def program() -> Program:
    """The program in a process of its own."""
    return call


@pytest.fixture(scope="session")
def quick() -> Program:
    """The program in this process, where nothing depends on its being another: a tenth of the time."""

    def within(*words: str | Path) -> tuple[int, Any, str]:
        *before, last = [str(word) for word in words]
        assert before[-1] == "--workspace"
        return run(Path(last), *before[:-1])

    return within


@pytest.fixture(scope="session")
def _day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `files`, and `workspace` after the whole day; never changed, only copied."""
    folder = tmp_path_factory.mktemp("day")
    write_files(folder / "files")
    script = (
        "import sys; from pathlib import Path; from durable_world import commands, run\n"
        "folder = Path(sys.argv[1])\n"
        "for words in [['init'], *commands(folder / 'files')]:\n"
        "    code, _, said = run(folder / 'workspace', *words)\n"
        "    assert code == 0, said\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(commands(folder)) == 8
    return folder


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder of its own with the day's input."""
    write_files(tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture
def workspace(_day: Path, tmp_path: Path) -> Path:
    """A copy of the workspace after the whole day, with its witness beside it as `witness.json`."""
    shutil.copytree(_day / "workspace", tmp_path / "workspace")
    shutil.copy(_day / "files" / "witness.json", tmp_path / "witness.json")
    return tmp_path / "workspace"
