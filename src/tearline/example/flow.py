"""What happened to each report: the handling events, as the organisations' systems would have recorded them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tearline.example import material
from tearline.example.reports import Report
from tearline.example.world import House, World
from tearline.records.kinds import AccessBasis
from tearline.records.people import Person

_DESKS = {"VAS": "desk-vas", "HSB": "desk-hsb", "COC": "desk-coc"}
_REGISTRIES = {"MND": "registry-mnd", "RBS": "registry-rbs", "HCV": "registry-rbs"}


@dataclass(frozen=True, slots=True)
class Handling:
    """One record before it has an id. `latest` is None for an exact time, else the end of the interval.

    `native`: the native file this record goes to instead of `events.jsonl`, if any.
    """

    kind: str
    product: str
    at: datetime
    latest: datetime | None = None
    actor: str | None = None
    recipient: str | None = None
    organisation: str | None = None
    system: str | None = None
    basis: str | None = None
    copy: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    native: str | None = None


def record_flow(seed: int, world: World, reports: Sequence[Report]) -> tuple[Handling, ...]:
    """Every handling record of the fourteen months, by time; the story's own acts among them."""
    flow = _Flow(Random(f"{seed}:flow"), world)
    for report in reports:
        flow.release(report)
    for report in reports:
        flow.excerpts(report)
    for act in material.read("story")["act"]:
        flow.act(act, {report.key: report for report in reports if report.key})
    return tuple(sorted(flow.kept(), key=lambda e: (e.at, e.product, e.kind, e.actor or "", e.recipient or "")))


