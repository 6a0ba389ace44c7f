"""The clocks of the record at a terminal."""

from __future__ import annotations

from tearline.cli.common import Document
from tearline.cli.showing import show_line, show_rows

_MANY = 25


def show_clocks(document: Document) -> None:
    sources = document["sources"]
    show_rows(
        ("organisation", "system", "events", "times known to within", "taken in as"),
        [
            (
                one["organisation"] or "not named",
                one["system"] or "not named",
                one["events"],
                _span(one["finest"], one["coarsest"]),
                "; ".join(one["stated"]) or "as written",
            )
            for one in sources
        ],
        "No event is on record.",
    )
    clocks = document["clocks"]
    for one in clocks[:_MANY]:
        mark = "!" if one["matters"] else " "
        show_line(f"{mark} {one['says']} ({one['arrivals']} arrivals, {one['pairs']} noted by machine)")
    if len(clocks) > _MANY:
        show_line(f"and {len(clocks) - _MANY} more; --json lists all")
    if sources and not clocks:
        show_line(
            f"No two logs have {document['least_pairs']} arrivals in common: their clocks cannot be compared."
        )
    elif clocks:
        show_line("Nothing is corrected by this: which of two clocks is wrong the record does not say.")


def _span(finest: float, coarsest: float) -> str:
    return _long(finest) if finest == coarsest else f"{_long(finest)} to {_long(coarsest)}"


def _long(seconds: float) -> str:
    if seconds == 0:
        return "as written"
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size - 1:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
