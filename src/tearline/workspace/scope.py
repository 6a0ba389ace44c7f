"""How much of the record an inquiry may look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Scope:
    """`None` leaves a side open; an empty set lets nothing through.

    products: ids; with each of them, whatever is declared as derived from it. originators: whose products.
    organisations: whose holders, findings and gaps. earliest, latest: handling events that certainly lie outside
    the period are not looked at.
    """

    products: frozenset[str] | None = None
    originators: frozenset[str] | None = None
    organisations: frozenset[str] | None = None
    earliest: datetime | None = None
    latest: datetime | None = None
