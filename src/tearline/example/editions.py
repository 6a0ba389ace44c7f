"""Editions derived from other reports: sanitised, in brief, and the Council's weekly digests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from tearline.example.chance import dice
from tearline.example.reports import NARROW, Composer, Report, portions, written_by_hand
from tearline.example.wording import Recipe, Scenario
from tearline.example.world import World
from tearline.records.products import HandlingTerms, Portion, Product

_SANITISED, _IN_BRIEF, _DIGESTS = 12, 7, 12
_OPEN = frozenset({"C", "U", "CONFIDENTIEL", "NON CLASSIFIÉ"})
_COUNCIL = ("dl-council",)


def write_reports(seed: int, world: World) -> tuple[Report, ...]:
    """All reports by time of issue, ids unique, parents always earlier than what is derived from them."""
    by_hand = written_by_hand()
    composer = Composer(dice(seed, "reports"), world, by_hand)
    composed = composer.composed()
    every = [*by_hand, *composed, *_derived(composer, composed)]
    every.sort(key=lambda report: (report.product.issued_at, report.product.id))
    return tuple(composer.with_authors(report) for report in every)


def _derived(composer: Composer, composed: Sequence[Report]) -> list[Report]:
    rng = composer.rng
    early = [r for r in composed if r.product.issued_at < composer.world.end - timedelta(days=40)]
    parents = rng.sample([r for r in early if sum(map(_is_open, r.recipes)) >= 3], _SANITISED + _IN_BRIEF)
    found = [_sanitised(composer, parent) for parent in parents[:_SANITISED]]
    found += [_in_brief(composer, parent) for parent in parents[_SANITISED:]]
    for code in ("en", "fr"):
        pool = [r for r in early if r.product.language == code and r.product.distribution != NARROW]
        for _ in range(_DIGESTS // 2):
            at = rng.randrange(len(pool) - 4)
            found.append(composer.numbered(_digest(composer, rng.sample(pool[at : at + 5], 3), code)))
    return found


def _is_open(recipe: Recipe) -> bool:
    return recipe.marking in _OPEN


def _scenario(report: Report) -> Scenario:
    assert report.scenario is not None
    return report.scenario


def _sanitised(composer: Composer, parent: Report) -> Report:
    """A wider edition: the lower portions, names withheld, some worded anew; what is secret stays out."""
    rng, scenario = composer.rng, _scenario(parent)
    recipes = tuple(
        recipe.reworded(rng) if rng.random() < 0.5 else recipe for recipe in parent.recipes if _is_open(recipe)
    )
    label = "version expurgée" if scenario.code == "fr" else "sanitised edition"
    second = "dl-external" if "dl-external" not in parent.product.distribution else "dl-straits"
    first = parent.product.distribution if parent.product.distribution != NARROW else ("dl-cyber",)
    product = replace(
        parent.product,
        id=f"{parent.product.id}-S",
        number=f"{parent.product.number} (S)",
        title=f"{scenario.withheld_title(parent.product.title)} ({label})",
        issued_at=composer.office_hour(parent.product.issued_at + timedelta(days=rng.randint(2, 6))),
        marking=composer.banner((recipe.marking for recipe in recipes), scenario.code),
        portions=portions(recipes, scenario, withheld=True),
        derived_from=(parent.product.id,),
        distribution=(*first, second),
        handling=HandlingTerms(print="yes", copy="logged", forward="organisation"),
    )
    return Report(product, parent.topic, recipes=recipes, scenario=scenario)


def _in_brief(composer: Composer, parent: Report) -> Report:
    """A shorter edition for ministers, in other words, without what needs special access."""
    rng, scenario = composer.rng, _scenario(parent)
    seen = [recipe for recipe in parent.recipes if not recipe.special]
    kept = sorted(rng.sample(range(len(seen)), 3))
    recipes = tuple(seen[index].reworded(rng) for index in kept)
    product = replace(
        parent.product,
        id=f"{parent.product.id}-B",
        number=f"{parent.product.number} (B)",
        title=("En bref : " if scenario.code == "fr" else "In brief: ") + parent.product.title,
        issued_at=composer.office_hour(parent.product.issued_at + timedelta(days=rng.randint(1, 9))),
        marking=composer.banner((recipe.marking for recipe in recipes), scenario.code),
        portions=portions(recipes, scenario),
        derived_from=(parent.product.id,),
        distribution=_COUNCIL,
    )
    return Report(product, parent.topic, recipes=recipes, scenario=scenario)


def _digest(composer: Composer, parents: Sequence[Report], code: str) -> Report:
    """The Council's digest of three reports: two portions of the first, one of each other, mostly reworded."""
    rng = composer.rng
    ordered = sorted(parents, key=lambda report: report.product.issued_at)
    taken: list[Portion] = []
    for place, parent in enumerate(ordered):
        for recipe in rng.sample(parent.recipes, 2 if place == 0 else 1):
            told = recipe if rng.random() < 0.3 else recipe.reworded(rng)
            taken.append(Portion(str(len(taken) + 1), told.marking, _scenario(parent).render(told)))
    issued = composer.office_hour(ordered[-1].product.issued_at + timedelta(days=rng.randint(1, 4)))
    week = issued.isocalendar().week
    product = Product(
        id="",
        title=f"Note du Conseil, semaine {week}" if code == "fr" else f"Council digest, week {week}",
        originator="COC",
        issued_at=issued,
        marking=composer.banner((portion.marking for portion in taken), code),
        portions=tuple(taken),
        language=code,
        derived_from=tuple(parent.product.id for parent in ordered),
        distribution=_COUNCIL,
        handling=HandlingTerms(print="logged", copy="no", forward="originator"),
    )
    return Report(product, "digest")
