"""`common`, `readership`, `told`: questions across products."""

from __future__ import annotations

from typing import Annotated

import typer

from tearline.cli.common import DEFAULT_PURPOSE, Document, Options, emit, inquiry, instant, opened
from tearline.cli.showing import show_line, show_rows


def add_to(app: typer.Typer) -> None:
    for command in (common, readership, told):
        app.command()(command)


def common(
    context: typer.Context,
    products: Annotated[list[str], typer.Argument(metavar="PRODUCT...", help="Two or more products.")],
    before: Options.Before = None,
    least: Annotated[
        int | None, typer.Option("--least", metavar="N", help="Holders of at least so many of them; else of all.")
    ] = None,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """Who could have held several products, or anything declared as derived from them, by then."""
    document = opened(context, workspace).common(
        inquiry(purpose, case, unmask, as_of), products, before=instant(before, "--before"), least=least
    )
    emit(document, as_json, _show_common)


def readership(
    context: typer.Context,
    products: Annotated[
        list[str] | None, typer.Argument(metavar="PRODUCT...", help="Products; all where none is named.")
    ] = None,
    before: Options.Before = None,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """How broad a readership was against the distribution list, and who on it never opened."""
    document = opened(context, workspace).readership(
        inquiry(purpose, case, unmask, as_of), products or (), before=instant(before, "--before")
    )
    emit(document, as_json, _show_readership)


def told(
    context: typer.Context,
    person: Annotated[str | None, typer.Option("--person", metavar="PERSON", help="Of whom.")] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="O", help="Of whoever belonged to it at the time.")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="T", help="From when on.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="T", help="Up to when, excluded.")] = None,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """Who was told what, when, and what shows it."""
    document = opened(context, workspace).told(
        inquiry(purpose, case, unmask, as_of),
        person=person,
        organisation=organisation,
        since=instant(since, "--since"),
        until=instant(until, "--until"),
    )
    emit(document, as_json, _show_told)


def _show_common(document: Document) -> None:
    each = ", ".join(f"{p} {n}" for p, n in zip(document["products"], document["holders"], strict=True))
    show_line(f"Holders of each: {each}")
    show_rows(
        ("person", "organisation", "held", "first (UTC)", "level"),
        [
            (
                one["person"],
                one["organisation"] or "",
                ", ".join(h["product"] for h in one["holdings"]),
                min(h["first_possible"] for h in one["holdings"])[:16].replace("T", " "),
                ", ".join(h["level"] for h in one["holdings"]),
            )
            for one in document["common"]
        ],
        f"Nobody on record could have held {document['least']} of them.",
    )


def _show_readership(document: Document) -> None:
    show_rows(
        ("product", "on the list", "reached", "opened", "never opened", "beyond the list"),
        [
            (r["product"], r["listed"], r["reached"], r["opened"], len(r["never_opened"]), r["beyond"])
            for r in document["readership"]
        ],
        "No product is registered.",
    )
    if len(document["readership"]) == 1:
        (only,) = document["readership"]
        for one in only["never_opened"]:
            reached = "nothing on record" if one["level"] is None else one["level"]
            show_line(f"  never opened: {one['person']} ({one['organisation'] or 'no organisation'}), {reached}")


def _show_told(document: Document) -> None:
    show_rows(
        ("person", "product", "from (UTC)", "to", "level", "shown by", "basis", "by"),
        [
            (
                one["person"],
                one["product"],
                one["at_earliest"][:16].replace("T", " "),
                one["at_latest"][:16].replace("T", " "),
                one["level"],
                f"{one['kind']} {one['event'] or ''}".strip(),
                one["basis"],
                one["by"] or "",
            )
            for one in document["told"]
        ],
        "Nothing on record shows it.",
    )
