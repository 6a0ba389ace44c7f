"""One invocation's records on their way into the ledger: accepted, known already, or refused; then committed.

Everything happens inside one ledger transaction whose locks are held from the look at what is on record to the
commit, so that two intakes at once can neither lose nor double a record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import duckdb

from tearline.intake.batches import Counts, batch_body, new_batch_id
from tearline.intake.event_hash import hash_key
from tearline.intake.event_keys import build_keys
from tearline.intake.event_stage import EventStage, Settled
from tearline.intake.event_stream import EventStream
from tearline.intake.known import Body, Known, retracted
from tearline.intake.lines import SourceFile
from tearline.intake.place import Place
from tearline.intake.quarantine import QuarantineWriter, Refused, Source, held_digests, sweep
from tearline.intake.rows import Unread
from tearline.ledger import LedgerState, Transaction
from tearline.ledger.ahead import ahead
from tearline.records.errors import CouldNot, TearlineError
from tearline.records.kinds import Stream

CONFLICT = "an event with this id and other content is on record"
CONFLICT_REMEDY = "Give it an id of its own; an event on record is never replaced, only its batch retracted"


class Taking:
    """Made by `taking`. `batch` is the id that what is accepted will carry."""

    def __init__(self, place: Place, transaction: Transaction, *, fresh: bool) -> None:
        """`fresh`: rows that lie in quarantine already are not stored again."""
        self.place = place
        self.now = place.now()
        self.batch = new_batch_id(self.now)
        self.known = Known.read(place.ledger, transaction.state)
        self.counts = Counts()
        self._transaction = transaction
        self._bodies: dict[Stream, list[str]] = {}
        sweep(place.quarantine, place.ledger, transaction.state)
        before = held_digests(place.quarantine, place.ledger, transaction.state) if fresh else frozenset()
        self._quarantine = QuarantineWriter(place.quarantine, self.batch, before)
        self._stage: EventStage | None = None
        self._stream: EventStream | None = None
        self._staged_new = 0

    @property
    def stage(self) -> EventStage:
        """Where events gather; made when first asked for."""
        if self._stage is None:
            self._stage = EventStage(self.place.spill, self.batch, hash_key(self.place.ledger.keys.salt))
        return self._stage

    @property
    def streaming(self) -> bool:
        return self._stream is not None

    def stream(self, expected: int) -> EventStream:
        """Where events go that need not gather, about `expected` of them; made when first asked for."""
        if self._stream is None:
            self._stream = EventStream(
                self.place,
                self.state,
                self.stage,
                self.batch,
                lambda bodies: self._transaction.append(Stream.EVENTS, bodies),
                expected,
            )
        return self._stream

    def register(self, stream: Stream, body: Body) -> None:
        """Accept a checked row of a register, unless the very same was said before."""
        if self.known.holds(stream, body):
            self.counts.of(stream).duplicates += 1
            return
        self.known.add(stream, body)
        self.counts.of(stream).accepted += 1
        self.add(stream, body)

    @property
    def state(self) -> LedgerState:
        """The ledger as it stood when the locks were taken."""
        return self._transaction.state

    def add(self, stream: Stream, body: Body) -> None:
        """Append a body that is not counted as read: what intake itself has to say."""
        text = json.dumps({**body, "batch": self.batch}, ensure_ascii=False, separators=(",", ":"))
        self._bodies.setdefault(stream, []).append(text)

    def pending(self, stream: Stream) -> list[Body]:
        """The bodies that this batch will append to a register."""
        return [json.loads(text) for text in self._bodies.get(stream, ())]

    def refuse(self, stream: Stream, row: Refused) -> None:
        self.counts.of(stream).quarantined += 1
        self._quarantine.add(row)

    def refuse_unread(self, stream: Stream, source: Source, row: Unread) -> None:
        """Refuse what could not be read; without a `Refused`, because of some logs that is nearly every line."""
        self.counts.of(stream).quarantined += 1
        self._quarantine.add_row(source, row.line, row.raw, row.what, row.field, row.remedy or None, row.lossy)

    def warn(self, text: str) -> None:
        if text not in self.counts.warnings:
            self.counts.warnings.append(text)

    def settle(self) -> Settled:
        """Decide which staged events are new; the caller counts. What was appended already counts as accepted."""
        if self._stage is None:
            return Settled(0, 0, ())
        state, ledger = self._transaction.state, self.place.ledger
        keys = build_keys(self.place.event_keys, ledger, state)
        appended = 0
        if self._stream is not None:
            self._stream.part.close()
            keys = [*keys, self._stream.part.path]
            appended = self._stream.appended
        settled = self._stage.settle(keys, retracted(ledger, state))
        self._staged_new = settled.accepted
        if self._stream is not None:
            self._stream.settled()
        if not settled.accepted and not appended:
            # The same input again says nothing new, whatever else has been learnt of its names since.
            self._bodies.pop(Stream.IDENTITIES, None)
        return replace(settled, accepted=settled.accepted + appended)

    def conclude(
        self,
        kind: str,
        files: Sequence[SourceFile] = (),
        *,
        retries: tuple[str, ...] = (),
        more: Mapping[str, Any] | None = None,
    ) -> Counts:
        """Append everything and the batch's own record; nothing at all where nothing new was said."""
        total = self.counts.total()
        news = total.accepted or self._quarantine.stored or any(self._bodies.values())
        if retries:
            # What was refused before and is refused again changes nothing.
            news = total.accepted or total.duplicates
        if not news:
            self._quarantine.abandon()
            return self.counts
        digest = self._quarantine.finish()
        for stream, bodies in self._bodies.items():
            self._transaction.append(stream, bodies)
        if self._stage is not None and self._staged_new:
            for column in ahead(self._stage.bodies()):
                self._transaction.append(Stream.EVENTS, column)
        self.counts.batch = self.batch
        body = batch_body(
            self.batch,
            kind,
            self.now,
            self.place.by,
            counts=self.counts,
            files=tuple(files),
            quarantine_sha256=digest,
            retries=retries,
            more=more,
        )
        self._transaction.append(Stream.BATCHES, [body])
        return self.counts

    def close(self) -> None:
        if self._stage is not None:
            self._stage.__exit__(None, None, None)

    def committed(self) -> None:
        """What was concluded is part of the ledger."""
        if self._stream is not None:
            self._stream.adopt()

    def abandon(self) -> None:
        self._quarantine.abandon()
        if self._stream is not None:
            self._stream.abandon()


@contextmanager
def taking(place: Place, streams: Sequence[Stream], *, fresh: bool = True) -> Iterator[Taking]:
    """Hold the streams' locks; commit what was concluded when the block ends, drop everything when it raises."""
    one: Taking | None = None
    try:
        with place.ledger.transaction([*streams, Stream.BATCHES]) as transaction:
            one = Taking(place, transaction, fresh=fresh)
            try:
                yield one
            finally:
                one.close()
        one.committed()
    except BaseException as error:
        if one is not None and not _committed(place, one.batch):
            one.abandon()
        if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
            raise CouldNot(
                f"the records could not be sorted: {str(error).splitlines()[0]}",
                where=str(place.spill),
                remedy="Nothing was kept. Free some disk space or memory, then try again",
            ) from error
        raise


def _committed(place: Place, batch: str) -> bool:
    """Is the batch on record? An interruption may arrive between the commit and our hearing of it."""
    try:
        return any(body["batch"] == batch for body in place.ledger.bodies(Stream.BATCHES))
    except TearlineError:
        return True  # it cannot be told: keep what the next intake can still clear away
