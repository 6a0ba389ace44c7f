"""The republic of Valmere: its organisations, people, lists and offices, and who plays which part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from tearline.example import material
from tearline.example.chance import dice
from tearline.example.houses import House, house
from tearline.example.lists import ListMaker, share_account
from tearline.example.people import PeopleMaker, given_and_family
from tearline.records.people import Group, Person


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
        mail = f"@{self.houses[organisation].domain}"
        for account in self.people[person].accounts:
            fits = (
                account.endswith(mail)
                if system == "mail"
                else account.startswith(f"{system}:{organisation.lower()}\\")
            )
            if account.startswith(f"{system}:") and fits:
                return account
        return person

    def surname_first(self, who: str | None) -> str:
        """A person as logs name them; a name that is no person's id stays as it is."""
        if who is None or who not in self.people:
            return who or ""
        given, family = given_and_family(self.people[who].name)
        return f"{family}, {given}"


def build_world(seed: int) -> World:
    """The same world for the same seed."""
    table = material.read("world")
    rng = dice(seed, "world")
    start, end = _midnight(table["period"]["start"]), _midnight(table["period"]["end"])
    houses = {row["id"]: house(row) for row in table["organisation"]}
    maker = PeopleMaker(rng, table, houses, (start, end))
    cast = {row["key"]: maker.player(row) for row in table["cast"]}
    for one in houses.values():
        maker.fill(one)
    groups = ListMaker(rng, {p.id: p for p in maker.people}, cast, (start, end)).groups(table)
    shared = table["shared_account"]
    people = share_account(shared, maker.people, groups[shared["office"]])
    return World(houses, people, groups, cast, start, end)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
