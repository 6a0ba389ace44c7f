"""Folders for what does not fit into memory: one a connection, none left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tearline.engine.scratch import Scratch

SOURCE = Path(__file__).resolve().parent.parent.parent / "src"

KILLED = """
import os, signal, sys
from pathlib import Path
from tearline.engine.scratch import Scratch
scratch = Scratch(Path(sys.argv[1]))
folder = scratch.folder()
folder.mkdir()
(folder / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(bytes(100))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_no_two_connections_share_a_folder(tmp_path: Path) -> None:
    one, other = Scratch(tmp_path), Scratch(tmp_path)
    folders = [one.folder(), one.folder(), other.folder(), other.folder()]
    assert len(set(folders)) == 4


def test_what_a_killed_process_left_goes_and_what_a_living_one_uses_stays(tmp_path: Path) -> None:
    living = Scratch(tmp_path)
    used = living.folder()
    used.mkdir()
    for _ in range(2):
        subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], env={"PYTHONPATH": str(SOURCE)}, check=False)
    left = [path for path in tmp_path.iterdir() if path.is_dir() and path != used]
    assert len(left) == 1  # the second removed what the first had left
    assert Scratch(tmp_path).folder().parent == tmp_path
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == [used]


def test_nothing_stays_of_a_process_that_ends_well(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    scratch.folder()
    assert list(tmp_path.iterdir())
    del scratch
    assert list(tmp_path.iterdir()) == []
