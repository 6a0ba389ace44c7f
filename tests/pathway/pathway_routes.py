"""Every way by which a product can have come to somebody, tried one after another: slow, obvious, no shared code.

A way is a sequence of parties without repetition. At every tick somebody hands on to somebody what the events of
that tick may have carried; along a way each step is taken at the first tick at which it can be.
"""

from __future__ import annotations

from pathway_reference import NO_HOLDING, Event, World, ancestors, family, is_issued_in, members_at

OUTSIDE = ""
ACTS = {"received", "opened", "shown", "briefed", "printed", "copied", "downloaded", "forwarded", "excerpted",
        "removed"}  # fmt: skip
Held = dict[str, int]  # product -> since when
Way = tuple[str, ...]


def handed_on(world: World, event: Event, tick: int, scope: set[str]) -> set[tuple[str, str]]:
    """Between whom the event can have carried its product at that tick; from OUTSIDE where it was issued."""
    senders, heads = _stood_for(world, event.actor, tick), _stood_for(world, event.recipient, tick)
    if event.recipient is None:
        takers = senders if event.kind in ACTS else set()
        return {(g, t) for t in takers for g in world.groups if g != t and t in members_at(world, g, tick)}
    if event.actor is None and event.kind == "disseminated":
        return {(OUTSIDE, head) for head in heads}
    if event.actor is None:
        return {(g, h) for h in heads for g in world.groups if g != h and h in members_at(world, g, tick)}
    found = {(sender, head) for sender in senders for head in heads}
    if is_issued_in(world, event, senders, tick, sure=False, scope=scope):
        found |= {(OUTSIDE, head) for head in heads}
    return found


def _stood_for(world: World, party: str | None, tick: int) -> set[str]:
    return set() if party is None else members_at(world, party, tick)


def ways(world: World, product: str, holder: str, before: int) -> dict[Way, int]:
    """Way -> when it arrives at the earliest; ways that arrive before `before` alone."""
    scope = family(world, product)
    steps: list[tuple[int, str, str, str]] = []  # tick, from, to, product
    for event in world.events:
        if event.product not in scope or event.kind in NO_HOLDING or event.lo >= before:
            continue
        for tick in range(event.lo, event.hi + 1):
            for tail, head in handed_on(world, event, tick, scope):
                steps.append((tick, tail, head, event.product))
    for name in scope:
        steps.append((-(10**9), OUTSIDE, world.originator[name], name))
        if world.issued[name] < before:
            for author in world.authors.get(name, ()):
                told = members_at(world, author, world.issued[name])
                steps.extend((world.issued[name], OUTSIDE, member, name) for member in told)
    found: dict[Way, int] = {}

    def go(way: Way, held: Held | None) -> None:
        here = way[-1] if way else OUTSIDE
        if here == holder and held:
            if min(held.values()) < before:
                found[way] = min(held.values())
            return
        for party in {head for _, tail, head, _ in steps if tail == here} - set(way):
            passed: Held = {}
            for tick, tail, head, name in steps:
                if (tail, head) != (here, party):
                    continue
                if held is not None and held.get(name, 10**9) > tick:
                    continue
                for other in scope:
                    if name in ancestors(world, other):
                        passed[other] = min(tick, passed.get(other, 10**9))
            if passed:
                go((*way, party), passed)

    go((), None)
    return found
