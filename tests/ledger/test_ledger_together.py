"""Several processes at one ledger."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ledger_place import Place, numbered

from tearline.records.errors import CouldNot
from tearline.records.kinds import Stream

E, L = Stream.EVENTS, Stream.LOOKUPS
SOURCE = Path(__file__).resolve().parent.parent.parent / "src"

OPENING = """
import sys
from pathlib import Path
from tearline.ledger import Keys, Ledger
from tearline.records.kinds import Stream
place = Path(sys.argv[1])
ledger = Ledger.open(place / "ledger", Keys.load(place / "keys"))
"""


@contextmanager
def another(place: Place, program: str) -> Iterator[subprocess.Popen[str]]:
    """Another process with the ledger open, ended when the block is left."""
    process = subprocess.Popen(
        [sys.executable, "-c", OPENING + program, str(place.folder)],
        env={"PYTHONPATH": str(SOURCE)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


LONG_INTAKE = """
with ledger.transaction([Stream.EVENTS]) as transaction:
    transaction.append(Stream.EVENTS, ['{"n":%d}' % n for n in range(10_000)])
    print("ready", flush=True)
    sys.stdin.readline()
print("done", flush=True)
"""


def test_look_ups_never_wait_for_an_intake_and_a_second_intake_is_told(place: Place) -> None:
    with another(place, LONG_INTAKE) as other:
        assert other.stdin is not None and other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        begin = time.monotonic()
        place.ledger.append(L, numbered(0, 1))
        assert time.monotonic() - begin < 1
        assert (place.ledger.size(L), place.ledger.size(E)) == (1, 0)
        with pytest.raises(CouldNot, match=f"process {other.pid} .*is writing to events"):
            place.ledger.append(E, numbered(0, 1))
        place.holds()
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.stdout.readline() == "done\n"
    assert (place.ledger.size(L), place.ledger.size(E)) == (1, 10_000)
    place.holds()


def test_two_who_append_by_turns_lose_nothing(place: Place) -> None:
    program = "for n in range(60): ledger.append(Stream.LOOKUPS, ['{\"n\":%d}' % n])\nprint('done', flush=True)"
    with another(place, program) as other:
        assert other.stdout is not None
        for number in range(1000, 1060):
            place.ledger.append(L, numbered(number, number + 1))
        assert other.stdout.readline() == "done\n"
    found = [body["n"] for body in place.ledger.bodies(L)]
    assert [n for n in found if n < 1000] == list(range(60))
    assert [n for n in found if n >= 1000] == list(range(1000, 1060))
    place.holds()


SEALING = """
for n in range(60):
    ledger.append(Stream.EVENTS, ['{"n":%d}' % n])
    if n % 3 == 0:
        ledger.seal(Stream.EVENTS)
print("done", flush=True)
"""


def test_reading_and_verifying_go_on_while_another_appends_and_seals(place: Place) -> None:
    with another(place, SEALING) as other:
        seen = 0
        while seen < 60:
            state = place.ledger.state()
            assert state.size(E) >= seen
            seen = state.size(E)
            assert [body["n"] for body in place.ledger.bodies(E, state)] == list(range(seen))
            found = place.check(deep=True)
            assert found.ok, found.faults
        assert other.stdout is not None and other.stdout.readline() == "done\n"


def test_a_lock_of_a_killed_process_does_not_stay(place: Place) -> None:
    with another(place, LONG_INTAKE) as other:
        assert other.stdout is not None and other.stdout.readline() == "ready\n"
    assert place.check().leftovers
    place.ledger.append(E, numbered(0, 1))
    assert place.ledger.size(E) == 1
    assert not place.check().leftovers
    place.holds()
