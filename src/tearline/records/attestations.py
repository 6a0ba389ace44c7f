"""Who reports an act, and where reports of it cannot all be right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tearline.records.naming import Who


@dataclass(frozen=True, slots=True)
class Attestation:
    """One report of an act: an event on record, whose it is, and who confirmed it (`record --confirm`)."""

    event: str
    organisation: str | None
    system: str | None
    at_earliest: datetime
    at_latest: datetime
    confirmed_by: tuple[Who, ...] = ()


@dataclass(frozen=True, slots=True)
class Attested:
    """One act with all that attest to it, that whose event stands for it first. `attested` counts the sources and
    the people who confirmed one."""

    event: str
    attested: int
    attestations: tuple[Attestation, ...]


class ContradictionKind(StrEnum):
    """How two reports cannot both be right. See docs/pathway.md."""

    OTHER_TIME = "the same act at other times"
    AFTER_RETURN = "returned and used afterwards"
    AFTER_DESTRUCTION = "destroyed and used afterwards"
    RECEIVED_AND_REFUSED = "received and refused"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Reports that cannot all be right. Both stay on record and both count; `sides` are the reports on either
    side, `says` states them."""

    id: str
    kind: ContradictionKind
    product: str
    copy: str | None
    person: Who | str | None
    sides: tuple[tuple[Attestation, ...], ...]
    says: str
