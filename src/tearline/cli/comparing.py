"""`clocks`: how exact each log's times are, and how far the clocks of two logs stand apart."""

from __future__ import annotations

import typer

from tearline.cli.common import DEFAULT_PURPOSE, Options, emit, inquiry, opened
from tearline.cli.showing_clocks import show_clocks


def add_to(app: typer.Typer) -> None:
    app.command()(clocks)


def clocks(
    context: typer.Context,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """How exact each log's times are, and how far the clocks of two logs stand apart. Shown, never applied."""
    emit(opened(context, workspace).clocks(inquiry(purpose, case, unmask, as_of)), as_json, show_clocks)
