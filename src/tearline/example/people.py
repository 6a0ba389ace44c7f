"""The people of Valmere: those with a part in the story, and everybody else, each with dated periods."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tearline.example.houses import House
from tearline.records.kinds import AccessBasis
from tearline.records.people import Period, Person

_GRADES = ("Analyst", "Senior analyst", "Desk officer", "Head", "Clerk", "Adviser", "Assistant")
_TITLES = ("Dame",)
_SMALLEST_MOVE = 20  # nobody is moved into an organisation smaller than this: it would fill up


def given_and_family(name: str) -> tuple[str, str]:
    """`Dame Isolde Ravenhythe` -> (`Isolde`, `Ravenhythe`)."""
    words = [word for word in name.split(" ") if word not in _TITLES]
    return words[0], " ".join(words[1:])


class PeopleMaker:
    """Draws people one after another; names and log-ins stay unique."""

    def __init__(
        self, rng: Random, table: Mapping[str, Any], houses: Mapping[str, House], span: tuple[datetime, datetime]
    ) -> None:
        self.people: list[Person] = []
        self._rng = rng
        self._houses = houses
        self._start = span[0]
        self._days = (span[1] - span[0]).days
        self._clearances: Mapping[str, float] = table["clearances"]
        self._names = [f"{first} {last}" for first in table["names"]["first"] for last in table["names"]["last"]]
        rng.shuffle(self._names)
        self._logins: set[str] = set()

    def player(self, row: Mapping[str, Any]) -> str:
        """Somebody with a part in the story; returns the person's id."""
        period = Period(
            organisation=row["organisation"],
            position=row["position"],
            clearance=row.get("clearance"),
            caveats=tuple(filter(None, row.get("caveats", "").split(";"))),
            access_basis=AccessBasis(row.get("basis", "clearance")),
            valid_from=self._before(),
            valid_to=None,
        )
        return self._add(row["name"], (period,))

    def fill(self, house: House) -> None:
        """As many others as the organisation still wants."""
        there = sum(person.periods[0].organisation == house.id for person in self.people)
        for _ in range(house.people - there):
            clearance = self._rng.choices(list(self._clearances), weights=list(self._clearances.values()))[0]
            first = Period(
                organisation=house.id,
                position=self._position(house),
                clearance=clearance,
                caveats=("SI",) if clearance == "TOP SECRET" and self._rng.random() < 0.55 else (),
                access_basis=AccessBasis.CLEARANCE,
                valid_from=self._before(),
                valid_to=None,
            )
            self._add(self._names.pop(), self._career(first, house))

    def _career(self, first: Period, house: House) -> tuple[Period, ...]:
        """What becomes of somebody: most stay; some rise, lapse, move, leave or join on the way."""
        rng = self._rng
        turn, day = rng.random(), self._start + timedelta(days=rng.randint(30, self._days - 60))
        until = replace(first, valid_to=day)
        since = replace(first, valid_from=day)
        if turn < 0.54:
            return (first,)
        if turn < 0.70:  # a new post, sometimes with a higher clearance
            raised = "TOP SECRET" if first.clearance == "SECRET" and rng.random() < 0.4 else first.clearance
            return (until, replace(since, position=self._position(house), clearance=raised))
        if turn < 0.82:  # the clearance lapses and is renewed weeks later
            return (until, replace(first, valid_from=day + timedelta(days=rng.randint(18, 80))))
        if turn < 0.90:  # moves to another organisation
            other = rng.choice([h for h in self._houses.values() if h.people >= _SMALLEST_MOVE and h is not house])
            return (until, replace(since, organisation=other.id, position=self._position(other)))
        if turn < 0.95:  # leaves
            return (until,)
        return (since,)  # joins

    def _position(self, house: House) -> str:
        return f"{self._rng.choice(_GRADES)}, {self._rng.choice(house.units)}"

    def _before(self) -> datetime:
        return self._start - timedelta(days=self._rng.randint(40, 1500))

    def _add(self, name: str, periods: tuple[Period, ...]) -> str:
        given, family = given_and_family(name)
        login = f"{_plain(given)[0]}.{_plain(family)}"
        while login in self._logins:
            login += "2"
        self._logins.add(login)
        accounts = []
        for organisation in dict.fromkeys(period.organisation for period in periods):
            house = self._houses[organisation]
            accounts.append(f"mail:{login}@{house.domain}")
            if house.channel == "portal":
                accounts.append(f"portal:{organisation.lower()}\\{login}")
        person = Person(f"per-{len(self.people) + 1:04d}", name, periods, tuple(accounts))
        self.people.append(person)
        return person.id


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in folded if c.isascii() and c.isalpha())
