"""Distribution lists and offices, with the dates on which people joined and left them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tearline.records.people import Group, Membership, Period, Person

_SENSITIVE = ("SECRET", "TOP SECRET")
_TABLE_WORDS = ("name", "special")  # what a list's table holds besides a count an organisation


class ListMaker:
    """Draws who stands on which list; a list forgets one leaver in three, as lists do."""

    def __init__(
        self,
        rng: Random,
        people: Mapping[str, Person],
        cast: Mapping[str, str],
        span: tuple[datetime, datetime],
    ) -> None:
        self._rng = rng
        self._people = people
        self._cast = cast
        self._start, self._end = span

    def groups(self, table: Mapping[str, Any]) -> dict[str, Group]:
        """Every list and office of `material/world.toml`."""
        found: dict[str, Group] = {}
        for key, row in table["lists"].items():
            memberships = self._fixed(part for part in table["cast"] if key in part["lists"])
            for organisation, count in row.items():
                if organisation not in _TABLE_WORDS:
                    memberships += self._places(organisation, count, special=row.get("special", False))
            found[key] = Group(key, row["name"], tuple(memberships))
        for key, name in table["offices"].items():
            members = self._fixed(part for part in table["cast"] if part.get("office") == key)
            found[key] = Group(key, name, tuple(members))
        shared = table["shared_account"]
        watch = [p.id for p in self._people.values() if p.periods[0].organisation == shared["organisation"]]
        members = [Membership(person, self._start, None) for person in watch[: shared["size"]]]
        found[shared["office"]] = Group(shared["office"], table["offices"][shared["office"]], tuple(members))
        return found

    def _fixed(self, parts: Iterator[Mapping[str, Any]]) -> list[Membership]:
        return [Membership(self._cast[part["key"]], self._start, None) for part in parts]

    def _places(self, organisation: str, count: int, *, special: bool) -> Iterator[Membership]:
        """`count` places for one organisation; a place changes hands when its holder goes or is relieved."""
        rng = self._rng
        fit = [person for person in self._others() if any(_fit(p, organisation, special) for p in person.periods)]
        there = [
            p for p in fit if _fit(p.periods[0], organisation, special) and p.periods[0].valid_from <= self._start
        ]
        chosen = rng.sample(there, min(count, len(there)))
        spare = [person for person in fit if person not in chosen]
        rng.shuffle(spare)
        for person in chosen:
            struck = self._struck(person)
            yield Membership(person.id, self._start, struck)
            if struck is not None and (successor := self._successor(spare, organisation, struck, special)):
                yield Membership(successor, struck, None)

    def _others(self) -> Iterator[Person]:
        taken = set(self._cast.values())
        return (person for person in self._people.values() if person.id not in taken)

    def _struck(self, person: Person) -> datetime | None:
        """When somebody comes off a list: soon after going, by chance, or never."""
        rng = self._rng
        first = person.periods[0]
        goes = first.valid_to is not None and (
            len(person.periods) == 1 or person.periods[1].organisation != first.organisation
        )
        if goes and first.valid_to and rng.random() < 0.67:
            return first.valid_to + timedelta(days=rng.randint(0, 9))
        if not goes and rng.random() < 0.12:
            return self._start + timedelta(days=rng.randint(60, (self._end - self._start).days - 30))
        return None

    @staticmethod
    def _successor(spare: list[Person], organisation: str, at: datetime, special: bool) -> str | None:
        while spare:
            person = spare.pop()
            if any(_fit(period, organisation, special) for period in person.periods_at(at)):
                return person.id
        return None


def _fit(period: Period, organisation: str, special: bool) -> bool:
    if period.organisation != organisation:
        return False
    if special:
        return period.clearance == "TOP SECRET" and "SI" in period.caveats
    return period.clearance in _SENSITIVE


def share_account(row: Mapping[str, Any], people: Sequence[Person], office: Group) -> dict[str, Person]:
    """Gives everybody of one watch room the same log-in: the log then cannot say which of them it was."""
    sharers = {m.member for m in office.memberships}
    return {
        person.id: Person(person.id, person.name, person.periods, (*person.accounts, row["login"]))
        if person.id in sharers
        else person
        for person in people
    }
