"""The command line: a thin file a command group. `main` turns every failure into a message and an exit code."""

from __future__ import annotations

import errno
import sys
import tempfile
import traceback
from pathlib import Path

import typer

from tearline import __version__
from tearline.cli import (
    across,
    answering,
    asking,
    carrying,
    comparing,
    desk,
    identifying,
    keeping,
    relating,
    series,
    starting,
    taking_in,
)
from tearline.cli.common import Options, warn
from tearline.records.errors import CouldNot, TearlineError

app = typer.Typer(
    name="tearline",
    help="From a published item back to the reports it draws on: who could have held them, by which path, how "
    "they were handled, and where the record is silent.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tearline {__version__}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    workspace: Options.GlobalWorkspace = None,
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Say the version."),
) -> None:
    """Options before the command hold for it."""
    context.obj = workspace


for group in (
    starting,
    taking_in,
    identifying,
    asking,
    series,
    across,
    comparing,
    answering,
    relating,
    keeping,
    carrying,
    desk,
):
    group.add_to(app)


def main() -> None:
    """Run the program: exit 0 done, 2 bad input or usage, 3 integrity failure, 4 not permitted, 5 could not."""
    try:
        app()
    except TearlineError as error:
        warn(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        warn("interrupted; nothing half-done was kept")
        sys.exit(CouldNot.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(CouldNot.exit_code)
    except OSError as error:
        warn(_of_the_machine(error))
        sys.exit(CouldNot.exit_code)
    except Exception:  # noqa: BLE001 - the last line of defence: a fault of the program is told without a traceback
        warn(_of_the_program())
        sys.exit(CouldNot.exit_code)


def _of_the_machine(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    remedies = {
        errno.ENOSPC: "Free some space and run the command again",
        errno.EACCES: "Check who may read and write there",
        errno.EROFS: "The folder is read-only; choose another workspace",
    }
    remedy = remedies.get(error.errno or 0, "Run the command again once that is mended")
    return f"{place}{error.strerror or error}; nothing half-done was kept. {remedy}"


def _of_the_program() -> str:
    with tempfile.NamedTemporaryFile(
        "w", prefix="tearline-fault-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(f"tearline {__version__}\n{traceback.format_exc()}")
    return (
        "this is a fault in Tearline itself, not in your input; nothing half-done was kept. "
        f"What is needed to mend it stands in {Path(file.name)}; it may hold names: keep it with the case papers"
    )
