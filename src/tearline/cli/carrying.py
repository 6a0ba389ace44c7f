"""`backup` and `restore`: everything of a workspace in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tearline.cli.common import Document, Options, emit, folder, screen, warn
from tearline.records.errors import BadInput
from tearline.workspace import open_workspace

Passphrase = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file", metavar="FILE", help="Seals the keys with its first line; opens them again."
    ),
]


def add_to(app: typer.Typer) -> None:
    for command in (backup, restore):
        app.command()(command)


def backup(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it; it must not be there yet.")],
    passphrase_file: Passphrase = None,
    workspace: Options.Workspace = None,
    as_json: Options.Json = False,
) -> None:
    """Ledger, keys and the desk's database in one file, with the hash of each piece."""
    from tearline.desk.backup import back_up  # noqa: PLC0415 - the desk is loaded only where it is needed

    home = folder(context, workspace)
    open_workspace(home)
    if passphrase_file is None:
        warn("the keys lie open in the backup; --passphrase-file seals them")
    emit(back_up(home, out, _passphrase(passphrase_file)), as_json, _show_backup)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    passphrase_file: Passphrase = None,
    workspace: Options.Workspace = None,
    as_json: Options.Json = False,
) -> None:
    """Make a workspace again from a backup, in a new folder; nothing is overwritten."""
    from tearline.desk.backup import restore as put_back  # noqa: PLC0415 - as above

    emit(put_back(file, folder(context, workspace), _passphrase(passphrase_file)), as_json, _show_restore)


def _passphrase(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("it cannot be read", where=str(file), remedy="Name a text file") from error
    if not lines or len(lines[0]) < 12:
        raise BadInput("a passphrase has at least 12 characters", where=str(file), remedy="Choose a longer one")
    return lines[0]


def _show_backup(document: Document) -> None:
    screen.print(f"{document['file']}: {document['pieces']} files, keys {document['keys']}", markup=False)
    screen.print(f"SHA-256 {document['sha256']}", markup=False, soft_wrap=True)


def _show_restore(document: Document) -> None:
    screen.print(
        f"{document['workspace']}: as at {document['made_at']}, verified. Views are built when they are needed.",
        markup=False,
        soft_wrap=True,
    )
