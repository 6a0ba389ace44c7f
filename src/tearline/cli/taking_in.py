"""`load`, `intake`, `record`, `quarantine`: bringing records in, and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tearline.cli.common import Options, emit, opened, progress
from tearline.cli.prompting import ask_for_entry
from tearline.cli.showing import show_counts, show_event, show_quarantine, show_retraction
from tearline.cli.suggesting import suggest
from tearline.records.errors import BadInput
from tearline.records.kinds import EventKind


def add_to(app: typer.Typer) -> None:
    for command in (load, intake, record, quarantine):
        app.command()(command)


def load(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, or folders of them.")],
    workspace: Options.Workspace = None,
    as_json: Options.Json = False,
) -> None:
    """Register organisations, people, groups, products, events, disclosures and public reporting."""
    with progress() as tell:
        document = opened(context, workspace).load(paths, tell)
    emit(document, as_json, show_counts)


def intake(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help="Handling records.")] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", help="What the files are, where it cannot be told from them.")
    ] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", help="The organisation whose records these are.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="M.toml", help="Which column means what.")
    ] = None,
    retract: Annotated[
        str | None, typer.Option("--retract", metavar="BATCH", help="A batch that no longer counts.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why it is retracted.")] = None,
    suggested: Annotated[
        Path | None, typer.Option("--suggest", metavar="FILE", help="Propose a mapping for this table.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="M.toml", help="Where to write the proposed mapping.")
    ] = None,
    workspace: Options.Workspace = None,
    as_json: Options.Json = False,
) -> None:
    """Take in handling records in their native format, or retract a batch wrongly taken in.

    With --suggest: say how a table that needs a mapping would read, and write the mapping after a yes.
    """
    if suggested is not None:
        suggest(opened(context, workspace), suggested, organisation, out, as_json)
        return
    if retract is not None:
        if not reason:
            raise BadInput("a retraction needs a reason", field="--reason", remedy='Add --reason "..."')
        emit(opened(context, workspace).retract(retract, reason), as_json, show_retraction)
        return
    if not files:
        raise BadInput("no file was named", field="FILE", remedy="Name the files to take in")
    with progress() as tell:
        document = opened(context, workspace).intake(
            files, format_name=format_name, organisation=organisation, mapping=mapping, progress=tell
        )
    emit(document, as_json, show_counts)


def record(
    context: typer.Context,
    kind: Annotated[EventKind | None, typer.Option("--kind")] = None,
    product: Annotated[str | None, typer.Option("--product", metavar="P")] = None,
    actor: Annotated[str | None, typer.Option("--actor", metavar="A")] = None,
    recipient: Annotated[str | None, typer.Option("--recipient", metavar="R")] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="T")] = None,
    between: Annotated[tuple[str, str] | None, typer.Option("--between", metavar="T T")] = None,
    basis: Annotated[str | None, typer.Option("--basis", help="addressed, arrival, act or attested.")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="PERSON", help="Who states it.")] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT")] = None,
    workspace: Options.Workspace = None,
    as_json: Options.Json = False,
) -> None:
    """Make one entry by hand; what is missing is asked for step by step at a terminal."""
    place = opened(context, workspace)
    entry = {
        "kind": kind.value if kind else None,
        "product": product,
        "actor": actor,
        "recipient": recipient,
        "at": at,
        "between": between,
        "basis": basis,
        "by": by,
        "note": note,
    }
    emit(place.record(ask_for_entry(entry)), as_json, show_event)


def quarantine(
    context: typer.Context,
    retry: Annotated[bool, typer.Option("--retry", help="Try what lies there again.")] = False,
    workspace: Options.Workspace = None,
    as_json: Options.Json = False,
) -> None:
    """What was not accepted, and why."""
    emit(opened(context, workspace).quarantine(retry=retry), as_json, show_quarantine)
