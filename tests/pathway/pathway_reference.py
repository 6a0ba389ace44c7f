"""A slow, obvious account of who could have held what, sharing no code with the kernel.

It tries every reading of the clocks: each event happens at one tick of its interval, the world is played through
once per reading, and *possible* is the earliest over all readings, *certain* the latest where it happens in each.
Ticks are microseconds after `BASE`. For certainty, a membership or a post counts only where it holds throughout
the event's interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product as combinations

SENT = {"disseminated", "delivered"}
NO_HOLDING = {"returned", "destroyed", "recalled", "refused"}
LEVELS = {"delivered": 1, "opened": 2, "extracted": 3}
BASES = {"addressed": 1, "attested": 2, "arrival": 3, "act": 4}
TAKES_OUT = {"printed", "copied", "downloaded", "forwarded", "excerpted", "removed"}
ADDRESSED = {"disseminated", "forwarded", "excerpted"}


@dataclass(frozen=True)
class Event:
    id: str
    kind: str
    product: str
    lo: int
    hi: int
    actor: str | None = None
    recipient: str | None = None
    basis: str | None = None


@dataclass(frozen=True)
class World:
    """`posts`: person -> (organisation, since, until); `groups`: group -> (member, since, until)."""

    posts: dict[str, list[tuple[str, int, int]]]
    groups: dict[str, list[tuple[str, int, int]]]
    organisations: frozenset[str]
    originator: dict[str, str]
    issued: dict[str, int]
    authors: dict[str, tuple[str, ...]]
    derived_from: dict[str, tuple[str, ...]]
    events: tuple[Event, ...] = ()


@dataclass
class Holding:
    level: int
    basis: int
    first: int
    certain: int | None
    supported: bool = False
    own: set[str] = field(default_factory=set)


def is_holder(world: World, party: str) -> bool:
    return party not in world.groups and party not in world.organisations


def ancestors(world: World, product: str) -> set[str]:
    """The product and everything it is derived from."""
    found, waiting = {product}, [product]
    while waiting:
        for parent in world.derived_from.get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def family(world: World, product: str) -> set[str]:
    return {other for other in world.originator if product in ancestors(world, other)}


def members_at(world: World, party: str, tick: int) -> set[str]:
    """The party and, for a group, everything it stood for at that tick."""
    found, waiting = {party}, [party]
    while waiting:
        for member, since, until in world.groups.get(waiting.pop(), ()):
            if since <= tick < until and member not in found:
                found.add(member)
                waiting.append(member)
    return found


def members(world: World, event: Event, party: str | None, tick: int, *, sure: bool) -> set[str]:
    """At that tick; for certainty, only who is among them at every tick of the event."""
    if party is None:
        return set()
    if not sure:
        return members_at(world, party, tick)
    return set.intersection(*(members_at(world, party, t) for t in range(event.lo, event.hi + 1)))


def is_issued(world: World, event: Event, senders: set[str], tick: int, *, sure: bool) -> bool:
    """Whether one of the senders acts for an originator of the product, or of what it is derived from."""
    if event.kind not in SENT:
        return False
    organisations = {world.originator[p] for p in ancestors(world, event.product) if p in world.originator}
    ticks = range(event.lo, event.hi + 1) if sure else [tick]
    return any(
        all(
            any(o == organisation and since <= t < until for o, since, until in world.posts.get(s, ()))
            for t in ticks
        )
        for s in senders
        for organisation in organisations
    )


def readings(events: list[Event]) -> Iterator[dict[str, int]]:
    for ticks in combinations(*(range(event.lo, event.hi + 1) for event in events)):
        yield {event.id: tick for event, tick in zip(events, ticks, strict=True)}


def explained_by(
    world: World,
    event: Event,
    tick: int,
    held: dict[tuple[str, str], int],
    head: str,
    *,
    sure: bool,
    scope: set[str],
) -> bool:
    """Whether, at `tick`, an unbroken chain leads along the event to `head` (one of its recipients)."""
    senders = members(world, event, event.actor, tick, sure=sure)
    if event.actor is None:
        if event.kind == "disseminated":
            return True
        return any(
            held.get((group, event.product), 10**9) <= tick
            for group in world.groups
            if group != head and head in members(world, event, group, tick, sure=sure)
        )
    if is_issued_in(world, event, senders, tick, sure=sure, scope=scope):
        return True
    return any(held.get((sender, event.product), 10**9) <= tick for sender in senders)


def is_issued_in(world: World, event: Event, senders: set[str], tick: int, *, sure: bool, scope: set[str]) -> bool:
    inside = World(**{**vars(world), "originator": {p: o for p, o in world.originator.items() if p in scope}})
    return is_issued(inside, event, senders, tick, sure=sure)


def play(
    world: World, events: list[Event], scope: set[str], reading: dict[str, int], *, sure: bool
) -> dict[tuple[str, str], int]:
    """When each (party, product) is reached along unbroken chains, under one reading of the clocks."""
    held: dict[tuple[str, str], int] = {}

    def hold(party: str, product: str, tick: int) -> bool:
        changed = False
        for other in scope:
            if product in ancestors(world, other) and held.get((party, other), 10**9) > tick:
                held[party, other] = tick
                changed = True
        return changed

    for product in scope:
        hold(world.originator[product], product, -(10**9))
        for author in world.authors.get(product, ()):
            for member in members_at(world, author, world.issued[product]):
                hold(member, product, world.issued[product])
    changed = True
    while changed:
        changed = False
        for event in events:
            tick = reading[event.id]
            if event.recipient is not None:
                for head in members(world, event, event.recipient, tick, sure=sure):
                    if explained_by(world, event, tick, held, head, sure=sure, scope=scope):
                        changed |= hold(head, event.product, tick)
            elif event.kind in {"received", "opened", "shown", "briefed"} | TAKES_OUT:
                for actor in members(world, event, event.actor, tick, sure=sure):
                    for group in world.groups:
                        if (
                            group != actor
                            and actor in members(world, event, group, tick, sure=sure)
                            and held.get((group, event.product), 10**9) <= tick
                        ):
                            changed |= hold(actor, event.product, tick)
    return held


def proofs(event: Event) -> list[tuple[str, str, int, int]]:
    """(side, party, level, basis) of everything the event proves."""
    found = []
    if event.actor is not None:
        level = 0
        if event.kind == "received":
            level = 1
        elif event.kind in {"opened", "briefed", "shown"}:
            level = 2
        elif event.kind in TAKES_OUT:
            level = 3
        basis = BASES["act"]
        if event.basis == "attested" or (event.basis and event.recipient is None):
            basis = BASES[event.basis]
        if level:
            found.append(("actor", event.actor, level, basis))
    if event.recipient is not None:
        level = 2 if event.kind in {"shown", "briefed"} else 1
        basis = 4 if level == 2 else BASES["addressed" if event.kind in ADDRESSED else "arrival"]
        if event.basis:
            basis = BASES[event.basis]
        found.append(("recipient", event.recipient, level, basis))
    return found


def holdings(world: World, product: str, before: int, *, supported: bool) -> dict[str, Holding]:
    """Everybody who could have held the product before `before` (exclusive)."""
    scope = family(world, product)
    events = [e for e in world.events if e.product in scope and e.kind not in NO_HOLDING]
    every = list(readings(events))
    arrivals = [play(world, events, scope, reading, sure=False) for reading in every]
    surely = [play(world, events, scope, reading, sure=True) for reading in every]
    found: dict[str, Holding] = {}

    def note(party: str, level: int, basis: int, tick: int) -> None:
        if tick >= before or not is_holder(world, party):
            return
        held = found.setdefault(party, Holding(0, 0, tick, None))
        held.level, held.basis = max(held.level, level), max(held.basis, basis)
        held.first = min(held.first, tick)

    for name in scope:
        for author in world.authors.get(name, ()):
            for member in members_at(world, author, world.issued[name]):
                note(member, 2, 4, world.issued[name])
    for reading, held in zip(every, arrivals, strict=True):
        for event in events:
            tick = reading[event.id]
            for side, party, level, basis in proofs(event):
                for member in members_at(world, party, tick):
                    explained = held.get((member, event.product), 10**9) <= tick
                    if side == "recipient" and (event.actor is not None or event.kind == "disseminated"):
                        explained = explained_by(world, event, tick, held, member, sure=False, scope=scope)
                    if explained or not supported:
                        note(member, level, basis, tick)
    for party, holding in found.items():
        if supported:
            times = [min((t for (who, _), t in held.items() if who == party), default=10**9) for held in surely]
        else:
            times = [
                min(
                    [
                        reading[event.id]
                        for event in events
                        for _, named, *_ in proofs(event)
                        if party in members(world, event, named, reading[event.id], sure=True)
                    ]
                    + [
                        world.issued[name]
                        for name in scope
                        for author in world.authors.get(name, ())
                        if party in members_at(world, author, world.issued[name])
                    ],
                    default=10**9,
                )
                for reading in every
            ]
        latest = max(times)
        holding.certain = latest if latest < before else None
        holding.supported = any(t < before for held in arrivals for (who, _), t in held.items() if who == party)
    return found
