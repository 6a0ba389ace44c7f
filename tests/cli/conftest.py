"""The program as people run it: a process of its own, real files, a real workspace."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_program import Run, Tearline
from cli_small_world import SMALL


@pytest.fixture(scope="session")
def tearline() -> Tearline:
    """Runs `python -m tearline` with the given words."""

    def run(*words: str | Path, cwd: Path | None = None) -> Run:
        done = subprocess.run(
            [sys.executable, "-m", "tearline", *map(str, words)],
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Run(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def small_files(tmp_path: Path) -> Path:
    """A folder with a small world in the contract's files."""
    folder = tmp_path / "small"
    folder.mkdir()
    for name, text in SMALL.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def fresh(tmp_path: Path, tearline: Tearline) -> Path:
    """A new, empty workspace."""
    workspace = tmp_path / "workspace"
    done = tearline("init", "--workspace", workspace)
    assert done.code == 0, done.err
    return workspace


@pytest.fixture(scope="session")
def loaded_once(tmp_path_factory: pytest.TempPathFactory, tearline: Tearline) -> Path:
    """A workspace with the small world in it, to be copied and never written to."""
    place = tmp_path_factory.mktemp("loaded-once")
    (place / "small").mkdir()
    for name, text in SMALL.items():
        (place / "small" / name).write_text(text, encoding="utf-8")
    for words in (("init",), ("load", place / "small")):
        done = tearline(*words, "--workspace", place / "workspace")
        assert done.code == 0, done.err
    return place / "workspace"


@pytest.fixture
def small(tmp_path: Path, small_files: Path, loaded_once: Path) -> Path:
    """A workspace of the test's own with the small world in it; its files lie beside it in `small`."""
    assert small_files.parent == tmp_path
    return Path(shutil.copytree(loaded_once, tmp_path / "workspace"))
