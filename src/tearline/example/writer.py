"""The example's files as the contract names them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tearline.example.recorder import Handling
from tearline.example.reports import Report
from tearline.example.world import World
from tearline.records.products import Disclosure, Product
from tearline.records.times import format_instant

_PEOPLE = (
    "id", "name", "organisation", "position", "clearance", "caveats", "access_basis", "valid_from", "valid_to",
    "accounts",
)  # fmt: skip
_BY_THE_DAY = frozenset({"binder", "reading-log"})


def write_registers(folder: Path, world: World) -> None:
    """`organisations.csv`, `people.csv` (a row a period) and `groups.csv` (a row a membership)."""
    _csv(
        folder / "organisations.csv",
        ("id", "name", "kind", "parent", "retention"),
        (
            (
                o.id,
                o.name,
                o.kind.value,
                o.parent or "",
                ";".join(f"{k}:{days}" for k, days in o.retention.items()),
            )
            for o in (house.organisation for house in world.houses.values())
        ),
    )
    _csv(
        folder / "people.csv",
        _PEOPLE,
        (
            (
                person.id, person.name, p.organisation, p.position or "", p.clearance or "", ";".join(p.caveats),
                p.access_basis.value, _day(p.valid_from), _day(p.valid_to), ";".join(person.accounts),
            )
            for person in world.people.values()
            for p in person.periods
        ),
    )  # fmt: skip
    _csv(
        folder / "groups.csv",
        ("id", "name", "member", "valid_from", "valid_to"),
        (
            (group.id, group.name, m.member, _day(m.valid_from), _day(m.valid_to))
            for group in world.groups.values()
            for m in group.memberships
        ),
    )


def write_products(path: Path, reports: Iterable[Report]) -> None:
    _json_lines(path, (_product(report.product) for report in reports))


def write_events(path: Path, events: Sequence[Handling]) -> int:
    """All records but those that come in native files; returns how many."""
    rows = [event for event in events if event.native is None]
    _json_lines(path, (_event(number, event) for number, event in enumerate(rows, start=1)))
    return len(rows)


def write_disclosures(path: Path, disclosures: Iterable[Disclosure]) -> None:
    _json_lines(
        path,
        (
            {
                "id": d.id,
                "title": d.title,
                "outlet": d.outlet,
                "published_at": format_instant(d.published_at.earliest) if d.published_at else None,
                "language": d.language,
                "url": d.url,
                "text": d.text,
            }
            for d in disclosures
        ),
    )


def _product(product: Product) -> Mapping[str, Any]:
    terms = product.handling
    handling = {"print": terms.print, "copy": terms.copy, "forward": terms.forward}
    if terms.return_by:
        handling["return_by"] = terms.return_by.isoformat()
    return _without_none({
        "id": product.id,
        "number": product.number,
        "title": product.title,
        "originator": product.originator,
        "issued_at": format_instant(product.issued_at),
        "marking": product.marking,
        "language": product.language,
        "derived_from": list(product.derived_from) or None,
        "distribution": list(product.distribution),
        "authors": list(product.authors),
        "handling": handling,
        "caveat_text": product.caveat_text,
        "portions": [{"id": p.id, "marking": p.marking, "text": p.text} for p in product.portions],
    })  # fmt: skip


def _event(number: int, event: Handling) -> Mapping[str, Any]:
    return _without_none({
        "id": f"ev-{number:06d}",
        "kind": event.kind,
        "product": event.product,
        **_time(event),
        "copy": event.copy,
        "actor": event.actor,
        "recipient": event.recipient,
        "organisation": event.organisation,
        "system": event.system,
        "basis": event.basis,
        "detail": event.detail or None,
    })  # fmt: skip


def _time(event: Handling) -> Mapping[str, str]:
    if event.latest is None:
        return {"at": format_instant(event.at)}
    if event.system in _BY_THE_DAY:
        return {"at": f"{event.at:%Y-%m-%d}"}
    return {"at_earliest": format_instant(event.at), "at_latest": format_instant(event.latest)}


def _without_none(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def _csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _json_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
