"""`record`: one entry by hand, checked like every other, in a batch of its own."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tearline.intake.event_stage import Staged
from tearline.intake.events import event
from tearline.intake.linking import link_names
from tearline.intake.place import Place
from tearline.intake.products_in import ProductFinder
from tearline.intake.received import keep
from tearline.intake.taking import Taking, taking
from tearline.records.errors import BadInput
from tearline.records.kinds import Basis, Stream
from tearline.views.register import Register

FILE = "by hand"

_TAKEN: tuple[str, ...] = ("kind", "actor", "recipient", "organisation", "system", "copy")


def record(place: Place, entry: Mapping[str, Any], scan: Path | None = None) -> dict[str, Any]:
    """Make one entry; returns the event as it stands in the ledger, with its `batch`.

    `scan`: the paper it was typed from, kept as received; the event's detail names it by its SHA-256.

    `entry`: kind, product (id, number or title), actor, recipient, at or between (two times), basis, by, note,
    organisation, system, copy. Who states it (`by`) makes the basis `attested` unless another is given. Raises
    BadInput for whatever does not hold: an entry by hand is corrected at once, never put in quarantine.
    """
    with taking(place, [Stream.EVENTS, Stream.IDENTITIES]) as one:
        body = event(_fields(entry, one), one.known)
        if body["actor"] is None and body["recipient"] is None:
            raise BadInput("nobody is named", field="actor", remedy="Give --actor, --recipient, or both")
        papers = [] if scan is None else [keep(place.folder, scan)]
        if papers:
            body["detail"] = {**(body["detail"] or {}), "scan": papers[0].sha256}
        one.stage.add_bodies(0, FILE, [Staged(1, 1, body)])
        link_names(one)
        settled = one.settle()
        one.counts.of(Stream.EVENTS).accepted += settled.accepted
        (column,) = one.stage.bodies()
        one.conclude("record", papers)
        entered: dict[str, Any] = json.loads(column[0].as_py())
        return entered


def _fields(entry: Mapping[str, Any], one: Taking) -> dict[str, Any]:
    given = {name: value for name, value in entry.items() if value is not None}
    fields: dict[str, Any] = {name: given[name] for name in _TAKEN if name in given}
    fields["id"] = f"H-{secrets.token_hex(8)}"
    fields["product"] = _product(str(given.get("product") or ""), one)
    if "between" in given:
        fields["at_earliest"], fields["at_latest"] = given["between"]
    if "at" in given:
        fields["at"] = given["at"]
    basis = given.get("basis") or (Basis.ATTESTED.word if "by" in given else None)
    detail = {"recorded_by": given.get("by"), "note": given.get("note")}
    kept = {name: value for name, value in detail.items() if value is not None}
    return {**fields, "basis": basis, "detail": kept or None}


def _product(named: str, one: Taking) -> str:
    """The id of the product that was named; as given where none is, so that the check can say so."""
    if one.known.is_product(named):
        return named
    register = Register.read(one.place.ledger, one.state)
    return ProductFinder(register.products.values()).named(named) or named
