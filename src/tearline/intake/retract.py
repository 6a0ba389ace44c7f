"""`intake --retract`: a batch wrongly taken in no longer counts. A record says so; nothing is erased."""

from __future__ import annotations

from typing import Any

from tearline.intake.batches import batch_body, new_batch_id
from tearline.intake.place import Place
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream


def retract(place: Place, batch: str, reason: str) -> dict[str, Any]:
    """Retract a batch; `{"batch", "records"}`, the records that it had brought. Doing so again changes nothing.

    Raises BadInput for a batch that is not on record, for one that is a retraction, and without a reason.
    """
    if not reason.strip():
        raise BadInput("a retraction needs a reason", field="--reason", remedy='Add --reason "..."')
    with place.ledger.transaction([Stream.BATCHES]) as transaction:
        bodies = {body["batch"]: body for body in place.ledger.bodies(Stream.BATCHES, transaction.state)}
        found = bodies.get(batch)
        if found is None:
            latest = ", ".join(list(bodies)[-5:])
            raise BadInput(
                f"there is no batch {batch!r}",
                field="--retract",
                remedy=f"Every load, intake and record prints its batch; the latest are: {latest or 'none'}",
            )
        if found["kind"] == "retraction":
            raise BadInput(
                "a retraction cannot be retracted", field="--retract", remedy="Take the records in again"
            )
        if not any(body.get("retracts") == batch for body in bodies.values()):
            now = place.now()
            body = batch_body(
                new_batch_id(now), "retraction", now, place.by, retracts=batch, reason=reason.strip()
            )
            transaction.append(Stream.BATCHES, [body])
        return {"batch": batch, "records": found["accepted"]}
