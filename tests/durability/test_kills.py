"""The program killed in the middle of load, look-up, intake, retry, entry by hand, checkpoint and init."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from durable_program import HERE, Program, environment
from durable_world import commands, write_files


def kills(folder: Path, rounds: int, seed: int) -> None:
    done = subprocess.run(
        [sys.executable, str(HERE / "killed_program.py"), str(folder), str(rounds), str(seed)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"{rounds} kills" in done.stdout


def test_sixteen_kills(tmp_path: Path) -> None:
    kills(tmp_path, 16, 1)


@pytest.mark.long
def test_two_hundred_kills(tmp_path: Path) -> None:
    kills(tmp_path, 208, 2)


def real_kills(folder: Path, rounds: int, seed: int, program: Program) -> None:
    """`python -m tearline` as a process of its own, killed by the clock; the same again until it is through."""
    write_files(folder / "files")
    chance = random.Random(seed)
    workspace = folder / "workspace"
    assert program("init", "--workspace", workspace)[0] == 0
    words = [*commands(folder / "files")[0], "--workspace", str(workspace)]
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "tearline", "--version"], env=environment(), check=True, capture_output=True
    )
    start_up = time.monotonic() - started
    accepted = 0
    for _ in range(rounds):
        process = subprocess.Popen(
            [sys.executable, "-m", "tearline", *words],
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(start_up + chance.uniform(0, 0.6))
        process.kill()
        process.wait()
        code, document, _ = program("verify", "--deep", "--workspace", workspace)
        assert code == 0, document
        sizes = {stream["stream"]: stream["size"] for stream in document["streams"]}
        assert sizes["events"] in (0, 54) and sizes["batches"] == (sizes["events"] > 0), sizes
        accepted = sizes["events"]
    code, document, said = program(*words)
    assert code == 0, said
    assert document["read"] == 83 and document["quarantined"] == 7
    assert document["accepted"] == (0 if accepted else 76), document


def test_three_processes_killed_by_the_clock(tmp_path: Path, program: Program) -> None:
    real_kills(tmp_path, 3, 3, program)


@pytest.mark.long
def test_forty_processes_killed_by_the_clock(tmp_path: Path, program: Program) -> None:
    for number in range(8):
        real_kills(tmp_path / str(number), 5, number, program)


def init_kills(folder: Path, kills: int, seed: int) -> None:
    done = subprocess.run(
        [sys.executable, str(HERE / "killed_init.py"), str(folder), str(kills), str(seed)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_making_a_workspace_can_be_killed_and_done_again(tmp_path: Path) -> None:
    init_kills(tmp_path, 6, 1)


@pytest.mark.long
def test_making_a_workspace_killed_at_a_hundred_lines(tmp_path: Path) -> None:
    init_kills(tmp_path, 100, 2)
