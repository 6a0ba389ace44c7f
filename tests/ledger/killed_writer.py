"""Kills a writer at chosen instructions and checks what is left. Run as a program by test_ledger_kill.

Every round forks a child that performs the same script of appends, seals and an erasure, and ends itself
with SIGKILL when it reaches the nth line of the ledger's own code. Another child then checks that the
ledger is what it was after some whole number of steps, and a third finishes the script.

Usage: killed_writer.py FOLDER ROUNDS SEED
"""

from __future__ import annotations

import os
import random
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from ledger_place import numbered

from tearline.ledger import Keys, Ledger, create_keys, create_ledger, transaction, verify
from tearline.ledger import store as store_module
from tearline.records.kinds import Stream

E, P, L = Stream.EVENTS, Stream.PEOPLE, Stream.LOOKUPS

transaction.TAIL_RECORDS = 20
transaction.SEGMENT_ROWS = 100
store_module.ROWS = 30


def together(ledger: Ledger, events: int, people: int) -> None:
    with ledger.transaction([E, P]) as open_:
        first = open_.state.size(E)
        open_.append(E, numbered(first, first + events))
        first = open_.state.size(P)
        open_.append(P, numbered(first, first + people))


STEPS: list[Callable[[Ledger], Any]] = [
    lambda ledger: together(ledger, 5, 3),
    lambda ledger: ledger.append(L, ['{"n":1}']),
    lambda ledger: together(ledger, 250, 15),  # events seal in several segments, people stay in the tail
    lambda ledger: together(ledger, 7, 4),  # people's tail is sealed, events have one again
    lambda ledger: ledger.seal(E),
    lambda ledger: ledger.erase(E, 101, {"by": "court"}),
    lambda ledger: together(ledger, 30, 1),
]
SIZES = [(0, 0, 0), (5, 3, 0), (5, 3, 1), (255, 18, 1), (262, 22, 1), (262, 22, 1), (262, 22, 1), (292, 23, 1)]


def run(folder: Path, die_at: int | None) -> int:
    """Perform the steps in order; die at the given line. Returns how many lines there are."""
    ledger = Ledger.open(folder / "ledger", Keys.load(folder / "keys"))
    lines = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal lines
        if "tearline/ledger" not in frame.f_code.co_filename or frame.f_code.co_name.startswith("<"):
            return None
        if event == "line":
            lines += 1
            if lines == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    for step in STEPS:
        step(ledger)
    sys.settrace(None)
    return lines


def check(folder: Path) -> None:
    """The state is that after some whole number of steps, and everything adds up."""
    keys = Keys.load(folder / "keys")
    ledger = Ledger.open(folder / "ledger", keys)
    state = ledger.state()
    sizes = (state.size(E), state.size(P), state.size(L))
    assert sizes in SIZES, sizes
    erased = [body["index"] for body in ledger.bodies(Stream.CUSTODY)]
    assert [body["n"] for body in ledger.bodies(E)] == [n for n in range(sizes[0]) if n not in erased]
    assert [body["n"] for body in ledger.bodies(P)] == list(range(sizes[1]))
    found = verify(folder / "ledger", keys.verifier, deep=True)
    assert found.ok, found.faults


def go_on(folder: Path) -> None:
    """A later writer takes up where the killed one left off, and nothing of the latter remains."""
    keys = Keys.load(folder / "keys")
    ledger = Ledger.open(folder / "ledger", keys)
    done = max(at for at, sizes in enumerate(SIZES) if sizes[:2] == (ledger.size(E), ledger.size(P)))
    if done == 1 and ledger.size(L) == 0:
        ledger.append(L, ['{"n":1}'])
    together(ledger, 40, 40)
    for stream in (L, Stream.CUSTODY):
        ledger.append(stream, ['{"n":2}'])
    found = verify(folder / "ledger", keys.verifier, deep=True)
    assert found.ok and not found.leftovers, found


def forked(task: Callable[[], object]) -> int:
    """Run in a child; the status `waitpid` gives."""
    child = os.fork()
    if child == 0:
        failed = 1
        try:
            task()
            failed = 0
        finally:
            if failed:
                traceback.print_exc()
            os._exit(failed)  # never back into the parent's program
    return os.waitpid(child, 0)[1]


def main(folder: Path, rounds: int, seed: int) -> None:
    def fresh(name: str) -> Path:
        place = folder / name
        create_ledger(place / "ledger", create_keys(place / "keys"))
        return place

    def count() -> None:
        (folder / "count").write_text(str(run(fresh("whole"), None)))

    assert forked(count) == 0
    total = int((folder / "count").read_text())
    chance = random.Random(seed)
    for number in range(rounds):
        place = folder / str(number)
        die_at = chance.randint(1, total - 50)
        assert forked(lambda place=place: fresh(place.name)) == 0  # type: ignore[misc]
        status = forked(lambda place=place, die_at=die_at: run(place, die_at))  # type: ignore[misc]
        assert status == signal.SIGKILL, (die_at, status)
        assert forked(lambda place=place: check(place)) == 0, die_at  # type: ignore[misc]
        assert forked(lambda place=place: go_on(place)) == 0, die_at  # type: ignore[misc]
    print(f"{rounds} kills among {total} lines")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
