"""What the commands share: the options every command takes, output, and progress on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tearline.records.times import parse_instant
from tearline.workspace import Inquiry, Workspace, open_workspace

Document = dict[str, Any]

DEFAULT_WORKSPACE = "tearline-workspace"
DEFAULT_PURPOSE = "command line"
_PIPED_WIDTH = 240  # in a pipe or a file there is no window that a table could be too wide for
errors = Console(stderr=True, highlight=False)
screen = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)


class Options:
    """The types of options that several commands take; their help stands here once."""

    GlobalWorkspace = Annotated[
        Path | None,
        typer.Option(
            "--workspace", help="The workspace folder (or TEARLINE_WORKSPACE; default ./tearline-workspace)."
        ),
    ]
    Workspace = Annotated[Path | None, typer.Option("--workspace", help="The workspace folder.")]
    Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
    Purpose = Annotated[str, typer.Option("--purpose", help="Why you look; recorded with the look-up.")]
    Case = Annotated[str | None, typer.Option("--case", help="The case you look for; recorded with the look-up.")]
    Unmask = Annotated[
        str | None,
        typer.Option(
            "--unmask", metavar="REASON", help="Show names instead of pseudonyms; the reason is recorded."
        ),
    ]
    AsOf = Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="SIZE_OR_TIME",
            help="Answer from the ledger as it was then: a time, or a size of the events stream.",
        ),
    ]
    Before = Annotated[
        str | None, typer.Option("--before", metavar="T", help="Only what could have happened before T.")
    ]
    PublishedAt = Annotated[
        str | None,
        typer.Option("--published-at", metavar="T", help="When it was published, where the item has no date."),
    ]


def folder(context: typer.Context, workspace: Path | None) -> Path:
    """The workspace asked for: after the command, before it, in the environment, or the default."""
    chosen = workspace or context.obj or os.environ.get("TEARLINE_WORKSPACE") or DEFAULT_WORKSPACE
    return Path(chosen)


def opened(context: typer.Context, workspace: Path | None) -> Workspace:
    return open_workspace(folder(context, workspace))


def inquiry(purpose: str, case: str | None, unmask: str | None = None, as_of: str | None = None) -> Inquiry:
    return Inquiry(purpose=purpose, case=case, unmask=unmask, as_of=as_of)


def instant(text: str | None, field: str) -> Any:
    return parse_instant(text, field=field) if text else None


def warn(message: str) -> None:
    errors.print(f"tearline: {message}", markup=False, soft_wrap=True)


def emit(document: Document, as_json: bool, show: Callable[[Document], None]) -> None:
    """One JSON document on stdout, or what `show` makes of it for a person."""
    if as_json:
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    else:
        show(document)


def emit_lines(documents: Iterator[Document], as_json: bool, show: Callable[[Document], None]) -> None:
    """A document a line as each is ready."""
    for document in documents:
        emit(document, as_json, show)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar on stderr for long work: call the yielded function with a label, how far, and out of how much.

    On anything but a terminal it stays silent, so that logs and pipes hold results alone.
    """
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )
    tasks: dict[str, Any] = {}

    def report(label: str, done: int, total: int | None) -> None:
        if label not in tasks:
            tasks[label] = bars.add_task(label, total=total)
        bars.update(tasks[label], completed=done, total=total)

    with bars:
        yield report
