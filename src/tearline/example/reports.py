"""The reports: those written by hand, those composed from the topics, and the editions derived from both."""

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

_SANITISED, _DIGESTS, _RETOLD = 12, 12, 7
_NUMBERS_A_DAY = {"VAS": 0.728, "HSB": 0.28, "COC": 0.132}


@dataclass(frozen=True, slots=True)
class Report:
    """A product and what the flow needs to know of it.

    `lists`: the groups it goes to; `external`: organisations outside that get it without further record;
    `recipes`: how its portions were composed (none for those written by hand); `key`: its name in the material.
    """

    product: Product
    topic: str
    lists: tuple[str, ...]
    external: tuple[str, ...] = ()
    recipes: tuple[Recipe, ...] = ()
    scenario: Scenario | None = None
    key: str | None = None


def write_reports(seed: int, world: World) -> tuple[Report, ...]:
    """All reports, by time of issue: 150 of them, their ids unique, their parents always earlier."""
    rng = Random(f"{seed}:reports")
    scheme = shipped_scheme()
    by_hand = [_by_hand(row) for row in material.read("handwritten")["product"]]
    numbers = _Numbers({report.product.id for report in by_hand})
    composed: list[Report] = []
    for code in ("en", "fr"):
        language = language_of(code)
        for topic in language.topics:
            composed.extend(
                _compose(rng, topic, language.general, scheme, world, code) for _ in range(topic["count"])
            )
    composed.sort(key=lambda report: report.product.issued_at)
    composed = [numbers.give(report) for report in composed]
    derived = _derive(rng, composed, scheme, world, numbers)
    every = sorted(
        [*by_hand, *composed, *derived], key=lambda report: (report.product.issued_at, report.product.id)
    )
    return tuple(_with_authors(rng, report, world) for report in every)


def _by_hand(row: Mapping[str, Any]) -> Report:
    issued: datetime = row["issued"]
    handling = dict(row["handling"])
    if "return_after" in row:
        handling["return_by"] = (issued + timedelta(days=row["return_after"])).date()
    portions = tuple(Portion(str(n), marking, text) for n, (marking, text) in enumerate(row["portions"], start=1))
    product = Product(
        id=row["id"],
        title=row["title"],
        originator=row["originator"],
        issued_at=issued,
        marking=row["marking"],
        portions=portions,
        number=row["number"],
        language=row["language"],
        derived_from=tuple(row.get("derived_from", ())),
        distribution=(*row["lists"], *row.get("external", ())),
        handling=HandlingTerms(**handling),
        caveat_text=row.get("caveat_text"),
    )
    return Report(product, row["topic"], tuple(row["lists"]), tuple(row.get("external", ())), key=row["key"])


def _compose(
    rng: Random,
    topic: Mapping[str, Any],
    general: Sequence[Mapping[str, Any]],
    scheme: MarkingScheme,
    world: World,
    code: str,
) -> Report:
    issued = _office_hour(rng, world.start + timedelta(days=rng.randint(3, (world.end - world.start).days - 18)))
    scenario = Scenario.draw(rng, topic, code, issued)
    own = sorted(rng.sample(range(len(topic["portion"])), rng.randint(3, len(topic["portion"]))))
    templates = [topic["portion"][index] for index in own]
    templates += rng.sample(list(general), rng.choices([0, 1, 2, 3], weights=[2, 4, 3, 1])[0])
    recipes = tuple(Recipe.draw(rng, template) for template in templates)
    product = Product(
        id="",
        title=scenario.fill(rng.choice(topic["titles"])),
        originator=topic["originator"],
        issued_at=issued,
        marking=_banner(scheme, (recipe.marking for recipe in recipes), code),
        portions=_portions(recipes, scenario),
        language=code,
        distribution=tuple(topic["lists"]),
        handling=_terms(rng, issued),
    )
    return Report(product, topic["key"], tuple(topic["lists"]), recipes=recipes, scenario=scenario)


def _portions(recipes: Iterable[Recipe], scenario: Scenario, *, withheld: bool = False) -> tuple[Portion, ...]:
    return tuple(
        Portion(str(n), recipe.marking, scenario.render(recipe, withheld=withheld))
        for n, recipe in enumerate(recipes, start=1)
    )


def _banner(scheme: MarkingScheme, markings: Iterable[str], code: str) -> str:
    whole = scheme.highest(scheme.parse(marking) for marking in markings)
    return whole.print("fr" if code == "fr" else "en")


def _terms(rng: Random, issued: datetime) -> HandlingTerms:
    due = (issued + timedelta(days=rng.choice([21, 30, 45]))).date() if rng.random() < 0.4 else None
    return HandlingTerms(
        print=rng.choice(["logged", "logged", "yes", "no"]),
        copy=rng.choice(["logged", "no"]),
        forward=rng.choice(["originator", "originator", "organisation", "free"]),
        return_by=due,
    )


def _office_hour(rng: Random, day: datetime) -> datetime:
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day.replace(hour=rng.randint(8, 16), minute=rng.choice(range(0, 60, 5)))


