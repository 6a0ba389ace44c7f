"""An entry by hand as it stands: what was typed, from which paper, by whom, and who has confirmed it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tearline.intake.confirming import confirmations
from tearline.intake.known import Body
from tearline.intake.place import Place
from tearline.intake.received import received_file
from tearline.ledger import LedgerState
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream
from tearline.records.naming import Who
from tearline.records.parties import PartyKind
from tearline.records.times import format_instant
from tearline.views.events import EventsView
from tearline.views.register import Register

_TOLD = ("id", "kind", "product", "copy", "organisation", "system", "basis", "batch")


def find_event(view: EventsView, state: LedgerState, identifier: str) -> Body:
    """An event by its id, with its batch and its detail (an object or None). Raises BadInput for an unknown id."""
    rows = view.query("SELECT * FROM events WHERE id = $id", state, values={"id": identifier}).to_pylist()
    if not rows:
        raise BadInput(
            f"there is no event {identifier!r}",
            field="EVENT",
            remedy="`tearline record` prints the id of each entry",
        )
    return {**rows[0], "detail": json.loads(rows[0]["detail"]) if rows[0]["detail"] else None}


def describe_entry(
    place: Place, view: EventsView, register: Register, state: LedgerState, identifier: str, *, unmasked: bool
) -> Mapping[str, Any]:
    """`{"event", "entered", "scans", "confirmations", "attestations"}`; people as `Who`.

    Free text (notes, file names) may name anybody, so that it is shown only where names are.
    """
    ledger, folder = place.ledger, place.folder
    event = find_event(view, state, identifier)

    def who(raw: str | None) -> str | None:
        if raw is None:
            return None
        party = register.resolve(raw)
        return Who(party.id) if party.kind in {PartyKind.PERSON, PartyKind.NAME} else party.id

    batch = next(body for body in ledger.bodies(Stream.BATCHES, state) if body["batch"] == event["batch"])
    by_hand = batch["kind"] == "record"
    detail = event["detail"] or {}
    confirmed = confirmations(ledger, state, identifier)
    return {
        "event": {
            **{name: event[name] for name in _TOLD},
            "at_earliest": format_instant(event["at_earliest"]),
            "at_latest": format_instant(event["at_latest"]),
            "actor": who(event["actor"]),
            "recipient": who(event["recipient"]),
            "stated_by": who(detail.get("recorded_by")),
            "note": detail.get("note") if unmasked else None,
        },
        "entered": {"at": batch["at"], "login": batch["by"], "by_hand": by_hand},
        "scans": [
            {
                "sha256": file["sha256"],
                "size": file["size"],
                "name": file["name"] if unmasked else None,
                "kept": received_file(folder, file["sha256"]).exists(),
            }
            for file in (batch["files"] if by_hand else ())
        ],
        "confirmations": [
            {
                "by": who(body["by"]),
                "at": body["at"],
                "login": body["login"],
                "same_login": body["login"] == batch["by"],
            }
            for body in confirmed
        ],
        "attestations": 1 + len(confirmed),
    }
