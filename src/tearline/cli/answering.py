"""`answer`, `answers`: what organisations replied when they were asked for records."""

from __future__ import annotations

from typing import Annotated

import typer

from tearline.cli.common import DEFAULT_PURPOSE, Document, Options, emit, inquiry, opened, screen
from tearline.cli.showing import show_rows
from tearline.records.replies import ReplyKind


def add_to(app: typer.Typer) -> None:
    app.command()(answer)
    app.command()(answers)


def answer(
    context: typer.Context,
    organisation: Annotated[str, typer.Option("--organisation", metavar="O", help="Who answered.")],
    asked: Annotated[str, typer.Option("--asked", metavar="TEXT", help="What had been asked for.")],
    answered: Annotated[ReplyKind, typer.Option("--answer", help="What the answer was.")],
    date: Annotated[str, typer.Option("--date", metavar="T", help="When it was given.")],
    reason: Annotated[str | None, typer.Option("--reason", help="The reason given.")] = None,
    system: Annotated[
        str | None, typer.Option("--system", help="The system whose records were asked for.")
    ] = None,
    product: Annotated[
        str | None, typer.Option("--product", metavar="P", help="The product it was about.")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="T", help="Records from when on.")] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="T", help="Records up to when, excluded.")
    ] = None,
    held_by: Annotated[str | None, typer.Option("--held-by", metavar="O", help="Which body holds them.")] = None,
    gap: Annotated[list[str] | None, typer.Option("--gap", metavar="G", help="A gap it was to close.")] = None,
    workspace: Options.Workspace = None,
    as_json: Options.Json = False,
) -> None:
    """Record what an organisation answered when it was asked for records."""
    document = opened(context, workspace).answer(
        {
            "organisation": organisation,
            "asked": asked,
            "answer": answered.value,
            "date": date,
            "reason": reason,
            "system": system,
            "product": product,
            "since": since,
            "until": until,
            "held_by": held_by,
            "gaps": gap,
        }
    )
    emit(document, as_json, _show_entered)


def answers(
    context: typer.Context,
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="O", help="Those of one organisation only.")
    ] = None,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """What organisations answered when they were asked for records."""
    document = opened(context, workspace).answers(inquiry(purpose, case, unmask, as_of), organisation)
    emit(document, as_json, _show)


def _show_entered(document: Document) -> None:
    found = document["answer"]
    if found["batch"] is None:
        screen.print(f"{found['id']} is on record already.", markup=False)
        return
    screen.print(
        f"Recorded as {found['id']}. To undo: tearline intake --retract {found['batch']} --reason ...",
        markup=False,
    )


def _show(document: Document) -> None:
    show_rows(
        ("answer", "organisation", "on", "answered", "asked", "reason"),
        [
            (a["id"], a["organisation"], a["given_at"][:10], a["kind"], a["asked"], a["reason"] or "")
            for a in document["answers"]
        ],
        "No answer is on record.",
    )
