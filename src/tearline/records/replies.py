"""What organisations answered when they were asked for records: the `answers` stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReplyKind(StrEnum):
    """How an organisation answered. `full`: what it handed over is all there is."""

    FULL = "full"
    PARTIAL = "partial"
    REFUSED = "refused"
    NO_RECORD = "no record"
    OVERWRITTEN = "overwritten"
    HELD_ELSEWHERE = "held by another body"


FINAL = frozenset({ReplyKind.REFUSED, ReplyKind.NO_RECORD, ReplyKind.OVERWRITTEN, ReplyKind.HELD_ELSEWHERE})
"""After these, asking the same organisation for the same again would not close a gap."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `product` or `system` None: about any of them; `since` and `until` bound the time it is about,
    half-open, None where it sets no bound. `held_by` is the organisation that holds the records instead; `gaps`
    are the ids of the gaps that the question was meant to close."""

    id: str
    organisation: str
    asked: str
    kind: ReplyKind
    given_at: datetime
    reason: str | None = None
    system: str | None = None
    product: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    held_by: str | None = None
    gaps: tuple[str, ...] = ()

    def is_about(
        self, organisation: str, system: str | None, start: datetime | None = None, end: datetime | None = None
    ) -> bool:
        """Whether it answers for all of that organisation's system (None: all its systems) between two times."""
        return (
            self.organisation == organisation
            and (self.system is None or self.system == system)
            and (self.since is None or (start is not None and self.since <= start))
            and (self.until is None or (end is not None and end <= self.until))
        )
