"""How much of the record an inquiry may look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from tearline.records.said import say

NARROWED: Final = say("Only what lies within the scope of this inquiry is shown.")
"""Said with every answer that a scope may have narrowed: always the same, so that it tells nothing of the rest."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`None` leaves a side open; an empty set lets nothing through.

    products: ids; with each of them, whatever is declared as derived from it. originators: whose products.
    organisations: whose holders, findings and gaps. earliest, latest: handling events that certainly lie outside
    the period are not looked at. hidden_disclosures, hidden_products: public items and papers that other cases
    brought in; they are as if not registered.
    """

    products: frozenset[str] | None = None
    originators: frozenset[str] | None = None
    organisations: frozenset[str] | None = None
    earliest: datetime | None = None
    latest: datetime | None = None
    hidden_disclosures: frozenset[str] = frozenset()
    hidden_products: frozenset[str] = frozenset()

    @property
    def narrows(self) -> bool:
        """Is any side closed of which somebody who looks may be told?"""
        return replace(self, hidden_disclosures=frozenset(), hidden_products=frozenset()) != Scope()
