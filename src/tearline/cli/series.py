"""`series`: several public items read as one."""

from __future__ import annotations

from typing import Annotated

import typer

from tearline.cli.common import DEFAULT_PURPOSE, Document, Options, emit, inquiry, opened, progress
from tearline.cli.showing import show_line, show_rows

_MANY = 12


def add_to(app: typer.Typer) -> None:
    app.command()(series)


def series(
    context: typer.Context,
    disclosures: Annotated[list[str], typer.Argument(metavar="DISCLOSURE...", help="Ids of two items or more.")],
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """Several items as one: what recurs, what came first, and the fewest products that explain them."""
    with progress() as tell:
        document = opened(context, workspace).series(inquiry(purpose, case, unmask, as_of), disclosures, tell)
    emit(document, as_json, show_series)


def show_series(document: Document) -> None:
    for note in document["notes"]:
        show_line(note)
    fewest = document["fewest"]
    if fewest:
        show_line(f"Explained best, with the fewest products, by: {', '.join(fewest)}")
    show_rows(
        ("product", "released", "explains", "passages", "of them beside the others"),
        [
            (one["product"], one["issued_at"][:10], ", ".join(one["explains"]), f"{one['passages']:.1f}",
             f"{one['adds']:.1f}")
            for one in document["products"]
        ],
        "No product explains any of them.",
    )  # fmt: skip
    claims = document["claims"]
    show_line(f"Claims that recur: {len(claims)}" if claims else "No claim recurs.")
    for claim in claims[:_MANY]:
        tellings = claim["tellings"]
        source = f" from {claim['portion']}" if claim["portion"] else ""
        first = f", first in {' or '.join(claim['first'])}" if claim["first"] else ""
        show_line(f"  {len({one['disclosure'] for one in tellings})} items{first}{source}")
        for one in tellings[:4]:
            show_line(f"      {one['disclosure']}: {' '.join(one['text'].split())[:160]}")
    if len(claims) > _MANY:
        show_line(f"  and {len(claims) - _MANY} more; --json lists all")
    show_rows(
        ("time", "what", ""),
        [((one["at"] or "not known")[:10], one["kind"], one["id"]) for one in document["timeline"]],
        "",
    )
