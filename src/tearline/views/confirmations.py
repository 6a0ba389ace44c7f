"""Which entries by hand a second person has confirmed, from the records in `custody`."""

from __future__ import annotations

from tearline.ledger import Ledger, LedgerState
from tearline.records.kinds import Stream

CONFIRMATION = "confirmation"
"""The `kind` of such a record."""


def confirmed_entries(ledger: Ledger, state: LedgerState) -> dict[str, tuple[str, ...]]:
    """Event id -> who confirmed it, as written, in order."""
    found: dict[str, tuple[str, ...]] = {}
    for body in ledger.bodies(Stream.CUSTODY, state):
        if body.get("kind") == CONFIRMATION:
            found[body["event"]] = (*found.get(body["event"], ()), body["by"])
    return found
