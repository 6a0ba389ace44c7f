"""The main job's answer as one record: what the report shows and the `investigate` document says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tearline.records.explanations import LeadsAnswer, RequestProposal
from tearline.records.findings import HandlingAnswer
from tearline.records.matches import MatchAnswer
from tearline.records.naming import Who
from tearline.records.pathways import Pathway
from tearline.records.products import Disclosure


@dataclass(frozen=True, slots=True)
class Declaration:
    """An analyst's own recognition of a portion in a public item, kept beside the machine's score. `case`: under
    which it was made, where it was under one."""

    disclosure: str
    product: str
    portion: str | None
    reason: str
    by: str
    at: datetime
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Sourced:
    """A product that a disclosure is taken to draw on, how probably, and the portion where one stands out."""

    disclosure: str
    product: str
    portion: str | None
    probability: float
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Investigation:
    """`pathways` are those of the sourced products, each up to the publication it is asked for."""

    disclosures: tuple[Disclosure, ...]
    matches: tuple[MatchAnswer, ...]
    declarations: tuple[Declaration, ...]
    sourced: tuple[Sourced, ...]
    pathways: tuple[Pathway, ...]
    handling: HandlingAnswer
    leads: LeadsAnswer
    requests: tuple[RequestProposal, ...]

    @property
    def people(self) -> frozenset[Who]:
        """Everybody who is a holder on any of the pathways."""
        return frozenset(holder.person for pathway in self.pathways for holder in pathway.holders)
