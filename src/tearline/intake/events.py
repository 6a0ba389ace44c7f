"""One handling event, checked and turned into a ledger body.

This is the definition of what an event row means. The columnar path (`event_columns`) reads the plain majority of
rows in bulk and sends whatever it has the least doubt about here.
"""

from __future__ import annotations

from typing import Any

from tearline.intake.known import Body, Known
from tearline.intake.registers import unknown_organisation
from tearline.intake.texts import (
    Fields,
    clean_value,
    optional,
    optional_id,
    required_choice,
    required_id,
)
from tearline.records.errors import BadInput
from tearline.records.kinds import Basis, EventKind
from tearline.records.times import Interval, format_instant, parse_interval

BASES = tuple(basis.word for basis in Basis)

_RETRY = "Load it with products.jsonl, then run `tearline quarantine --retry`"


def event(fields: Fields, known: Known) -> Body:
    """The body of an event (without `batch` and `source`). Raises BadInput."""
    identifier = required_id(fields)
    kind = required_choice(fields, "kind", EventKind).value
    product = required_id(fields, "product")
    if not known.is_product(product):
        raise unknown_product(product)
    when = event_time(fields)
    organisation = optional_id(fields, "organisation")
    if organisation is not None and known.lacks_organisation(organisation):
        raise unknown_organisation(organisation, "organisation")
    return {
        "id": identifier,
        "kind": kind,
        "product": product,
        "at_earliest": format_instant(when.earliest),
        "at_latest": format_instant(when.latest),
        "copy": optional_id(fields, "copy"),
        "actor": optional(fields, "actor"),
        "recipient": optional(fields, "recipient"),
        "organisation": organisation,
        "system": optional_id(fields, "system"),
        "basis": _basis(fields),
        "detail": _detail(fields),
    }


def unknown_product(identifier: str) -> BadInput:
    return BadInput(f"the product {identifier!r} is not registered", field="product", remedy=_RETRY)


def event_time(fields: Fields) -> Interval:
    """`at`, or `at_earliest` and `at_latest` (a day given as an end is that whole day)."""
    at, earliest, latest = (optional(fields, name) for name in ("at", "at_earliest", "at_latest"))
    if at is not None and (earliest is not None or latest is not None):
        raise BadInput("both a time and an interval are given", field="at", remedy="Give `at`, or the two ends")
    if at is not None:
        return parse_interval(at)
    if earliest is None or latest is None:
        absent = (
            "at" if earliest is None and latest is None else ("at_earliest" if earliest is None else "at_latest")
        )
        raise BadInput(
            "no time is given" if absent == "at" else "one end of the interval is missing",
            field=absent,
            remedy="Give `at`, or both `at_earliest` and `at_latest`",
        )
    start = parse_interval(earliest, field="at_earliest").earliest
    end = parse_interval(latest, field="at_latest").latest
    if end < start:
        raise BadInput(
            f"the interval ends ({format_instant(end)}) before it starts ({format_instant(start)})",
            field="at_latest",
            remedy="Swap the two times or correct them",
        )
    return Interval(start, end)


def _basis(fields: Fields) -> str | None:
    text = optional(fields, "basis")
    if text is None:
        return None
    if text.casefold() not in BASES:
        raise BadInput(f"{text!r} is not one of: {', '.join(BASES)}", field="basis", remedy="Use one of these")
    return text.casefold()


def _detail(fields: Fields) -> dict[str, Any] | None:
    value = fields.get("detail")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise BadInput("an object is expected", field="detail", remedy='Write {"name": "value"}')
    cleaned: dict[str, Any] = clean_value(value, "detail")
    return cleaned or None
