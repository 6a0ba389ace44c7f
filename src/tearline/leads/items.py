"""What a weighing takes in: public items, the products each may draw on, and who held those by then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tearline.records.pathways import Pathway


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product an item may draw on. `probability` that it does; `pathway` up to the item's publication."""

    product: str
    portion: str | None
    probability: float
    pathway: Pathway


@dataclass(frozen=True, slots=True)
class Item:
    """One disclosed item. The probabilities of its candidates do not have to add up to 1: a text may draw on
    several products, or on none that is registered."""

    disclosure: str
    published_at: datetime | None
    candidates: tuple[Candidate, ...]
