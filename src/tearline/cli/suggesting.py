"""`intake --suggest`: show what is proposed for a table, ask what only a person can say, write after a yes."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.markup import escape
from rich.prompt import Confirm, Prompt
from rich.table import Table

from tearline.cli.common import Document, emit, errors, screen
from tearline.records.errors import BadInput, CouldNot
from tearline.workspace import Workspace

_COLUMNS = ("kind", "product", "actor", "recipient", "at_earliest", "at_latest", "copy", "organisation")


def suggest(place: Workspace, file: Path, organisation: str | None, out: Path | None, as_json: bool) -> None:
    """Propose a mapping for `file`; it is written beside it, or to `out`, after a yes at the terminal.

    With `--json`, and away from a terminal, nothing is asked, and nothing is written unless `out` is given.
    Raises BadInput where a mapping is there already.
    """
    target = out or file.with_suffix(".toml")
    document = place.suggest(file, organisation=organisation)
    asking = sys.stdin.isatty() and not as_json
    if asking and document["questions"]:
        show_suggestion(document)
        answers = {one["name"]: _answer(one) for one in document["questions"]}
        document = place.suggest(file, organisation=organisation, **answers)
    emit(document, as_json, show_suggestion)
    if asking:
        if not Confirm.ask(f"Write this mapping to {escape(str(target))}?", console=errors, default=False):
            errors.print("Nothing was written.")
            return
    elif out is None:
        if not as_json:
            errors.print("Nothing was written; name a file with --out M.toml.")
        return
    _write(target, document["mapping"])
    if not as_json:
        screen.print(
            f"Written. Read it through, then: tearline intake {file} --mapping {target}",
            markup=False, soft_wrap=True,
        )  # fmt: skip


def _answer(question: Document) -> str:
    return Prompt.ask(escape(question["asks"]), console=errors, choices=question["choices"])


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise BadInput(
            "a mapping is there already; it is left as it is",
            where=str(path),
            remedy="Name another file with --out",
        ) from error
    except OSError as error:
        raise CouldNot(
            f"the mapping cannot be written ({error.strerror or error})",
            where=str(path),
            remedy="Name another place with --out",
        ) from error


def show_suggestion(document: Document) -> None:
    """The mapping, the first rows as they would read, and what to look at."""
    screen.print(document["mapping"], markup=False, soft_wrap=True)
    shown = [name for name in _COLUMNS if any(row.get(name) for row in document["rows"])]
    table = Table("row", *shown, "refused", box=None, pad_edge=False)
    for row in document["rows"]:
        cells = (row["row"], *(row.get(name) for name in shown), row["refused"])
        table.add_row(*(escape(_plain(str(cell))) if cell is not None else "" for cell in cells))
    screen.print(table)
    for said in document["unsure"]:
        screen.print(f"Look at: {_plain(said)}", markup=False, soft_wrap=True)


def _plain(text: str) -> str:
    """What a file says must not steer the terminal it is shown on."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
