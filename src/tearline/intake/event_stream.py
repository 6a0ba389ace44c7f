"""Long files of events: what is surely new goes straight to the ledger, the rest to the stage to be settled.

Nothing counts before the commit, so it does no harm to append before the end is known; and memory does not grow
with the file. The hashes of what is appended become a part of the index of events once it is committed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tearline.intake.event_bulk import Scanned
from tearline.intake.event_hash import Hashes
from tearline.intake.event_keys import KeyPart, adopt, build_keys, read_keys
from tearline.intake.event_stage import EventStage
from tearline.intake.known import retracted
from tearline.intake.place import Place
from tearline.intake.seen_filter import FRESH, SAME, SeenFilter
from tearline.ledger import LedgerState
from tearline.records.kinds import Stream


class EventStream:
    """`take` block by block, `close` before settling, `settled` after it, `adopt` once all is committed."""

    def __init__(  # noqa: PLR0917 -- what a taking consists of
        self,
        place: Place,
        state: LedgerState,
        stage: EventStage,
        batch: str,
        append: Callable[[pa.Array], object],
        expected: int,
    ) -> None:
        """`append`: hands bodies to the ledger. `expected`: about how many events will come."""
        self._place, self._state, self._stage, self._batch, self._append = place, state, stage, batch, append
        keys = build_keys(place.event_keys, place.ledger, state)
        for left in place.event_keys.glob("*.part"):
            # Whoever is here holds the lock of the events stream: what lies here is a killed process's.
            left.unlink(missing_ok=True)
        self._seen = SeenFilter(state.size(Stream.EVENTS) + expected)
        for ids, contents in (stage.hashes(), *read_keys(keys, retracted(place.ledger, state))):
            self._seen.look(ids, contents)
        self._parts = [KeyPart(place.event_keys, batch)]
        self.appended = 0

    @property
    def part(self) -> KeyPart:
        """The hashes of what was appended."""
        return self._parts[0]

    def saw(self, ids: Hashes, contents: Hashes) -> None:
        """Events that were staged by themselves: an equal one that comes behind them must not pass for new."""
        self._seen.look(ids, contents)

    def take(self, file: int, scanned: Scanned) -> None:
        """Append the events of a block that are surely new; stage the others."""
        found = self._seen.look(scanned.ids, scanned.contents)
        fresh = found == FRESH
        bodies = scanned.bodies
        if not fresh.all():
            rest = ~fresh
            bodies = scanned.bodies.filter(pa.array(fresh))
            # A body that is most likely on record is not worth its room.
            likely = pa.array(found[rest] == SAME)
            kept = pc.if_else(likely, pa.scalar(None, pa.string()), scanned.bodies.filter(pa.array(rest)))
            self._stage.add_columns(file, scanned.lines[rest], scanned.ids[rest], scanned.contents[rest], kept)
        if len(bodies):
            self._append(bodies)
            self.part.add(scanned.ids[fresh], scanned.contents[fresh], self._batch)
            self.appended += len(bodies)

    def settled(self) -> None:
        """Note the staged events that have turned out to be new and will be appended behind the others."""
        ids, contents = self._stage.accepted_hashes()
        if len(ids):
            part = KeyPart(self._place.event_keys, f"{self._batch}-staged")
            self._parts.append(part)
            part.add(ids.astype(np.uint64), contents.astype(np.uint64), self._batch)

    def adopt(self) -> None:
        """All is committed: the index covers it from now on."""
        adopt(self._place.event_keys, self._place.ledger, self._parts, self._state.size(Stream.EVENTS))

    def abandon(self) -> None:
        for part in self._parts:
            part.abandon()
