"""`init` and `demo`: from nothing to something."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tearline.cli.common import Document, Options, emit, errors, folder, progress, screen
from tearline.cli.showing import show_investigation
from tearline.workspace import create_workspace, run_demo


def add_to(app: typer.Typer) -> None:
    app.command()(init)
    app.command()(demo)


def init(context: typer.Context, workspace: Options.Workspace = None, as_json: Options.Json = False) -> None:
    """Make a workspace: an empty ledger, its keys, and the shipped list of protected addresses."""
    made = create_workspace(folder(context, workspace))
    emit(made.described(), as_json, _show_init)


def _show_init(document: Document) -> None:
    for line in (
        f"The workspace is ready: {document['workspace']}",
        f"Verifier key, to be kept elsewhere too: {document['verifier_key']}",
        f"A list of protected addresses was written as it is shipped, examples only: {document['protected_list']}",
        "Mail to or from them is sealed unread. Put your own bodies into that list before the first intake; every "
        "change of it becomes a record.",
        "Next: tearline load FOLDER",
    ):
        screen.print(line, soft_wrap=True, markup=False)


def demo(
    context: typer.Context,
    workspace: Options.Workspace = None,
    as_json: Options.Json = False,
    report: Annotated[
        Path | None, typer.Option("--report", help="Where to write the report (default: in the workspace).")
    ] = None,
) -> None:
    """Run the main job on the bundled example, from nothing to the report."""
    with progress() as tell:
        document = run_demo(folder(context, workspace), report, tell)
    emit(document, as_json, show_investigation)
    home = folder(context, workspace)
    for line in (
        f"Open it in a browser: {Path(document['report']).resolve().as_uri()}",
        "To work on it at the desk, make an account and serve it:",
        f'  tearline --workspace {home} user add ada --body "Internal Security" --role investigator',
        f"  tearline --workspace {home} serve",
    ):
        errors.print(line, soft_wrap=True, markup=False)
