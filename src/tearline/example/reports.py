"""The reports: those written by hand and those composed from the topics; derived editions come from `editions`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tearline.example import material
from tearline.example.wording import Recipe, Scenario, language_of
from tearline.example.world import World
from tearline.records.markings import MarkingScheme, shipped_scheme
from tearline.records.products import HandlingTerms, Portion, Product

NARROW = ("dl-special",)  # where whatever needs special access goes, whatever its topic
_NUMBERS_A_DAY = {"VAS": 0.728, "HSB": 0.28, "COC": 0.132}
_LAST_DAYS = 18  # nothing is issued in the last days of the records, so that every report has a flow


@dataclass(frozen=True, slots=True)
class Report:
    """A product and what the example needs to know of it.

    `external`: organisations that get it with no further record of what they do; `recipes` and `scenario`: how its
    portions were composed (none where written by hand); `key`: its name in the material.
    """

    product: Product
    topic: str
    external: tuple[str, ...] = ()
    recipes: tuple[Recipe, ...] = ()
    scenario: Scenario | None = None
    key: str | None = None


def written_by_hand() -> list[Report]:
    return [_by_hand(row) for row in material.read("handwritten")["product"]]


def _by_hand(row: Mapping[str, Any]) -> Report:
    issued: datetime = row["issued"]
    handling = dict(row["handling"])
    if "return_after" in row:
        handling["return_by"] = (issued + timedelta(days=row["return_after"])).date()
    product = Product(
        id=row["id"],
        title=row["title"],
        originator=row["originator"],
        issued_at=issued,
        marking=row["marking"],
        portions=tuple(
            Portion(str(n), marking, text) for n, (marking, text) in enumerate(row["portions"], start=1)
        ),
        number=row["number"],
        language=row["language"],
        derived_from=tuple(row.get("derived_from", ())),
        distribution=(*row["lists"], *row.get("external", ())),
        handling=HandlingTerms(**handling),
        caveat_text=row.get("caveat_text"),
    )
    return Report(product, row["topic"], tuple(row.get("external", ())), key=row["key"])


class Composer:
    """Composes reports; also knows what every edition needs: banners, hours of issue, numbers."""

    def __init__(self, rng: Random, world: World, by_hand: Iterable[Report]) -> None:
        self.rng = rng
        self.world = world
        self._scheme: MarkingScheme = shipped_scheme()
        self._taken = {report.product.id for report in by_hand}

    def composed(self) -> list[Report]:
        """The reports of every topic in both languages, by time of issue."""
        found = [
            self._compose(topic, code)
            for code in ("en", "fr")
            for topic in language_of(code).topics
            for _ in range(topic["count"])
        ]
        return [self.numbered(report) for report in sorted(found, key=lambda report: report.product.issued_at)]

    def _compose(self, topic: Mapping[str, Any], code: str) -> Report:
        rng, world = self.rng, self.world
        day = world.start + timedelta(days=rng.randint(3, (world.end - world.start).days - _LAST_DAYS))
        issued = self.office_hour(day)
        scenario = Scenario.draw(rng, topic, code, issued)
        own, general = topic["portion"], language_of(code).general
        chosen = sorted(rng.sample(range(len(own)), rng.randint(3, len(own))))
        added = rng.sample(range(len(general)), rng.choices([0, 1, 2, 3], weights=[2, 4, 3, 1])[0])
        recipes = tuple(
            [Recipe.draw(rng, own[index], index) for index in chosen]
            + [Recipe.draw(rng, general[index], len(own) + index) for index in added]
        )
        product = Product(
            id="",
            title=scenario.fill(rng.choice(topic["titles"])),
            originator=topic["originator"],
            issued_at=issued,
            marking=self.banner((recipe.marking for recipe in recipes), code),
            portions=portions(recipes, scenario),
            language=code,
            distribution=NARROW if any(recipe.special for recipe in recipes) else tuple(topic["lists"]),
            handling=self._terms(issued),
        )
        return Report(product, topic["key"], recipes=recipes, scenario=scenario)

    def banner(self, markings: Iterable[str], code: str) -> str:
        """The marking of the whole: the highest of its parts, in the report's language."""
        whole = self._scheme.highest(self._scheme.parse(marking) for marking in markings)
        return whole.print("fr" if code == "fr" else "en")

    def office_hour(self, day: datetime) -> datetime:
        while day.weekday() >= 5:
            day += timedelta(days=1)
        return day.replace(hour=self.rng.randint(8, 16), minute=self.rng.choice(range(0, 60, 5)))

    def numbered(self, report: Report) -> Report:
        """With the number it would have had by its day in the year, around those fixed by hand."""
        product = report.product
        year, code = product.issued_at.year, product.originator
        n = max(1, int(product.issued_at.timetuple().tm_yday * _NUMBERS_A_DAY[code]))
        while f"{code}-{year}-{n:03d}" in self._taken:
            n += 1
        name = f"{code}-{year}-{n:03d}"
        self._taken.add(name)
        number = f"{code}/{year % 100}/{n:03d}-{'F' if product.language == 'fr' else 'E'}"
        return replace(report, product=replace(product, id=name, number=number))

    def _terms(self, issued: datetime) -> HandlingTerms:
        rng = self.rng
        return HandlingTerms(
            print=rng.choice(["logged", "logged", "yes", "no"]),
            copy=rng.choice(["logged", "no"]),
            forward=rng.choice(["originator", "originator", "organisation", "free"]),
            return_by=(issued + timedelta(days=rng.choice([21, 30, 45]))).date() if rng.random() < 0.4 else None,
        )

    def with_authors(self, report: Report) -> Report:
        """One or two people of the originator who were there on the day and may see what they write."""
        product = report.product
        special = product.distribution == NARROW
        there = [
            person.id
            for person in self.world.people.values()
            if person.id not in self.world.cast.values()
            and any(
                period.organisation == product.originator
                and (period.clearance == "TOP SECRET" if special else period.clearance in {"SECRET", "TOP SECRET"})
                and (not special or "SI" in period.caveats)
                for period in person.periods_at(product.issued_at)
            )
        ]
        authors = tuple(self.rng.sample(there, self.rng.randint(1, 2)))
        return replace(report, product=replace(product, authors=authors))


def portions(recipes: Sequence[Recipe], scenario: Scenario, *, withheld: bool = False) -> tuple[Portion, ...]:
    return tuple(
        Portion(str(n), recipe.marking, scenario.render(recipe, withheld=withheld))
        for n, recipe in enumerate(recipes, start=1)
    )
