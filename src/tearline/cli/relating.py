"""`relate`: declaring that a product was derived from another."""

from __future__ import annotations

from typing import Annotated

import typer

from tearline.cli.common import DEFAULT_PURPOSE, Document, Options, emit, inquiry, opened
from tearline.cli.showing import show_line


def add_to(app: typer.Typer) -> None:
    app.command()(relate)


def relate(
    context: typer.Context,
    derived: Annotated[str, typer.Argument(metavar="DERIVED", help="The product that was made from another.")],
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The product it was made from.")],
    reason: Annotated[str, typer.Option("--reason", help="How you know.")],
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    as_json: Options.Json = False,
) -> None:
    """Declare a product as derived from another, such as one that was found by content."""
    emit(opened(context, workspace).relate(inquiry(purpose, case), derived, source, reason), as_json, _show)


def _show(document: Document) -> None:
    found = document["relation"]
    show_line(f"{found['product']} is on record as derived from {', '.join(found['derived_from'])}.")
    if found["batch"] is not None:
        show_line(f"To undo: tearline intake --retract {found['batch']} --reason ...")
