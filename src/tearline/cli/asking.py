"""`match`, `trace`, `exposures`, `handling`, `leads`, `investigate`, `requests`: the questions.

Each records the look-up before it prints an answer.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tearline.cli import showing
from tearline.cli.common import DEFAULT_PURPOSE, Options, emit, emit_lines, inquiry, instant, opened, progress
from tearline.cli.showing_ways import show_witnesses
from tearline.records.errors import BadInput

Disclosures = Annotated[list[str], typer.Argument(metavar="DISCLOSURE...", help="Ids of public items.")]


class EngineName(StrEnum):
    LOCAL = "local"
    SPARK = "spark"


def add_to(app: typer.Typer) -> None:
    for command in (match, trace, exposures, handling, leads, investigate):
        app.command()(command)
    group = typer.Typer(help="Whom to ask for what, and what must be preserved first.", no_args_is_help=True)
    group.command("propose")(propose)
    app.add_typer(group, name="requests")


def match(
    context: typer.Context,
    disclosure: Annotated[str | None, typer.Argument(help="The id of a public item.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every registered one, a document a line.")] = False,
    exhaustive: Annotated[
        bool, typer.Option("--exhaustive", help="Compare every product in full; slower, nothing is cut off.")
    ] = False,
    declare: Annotated[
        str | None, typer.Option("--declare", metavar="PRODUCT:PORTION", help="Your own recognition.")
    ] = None,
    declared_in: Annotated[str | None, typer.Option("--disclosure", metavar="D", help="With --declare.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="With --declare: how you know.")] = None,
    published_at: Options.PublishedAt = None,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """Which portions of which products a text draws on."""
    place, who = opened(context, workspace), inquiry(purpose, case, unmask, as_of)
    if declare is not None:
        named = declared_in or disclosure
        if not named or not reason:
            raise BadInput(
                "a declaration needs the item and a reason",
                field="--disclosure, --reason",
                remedy='Add --disclosure D --reason "..."',
            )
        emit(place.declare(who, named, declare, reason), as_json, showing.show_match)
        return
    if every:
        with progress() as tell:
            emit_lines(place.match_all(who, tell, exhaustive=exhaustive), as_json, showing.show_match)
        return
    if disclosure is None:
        raise BadInput("no public item was named", field="DISCLOSURE", remedy="Name one, or use --all")
    date = instant(published_at, "--published-at")
    emit(place.match(who, disclosure, date, exhaustive=exhaustive), as_json, showing.show_match)


def trace(
    context: typer.Context,
    product: Annotated[str, typer.Argument(help="The id of a product.")],
    before: Options.Before = None,
    portion: Annotated[str | None, typer.Option("--portion", metavar="P", help="One portion only.")] = None,
    supported: Annotated[
        bool, typer.Option("--supported", help="Only along an unbroken recorded chain from the originator.")
    ] = False,
    holder: Annotated[
        str | None,
        typer.Option("--holder", metavar="PERSON", help="Also how this holder can have come by it: the ways."),
    ] = None,
    paths: Annotated[int, typer.Option("--paths", metavar="K", help="With --holder: at most so many ways.")] = 3,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """Who could have held a product, or anything declared as derived from it, by then, and how."""
    document = opened(context, workspace).trace(
        inquiry(purpose, case, unmask, as_of),
        product,
        before=instant(before, "--before"),
        portion=portion,
        supported=supported,
        holder=holder,
        paths=paths,
    )
    emit(document, as_json, showing.show_trace if holder is None else show_witnesses)


def exposures(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.parquet", help="Where to write the rows.")],
    before: Options.Before = None,
    supported: Annotated[bool, typer.Option("--supported", help="Only unbroken recorded chains.")] = False,
    engine: Annotated[
        EngineName, typer.Option("--engine", help="Where to work it out: on this machine, or on Spark.")
    ] = EngineName.LOCAL,
    master: Annotated[
        str | None,
        typer.Option("--master", metavar="URL", help="With --engine spark: the cluster, as spark://host:7077."),
    ] = None,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """The trace of every product at once, a row a product and holder."""
    if (engine is EngineName.SPARK) != (master is not None):
        raise BadInput(
            "--engine spark and --master go together",
            field="--engine" if master else "--master",
            remedy="Give both, as in --engine spark --master local[2], or neither",
        )
    with progress() as tell:
        document = opened(context, workspace).exposures(
            inquiry(purpose, case, unmask, as_of),
            out,
            before=instant(before, "--before"),
            supported=supported,
            master=master,
            progress=tell,
        )
    emit(document, as_json, showing.show_files)


def handling(
    context: typer.Context,
    organisation: Annotated[str | None, typer.Option("--organisation", metavar="O")] = None,
    product: Annotated[str | None, typer.Option("--product", metavar="P")] = None,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """How the record of handling stands against the rules."""
    document = opened(context, workspace).handling(
        inquiry(purpose, case, unmask, as_of), organisation=organisation, product=product
    )
    emit(document, as_json, showing.show_handling)


def leads(
    context: typer.Context,
    disclosures: Annotated[list[str] | None, typer.Argument(metavar="DISCLOSURE...")] = None,
    cases: Annotated[
        Path | None,
        typer.Option("--cases", metavar="FILE.jsonl", help="Rows case, product, published_at; a document a case."),
    ] = None,
    published_at: Options.PublishedAt = None,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """Which explanations fit. Not who did it: a lead is a reason to ask."""
    place, who = opened(context, workspace), inquiry(purpose, case, unmask, as_of)
    if cases is not None:
        with progress() as tell:
            emit_lines(place.leads_of_cases(who, cases, tell), as_json, showing.show_leads)
        return
    if not disclosures:
        raise BadInput("no public item was named", field="DISCLOSURE", remedy="Name one or more, or use --cases")
    document = place.leads(who, disclosures, instant(published_at, "--published-at"))
    emit(document, as_json, showing.show_leads)


def investigate(
    context: typer.Context,
    disclosures: Disclosures,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE.html", help="Write a self-contained report.")
    ] = None,
    published_at: Options.PublishedAt = None,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """All of it: matching, pathway, handling, explanations, and whom to ask next."""
    with progress() as tell:
        document = opened(context, workspace).investigate(
            inquiry(purpose, case, unmask, as_of),
            disclosures,
            report=report,
            published_at=instant(published_at, "--published-at"),
            progress=tell,
        )
    emit(document, as_json, showing.show_investigation)


def propose(
    context: typer.Context,
    disclosures: Disclosures,
    published_at: Options.PublishedAt = None,
    workspace: Options.Workspace = None,
    purpose: Options.Purpose = DEFAULT_PURPOSE,
    case: Options.Case = None,
    unmask: Options.Unmask = None,
    as_of: Options.AsOf = None,
    as_json: Options.Json = False,
) -> None:
    """What to ask of whom, soonest-expiring first."""
    document = opened(context, workspace).requests(
        inquiry(purpose, case, unmask, as_of), disclosures, instant(published_at, "--published-at")
    )
    emit(document, as_json, showing.show_requests)
