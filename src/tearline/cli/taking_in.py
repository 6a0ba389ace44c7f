"""`load`, `intake`, `record`, `quarantine`: bringing records in, and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tearline.cli.common import DEFAULT_PURPOSE, Options, emit, inquiry, opened, progress, warn
from tearline.cli.prompting import enter
from tearline.cli.showing import show_counts, show_event, show_quarantine, show_retraction
from tearline.cli.showing_entries import show_confirmation, show_entry
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
    for warning in document["warnings"]:
        warn(warning)
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
        if files or mapping or retract or format_name:
            raise BadInput(
                "a mapping is proposed for one file, by itself", field="--suggest", remedy="Name it alone"
            )
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
    for warning in document["warnings"]:
        warn(warning)
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
    by: Annotated[
        str | None, typer.Option("--by", metavar="PERSON", help="Who states it, or confirms it.")
    ] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT")] = None,
    scan: Annotated[
        Path | None, typer.Option("--scan", metavar="FILE", help="The paper it is typed from, kept as received.")
    ] = None,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="EVENT", help="An entry that a second person confirms.")
    ] = None,
    show: Annotated[
        str | None, typer.Option("--show", metavar="EVENT", help="An entry with its paper and confirmations.")
    ] = None,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """Make entries by hand: one from options, or one after another as a sheet of paper is read at a terminal."""
    place = opened(context, workspace)
    if scan is not None and (show or confirm):
        raise BadInput("a scan belongs to an entry that is made", field="--scan", remedy="Leave it out")
    if show is not None:
        emit(place.entry(inquiry(purpose, case, unmask, as_of), show), as_json, show_entry)
        return
    if confirm is not None:
        if not by:
            raise BadInput("a confirmation needs the person who confirms", field="--by", remedy="Add --by PERSON")
        emit(place.confirm(confirm, by), as_json, show_confirmation)
        return
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
    typing = inquiry(purpose, case, "names completed at the keyboard")
    document = enter(place, entry, scan, typing, one=as_json)
    if document is not None:
        emit(document, as_json, show_event)


def quarantine(
    context: typer.Context,
    retry: Annotated[bool, typer.Option("--retry", help="Try what lies there again.")] = False,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    as_json: Options.Json = False,
) -> None:
    """What was not accepted, and why."""
    emit(opened(context, workspace).quarantine(inquiry(purpose, case), retry=retry), as_json, show_quarantine)
