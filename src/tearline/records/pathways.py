"""The answer to: who could have held it by then, how, and where is the record silent?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tearline.records.attestations import Attestation, Attested, Contradiction
from tearline.records.kinds import Basis, GapKind, Level
from tearline.records.naming import Who


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody the record shows, or lets one infer, to have held some of it.

    `person` is a person id, or the raw name where `resolved` is False. `first_possible` is the earliest reading of
    the clocks; `first_certain` the time by which it is so under every reading, None where under none. `path` lists
    event ids from the originator towards the holder, as far back as the record goes. `portions` are the ids of the
    portions seen (product:portion), None for all of the product traced.
    """

    person: Who
    organisation: str | None
    level: Level
    basis: Basis
    first_possible: datetime
    first_certain: datetime | None
    path: tuple[str, ...]
    gaps: tuple[str, ...] = ()
    resolved: bool = True
    supported: bool = False
    product: str | None = None
    portions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A passage of the product between two parties: people and raw names as Who, groups and organisations as str.

    `supported`: an unbroken recorded chain leads from the originator to the sender by then. `attestations`: all
    who report it, where that is more than this event alone; `event` and times are those of the most exact.
    """

    event: str
    from_: str | None
    to: str | None
    at_earliest: datetime
    at_latest: datetime
    supported: bool
    kind: str
    basis: Basis
    product: str
    attestations: tuple[Attestation, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A silence in the record: `says` states it, `ask` says what to ask for, `expires` when that may be lost.

    `silent_from` and `silent_to` bound the stretch without records where it is a stretch (a hole in a log).
    """

    id: str
    kind: GapKind
    organisation: str | None
    person: Who | None
    events: tuple[str, ...]
    says: str
    ask: str
    product: str | None = None
    system: str | None = None
    expires: datetime | None = None
    silent_from: datetime | None = None
    silent_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Restatement:
    """A portion of another product and one of ours that say the same. `kind`: verbatim or reworded; `share`: of
    the shorter one's content words, how many stand in the other; `spans`: stretches worded alike, as pairs of
    spans (theirs, ours) within the portions. `says` tells which was issued first."""

    portion: str
    ours: str
    kind: str
    share: float
    spans: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    says: str


@dataclass(frozen=True, slots=True)
class Related:
    """A product found by content to carry some of it, not declared as derived. `declare`: the command that
    declares the later one as derived from the earlier, for whoever has looked at the evidence."""

    product: str
    portions: tuple[tuple[str, str], ...]  # (their portion, our portion)
    similarity: float
    evidence: tuple[Restatement, ...] = ()
    declare: str | None = None


@dataclass(frozen=True, slots=True)
class ClockNote:
    """Two clocks that stand apart, and the gaps (ids) that say what came first by both of them."""

    says: str
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pathway:
    """Holders are ordered by first possible time, then person; transfers by time; ids are the ledger's.

    `attested`: every act that several sources report or somebody confirmed; `contradictions`: reports that cannot
    all be right; `clocks`: where clocks bear on the gaps, worked out for an investigation alone.
    """

    product: str
    before: datetime | None
    family: tuple[str, ...]
    holders: tuple[Holder, ...]
    transfers: tuple[Transfer, ...]
    gaps: tuple[Gap, ...]
    related: tuple[Related, ...] = field(default=())
    attested: tuple[Attested, ...] = field(default=())
    contradictions: tuple[Contradiction, ...] = field(default=())
    clocks: tuple[ClockNote, ...] = field(default=())
