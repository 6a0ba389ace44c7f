"""`record`: one entry from its options, what is missing asked for at a terminal, or sheet after sheet."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tearline.cli.common import Document
from tearline.cli.sheets import Desk
from tearline.records.errors import BadInput
from tearline.workspace import Inquiry, Workspace

_NEEDED = ("kind", "product", "at")


def enter(
    place: Workspace, entry: dict[str, Any], scan: Path | None, typing: Inquiry, *, one: bool
) -> Document | None:
    """Record an entry; None where sheets were entered instead, because nothing was said and `one` is not asked.

    Away from a terminal what is missing is an error naming the option. `typing` is on record before names are
    completed.
    """
    timed = bool(entry["at"] or entry["between"])
    missing = [name for name in _NEEDED if not (timed if name == "at" else entry[name])]
    if not (entry["actor"] or entry["recipient"]):
        missing.append("actor")
    if not missing:
        return place.record(entry, scan)
    if not sys.stdin.isatty():
        options = ", ".join(f"--{name}" for name in missing)
        raise BadInput("the entry is not complete", field=options, remedy=f"Add {options}")
    desk = Desk(place, scan, typing)
    if not one and not any(entry.values()):
        desk.enter_sheets()
        return None
    document = place.record(desk.complete(entry), scan)
    desk.keep_in_mind(document["event"])
    return document
