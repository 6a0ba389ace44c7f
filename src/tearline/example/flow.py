"""What happened to each report between its release and the day the records end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from tearline.example import material
from tearline.example.chance import dice
from tearline.example.houses import House
from tearline.example.recorder import Handling, Recorder
from tearline.example.reports import Report
from tearline.example.world import World
from tearline.records.kinds import AccessBasis

_DESKS = {"VAS": "desk-vas", "HSB": "desk-hsb", "COC": "desk-coc"}
_REGISTRIES = {
    "MND": "registry-mnd",
    "RBS": "registry-rbs",
    "HCV": "registry-rbs",
}  # the Board's serves the judges
_CARELESS = 0.09  # an organisation late with more than this share of returns is careless with terms too


def record_flow(seed: int, world: World, reports: Sequence[Report]) -> tuple[Handling, ...]:
    """Every handling record of the fourteen months, by time; the story's own acts among them."""
    rng = dice(seed, "flow")
    recorder = Recorder(rng, world)
    flow = _Flow(rng, world, recorder, {report.product.id: report.product.issued_at for report in reports})
    for report in reports:
        flow.release(report)
    by_key = {report.key: report for report in reports if report.key}
    for act in material.read("story")["act"]:
        flow.act(act, by_key[act["report"]])
    return recorder.kept()


