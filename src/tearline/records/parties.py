"""Who an event names: a person, a group, an organisation, or a name that nobody has resolved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PartyKind(StrEnum):
    PERSON = "person"
    GROUP = "group"
    ORGANISATION = "organisation"
    NAME = "name"


@dataclass(frozen=True, slots=True, order=True)
class Party:
    """`id` is the register's, or for an unresolved name the text as the source wrote it."""

    kind: PartyKind
    id: str
