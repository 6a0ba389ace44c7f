"""A person's decision on who a name is. It stands before any machine's link, until a person decides again.

`same`: the name is that person's, or the same as another name. `different`: it is not. The decision is a record in
`identities`; the names in the events stay as written.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tearline.intake.joining import RecordedLink, recorded_link
from tearline.intake.place import Place
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream
from tearline.records.parties import Party, PartyKind
from tearline.records.times import format_instant
from tearline.views.register import Register

Decide = Callable[[Place, str, str, str], list[RecordedLink]]


def decide_same(place: Place, name: str, other: str, reason: str) -> list[RecordedLink]:
    """Record that `name` (as written) is `other`: a person's or group's id, or another name.

    Returns the links recorded. Raises BadInput for an id in place of a name, for an organisation, and without a
    reason.
    """
    with place.ledger.transaction([Stream.IDENTITIES]) as transaction:
        register = Register.read(place.ledger, transaction.state)
        _check(register, name, other, reason)
        party = register.resolve(other)
        if party.kind is PartyKind.ORGANISATION:
            raise BadInput(
                f"{other!r} is an organisation", field="--same", remedy="Name a person, a group or another name"
            )
        if party.kind is PartyKind.NAME and party.id == name:
            name, party = other, Party(PartyKind.NAME, name)  # `other` stands for `name` already; keep it so
        body = _body(place, name, party, reason)
        transaction.append(Stream.IDENTITIES, [json.dumps(body, ensure_ascii=False)])
    return [recorded_link(body)]


def decide_different(place: Place, name: str, other: str, reason: str) -> list[RecordedLink]:
    """Record that `name` (as written) is not `other`. Returns the links recorded.

    From then on `name` stands for itself, and so does `other` where it was taken for the same; other spellings
    keep the links they had.
    """
    with place.ledger.transaction([Stream.IDENTITIES]) as transaction:
        register = Register.read(place.ledger, transaction.state)
        _check(register, name, other, reason)
        same = register.resolve(name) == register.resolve(other)
        whom = register.resolve(name)
        registered = whom.kind is not PartyKind.NAME
        # A name that looks like a registered person's has to be said to be nobody known.
        bodies = [_body(place, name, None if same and registered else Party(PartyKind.NAME, name), reason, other)]
        if (
            not registered
            and register.resolve(other).kind is PartyKind.NAME
            and (same or other not in register.links)
        ):
            bodies.append(_body(place, other, Party(PartyKind.NAME, other), reason, name))
        transaction.append(Stream.IDENTITIES, [json.dumps(body, ensure_ascii=False) for body in bodies])
    return [recorded_link(body) for body in bodies]


def _check(register: Register, name: str, other: str, reason: str) -> None:
    if not reason.strip():
        raise BadInput("a decision needs a reason", field="--reason", remedy='Add --reason "..."')
    if name in register.people or name in register.groups or name in register.organisations:
        raise BadInput(f"{name!r} is an id, not a name as written", field="NAME", remedy="Put the name first")
    if name == other:
        raise BadInput("the same name twice", field="NAME", remedy="Name two")


def _body(place: Place, name: str, whom: Party | None, reason: str, not_: str | None = None) -> dict[str, Any]:
    named = whom is not None and whom.kind is PartyKind.NAME
    return {
        "name": name,
        "person": whom.id if whom is not None and not named else None,
        "same_as": whom.id if whom is not None and named else None,
        "different_from": not_,
        "by": place.by,
        "at": format_instant(place.now()),
        "score": None,
        "reason": reason.strip(),
        "batch": None,
    }