class _Flow:
    """Follows one report after another; who reads much and who little is fixed at the start."""

    def __init__(self, rng: Random, world: World, recorder: Recorder, issued: Mapping[str, datetime]) -> None:
        self._rng = rng
        self._issued = issued
        self._world = world
        self._log = recorder
        self._eager = {person: rng.betavariate(2.2, 1.6) * 1.7 for person in world.people}
        self._assistants = dict(_offices(world))

    def release(self, report: Report) -> None:
        """Dissemination to the lists, then what each reader and each organisation does with the report."""
        product, rng = report.product, self._rng
        self._excerpts(report)
        desk = _DESKS[product.originator]
        sent = product.issued_at + timedelta(minutes=rng.randint(2, 25))
        register: dict[str, Any] = {
            "actor": desk,
            "organisation": product.originator,
            "system": "release-register",
        }
        audience: dict[str, None] = {}
        for number, name in enumerate(product.distribution):
            at = sent + timedelta(minutes=number, seconds=rng.randint(0, 50))
            self._log.add("disseminated", product.id, at, recipient=name, basis="addressed", **register)
            if name in self._world.groups:
                audience.update(dict.fromkeys(self._world.groups[name].members_at(product.issued_at)))
        for name in report.external:
            at = sent + timedelta(hours=3, minutes=rng.randint(0, 40))
            self._log.add(
                "delivered", product.id, at, actor=desk, recipient=name, organisation=product.originator,
                system="courier", basis="arrival", copy="01",
            )  # fmt: skip
        copies = count(2)
        for person in audience:
            self._deliver(report, person, sent, copies)
        if rng.random() < 0.03:
            at = self._log.working(sent + timedelta(days=rng.randint(9, 25)))
            for name in product.distribution:
                self._log.add("recalled", product.id, at, recipient=name, **register)

    def _excerpts(self, report: Report) -> None:
        """Whoever wrote a derived edition took from its parents shortly before."""
        product = report.product
        for parent in product.derived_from:
            for author in product.authors:
                ahead = timedelta(hours=self._rng.randint(2, 20), minutes=self._rng.randint(0, 59))
                at = max(product.issued_at - ahead, self._issued[parent] + timedelta(minutes=30))
                self._log.add(
                    "excerpted", parent, at, actor=author, organisation=product.originator, system="editing-room",
                    detail={"into": product.id},
                )  # fmt: skip

    def _deliver(self, report: Report, person: str, sent: datetime, copies: Iterator[int]) -> None:
        rng, product, who = self._rng, report.product, self._world.people[person]
        if who.periods[0].valid_from > sent:
            return
        house = self._world.houses[who.organisation_at(sent)]
        if person in self._assistants:
            self._binder(report, person, house, sent)
            return
        present = self._present(person, sent)
        if house.channel == "paper":
            if present:
                self._paper(report, person, house, sent, f"{next(copies):02d}")
            return
        at = sent + timedelta(minutes=rng.randint(3, 50), seconds=rng.randint(0, 59))
        desk = _DESKS[product.originator]
        if house.channel == "portal":
            self._log.add(
                "delivered", product.id, at, actor=desk, recipient=person, organisation=house.id, system="portal",
                basis="arrival",
            )  # fmt: skip
        else:  # no log at the other end: all that remains is the address on the desk's own list
            self._log.add(
                "disseminated", product.id, at, day=True, actor=desk, recipient=person,
                organisation=product.originator, system="release-register", basis="addressed",
                native="distribution-list",
            )  # fmt: skip
        if not present:
            return
        if rng.random() < house.receipt:
            seen = self._log.working(at + timedelta(hours=rng.lognormvariate(1.1, 1.0)))
            self._log.add("received", product.id, seen, actor=person, organisation=house.id, system="registry")
        if rng.random() < min(0.97, house.open * (0.45 + 0.6 * self._eager[person])):
            self._read(report, person, house, at)

    def _present(self, person: str, at: datetime) -> bool:
        """Whether somebody still reads: a lapsed clearance stops half of them, a departure all but a few."""
        who = self._world.people[person]
        if who.periods_at(at):
            return True
        if any(period.valid_from > at for period in who.periods):
            return self._rng.random() < 0.5
        ended = who.periods[-1].valid_to
        return ended is not None and at - ended < timedelta(days=12) and self._rng.random() < 0.3

    def _read(self, report: Report, person: str, house: House, delivered: datetime) -> None:
        """Opens in bursts; now and then a print, a download, a forward."""
        rng, log, product = self._rng, self._log, report.product.id
        eager = self._eager[person]
        at = log.working(delivered + timedelta(hours=rng.lognormvariate(2.0, 1.1)))
        for again in range(1 + min(5, int(rng.expovariate(2.2 / (0.25 + eager))))):
            if again:
                soon = rng.random() < 0.5
                at += timedelta(minutes=rng.randint(4, 50)) if soon else timedelta(days=rng.randint(1, 12))
                at = log.working(at)
            who = log.as_logged(person, house)
            log.add("opened", product, at, actor=who, organisation=house.id, system="portal")
        if rng.random() < house.print * eager and self._allowed(report, house):
            when = log.working(at + timedelta(minutes=rng.randint(1, 30)))
            pages = 1 + len(report.product.portions) // 2
            printer = {"printer": f"{house.id}-{rng.randint(1, 6)}", "pages": pages}
            log.add(
                "printed", product, when, actor=person, organisation=house.id, system="print-log", detail=printer
            )
            if rng.random() < 0.5:
                gone = log.working(when + timedelta(days=rng.randint(3, 40)))
                log.add(
                    "destroyed", product, gone, actor=person, organisation=house.id, system="destruction-register"
                )
        if rng.random() < 0.02:
            when = log.working(at + timedelta(minutes=rng.randint(1, 20)))
            who = log.as_logged(person, house)
            log.add("downloaded", product, when, actor=who, organisation=house.id, system="portal")
        if rng.random() < house.forward * eager:
            self._forward(report, person, house, at, outward=False)
        if rng.random() < house.astray * eager * 0.5:
            self._forward(report, person, house, at, outward=True)

    def _allowed(self, report: Report, house: House) -> bool:
        """Whether the terms permit printing; it is done all the same, more often where they are careless."""
        return report.product.handling.print != "no" or self._rng.random() < (
            0.10 if house.late > _CARELESS else 0.02
        )

    def _forward(self, report: Report, person: str, house: House, read: datetime, *, outward: bool) -> None:
        """By mail to a colleague, or against the terms to somebody in another organisation."""
        rng, log, product = self._rng, self._log, report.product
        at = log.working(read + timedelta(minutes=rng.randint(3, 300)))
        staff = [
            (other.id, periods[0].organisation)
            for other in self._world.people.values()
            if (periods := other.periods_at(at)) and other.id != person and other.id not in self._assistants
        ]
        recipient, where = rng.choice([one for one in staff if (one[1] != house.id) is outward])
        hurried = rng.random() < 0.07
        written = log.in_a_hurry(recipient) if hurried else self._world.account(recipient, "mail", where)
        prefix = "TR:" if product.language == "fr" else "Fwd:"
        log.add(
            "forwarded", product.id, at, actor=self._world.account(person, "mail", house.id), recipient=written,
            organisation=house.id, system="mail-gateway", detail={"subject": f"{prefix} {product.number}"},
            native="mail" if rng.random() < 0.12 else None,
        )  # fmt: skip
        target = self._world.houses[where]
        if target.channel == "portal" and rng.random() < 0.66:
            when = log.working(at + timedelta(hours=rng.lognormvariate(1.0, 1.0)))
            log.add(
                "opened",
                product.id,
                when,
                actor=log.as_logged(recipient, target),
                organisation=where,
                system="portal",
            )

    def _binder(self, report: Report, person: str, house: House, sent: datetime) -> None:
        """An assistant makes up the binder; the holder of the office reads it there, or is told of it."""
        rng, log, product = self._rng, self._log, report.product.id
        assistant = rng.choice(self._assistants[person])
        where: dict[str, Any] = {"actor": assistant, "organisation": house.id}
        made = log.working(sent + timedelta(hours=rng.uniform(1, 12)))
        contents = {"binder": f"{house.id} {made:%d %b %Y}"}
        log.add("copied", product, made, day=True, system="binder", detail=contents, **where)
        day = log.working(made + timedelta(hours=rng.uniform(2, 22)))
        if rng.random() < 0.75:
            log.add("shown", product, day, day=True, recipient=person, system="reading-log", **where)
        else:
            log.add("briefed", product, day, recipient=person, system="calendar", detail={"mode": "oral"}, **where)
        if rng.random() > house.late:
            back = log.working(day + timedelta(days=rng.randint(1, 4)))
            log.add("returned", product, back, day=True, system="binder", **where)

    def _paper(self, report: Report, person: str, house: House, sent: datetime, copy: str) -> None:
        """A numbered copy by courier, signed for and read in the room; asked back by its date."""
        rng, log, product = self._rng, self._log, report.product
        registry = _REGISTRIES[house.id]
        paper: dict[str, Any] = {"day": True, "copy": copy, "organisation": house.id}
        day = log.working(sent + timedelta(hours=rng.uniform(2, 20)))
        log.add(
            "delivered",
            product.id,
            day,
            actor=registry,
            recipient=person,
            system="courier",
            basis="arrival",
            **paper,
        )
        if rng.random() < 0.006:
            log.add("refused", product.id, day, actor=person, recipient=registry, system="registry", **paper)
            return
        if rng.random() < house.receipt:
            log.add("received", product.id, day, actor=person, system="registry", **paper)
        if rng.random() < house.open:
            read = log.working(day + timedelta(hours=rng.uniform(1, 60)))
            who = log.in_a_hurry(person) if rng.random() < 0.04 else person
            log.add("opened", product.id, read, actor=who, system="reading-log", native="reading-log", **paper)
            if rng.random() < 0.006:
                log.add("removed", product.id, read, actor=person, system="badge-desk", **paper)
        due = product.handling.return_by
        if due is None:
            return
        late = rng.random() < house.late
        if late and rng.random() < 0.5:
            return
        span = timedelta(days=rng.randint(2, 18)) if late else -timedelta(days=rng.randint(1, 9))
        back = max(log.working(datetime(due.year, due.month, due.day, 12, tzinfo=UTC) + span), day)
        log.add("returned", product.id, back, actor=person, recipient=registry, system="registry", **paper)

    def act(self, act: Mapping[str, Any], report: Report) -> None:
        """One act of the story, as written in `material/story.toml`."""
        actor, at = self._world.cast[act["actor"]], act["at"]
        self._log.add(
            act["kind"], report.product.id, at, day=act.get("day", False), actor=actor,
            recipient=self._world.cast.get(act.get("recipient", "")), system=act["system"],
            organisation=self._world.people[actor].organisation_at(at), detail=act.get("detail", {}),
        )  # fmt: skip


def _offices(world: World) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Whoever has access by office, with the assistants of that office."""
    for key, group in world.groups.items():
        members = [m.member for m in group.memberships] if key.startswith("office-") else []
        for head in members:
            if world.people[head].periods[0].access_basis is AccessBasis.OFFICE:
                yield head, tuple(member for member in members if member != head)
