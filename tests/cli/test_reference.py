"""The reference lists exactly the commands and options that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from tearline.cli import app
from tearline.records.kinds import EventKind

DOCS = Path(__file__).parent.parent.parent / "docs"


def commands() -> dict[str, set[str]]:
    """Every command with its options, as the program has them."""
    found: dict[str, set[str]] = {}

    def walk(command: object, words: tuple[str, ...]) -> None:
        inner = getattr(command, "commands", None)
        if inner is not None:
            for name, one in inner.items():
                walk(one, (*words, name))
            return
        options = {o for p in command.params for o in p.opts if o.startswith("--")}  # type: ignore[attr-defined]
        found[" ".join(words)] = options - {"--help"}

    walk(typer.main.get_command(app), ())
    return found


SHARED = {"--workspace", "--json", "--purpose", "--case", "--unmask", "--as-of"}


def rows() -> dict[str, str]:
    """Command -> its row in the table of docs/commands.md."""
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    return {m[1]: m[0] for m in re.finditer(r"^\| `([a-z]+(?: [a-z]+)?)[^`]*` \|.*$", text, re.MULTILINE)}


def test_every_command_is_documented_and_no_other() -> None:
    assert set(rows()) == set(commands())


@pytest.mark.parametrize("name", sorted(commands()))
def test_a_commands_options_are_documented_and_no_others(name: str) -> None:
    assert set(re.findall(r"--[a-z][a-z-]*", rows()[name])) == commands()[name] - SHARED
    assert {"--workspace", "--json"} <= commands()[name]


def test_every_kind_of_event_is_documented() -> None:
    text = (DOCS / "formats.md").read_text(encoding="utf-8")
    assert [kind for kind in EventKind if f"`{kind}`" not in text] == []