class _Numbers:
    """Gives each report the number it would have had by its day in the year, around those fixed by hand."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def give(self, report: Report) -> Report:
        product = report.product
        year, code = product.issued_at.year, product.originator
        n = max(1, int(product.issued_at.timetuple().tm_yday * _NUMBERS_A_DAY[code]))
        while f"{code}-{year}-{n:03d}" in self._taken:
            n += 1
        name = f"{code}-{year}-{n:03d}"
        self._taken.add(name)
        letter = "F" if product.language == "fr" else "E"
        number = f"{code}/{year % 100}/{n:03d}-{letter}"
        return replace(report, product=replace(product, id=name, number=number))


def _derive(
    rng: Random, composed: Sequence[Report], scheme: MarkingScheme, world: World, numbers: _Numbers
) -> list[Report]:
    early = [r for r in composed if r.product.issued_at < world.end - timedelta(days=40)]
    plain = [r for r in early if sum(_open(recipe.marking) for recipe in r.recipes) >= 2]
    parents = rng.sample(plain, _SANITISED + _RETOLD)
    derived = [_sanitise(rng, parent, scheme) for parent in parents[:_SANITISED]]
    derived += [_retell(rng, parent, scheme) for parent in parents[_SANITISED:]]
    for code in ("en", "fr"):
        pool = [r for r in early if r.product.language == code]
        for _ in range(_DIGESTS // 2):
            at = rng.randrange(len(pool) - 4)
            derived.append(numbers.give(_digest(rng, rng.sample(pool[at : at + 5], 3), scheme, code)))
    return derived


def _open(marking: str) -> bool:
    return marking in {"C", "U", "CONFIDENTIEL", "NON CLASSIFIÉ"}


def _sanitise(rng: Random, parent: Report, scheme: MarkingScheme) -> Report:
    """A wider edition: the lower portions, names withheld, some worded anew; what is secret stays out."""
    assert parent.scenario is not None
    code = parent.scenario.code
    recipes = tuple(
        recipe.reworded(rng) if rng.random() < 0.5 else recipe
        for recipe in parent.recipes
        if _open(recipe.marking)
    )
    issued = _office_hour(rng, parent.product.issued_at + timedelta(days=rng.randint(2, 6)))
    title = "version expurgée" if code == "fr" else "sanitised edition"
    lists = (*parent.lists, "dl-external" if "dl-external" not in parent.lists else "dl-straits")
    product = replace(
        parent.product,
        id=f"{parent.product.id}-S",
        number=f"{parent.product.number} (S)",
        title=f"{parent.scenario.withheld_title(parent.product.title)} ({title})",
        issued_at=issued,
        marking=_banner(scheme, (recipe.marking for recipe in recipes), code),
        portions=_portions(recipes, parent.scenario, withheld=True),
        derived_from=(parent.product.id,),
        distribution=lists,
        handling=HandlingTerms(print="yes", copy="logged", forward="organisation"),
    )
    return Report(product, parent.topic, lists, recipes=recipes, scenario=parent.scenario)


def _retell(rng: Random, parent: Report, scheme: MarkingScheme) -> Report:
    """A shorter edition for other readers, at the same level, in other words."""
    assert parent.scenario is not None
    code = parent.scenario.code
    kept = sorted(rng.sample(range(len(parent.recipes)), 3))
    recipes = tuple(parent.recipes[index].reworded(rng) for index in kept)
    issued = _office_hour(rng, parent.product.issued_at + timedelta(days=rng.randint(1, 9)))
    product = replace(
        parent.product,
        id=f"{parent.product.id}-B",
        number=f"{parent.product.number} (B)",
        title=("En bref : " if code == "fr" else "In brief: ") + parent.product.title,
        issued_at=issued,
        marking=_banner(scheme, (recipe.marking for recipe in recipes), code),
        portions=_portions(recipes, parent.scenario),
        derived_from=(parent.product.id,),
        distribution=("dl-council",),
    )
    return Report(product, parent.topic, ("dl-council",), recipes=recipes, scenario=parent.scenario)


def _digest(rng: Random, parents: Sequence[Report], scheme: MarkingScheme, code: str) -> Report:
    """The Council's digest of three reports: one portion of each verbatim or reworded, two of the first."""
    ordered = sorted(parents, key=lambda report: report.product.issued_at)
    portions: list[Portion] = []
    for place, parent in enumerate(ordered):
        assert parent.scenario is not None
        for recipe in rng.sample(parent.recipes, 2 if place == 0 else 1):
            told = recipe if rng.random() < 0.3 else recipe.reworded(rng)
            portions.append(Portion(str(len(portions) + 1), told.marking, parent.scenario.render(told)))
    issued = _office_hour(rng, ordered[-1].product.issued_at + timedelta(days=rng.randint(1, 4)))
    week = issued.isocalendar().week
    product = Product(
        id="",
        title=f"Note du Conseil, semaine {week}" if code == "fr" else f"Council digest, week {week}",
        originator="COC",
        issued_at=issued,
        marking=_banner(scheme, (portion.marking for portion in portions), code),
        portions=tuple(portions),
        language=code,
        derived_from=tuple(parent.product.id for parent in ordered),
        distribution=("dl-council",),
        handling=HandlingTerms(print="logged", copy="no", forward="originator"),
    )
    return Report(product, "digest", ("dl-council",))


def _with_authors(rng: Random, report: Report, world: World) -> Report:
    """One or two people of the originator who were there on the day."""
    product = report.product
    desk = set(world.cast.values())
    there = [
        person.id
        for person in world.people.values()
        if person.id not in desk
        and any(
            p.organisation == product.originator and p.clearance in {"SECRET", "TOP SECRET"}
            for p in person.periods_at(product.issued_at)
        )
    ]
    return replace(report, product=replace(product, authors=tuple(rng.sample(there, rng.randint(1, 2)))))
