"""`verify`, `checkpoint`, `proof`, `views`, `export`: the evidence itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tearline.cli import showing
from tearline.cli.common import DEFAULT_PURPOSE, Options, emit, folder, inquiry, opened, progress
from tearline.records.errors import IntegrityFailure
from tearline.workspace import ExportFormat, verify_workspace


def add_to(app: typer.Typer) -> None:
    for command in (verify, checkpoint, proof, views, export):
        app.command()(command)


def verify(
    context: typer.Context,
    deep: Annotated[bool, typer.Option("--deep", help="Hash every record again, not only the files.")] = False,
    witness: Annotated[
        Path | None, typer.Option("--witness", metavar="FILE", help="A checkpoint kept elsewhere.")
    ] = None,
    pinned: Annotated[
        str | None, typer.Option("--key", metavar="VKEY", help="The verifier key, as kept elsewhere.")
    ] = None,
    workspace: Options.Workspace = None,
    as_json: Options.Json = False,
) -> None:
    """Recompute seals and proofs; exit 3 where anything does not match."""
    document = verify_workspace(folder(context, workspace), deep=deep, witness=witness, pinned=pinned)
    emit(document, as_json, showing.show_verification)
    if not document["ok"]:
        raise typer.Exit(IntegrityFailure.exit_code)


def checkpoint(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it; keep it elsewhere.")],
    workspace: Options.Workspace = None,
    as_json: Options.Json = False,
) -> None:
    """Write a witness of the ledger as it stands, to keep where nobody here can change it."""
    emit(opened(context, workspace).checkpoint(out), as_json, showing.show_files)


def proof(
    context: typer.Context,
    record: Annotated[
        str, typer.Argument(metavar="RECORD", help="An event's id, or STREAM:INDEX; with --consistency a stream.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.")],
    consistency: Annotated[
        Path | None,
        typer.Option(
            "--consistency", metavar="WITNESS", help="That the stream begins with what this witness saw."
        ),
    ] = None,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """Write a proof that can be checked without Tearline: of one record, or that a stream only grew."""
    place = opened(context, workspace)
    if consistency is not None:
        emit(place.prove_growth(record, consistency, out), as_json, showing.show_files)
        return
    emit(place.prove(inquiry(purpose, case, unmask, as_of), record, out), as_json, showing.show_files)


def views(
    context: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Drop them and build them from the ledger.")] = False,
    workspace: Options.Workspace = None,
    as_json: Options.Json = False,
) -> None:
    """What is kept for speed and can be built anew from the ledger."""
    with progress() as tell:
        document = opened(context, workspace).views(rebuild=rebuild, progress=tell)
    emit(document, as_json, showing.show_views)


def export(
    context: typer.Context,
    format_name: Annotated[
        ExportFormat, typer.Argument(metavar="FORMAT", help="prov, graphml, csv, parquet or svg.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="The folder to write to.")] = Path(
        "tearline-export"
    ),
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """Write the record in others' formats, under pseudonyms."""
    document = opened(context, workspace).export(inquiry(purpose, case, unmask, as_of), format_name, out)
    emit(document, as_json, showing.show_files)
