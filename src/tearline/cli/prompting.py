"""`record` at the keyboard: ask for what an entry still lacks."""

from __future__ import annotations

import sys
from typing import Any

from rich.prompt import Prompt

from tearline.cli.common import errors
from tearline.records.errors import BadInput
from tearline.records.kinds import EventKind

_NEEDED = ("kind", "product", "at")


def ask_for_entry(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry made whole. Away from a terminal what is missing is an error naming the option."""
    timed = bool(entry["at"] or entry["between"])
    missing = [name for name in _NEEDED if not (timed if name == "at" else entry[name])]
    if not (entry["actor"] or entry["recipient"]):
        missing.append("actor")
    if not missing:
        return entry
    if not sys.stdin.isatty():
        options = ", ".join(f"--{name}" for name in missing)
        raise BadInput("the entry is not complete", field=options, remedy=f"Add {options}")
    whole = dict(entry)
    if "kind" in missing:
        whole["kind"] = _ask("What happened", choices=[kind.value for kind in EventKind])
    if "product" in missing:
        whole["product"] = _ask("Which product (id or number)")
    if "actor" in missing:
        whole["actor"] = _ask("Who did it (empty: not known)", default="") or None
        whole["recipient"] = _ask("To whom (empty: nobody else)", default="") or None
    if "at" in missing:
        first = _ask("When (2026-03-14T09:30Z, or 2026-03-14 for that day)")
        last = _ask("Until when at the latest (empty: just then)", default="")
        whole["at"], whole["between"] = (None, (first, last)) if last else (first, None)
    if not entry["by"]:
        whole["by"] = _ask("Who states it (empty: a record, not a person)", default="") or None
    if not entry["note"]:
        whole["note"] = _ask("Note", default="") or None
    return whole


def _ask(question: str, *, choices: list[str] | None = None, default: str | None = None) -> str:
    if default is None:
        return Prompt.ask(question, console=errors, choices=choices, show_choices=bool(choices))
    return Prompt.ask(question, console=errors, default=default, show_default=bool(default))
