"""Organisations, people with dated periods, and groups with dated membership.

Periods are half-open, `[valid_from, valid_to)`: the next period starts where the last one ends. A date stands for
its midnight in UTC. `valid_to` None means: still so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tearline.records.kinds import AccessBasis, OrganisationKind


@dataclass(frozen=True, slots=True)
class Organisation:
    """`retention`: system -> days for which the organisation keeps that system's records, where it has said so."""

    id: str
    name: str
    kind: OrganisationKind
    parent: str | None = None
    retention: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Period:
    """What somebody was, and on what ground they could see sensitive reports, for a time."""

    organisation: str
    position: str | None
    clearance: str | None
    caveats: tuple[str, ...]
    access_basis: AccessBasis
    valid_from: datetime
    valid_to: datetime | None

    def holds_at(self, moment: datetime) -> bool:
        return self.valid_from <= moment and (self.valid_to is None or moment < self.valid_to)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with at least one period, oldest first. `accounts` are `system:login`."""

    id: str
    name: str
    periods: tuple[Period, ...]
    accounts: tuple[str, ...] = ()

    def periods_at(self, moment: datetime) -> tuple[Period, ...]:
        """The periods that hold at `moment`; more than one where posts overlap, none in between posts."""
        return tuple(period for period in self.periods if period.holds_at(moment))

    def organisation_at(self, moment: datetime) -> str:
        """The organisation of the latest period that had begun by `moment`, or of the first one."""
        begun = [period for period in self.periods if period.valid_from <= moment]
        return (begun[-1] if begun else self.periods[0]).organisation


@dataclass(frozen=True, slots=True)
class Membership:
    """`member` is a person or group id, an account, or a name nobody has resolved."""

    member: str
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class Group:
    """A mailing list or a position's office. It stands for whoever belonged to it at the time."""

    id: str
    name: str
    memberships: tuple[Membership, ...]

    def members_at(self, moment: datetime) -> tuple[str, ...]:
        return tuple(
            m.member
            for m in self.memberships
            if m.valid_from <= moment and (m.valid_to is None or moment < m.valid_to)
        )
