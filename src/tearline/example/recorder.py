"""How an act becomes a record: office hours, log-ins, hurried spellings, days instead of hours, and lost logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tearline.example import material
from tearline.example.houses import House
from tearline.example.people import given_and_family
from tearline.example.world import World


@dataclass(frozen=True, slots=True)
class Handling:
    """One record before it has an id. `latest` is None for an exact time, else the end of the day it is known by.

    `native`: the kind of native file this record stands in instead of `events.jsonl`, if any.
    """

    kind: str
    product: str
    at: datetime
    latest: datetime | None = None
    actor: str | None = None
    recipient: str | None = None
    organisation: str | None = None
    system: str | None = None
    basis: str = "act"
    copy: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    native: str | None = None


class Recorder:
    """Keeps what is recorded, as each organisation's systems would write it."""

    def __init__(self, rng: Random, world: World) -> None:
        self._rng = rng
        self._world = world
        self._events: list[Handling] = []
        table = material.read("world")
        self._hole = table["hole"]
        self._shared = table["shared_account"]
        self._sharers = {m.member for m in world.groups[self._shared["office"]].memberships}

    def add(self, kind: str, product: str, at: datetime, *, day: bool = False, **more: Any) -> None:
        """Records an act; with `day`, only its day is known. `more`: the other fields of a `Handling`."""
        latest = at.replace(hour=23, minute=59, second=59, microsecond=0) if day else None
        if day:
            at = at.replace(hour=0, minute=0, second=0)
        self._events.append(Handling(kind, product, at, latest, **more))

    def kept(self) -> tuple[Handling, ...]:
        """Everything by time, but what fell into the hole of a log or after the end of the records."""
        hole = self._hole
        kept = [
            event
            for event in self._events
            if event.at < self._world.end
            and not (
                event.organisation == hole["organisation"]
                and event.kind == hole["kind"]
                and hole["start"] <= event.at.date() < hole["end"]
            )
        ]
        return tuple(sorted(kept, key=lambda e: (e.at, e.product, e.kind, e.actor or "", e.recipient or "")))

    def as_logged(self, person: str, house: House) -> str:
        """The portal writes log-ins; half of the exports name the person instead, and one room shares a log-in."""
        if person in self._sharers and house.id == self._shared["organisation"]:
            return str(self._shared["login"])
        if self._rng.random() < 0.5:
            return self._world.account(person, "portal", house.id)
        return person

    def in_a_hurry(self, person: str) -> str:
        """A name as somebody in a hurry writes it: often not enough to tell who is meant."""
        given, family = given_and_family(self._world.people[person].name)
        forms = (f"{family}, {given[0]}.", family.upper(), f"{given} (duty)", f"M. {family}", f"{family} / relief")
        return self._rng.choice(forms)

    def working(self, at: datetime) -> datetime:
        """The first moment at or after `at` when offices are open; a few stay late, fewer come at weekends."""
        rng = self._rng
        if at.hour >= 18 and rng.random() > 0.06:
            at = (at + timedelta(days=1)).replace(hour=8, minute=rng.randint(0, 59))
        elif at.hour < 7:
            at = at.replace(hour=8, minute=rng.randint(0, 59))
        while at.weekday() >= 5 and rng.random() > 0.02:
            at = (at + timedelta(days=1)).replace(hour=8 + rng.randint(0, 2), minute=rng.randint(0, 59))
        return at.replace(second=rng.randint(0, 59), microsecond=0)