class _Flow:
    """Writes the records of one report after another; who opens much and who little is fixed at the start."""

    def __init__(self, rng: Random, world: World) -> None:
        self.rng = rng
        self.world = world
        self.events: list[Handling] = []
        self.eager = {person: rng.betavariate(2.2, 1.6) * 1.7 for person in world.people}
        hole = material.read("world")["hole"]
        self.hole = (hole["organisation"], hole["kind"], hole["start"], hole["end"])
        self.shared = material.read("world")["shared_account"]
        self.sharers = {m.member for m in world.groups[self.shared["office"]].memberships}
        self.offices = self._offices()

    def _offices(self) -> dict[str, tuple[str, ...]]:
        """Whoever has access by office -> the assistants of that office."""
        found = {}
        for key, group in self.world.groups.items():
            if key.startswith("office-"):
                members = [m.member for m in group.memberships]
                head = next((m for m in members if self._by_office(self.world.people[m])), None)
                if head:
                    found[head] = tuple(m for m in members if m != head)
        return found

    @staticmethod
    def _by_office(person: Person) -> bool:
        return person.periods[0].access_basis is AccessBasis.OFFICE

    def kept(self) -> list[Handling]:
        """All but what fell into the hole of a log, or after the end of the records."""
        organisation, kind, start, end = self.hole
        return [
            event
            for event in self.events
            if event.at < self.world.end
            and not (event.organisation == organisation and event.kind == kind and start <= event.at.date() < end)
        ]

    def release(self, report: Report) -> None:
        """Dissemination to the lists, then what each reader and each organisation does with the report."""
        product, rng = report.product, self.rng
        desk = _DESKS[product.originator]
        sent = product.issued_at + timedelta(minutes=rng.randint(2, 25))
        audience: dict[str, None] = {}
        for number, name in enumerate(product.distribution):
            at = sent + timedelta(minutes=number, seconds=rng.randint(0, 50))
            self._add("disseminated", report, at, desk, name, product.originator, "release-register", "addressed")
            if name in self.world.groups:
                audience.update(dict.fromkeys(self.world.groups[name].members_at(product.issued_at)))
        for name in report.external:
            at = sent + timedelta(hours=3, minutes=rng.randint(0, 40))
            self._add("delivered", report, at, desk, name, product.originator, "courier", "arrival", copy="01")
        copies = iter(range(2, 400))
        for person in audience:
            self._deliver(report, person, desk, sent, copies)
        if rng.random() < 0.03:
            at = self._working(sent + timedelta(days=rng.randint(9, 25)))
            for name in product.distribution:
                self._add("recalled", report, at, desk, name, product.originator, "release-register", "act")

    def _deliver(self, report: Report, person: str, desk: str, sent: datetime, copies: Any) -> None:
        house = self._house(person, sent)
        if house is None:
            return
        if person in self.offices:
            self._binder(report, person, house, sent)
            return
        if house.channel == "paper":
            self._paper(report, person, house, sent, f"{next(copies):02d}")
            return
        rng, organisation = self.rng, house.organisation.id
        at = sent + timedelta(minutes=rng.randint(3, 50), seconds=rng.randint(0, 59))
        if house.channel == "portal":
            self._add("delivered", report, at, desk, person, organisation, "portal", "arrival")
        else:
            self._add(
                "disseminated", report, at, desk, person, report.product.originator, "release-register", "addressed",
                latest=_end_of_day(at), native="distribution-list",
            )  # fmt: skip
        eager = self.eager[person]
        if rng.random() < house.receipt:
            seen = self._working(at + timedelta(hours=rng.lognormvariate(1.1, 1.0)))
            self._add("received", report, seen, person, None, organisation, "registry", "act")
        if rng.random() < min(0.97, house.open * (0.45 + 0.6 * eager)):
            self._read(report, person, house, at)

    def _read(self, report: Report, person: str, house: House, delivered: datetime) -> None:
        """Opens in bursts; now and then a print, a download, a forward."""
        rng, organisation = self.rng, house.organisation.id
        at = self._working(delivered + timedelta(hours=rng.lognormvariate(2.0, 1.1)))
        for again in range(1 + min(5, int(rng.expovariate(2.4 / (0.25 + self.eager[person]))))):
            if again:
                later = (
                    timedelta(minutes=rng.randint(4, 50))
                    if rng.random() < 0.5
                    else timedelta(days=rng.randint(1, 12))
                )
                at = self._working(at + later)
            self._add("opened", report, at, self._as_logged(person, house), None, organisation, "portal", "act")
        if rng.random() < house.print * self.eager[person] and self._allowed(report, "print", house):
            when = self._working(at + timedelta(minutes=rng.randint(1, 30)))
            detail = {
                "printer": f"{organisation}-{rng.randint(1, 6)}",
                "pages": 1 + len(report.product.portions) // 2,
            }
            self._add("printed", report, when, person, None, organisation, "print-log", "act", detail=detail)
            if rng.random() < 0.5:
                gone = self._working(when + timedelta(days=rng.randint(3, 40)))
                self._add("destroyed", report, gone, person, None, organisation, "destruction-register", "act")
        if rng.random() < 0.02:
            when = self._working(at + timedelta(minutes=rng.randint(1, 20)))
            self._add(
                "downloaded", report, when, self._as_logged(person, house), None, organisation, "portal", "act"
            )
        if rng.random() < house.forward * self.eager[person]:
            self._forward(report, person, house, at)

    def _forward(self, report: Report, person: str, house: House, read: datetime) -> None:
        rng, organisation = self.rng, house.organisation.id
        outward = rng.random() < house.astray / max(house.forward, 0.01) * (0.4 if house.astray < 0.05 else 0.8)
        at = self._working(read + timedelta(minutes=rng.randint(3, 300)))
        there = [
            other
            for other in self._staff(at)
            if other[0] != person and (other[1] != organisation if outward else other[1] == organisation)
        ]
        if not there:
            return
        recipient, where = rng.choice(there)
        written = (
            self._free_name(recipient) if rng.random() < 0.07 else self.world.account(recipient, "mail", where)
        )
        native = "mail" if rng.random() < 0.10 else None
        sender = self.world.account(person, "mail", organisation)
        self._add(
            "forwarded", report, at, sender, written, organisation, "mail-gateway", "act", native=native,
            detail={"subject": f"TR: {report.product.number}" if rng.random() < 0.3 else f"Fwd: {report.product.number}"},
        )  # fmt: skip
        target = self.world.houses[where]
        if target.channel == "portal" and rng.random() < 0.66:
            when = self._working(at + timedelta(hours=rng.lognormvariate(1.0, 1.0)))
            self._add("opened", report, when, self._as_logged(recipient, target), None, where, "portal", "act")

    def _binder(self, report: Report, person: str, house: House, sent: datetime) -> None:
        """An assistant makes up the binder; the holder of the office reads it there or is told of it."""
        rng, organisation = self.rng, house.organisation.id
        assistants = self.offices[person]
        if not assistants:
            return
        assistant = rng.choice(assistants)
        made = self._working(sent + timedelta(hours=rng.uniform(1, 12)))
        self._add(
            "copied", report, made, assistant, None, organisation, "binder", "act",
            latest=_end_of_day(made), detail={"binder": f"{organisation} {made:%d %b %Y}"},
        )  # fmt: skip
        day = self._working(made + timedelta(hours=rng.uniform(2, 22)))
        if rng.random() < 0.75:
            self._add(
                "shown",
                report,
                day,
                assistant,
                person,
                organisation,
                "reading-log",
                "act",
                latest=_end_of_day(day),
            )
        else:
            self._add(
                "briefed", report, day, assistant, person, organisation, "calendar", "act", detail={"mode": "oral"}
            )
        if rng.random() > house.late:
            back = self._working(day + timedelta(days=rng.randint(1, 4)))
            self._add(
                "returned", report, back, assistant, None, organisation, "binder", "act", latest=_end_of_day(back)
            )

    def _paper(self, report: Report, person: str, house: House, sent: datetime, copy: str) -> None:
        """Numbered copies by courier and a reading log kept by the day."""
        rng, organisation = self.rng, house.organisation.id
        registry = _REGISTRIES[organisation]
        day = self._working(sent + timedelta(hours=rng.uniform(2, 20)))
        self._add(
            "delivered", report, day, registry, person, organisation, "courier", "arrival",
            latest=_end_of_day(day), copy=copy,
        )  # fmt: skip
        if rng.random() < house.receipt:
            self._add(
                "received", report, day, person, None, organisation, "registry", "act",
                latest=_end_of_day(day), copy=copy,
            )  # fmt: skip
        if rng.random() < house.open:
            read = self._working(day + timedelta(hours=rng.uniform(1, 60)))
            who = self._free_name(person) if rng.random() < 0.04 else person
            self._add(
                "opened", report, read, who, None, organisation, "reading-log", "act",
                latest=_end_of_day(read), copy=copy, native="reading-log",
            )  # fmt: skip
        due = report.product.handling.return_by
        if due is not None:
            limit = datetime(due.year, due.month, due.day, 12, tzinfo=UTC)
            late = rng.random() < house.late
            if late and rng.random() < 0.5:
                return
            span = timedelta(days=rng.randint(2, 18)) if late else -timedelta(days=rng.randint(1, 9))
            back = self._working(limit + span)
            self._add(
                "returned", report, back, person, registry, organisation, "registry", "act",
                latest=_end_of_day(back), copy=copy,
            )  # fmt: skip

    def excerpts(self, report: Report) -> None:
        """Whoever wrote a derived edition had read its parents and took from them."""
        product = report.product
        for parent in product.derived_from:
            for author in product.authors:
                at = product.issued_at - timedelta(hours=self.rng.randint(2, 20), minutes=self.rng.randint(0, 59))
                self.events.append(
                    Handling(
                        "excerpted", parent, at, actor=author, organisation=product.originator, system="editing-room",
                        basis="act", detail={"into": product.id},
                    )
                )  # fmt: skip

    def act(self, act: Mapping[str, Any], by_key: Mapping[str, Report]) -> None:
        """One act of the story, as written in `material/story.toml`."""
        report = by_key[act["report"]]
        cast = self.world.cast
        at: datetime = act["at"]
        actor = cast[act["actor"]]
        organisation = self.world.people[actor].organisation_at(at)
        self._add(
            act["kind"], report, at, actor, cast.get(act.get("recipient", "")), organisation, act["system"],
            act.get("basis", "act"), latest=_end_of_day(at) if act.get("day") else None, detail=act.get("detail", {}),
            native=act.get("native"),
        )  # fmt: skip

    def _add(
        self,
        kind: str,
        report: Report,
        at: datetime,
        actor: str | None,
        recipient: str | None,
        organisation: str,
        system: str,
        basis: str,
        *,
        latest: datetime | None = None,
        copy: str | None = None,
        detail: Mapping[str, Any] | None = None,
        native: str | None = None,
    ) -> None:
        if latest is not None:
            at = at.replace(hour=0, minute=0, second=0)
        self.events.append(
            Handling(
                kind, report.product.id, at, latest, actor, recipient, organisation, system, basis, copy, detail or {},
                native,
            )
        )  # fmt: skip

    def _house(self, person: str, at: datetime) -> House | None:
        """The organisation that delivers to somebody: none where no post is on record and none ever was."""
        who = self.world.people[person]
        if who.periods[0].valid_from > at:
            return None
        return self.world.houses[who.organisation_at(at)]

    def _staff(self, at: datetime) -> list[tuple[str, str]]:
        return [
            (person.id, periods[0].organisation)
            for person in self.world.people.values()
            if (periods := person.periods_at(at)) and person.id not in self.offices
        ]

    def _as_logged(self, person: str, house: House) -> str:
        """The portal writes log-ins; half of the exports name the person instead, and one room shares a log-in."""
        if person in self.sharers and house.organisation.id == self.shared["organisation"]:
            return str(self.shared["login"])
        if self.rng.random() < 0.5:
            return self.world.account(person, "portal", house.organisation.id)
        return person

    def _free_name(self, person: str) -> str:
        """A name as somebody in a hurry writes it: often not enough to tell who is meant."""
        first, _, last = self.world.people[person].name.partition(" ")
        return self.rng.choice(
            [f"{last}, {first[0]}.", last.upper(), f"{first} (duty)", f"M. {last}", f"{last} / relief"]
        )

    def _allowed(self, report: Report, what: str, house: House) -> bool:
        """Whether the terms permit it; careless organisations do it all the same one time in ten."""
        terms = report.product.handling
        return getattr(terms, what) != "no" or self.rng.random() < (0.10 if house.late > 0.09 else 0.02)

    def _working(self, at: datetime) -> datetime:
        """The first moment at or after `at` when offices are open, with some who stay late."""
        rng = self.rng
        if at.hour >= 18 and rng.random() > 0.06:
            at = (at + timedelta(days=1)).replace(hour=8, minute=rng.randint(0, 59))
        elif at.hour < 7:
            at = at.replace(hour=8, minute=rng.randint(0, 59))
        while at.weekday() >= 5 and rng.random() > 0.02:
            at = (at + timedelta(days=1)).replace(hour=8 + rng.randint(0, 2), minute=rng.randint(0, 59))
        return at.replace(second=rng.randint(0, 59), microsecond=0)


def _end_of_day(at: datetime) -> datetime:
    return at.replace(hour=23, minute=59, second=59, microsecond=0)
