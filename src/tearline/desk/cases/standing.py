"""What a case may be used for at a moment. Pure: reads nothing and no clock.

1. Until purpose, authority, scope and an expiry are set, a case is a DRAFT: nothing about people opens.
2. From then until the last of its terms ends it is OPEN.
3. After that it is EXPIRED: its papers can be read, nothing can be added, and no new look-up about people is made,
   because the ground for looking has ended. A renewal opens it again.
4. A CLOSED case is read-only for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    EXPIRED = "expired"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Legality:
    """The facts that a case's standing follows from. `until`: the end of its last term."""

    purpose: str
    authority: str
    scoped: bool
    until: datetime | None
    closed_at: datetime | None

    def missing(self) -> tuple[str, ...]:
        """What must be set before anything about people opens."""
        return tuple(
            name
            for name, there in (
                ("purpose", bool(self.purpose.strip())),
                ("authority", bool(self.authority.strip())),
                ("scope", self.scoped),
                ("expiry", self.until is not None),
            )
            if not there
        )


def standing(legality: Legality, now: datetime) -> Standing:
    """Where a case stands at `now`."""
    if legality.closed_at is not None and legality.closed_at <= now:
        return Standing.CLOSED
    if legality.missing() or legality.until is None:
        return Standing.DRAFT
    return Standing.OPEN if now < legality.until else Standing.EXPIRED
