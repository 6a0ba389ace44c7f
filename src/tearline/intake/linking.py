"""Linking the names of a batch to people and to one another, while the batch is taken in."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from tearline.intake.account_ids import Shown
from tearline.intake.joining import ledger_decided, link_all
from tearline.intake.known import Body, retracted
from tearline.intake.taking import Taking
from tearline.records.bodies import person
from tearline.records.kinds import Stream
from tearline.views.register import Register


def link_names(one: Taking, shown: Shown = MappingProxyType({})) -> int:
    """Record who the names in the staged events are, where that can be said; how many links were made.

    `shown`: the names that the events show beside the identifier of an account.
    """
    names = one.stage.names()
    if not names:
        return 0
    ledger, state = one.place.ledger, one.state
    gone = retracted(ledger, state)
    bodies = link_all(_register(one, gone), ledger_decided(ledger, state), names, one.stage.times, shown)
    for body in bodies:
        one.add(Stream.IDENTITIES, body)
    return len(bodies)


def _register(one: Taking, gone: frozenset[str]) -> Register:
    """The register as it will be once this batch is committed."""
    ledger, state = one.place.ledger, one.state
    register = Register.read(ledger, state)
    pending = one.pending(Stream.PEOPLE)
    if not pending:
        return register
    rows: dict[str, dict[str, Body]] = {}
    for body in [*(b for b in ledger.bodies(Stream.PEOPLE, state) if b.get("batch") not in gone), *pending]:
        rows.setdefault(body["id"], {})[body["valid_from"]] = body
    return replace(register, people={identifier: person(found.values()) for identifier, found in rows.items()})
