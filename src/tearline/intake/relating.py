"""`relate`: a product is declared as derived from another, once somebody has looked at what was found by content.

The record is the product's own again with one source more, and with who declared it, when and why: a later record
that supersedes. Retracting its batch brings the earlier one back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tearline.intake.known import retracted
from tearline.intake.place import Place
from tearline.intake.taking import taking
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream
from tearline.records.times import format_instant
from tearline.views.register import Register


def relate(place: Place, derived: str, source: str, reason: str, by: str) -> dict[str, Any]:
    """Declare `derived` as derived from `source`; `{"product", "derived_from", "batch"}`, batch None where it was.

    Raises BadInput for an unknown product, for one and the same, for a circle, and without a reason.
    """
    if not reason.strip():
        raise BadInput("a declaration needs a reason", field="--reason", remedy='Add --reason "..."')
    with taking(place, [Stream.PRODUCTS]) as one:
        register = Register.read(place.ledger, one.state)
        for name, field in ((derived, "DERIVED"), (source, "SOURCE")):
            if name not in register.products:
                raise BadInput(f"no product {name!r} is registered", field=field, remedy="Look for its id")
        if source in register.family(derived):
            raise BadInput(
                f"{source!r} is {derived!r}"
                if source == derived
                else f"{source!r} is itself declared as derived from {derived!r}",
                field="SOURCE",
                remedy="Name the product it was made from",
            )
        body = _latest(place, one.state, derived)
        if source not in body["derived_from"]:
            declared = {"source": source, "by": by, "at": format_instant(one.now), "reason": reason.strip()}
            body["derived_from"] = [*body["derived_from"], source]
            body["declared"] = [*body.get("declared", ()), declared]
            one.register(Stream.PRODUCTS, body)
        counts = one.conclude("relation")
        return {"product": derived, "derived_from": body["derived_from"], "batch": counts.batch}


def _latest(place: Place, state: Any, product: str) -> dict[str, Any]:
    """The product's record that counts, without its batch."""
    gone = retracted(place.ledger, state)
    bodies: list[Mapping[str, Any]] = [
        body
        for body in place.ledger.bodies(Stream.PRODUCTS, state)
        if body["id"] == product and body.get("batch") not in gone
    ]
    return {name: value for name, value in bodies[-1].items() if name != "batch"}
