"""`identities`: which names are whose, on what ground, and what a person decides."""

from __future__ import annotations

from typing import Annotated

import typer

from tearline.cli.common import DEFAULT_PURPOSE, Options, emit, inquiry, opened
from tearline.cli.showing import show_identities
from tearline.records.errors import BadInput


def add_to(app: typer.Typer) -> None:
    app.command()(identities)


def identities(
    context: typer.Context,
    same: Annotated[
        tuple[str, str] | None,
        typer.Option("--same", metavar="NAME OTHER", help="NAME, as written, is this person or other name."),
    ] = None,
    different: Annotated[
        tuple[str, str] | None,
        typer.Option("--different", metavar="NAME OTHER", help="NAME is not this person or other name."),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why you decide so.")] = None,
    join: Annotated[
        bool, typer.Option("--join", help="Compare all names on record, of all batches, and record what holds.")
    ] = False,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """Which names are whose, with score and reason, and what stays open; or a decision of yours."""
    place, asked = opened(context, workspace), inquiry(purpose, case, unmask, as_of)
    if same is not None or different is not None:
        if not reason:
            raise BadInput("a decision needs a reason", field="--reason", remedy='Add --reason "..."')
        if same is not None and different is not None:
            raise BadInput("two decisions at once", field="--different", remedy="Make one after the other")
        if same is not None:
            emit(place.decide_same(asked, *same, reason), as_json, show_identities)
        elif different is not None:
            emit(place.decide_different(asked, *different, reason), as_json, show_identities)
        return
    emit(place.identities(asked, join=join), as_json, show_identities)
