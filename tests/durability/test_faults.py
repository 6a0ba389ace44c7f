"""What the machine can do to the program: a full disk, a read-only folder, others at work, a clock gone back."""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from durable_program import Program, environment
from durable_world import answers, plain

from tearline import intake
from tearline.intake import Place
from tearline.ledger import Keys, Ledger, times
from tearline.records.kinds import Stream


def opened(workspace: Path) -> Ledger:
    return Ledger.open(workspace / "ledger", Keys.load(workspace / "keys"))


def private_mounts() -> bool:
    """May we mount things that only our own processes see?"""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode == 0


def mounted(mount: str, script: str, *words: Path) -> None:
    """Run a script with something mounted at the first of `words`, for it alone. It is given all of them."""
    if not private_mounts():
        pytest.skip("this system allows no private mounts (unshare -rm)")
    done = subprocess.run(
        [
            "unshare",
            "-rm",
            "sh",
            "-ec",
            f'{mount}; exec "$@"',
            "sh",
            sys.executable,
            "-c",
            script,
            *map(str, words),
        ],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr


# A full disk. -----------------------------------------------------------------------------------------------


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """Every write beyond is refused by the system (EFBIG), as a full disk refuses it (ENOSPC)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [0, 150, 700, 2_000, 5_000, 12_000])
def test_what_cannot_be_written_leaves_the_old_state(
    workspace: Path, files: Path, tmp_path: Path, quick: Program, size: int
) -> None:
    fresh = tmp_path / "fresh"
    assert quick("init", "--workspace", fresh)[0] == 0
    log = ("intake", files / "log.csv", "--mapping", files / "log.toml")
    expected = plain(answers(workspace))
    shutil.rmtree(workspace / "views")
    with no_file_longer_than(size):
        codes = [quick(*words, "--workspace", fresh) for words in (("load", files / "first"), log)]
        looked = quick("trace", "R1", "--workspace", workspace)
    for code, _, said in (*codes, looked):
        assert code == 0 or (code == 5 and "too large" in said), (code, said)
    assert size > 10_000 or codes[0][0] == 5, codes[0]
    for place in (fresh, workspace):
        code, document, _ = quick("verify", "--deep", "--workspace", place)
        assert code == 0, document["faults"]
    assert plain(answers(workspace)) == expected
    code, document, said = quick("load", files / "first", "--workspace", fresh)
    assert code == 0 and document["accepted"] == (0 if codes[0][0] == 0 else 76), said
    assert quick(*log, "--workspace", fresh)[0] == 0
    assert quick("verify", "--deep", "--workspace", fresh)[1]["leftovers"] == []


FULL = """
import sys
from pathlib import Path
from durable_world import run
disk, files = Path(sys.argv[1]), Path(sys.argv[2])
place = disk / "workspace"
assert run(place, "init")[0] == 0
filler, full = disk / "filler", 0
for spare in (0, 4, 8, 16, 24, 32, 48, 64):
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    with filler.open("rb+") as file:
        file.truncate(filler.stat().st_size - 1024 * spare)
    code, document, said = run(place, "load", str(files / "first"))
    assert code in (0, 5), said
    if code == 5:
        full += 1
        assert "No space left" in said or "disk" in said, said
    filler.unlink()
    code, document, _ = run(place, "verify", "--deep")
    assert code == 0, document["faults"]
code, document, said = run(place, "load", str(files / "first"))
assert code == 0, said
sizes = {one["stream"]: one["size"] for one in run(place, "verify", "--deep")[1]["streams"]}
assert (sizes["events"], sizes["batches"]) == (54, 1), sizes
assert full >= 3, full
"""


def test_a_disk_that_really_is_full(tmp_path: Path, files: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted(f"mount -t tmpfs -o size=1m tmpfs '{disk}'", FULL, disk, files)


# A read-only folder. ----------------------------------------------------------------------------------------

READ_ONLY = """
import sys
from pathlib import Path
from durable_world import run
place, files = Path(sys.argv[1]), Path(sys.argv[2])
for words in (["trace", "R1"], ["load", str(files / "second")], ["record", "--kind", "opened", "--product", "R1",
              "--actor", "p1", "--at", "2025-03-05"], ["quarantine"], ["quarantine", "--retry"],
              ["views", "--rebuild"]):
    code, _, said = run(place, *words)
    assert code == 5 and ("ead-only" in said or "ermission denied" in said), (words, code, said)
code, document, said = run(place, "verify", "--deep")
assert code == 0, (document, said)
"""


def test_a_read_only_workspace_can_be_verified_and_shows_nothing(
    workspace: Path, files: Path, quick: Program
) -> None:
    """No look-up can be recorded, so none is answered; checking needs to write nothing."""
    if os.geteuid() == 0:  # whom no permission stops
        mounted(
            f"mount --bind '{workspace}' '{workspace}'; mount -o remount,ro,bind '{workspace}'",
            READ_ONLY,
            workspace,
            files,
        )
    else:
        folders = [workspace, *(path for path in workspace.rglob("*") if path.is_dir())]
        for path in workspace.rglob("*"):
            if path.is_file():
                path.chmod(0o400)
        for path in folders:
            path.chmod(0o500)
        try:
            done = subprocess.run(
                [sys.executable, "-c", READ_ONLY, str(workspace), str(files)],
                capture_output=True,
                text=True,
                check=False,
                env=environment(),
            )
        finally:
            for path in folders:
                path.chmod(0o700)
        assert done.returncode == 0, done.stderr


# Others at work. --------------------------------------------------------------------------------------------


def start(*words: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tearline", *map(str, words), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )


def test_two_loads_at_once_end_right(tmp_path: Path, files: Path, quick: Program) -> None:
    place = tmp_path / "workspace"
    assert quick("init", "--workspace", place)[0] == 0
    both = [start("load", files / "first", "--workspace", place) for _ in range(2)]
    accepted = []
    for process in both:
        out, said = process.communicate(timeout=120)
        if process.returncode == 5:
            assert "is writing to" in said, said
        else:
            assert process.returncode == 0, said
            accepted.append(json.loads(out)["accepted"])
    assert sorted(accepted) in ([76], [0, 76])
    code, document, _ = quick("load", files / "first", "--workspace", place)
    assert (code, document["accepted"], document["quarantined"]) == (0, 0, 7)
    assert quick("verify", "--deep", "--workspace", place)[0] == 0


def test_a_second_writer_is_told_who_is_at_work(workspace: Path, files: Path, program: Program) -> None:
    with opened(workspace).transaction([Stream.EVENTS]):
        code, _, said = program("load", files / "second", "--workspace", workspace)
        assert code == 5 and f"process {os.getpid()}" in said and "is writing to events" in said
        code, _, said = program("trace", "R1", "--workspace", workspace)
        assert code == 0, said
    assert program("load", files / "second", "--workspace", workspace)[0] == 0


def during_a_long_load(workspace: Path, tmp_path: Path, events: int, quick: Program) -> str:
    """Ask while another process loads: every answer is that of the old state, and takes as long as before."""
    many = tmp_path / "events.jsonl"
    with many.open("w") as file:
        for n in range(events):
            file.write(
                f'{{"id":"m{n}","kind":"opened","product":"R1","at":"2025-03-{1 + n % 28:02d}T10:00:00Z",'
                f'"actor":"p{n % 12}","system":"portal"}}\n'
            )

    def ask() -> tuple[float, str]:
        begin = time.perf_counter()
        code, document, said = quick("trace", "R1", "--workspace", workspace)
        assert code == 0, said
        return time.perf_counter() - begin, json.dumps(plain({**document, "basis": None}))

    ask()
    usual = [ask() for _ in range(5)]
    began = time.perf_counter()
    process = start("load", many, "--workspace", workspace)
    asked: list[tuple[float, str]] = []
    while process.poll() is None:
        found = ask()
        if process.poll() is None:
            asked.append(found)
    took = time.perf_counter() - began
    out, said = process.communicate()
    assert process.returncode == 0 and json.loads(out)["accepted"] == events, said
    assert len(asked) >= 3
    # The last may already have seen the commit, and built its view.
    assert {text for _, text in asked[:-1]} == {usual[0][1]}
    before, meanwhile = (statistics.median(seconds for seconds, _ in some) for some in (usual, asked[:-1]))
    assert meanwhile < 10 * before + 1
    assert max(seconds for seconds, _ in asked[:-1]) < took / 2 + 10 * before
    longest = max(seconds for seconds, _ in asked[:-1])
    return (
        f"{events} events in {took:.1f} s; {len(asked)} look-ups meanwhile: median {meanwhile * 1e3:.0f} ms "
        f"(before: {before * 1e3:.0f} ms), longest {longest * 1e3:.0f} ms"
    )


def test_look_ups_go_on_during_a_long_load(workspace: Path, tmp_path: Path, quick: Program) -> None:
    print(during_a_long_load(workspace, tmp_path, 80_000, quick))


@pytest.mark.long
def test_look_ups_go_on_during_a_load_of_300_000(workspace: Path, tmp_path: Path, quick: Program) -> None:
    print(during_a_long_load(workspace, tmp_path, 300_000, quick))


# A clock that runs backwards. -------------------------------------------------------------------------------


def test_a_clock_that_runs_backwards(
    workspace: Path, tmp_path: Path, files: Path, quick: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger's times stand still until the clock has caught up; nothing is lost and nothing changes places."""
    place = tmp_path / "workspace-2"
    assert quick("init", "--workspace", place)[0] == 0
    late = datetime.now(UTC) + timedelta(days=2)
    clock = iter((late, late - timedelta(days=400), late - timedelta(days=1), late + timedelta(hours=1)))
    for words in ("first", "log", "second", "retry"):
        now = next(clock)
        monkeypatch.setattr(times, "now", lambda now=now: times.written(now))
        at = Place(opened(place), place, "tester", now=lambda now=now: now)  # type: ignore[misc]
        if words == "log":
            intake.take_in(at, [files / "log.csv"], mapping=files / "log.toml")
        elif words == "retry":
            intake.retry(at)
        else:
            intake.load(at, [files / words])
    monkeypatch.undo()
    ledger = opened(place)
    for stream in Stream:
        recorded = [at for batch in ledger.scan(stream) for at in batch.column("at").to_pylist()]
        assert recorded == sorted(recorded)
    assert quick("verify", "--deep", "--workspace", place)[0] == 0
    then = ledger.state_as_of(late)
    assert then.size(Stream.BATCHES) == 3  # all that was said while the clock stood still
    assert ledger.state_as_of(late - timedelta(seconds=1)).size(Stream.BATCHES) == 0
    # But for the entry by hand, this is the day of the other workspace.
    gone = json.loads(json.dumps(answers(workspace)["quarantine"]))
    assert answers(place)["quarantine"] == gone
