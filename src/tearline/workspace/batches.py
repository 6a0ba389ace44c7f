"""What came in when: the batches on record, for whoever keeps the register."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from tearline.records.kinds import Stream
from tearline.workspace.base import Opened
from tearline.workspace.inquiry import Document

MOST: Final = 500


class Batches(Opened):
    """Looking at intake itself: it names files and those who brought them, nobody in the records."""

    def batches(self, *, without_by: Collection[str] = ()) -> Document:
        """The latest batches, newest first, but for those that `without_by` brought in: `{"batches": [{"batch",
        "kind", "at", "by", "files", "read", "accepted", "duplicates", "quarantined", "reason", "retracted"}]}`;
        `retracted` holds when, by whom and why, or None."""
        with self._one_at_a_time:
            bodies = self._ledger.bodies(Stream.BATCHES, self._state(None))
        taken_back = {
            body["retracts"]: {"at": body["at"], "by": body["by"], "reason": body["reason"]}
            for body in bodies
            if body.get("retracts")
        }
        shown = [
            {
                **{
                    name: body.get(name)
                    for name in ("batch", "kind", "at", "by", "read", "accepted", "duplicates", "quarantined")
                },
                "files": [file["name"] for file in body["files"]],
                "retracted": taken_back.get(body["batch"]),
            }
            for body in reversed(bodies)
            if body["kind"] != "retraction" and body["by"] not in without_by
        ]
        return {"batches": shown[:MOST], "more": max(0, len(shown) - MOST)}
