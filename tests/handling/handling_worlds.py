"""A small notation for registers and events, so that a test reads like the record it is about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from tearline.records.events import STORED_EVENTS
from tearline.records.kinds import AccessBasis, OrganisationKind
from tearline.records.people import Group, Membership, Organisation, Period, Person
from tearline.records.products import HandlingTerms, Portion, Product
from tearline.records.times import parse_interval
from tearline.views.register import Register


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def organisation(key: str, parent: str | None = None, kind: str = "recipient", **retention: int) -> Organisation:
    return Organisation(key, f"The {key}", OrganisationKind(kind), parent, retention)


def period(
    org: str, clearance: str | None = "SECRET", since: str = "2020-01-01", until: str | None = None,
    caveats: Sequence[str] = (), basis: str = "clearance",
) -> Period:  # fmt: skip
    return Period(
        org, None, clearance, tuple(caveats), AccessBasis(basis), day(since), day(until) if until else None
    )


def person(key: str, *periods: Period) -> Person:
    return Person(key, f"Name of {key}", periods)


def group(key: str, *members: tuple[str, str, str | None]) -> Group:
    return Group(key, key, tuple(Membership(m, day(a), day(b) if b else None) for m, a, b in members))


def product(
    key: str, *, originator: str = "SVC", marking: str = "SECRET", issued: str = "2026-01-01",
    distribution: Sequence[str] = (), authors: Sequence[str] = (), return_by: str | None = None, **terms: Any,
) -> Product:  # fmt: skip
    return Product(
        key, f"Title of {key}", originator, day(issued), marking, (Portion(f"{key}.1", marking, "Text."),),
        distribution=tuple(distribution), authors=tuple(authors),
        handling=HandlingTerms(**terms, return_by=date.fromisoformat(return_by) if return_by else None),
    )  # fmt: skip


def register(*things: Organisation | Person | Group | Product, links: dict[str, str] | None = None) -> Register:
    def of(kind: type) -> dict[str, Any]:
        return {thing.id: thing for thing in things if isinstance(thing, kind)}

    return Register(
        organisations=of(Organisation), people=of(Person), groups=of(Group), products=of(Product),
        disclosures={}, public={}, links=links or {}, declarations=(), retracted=frozenset(),
    )  # fmt: skip


def events(*lines: str) -> pa.Table:
    """One a line: `id kind product time[..time] actor>recipient key=value …`; `-` for nobody, `_` for a space."""
    rows = []
    for position, line in enumerate(lines):
        key, kind, about, time, parties, *rest = line.split()
        first, _, last = time.partition("..")
        span, end = parse_interval(first), parse_interval(last or first)
        actor, _, recipient = parties.partition(">")
        more = dict(item.split("=", 1) for item in rest)
        detail = {k: v for k, v in more.items() if k not in ("copy", "organisation", "system", "basis")}
        rows.append({
            "id": key, "kind": kind, "product": about, "at_earliest": span.earliest, "at_latest": end.latest,
            "copy": more.get("copy"), "actor": _party(actor), "recipient": _party(recipient),
            "organisation": more.get("organisation"), "system": more.get("system"), "basis": more.get("basis"),
            "detail": json.dumps(detail), "batch": "b", "position": position,
        })  # fmt: skip
    return pa.Table.from_pylist(rows, STORED_EVENTS)


def _party(text: str) -> str | None:
    return None if text in ("", "-") else text.replace("_", " ")
