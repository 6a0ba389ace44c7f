"""How one holder can have come by a product: ways, what all of them need, and what would close a break."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tearline.records.naming import Who


@dataclass(frozen=True, slots=True)
class Route:
    """One way along recorded passages: through whom, by which events, and when it arrives at the earliest (of the
    surest way: by when it has arrived under every reading). `parties` end with the holder; `issued_by` issued
    it to the first of them: the sender, or the originator where none is named; None where the first is the
    originator itself or an author, who needs no event.
    """

    issued_by: str | None
    parties: tuple[str, ...]
    events: tuple[str, ...]
    arrives: datetime


@dataclass(frozen=True, slots=True)
class Closer:
    """A record that, if it existed, would link a holder to the originator: that `party` had the product by `by`.

    `gaps` are those about that party.
    """

    party: str
    organisation: str | None
    product: str
    by: datetime
    says: str
    ask: str
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Needed:
    """What every unbroken chain to a holder runs through, the originator and the holder left out."""

    events: tuple[str, ...]
    parties: tuple[str, ...]
    organisations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Witnesses:
    """How a holder can have come by a product. `earliest` and `certain` are None where no unbroken chain leads
    there; then `closers` say which single records would make one. `recorded` goes as far back as the record does.
    """

    person: Who
    product: str
    recorded: tuple[str, ...]
    earliest: Route | None
    certain: Route | None
    further: tuple[Route, ...]
    every_path: Needed
    closers: tuple[Closer, ...]
