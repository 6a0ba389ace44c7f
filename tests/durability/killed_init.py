"""Kills `init` at lines spread over all of it, and goes on with what is left. Run as a program by test_kills.

Usage: killed_init.py FOLDER KILLS SEED
"""

from __future__ import annotations

import sys
from pathlib import Path

from durable_world import forked, killed, run, write_files
from killed_program import traced


def check(place: Path, files: Path) -> None:
    """The same again makes the workspace, or says that it is there; then everything works."""
    code, _, said = run(place, "init")
    assert code == 0 or (code == 2 and "already here" in said), (code, said)
    code, document, said = run(place, "load", str(files / "first"))
    assert code == 0 and document["accepted"] == 76, (document, said)
    code, document, said = run(place, "intake", str(files / "log.csv"), "--mapping", str(files / "log.toml"))
    assert code == 0 and document["accepted"] == 24, (document, said)
    code, document, _ = run(place, "verify", "--deep")
    assert code == 0 and not document["leftovers"], document
    assert not [path for path in place.rglob("*") if path.name.endswith(".part")]


def main(folder: Path, kills: int, seed: int) -> None:
    write_files(folder / "files")
    count = folder / "count"
    assert forked(lambda: count.write_text(str(traced(folder / "whole", ["init"], None)))) == 0
    total = int(count.read_text())
    step = max(1, total // kills)
    done = 0
    for die_at in range(seed % step + 1, total, step):
        place = folder / str(die_at)
        assert killed(forked(lambda: traced(place, ["init"], die_at))), die_at  # noqa: B023 -- called at once
        assert forked(lambda: check(place, folder / "files")) == 0, die_at  # noqa: B023
        done += 1
    print(f"{done} kills of init among {total} lines")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
