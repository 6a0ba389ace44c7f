"""In which time zone and how fine the times of each batch were taken in, as its record says."""

from __future__ import annotations

from tearline.ledger import Ledger, LedgerState
from tearline.records.kinds import Stream


def stated_clocks(ledger: Ledger, state: LedgerState) -> dict[str, tuple[str, ...]]:
    """Batch -> `FORMAT: TIME ZONE, PRECISION` of its files, each once."""
    return {
        body["batch"]: tuple(dict.fromkeys(f"{c['format']}: {c['timezone']}, {c['precision']}" for c in said))
        for body in ledger.bodies(Stream.BATCHES, state)
        if (said := body.get("clocks"))
    }
