"""The ledger's clock: RFC 3339 in UTC with microseconds, a fixed width, so that texts compare as times."""

from __future__ import annotations

from datetime import UTC, datetime


def written(moment: datetime) -> str:
    """A moment as the ledger writes it. Raises ValueError for one without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def now() -> str:
    """This moment by the machine's clock."""
    return written(datetime.now(UTC))
