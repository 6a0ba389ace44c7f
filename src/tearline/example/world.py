"""The people of Valmere: organisations, persons with dated periods, lists and offices with dated membership."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from tearline.example import material
from tearline.records.kinds import AccessBasis, OrganisationKind
from tearline.records.people import Group, Membership, Organisation, Period, Person

_GRADES = ("Analyst", "Senior analyst", "Desk officer", "Head", "Clerk", "Adviser", "Assistant")
_SENSITIVE = ("SECRET", "TOP SECRET")


@dataclass(frozen=True, slots=True)
class House:
    """An organisation and how it handles what it receives. Rates are shares of deliveries, 0 to 1.

    `channel`: `portal` (an access log exists), `paper` (a reading log, by the day) or `none` (no log at all).
    """

    organisation: Organisation
    domain: str
    channel: str
    receipt: float
    open: float
    print: float
    forward: float
    astray: float
    late: float
    units: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class World:
    """`cast`: the part somebody plays in the story -> person id. `start` and `end` bound the records."""

    houses: Mapping[str, House]
    people: Mapping[str, Person]
    groups: Mapping[str, Group]
    cast: Mapping[str, str]
    start: datetime
    end: datetime

    def account(self, person: str, system: str, organisation: str) -> str:
        """The person's account on `system` at `organisation`, or the person's id where there is none."""
        mark = f"@{self.houses[organisation].domain}" if system == "mail" else f"\\{organisation.lower()}"
        for account in self.people[person].accounts:
            if account.startswith(f"{system}:") and account.endswith(mark):
                return account
        return person


def build_world(seed: int) -> World:
    """The same world for the same seed."""
    table = material.read("world")
    rng = Random(f"{seed}:world")
    start, end = (_midnight(table["period"][key]) for key in ("start", "end"))
    houses = {row["id"]: _house(row) for row in table["organisation"]}
    maker = _PeopleMaker(rng, table, houses, start, end)
    cast = {row["key"]: maker.player(row) for row in table["cast"]}
    for house in houses.values():
        for _ in range(maker.wanted(house)):
            maker.anybody(house)
    people = {person.id: person for person in maker.people}
    groups = _groups(rng, table, people, cast, start, end)
    people = _share_account(table["shared_account"], people, groups)
    return World(houses, people, groups, cast, start, end)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _house(row: Mapping[str, Any]) -> House:
    organisation = Organisation(
        row["id"], row["name"], OrganisationKind(row["kind"]), row.get("parent"), row.get("retention", {})
    )
    rates = {key: float(row[key]) for key in ("receipt", "open", "print", "forward", "astray", "late")}
    return House(
        organisation, row["domain"], row["channel"], units=tuple(row["units"]), people=row["people"], **rates
    )


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in folded if c.isascii() and c.isalpha())


class _PeopleMaker:
    """Draws people one after another; keeps names and logins unique."""

    def __init__(
        self, rng: Random, table: Mapping[str, Any], houses: Mapping[str, House], start: datetime, end: datetime
    ) -> None:
        self.rng = rng
        self.houses = houses
        self.start = start
        self.days = (end - start).days
        self.people: list[Person] = []
        self._clearances = table["clearances"]
        self._names = [f"{first} {last}" for first in table["names"]["first"] for last in table["names"]["last"]]
        rng.shuffle(self._names)
        self._logins: set[str] = set()

    def wanted(self, house: House) -> int:
        there = sum(person.periods[0].organisation == house.organisation.id for person in self.people)
        return max(0, house.people - there)

    def player(self, row: Mapping[str, Any]) -> str:
        period = Period(
            row["organisation"],
            row["position"],
            row.get("clearance"),
            tuple(filter(None, row.get("caveats", "").split(";"))),
            AccessBasis(row.get("basis", "clearance")),
            self._before(),
            None,
        )
        return self._add(row["name"], (period,))

    def anybody(self, house: House) -> None:
        rng = self.rng
        clearance = rng.choices(list(self._clearances), weights=list(self._clearances.values()))[0]
        caveats = ("SI",) if clearance == "TOP SECRET" and rng.random() < 0.55 else ()
        first = Period(
            house.organisation.id,
            self._position(house),
            clearance,
            caveats,
            AccessBasis.CLEARANCE,
            self._before(),
            None,
        )
        self._add(self._names.pop(), self._career(first, house))

    def _career(self, first: Period, house: House) -> tuple[Period, ...]:
        """What becomes of somebody over the fourteen months: most stay, some rise, lapse, move, leave or join."""
        turn, day = self.rng.random(), self._day(30, self.days - 60)
        if turn < 0.54:
            return (first,)
        if turn < 0.70:  # a new post, sometimes with a higher clearance
            raised = "TOP SECRET" if first.clearance == "SECRET" and self.rng.random() < 0.4 else first.clearance
            return (_until(first, day), _with(first, day, position=self._position(house), clearance=raised))
        if turn < 0.82:  # the clearance lapses and is renewed weeks later
            again = day + timedelta(days=self.rng.randint(18, 80))
            return (_until(first, day), _with(first, again))
        if turn < 0.90:  # moves to another organisation
            other = self.rng.choice([h for h in self.houses.values() if h.people >= 20 and h is not house])
            moved = _with(first, day, organisation=other.organisation.id, position=self._position(other))
            return (_until(first, day), moved)
        if turn < 0.95:  # leaves
            return (_until(first, day),)
        return (_with(first, day),)  # joins

    def _position(self, house: House) -> str:
        return f"{self.rng.choice(_GRADES)}, {self.rng.choice(house.units)}"

    def _before(self) -> datetime:
        return self.start - timedelta(days=self.rng.randint(40, 1500))

    def _day(self, first: int, last: int) -> datetime:
        return self.start + timedelta(days=self.rng.randint(first, last))

    def _add(self, name: str, periods: tuple[Period, ...]) -> str:
        first, _, last = name.partition(" ")
        if first == "Dame":
            first, _, last = last.partition(" ")
        login = f"{_plain(first)[0]}.{_plain(last)}"
        while login in self._logins:
            login += "2"
        self._logins.add(login)
        accounts = []
        for organisation in dict.fromkeys(period.organisation for period in periods):
            house = self.houses[organisation]
            accounts.append(f"mail:{login}@{house.domain}")
            if house.channel == "portal":
                accounts.append(f"portal:{login}\\{organisation.lower()}")
        person = Person(f"per-{len(self.people) + 1:04d}", name, periods, tuple(accounts))
        self.people.append(person)
        return person.id


def _until(period: Period, day: datetime) -> Period:
    return Period(
        period.organisation,
        period.position,
        period.clearance,
        period.caveats,
        period.access_basis,
        period.valid_from,
        day,
    )


def _with(
    period: Period,
    day: datetime,
    *,
    organisation: str | None = None,
    position: str | None = None,
    clearance: str | None = None,
) -> Period:
    return Period(
        organisation or period.organisation,
        position or period.position,
        clearance or period.clearance,
        period.caveats,
        period.access_basis,
        day,
        None,
    )


def _groups(
    rng: Random,
    table: Mapping[str, Any],
    people: Mapping[str, Person],
    cast: Mapping[str, str],
    start: datetime,
    end: datetime,
) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    for key, row in table["lists"].items():
        fixed = [cast[part["key"]] for part in table["cast"] if key in part["lists"]]
        memberships = [Membership(member, start, None) for member in fixed]
        for organisation, count in row.items():
            if organisation != "name":
                memberships.extend(_list_members(rng, people, set(cast.values()), organisation, count, start, end))
        groups[key] = Group(key, row["name"], tuple(memberships))
    for key, name in table["offices"].items():
        holders = [cast[part["key"]] for part in table["cast"] if part.get("office") == key]
        groups[key] = Group(key, name, tuple(Membership(holder, start, None) for holder in holders))
    shared = table["shared_account"]
    watch = [p.id for p in people.values() if p.periods[0].organisation == shared["organisation"]][
        : shared["size"]
    ]
    groups[shared["office"]] = Group(
        shared["office"],
        table["offices"][shared["office"]],
        tuple(Membership(member, start, None) for member in watch),
    )
    return groups


def _list_members(
    rng: Random,
    people: Mapping[str, Person],
    taken: set[str],
    organisation: str,
    count: int,
    start: datetime,
    end: datetime,
) -> Iterator[Membership]:
    """`count` places for one organisation; a place changes hands when its holder leaves, moves or is relieved.

    One list in three forgets to strike out somebody who has gone, as lists do.
    """
    fit = [
        person
        for person in people.values()
        if person.id not in taken
        and any(p.organisation == organisation and p.clearance in _SENSITIVE for p in person.periods)
    ]
    first = [p for p in fit if p.periods[0].organisation == organisation and p.periods[0].valid_from <= start]
    chosen = rng.sample(first, min(count, len(first)))
    spare = [person for person in fit if person not in chosen]
    rng.shuffle(spare)
    for person in chosen:
        leaves = next((p.valid_to for p in person.periods if p.organisation == organisation and p.valid_to), None)
        gone = leaves is not None and person.organisation_at(end) != organisation
        left = len(person.periods) == 1 and leaves is not None
        if (gone or left) and leaves and rng.random() < 0.67:
            struck = leaves + timedelta(days=rng.randint(0, 9))
        elif rng.random() < 0.12:
            struck = start + timedelta(days=rng.randint(60, (end - start).days - 30))
        else:
            yield Membership(person.id, start, None)
            continue
        yield Membership(person.id, start, struck)
        while spare:
            successor = spare.pop()
            if any(p.organisation == organisation for p in successor.periods_at(struck)):
                yield Membership(successor.id, struck, None)
                break


def _share_account(
    row: Mapping[str, Any], people: Mapping[str, Person], groups: Mapping[str, Group]
) -> dict[str, Person]:
    """Gives everybody of one watch room the same log-in: the log then cannot say which of them it was."""
    sharers = {m.member for m in groups[row["office"]].memberships}
    return {
        person.id: Person(person.id, person.name, person.periods, (*person.accounts, row["login"]))
        if person.id in sharers
        else person
        for person in people.values()
    }
