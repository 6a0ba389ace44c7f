"""How the ways to one holder look at a terminal."""

from __future__ import annotations

from tearline.cli.common import Document
from tearline.cli.showing import show_line, show_rows


def show_witnesses(document: Document) -> None:
    """The ways by which one holder can have come by a product, and what would close a break."""
    found = document["witnesses"]
    ways = [("earliest", found["earliest"]), ("surest", found["certain"])]
    ways += [("another", route) for route in found["further"]]
    show_line(f"How {found['product']} can have come to {found['person']}:")
    show_rows(
        ("way", "arrives (UTC)", "through", "events"),
        [
            (
                name,
                route["arrives"][:16].replace("T", " "),
                _through(route),
                ", ".join(route["events"]),
            )
            for name, route in ways
            if route is not None
        ],
        "  No unbroken chain of records leads there.",
    )
    needed = found["every_path"]
    for what in ("events", "parties", "organisations"):
        if needed[what]:
            show_line(f"  on every way: {what} {', '.join(needed[what])}")
    if found["earliest"] is None:
        show_line(f"  recorded as far as: {', '.join(found['recorded']) or 'authorship of a derived product'}")
    for closer in found["closers"]:
        show_line(f"  would close it: {closer['says']} {closer['ask']}")


def _through(route: Document) -> str:
    issued = f"(issued by {route['issued_by']}) " if route["issued_by"] else ""
    return issued + " → ".join(route["parties"])
