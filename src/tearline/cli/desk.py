"""`user add` and `serve`: the desk in the browser."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from tearline.cli.common import Document, Options, emit, errors, folder, screen
from tearline.workspace import open_workspace

users = typer.Typer(help="Accounts for the desk.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    users.command("add")(add)
    app.add_typer(users, name="user")
    app.command()(serve)


def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    body: Annotated[str, typer.Option("--body", help="The body the account belongs to; made where it is new.")],
    role: Annotated[
        str,
        typer.Option("--role", help="registrar, liaison, investigator, approver, reviewer or administrator."),
    ],
    person: Annotated[
        str | None, typer.Option("--person", help="The holder's own record, by its id in the ledger.")
    ] = None,
    organisation: Annotated[
        str | None,
        typer.Option("--organisation", help="Of a liaison or a registrar: whose readings or products they keep."),
    ] = None,
    workspace: Options.Workspace = None,
    as_json: Options.Json = False,
) -> None:
    """Make an account for the desk. The password it prints works once."""
    from tearline.desk.serving import prepare  # noqa: PLC0415 - Django is set up only where it is needed

    home = folder(context, workspace)
    open_workspace(home)
    prepare(home)
    from tearline.desk.accounts.creating import add_user  # noqa: PLC0415 - as above

    made = add_user(name, body=body, role=role, person=person, organisation=organisation)
    emit({"user": made.user, **{k: v for k, v in asdict(made).items() if k != "user"}}, as_json, _show_user)


def _show_user(document: Document) -> None:
    screen.print(f"{document['user']}: {document['role']} of {document['body']}", markup=False)
    screen.print(f"Password for the first sign-in: {document['password']}", markup=False, soft_wrap=True)
    screen.print("The desk will ask for another one, and for a second factor. Next: tearline serve", markup=False)


def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option("--port", help="Where to listen.", min=1, max=65535)] = 8400,
    host: Annotated[
        str, typer.Option("--host", help="On which address; others than this machine's need a proxy with TLS.")
    ] = "127.0.0.1",
    processes: Annotated[int, typer.Option("--processes", help="How many processes answer.", min=1, max=64)] = 1,
    workspace: Options.Workspace = None,
    as_json: Options.Json = False,
) -> None:
    """Serve the desk in the browser until interrupted."""
    from tearline.desk.serving import serve as serve_desk  # noqa: PLC0415 - as above

    home = folder(context, workspace)
    open_workspace(home)
    emit({"url": f"http://{host}:{port}/"}, as_json, _show_address)
    serve_desk(home, host=host, port=port, processes=processes)


def _show_address(document: Document) -> None:
    errors.print(f"The desk is at {document['url']} - end with Ctrl-C", markup=False, soft_wrap=True)
