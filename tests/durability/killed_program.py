"""Kills the program in the middle of its commands and checks what is left. Run as a program by test_kills.

A day's commands are run once undisturbed, with a copy of the workspace kept before each of them. Every round
takes one of the copies, forks a child that runs that command and ends itself with SIGKILL at a chosen line of
Tearline's own code (or is killed after a chosen delay, wherever it then is), and asks another child: does
`verify --deep` hold, is the workspace as it was before the command or as it is after it, and does the same
command again lead to what the undisturbed workspace says?

Usage: killed_program.py FOLDER ROUNDS SEED
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

from durable_world import answers, commands, forked, killed, plain, run, write_files
from numba.core.registry import cpu_target

import tearline.cli
from tearline.intake import event_files
from tearline.intake.event_bulk import EventScanner
from tearline.intake.known import Known
from tearline.intake.lines import Block
from tearline.intake.seen_filter import SeenFilter
from tearline.ledger import Keys, Ledger, transaction
from tearline.ledger import store as store_module
from tearline.records.kinds import Stream

# Tails this short are sealed by every command; segments this short come in several.
transaction.TAIL_RECORDS = 20
transaction.SEGMENT_ROWS = 25
store_module.ROWS = 10
# Files this short go to the ledger as the long ones do: in blocks, past the stage, with a part of the index.
event_files.FEW, event_files.STREAMED, event_files.BLOCK = 0, 1, 4096

# What every child would otherwise do again: it starts no thread, so it may come before a fork.
cpu_target.target_context.refresh()
cpu_target.typing_context.refresh()
_scanned = EventScanner(Known(), "B", (1, 2)).read("f", Block(1, b"{}\n"))
SeenFilter(1).look(_scanned.ids, _scanned.contents)

SOURCE = str(Path(tearline.cli.__file__).parent.parent)


def traced(workspace: Path, words: list[str], die_at: int | None) -> int:
    """Run a command, dying at the given line of our own code; returns how many lines it has."""
    lines = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal lines
        if not frame.f_code.co_filename.startswith(SOURCE) or frame.f_code.co_name.startswith("<"):
            return None
        if event == "line":
            lines += 1
            if lines == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    code, _, said = run(workspace, *words)
    sys.settrace(None)
    assert code == 0, said
    return lines


def batches(workspace: Path) -> int:
    """How many batches are on record; also that their counts add up."""
    bodies = Ledger.open(workspace / "ledger", Keys.load(workspace / "keys")).bodies(Stream.BATCHES)
    for body in bodies:
        assert body["read"] == body["accepted"] + body["duplicates"] + body["quarantined"], body
    return len(bodies)


def told(workspace: Path, out: Path) -> None:
    out.write_text(json.dumps({"answers": plain(answers(workspace)), "batches": batches(workspace)}))


def check(workspace: Path, words: list[str], before: Path, after: Path) -> None:
    """After a kill: sound, old or new; and the same again gives what the undisturbed workspace says."""
    was, shall = json.loads(before.read_text()), json.loads(after.read_text())
    code, document, _ = run(workspace, "verify", "--deep")
    assert code == 0, document["faults"]
    found = {"answers": plain(answers(workspace)), "batches": batches(workspace)}
    assert found in (was, shall), "neither the old state nor the new"
    if words[0] != "record" or found == was:  # the same entry by hand twice is two entries
        code, document, said = run(workspace, *words)
        assert code == 0, said
        if "read" in document:
            assert document["read"] == document["accepted"] + document["duplicates"] + document["quarantined"]
            assert found == was or document["accepted"] == 0, document
    found = {"answers": plain(answers(workspace)), "batches": batches(workspace)}
    assert found == shall, "something was lost or came twice"
    code, document, _ = run(workspace, "verify", "--deep")
    assert code == 0 and not document["leftovers"], document
    left = [path for path in workspace.rglob("*.part") if path.parent.name != "views"]
    assert not left, left


def main(folder: Path, rounds: int, seed: int) -> None:
    write_files(folder / "files")
    day = commands(folder / "files")
    whole = folder / "whole"
    assert forked(lambda: run(whole, "init")) == 0
    lines: list[int] = []
    seconds: list[float] = []
    for number, words in enumerate(day):
        shutil.copytree(whole, folder / f"before-{number}")
        assert forked(lambda: told(whole, folder / f"told-{number}")) == 0  # noqa: B023 -- called at once
        # The look above wrote to it: go on from the copy.
        shutil.rmtree(whole)
        shutil.copytree(folder / f"before-{number}", whole)
        count = folder / "count"
        begin = time.monotonic()
        assert forked(lambda: run(whole, *words)) == 0  # noqa: B023
        seconds.append(time.monotonic() - begin)
        shutil.rmtree(whole)
        shutil.copytree(folder / f"before-{number}", whole)
        assert forked(lambda: count.write_text(str(traced(whole, words, None)))) == 0  # noqa: B023
        lines.append(int(count.read_text()))
    shutil.copytree(whole, folder / "before-end")
    assert forked(lambda: told(whole, folder / f"told-{len(day)}")) == 0
    chance = random.Random(seed)
    delayed = 0
    for number in range(rounds):
        which = number % len(day)
        words, place = day[which], folder / f"round-{number}"
        shutil.copytree(folder / f"before-{which}", place)
        how = f"round {number}, {words[0]}"
        if number % 3 == 2:
            # Anywhere at all, in libraries too.
            child = os.fork()
            if child == 0:
                try:
                    run(place, *words)
                finally:
                    os._exit(0)
            delay = chance.uniform(0, seconds[which])
            time.sleep(delay)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            how, delayed = f"{how}, after {delay:.4f} s", delayed + 1
        else:
            die_at = chance.randint(1, lines[which])
            status = forked(lambda: traced(place, words, die_at))  # noqa: B023
            how = f"{how}, at line {die_at} of {lines[which]}"
            assert killed(status), (how, status)
        before, after = folder / f"told-{which}", folder / f"told-{which + 1}"
        assert forked(lambda: check(place, words, before, after)) == 0, how  # noqa: B023
        shutil.rmtree(place)
    print(f"{rounds} kills, {delayed} of them by the clock, among {sum(lines)} lines of {len(day)} commands")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
