"""A second person confirms what was typed by hand: a record in `custody`, the event as it was.

1. Only an entry by hand that still counts is confirmed.
2. One person confirms, by name; the person who states or entered it cannot. Two names that could be one person's
   count as the same unless both are people on record.
3. Confirming again changes nothing.

Who sat at the keyboard is kept beside it: one login for both is shown, not refused, because offices share
machines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tearline.intake.identities import parse_name
from tearline.intake.known import Body, retracted
from tearline.intake.place import Place
from tearline.ledger import Ledger, LedgerState
from tearline.records.errors import BadInput, NotPermitted
from tearline.records.kinds import Stream
from tearline.records.parties import PartyKind
from tearline.records.times import format_instant
from tearline.views.confirmations import CONFIRMATION
from tearline.views.register import Register


def confirm(place: Place, event: Mapping[str, Any], by: str) -> Body:
    """Record that the person `by` confirms an entry by hand; returns the confirmation, a second one unchanged.

    `event`: its id, batch and detail (an object or None). Raises BadInput for what is no entry by hand, was taken
    back, or where `by` is no one person; NotPermitted where it is the same person's own entry.
    """
    with place.ledger.transaction([Stream.CUSTODY]) as transaction:
        state = transaction.state
        batch = entry_batch(place.ledger, state, event)
        register = Register.read(place.ledger, state)
        if register.resolve(by).kind not in {PartyKind.PERSON, PartyKind.NAME}:
            raise BadInput(f"{by!r} is not one person", field="--by", remedy="Name the person who confirms")
        for own in _whose(event, batch):
            if could_be_the_same(register, own, by):
                raise NotPermitted(
                    "nobody confirms their own entry",
                    field="--by",
                    remedy="Ask a second person, who has seen the paper, to confirm it",
                )
        for earlier in confirmations(place.ledger, state, str(event["id"])):
            if could_be_the_same(register, str(earlier["by"]), by):
                return earlier
        body: Body = {
            "kind": CONFIRMATION,
            "event": event["id"],
            "batch": event["batch"],
            "by": by,
            "login": place.by,
            "at": format_instant(place.now()),
        }
        transaction.append(Stream.CUSTODY, [json.dumps(body, ensure_ascii=False, separators=(",", ":"))])
        return body


def confirmations(ledger: Ledger, state: LedgerState, event: str) -> list[Body]:
    """The confirmations of an event, in order."""
    found: Iterable[Body] = ledger.bodies(Stream.CUSTODY, state)
    return [body for body in found if body.get("kind") == CONFIRMATION and body.get("event") == event]


def entry_batch(ledger: Ledger, state: LedgerState, event: Mapping[str, Any]) -> Body:
    """The batch of an entry by hand that still counts. Raises BadInput for any other."""
    batch = next((b for b in ledger.bodies(Stream.BATCHES, state) if b["batch"] == event["batch"]), None)
    if batch is None or batch["kind"] != "record":
        raise BadInput(
            f"{event['id']!r} was not entered by hand",
            field="--confirm",
            remedy="What was taken in from files is confirmed by the files",
        )
    if event["batch"] in retracted(ledger, state):
        raise BadInput(f"the entry {event['id']!r} was taken back", field="--confirm", remedy="Enter it again")
    return batch


def _whose(event: Mapping[str, Any], batch: Mapping[str, Any]) -> Iterator[str]:
    """Who states an entry, and the login under which it was made."""
    stated = (event["detail"] or {}).get("recorded_by")
    if stated:
        yield str(stated)
    yield str(batch["by"])


def could_be_the_same(register: Register, one: str, other: str) -> bool:
    """Are these names, or could they be, one person's?"""
    first, second = register.resolve(one), register.resolve(other)
    if first.kind is second.kind is PartyKind.PERSON:
        return first.id == second.id
    a, b = (register.people[p.id].name if p.kind is PartyKind.PERSON else p.id for p in (first, second))
    if a.casefold().split() == b.casefold().split():
        return True
    left, right = parse_name(a), parse_name(b)
    return left is not None and right is not None and (left.first, left.last) == (right.first, right.last)
