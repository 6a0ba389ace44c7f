"""How a composed portion gets its words: slots fixed once a report, a wording chosen a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from tearline.example import material

_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
        "novembre", "décembre",
    ),
}  # fmt: skip
_SMALL = {
    "en": ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    "fr": ("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
}
_ALWAYS_FIGURES = frozenset({"pct", "taux"})  # in French they stand before a percent sign
_SENTENCE_START = re.compile(r"(^\"?|[.!?] )([a-zà-ÿ])")
_PAIRED = ("ship", "firm", "man", "town")
_GENERAL_NUMBERS = {"lots_n": (3, 7), "trade_n": (180, 940)}
_TURNS = 16


@dataclass(frozen=True, slots=True)
class Language:
    """The topics, general portions and pools of one language."""

    topics: Sequence[Mapping[str, Any]]
    general: Sequence[Mapping[str, Any]]
    pools: Mapping[str, Any]
    withheld: Mapping[str, str]


@cache
def language_of(code: str) -> Language:
    table = material.read(f"topics-{code}")
    return Language(table["topic"], table["general"], table["pools"], table["withheld"])


@dataclass(frozen=True, slots=True)
class Recipe:
    """A portion before its slots are filled: its marking, its sentences, which wording of each is taken.

    `turn`: which of the scenario's dates and numbers it takes, so that two portions need not share a day.
    """

    marking: str
    sentences: tuple[tuple[str, ...], ...]
    taken: tuple[int, ...]
    turn: int

    @classmethod
    def draw(cls, rng: Random, template: Mapping[str, Any], turn: int) -> Recipe:
        sentences = tuple(tuple(wordings) for wordings in template["sentences"])
        taken = tuple(rng.randrange(len(wordings)) for wordings in sentences)
        return cls(template["marking"], sentences, taken, turn)

    @property
    def special(self) -> bool:
        """Whether the portion needs special access besides a level."""
        return self.marking.endswith("//SI")

    def reworded(self, rng: Random) -> Recipe:
        """The same content with most sentences worded otherwise."""
        other = tuple(
            (index + 1) % len(wordings) if rng.random() < 0.85 else index
            for wordings, index in zip(self.sentences, self.taken, strict=True)
        )
        return replace(self, taken=other)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What one report is about: the slots that all its portions share, and those that go by turn."""

    code: str
    slots: Mapping[str, str]
    turns: tuple[Mapping[str, str], ...]

    @classmethod
    def draw(cls, rng: Random, topic: Mapping[str, Any], code: str, issued: datetime) -> Scenario:
        """A number that stands in a title is the same throughout; the others and the dates go by turn."""
        pools = language_of(code).pools
        slots: dict[str, str] = {}
        for name in _PAIRED:
            slots[name], slots[f"{name}2"] = rng.sample(pools[name], 2)
        slots["woman"] = rng.choice(pools["woman"])
        here, other = rng.sample(pools["country"], 2)
        slots.update(here)
        if code == "en":
            slots["other"], slots["other_adj"] = other["c"], other["c_adj"]
        else:
            slots.update({f"o_{key}": value for key, value in other.items()})
        limits = {**topic["numbers"], **_GENERAL_NUMBERS}
        slots.update(_figures(rng, limits, code))
        varied = {name: limit for name, limit in limits.items() if f"{{{name}}}" not in "".join(topic["titles"])}
        turns = tuple({**_dates(rng, code, issued), **_figures(rng, varied, code)} for _ in range(_TURNS))
        return cls(code, slots, turns)

    def fill(self, text: str, turn: int = 0) -> str:
        """`text` with its slots filled, each sentence beginning with a capital."""
        filled = text.format_map({**self.slots, **self.turns[turn]})
        return _SENTENCE_START.sub(lambda m: m[1] + m[2].upper(), filled)

    def render(self, recipe: Recipe, *, withheld: bool = False) -> str:
        """The words of a portion; with `withheld`, names of ships, firms and people are blanked."""
        blanks = language_of(self.code).withheld if withheld else {}
        scenario = replace(self, slots={**self.slots, **blanks})
        chosen = (wordings[index] for wordings, index in zip(recipe.sentences, recipe.taken, strict=True))
        return " ".join(scenario.fill(sentence, recipe.turn) for sentence in chosen)

    def withheld_title(self, title: str) -> str:
        for name, blank in language_of(self.code).withheld.items():
            title = title.replace(self.slots[name], blank)
        return title


def _figures(rng: Random, limits: Mapping[str, Sequence[float]], code: str) -> dict[str, str]:
    """Numbers between limits given as low, high and, for round ones, what they are multiplied by."""
    figures = {}
    for name, (low, high, *times) in limits.items():
        drawn = round(rng.uniform(low, high), 1) if isinstance(low, float) else rng.randint(int(low), int(high))
        value = drawn * times[0] if times else drawn
        small = isinstance(value, int) and value <= 10 and not (code == "fr" and name in _ALWAYS_FIGURES)
        figures[name] = _SMALL[code][int(value) - 1] if small else _number(value, code)
    return figures


def _number(value: float, code: str) -> str:
    """British or French figures; a narrow space groups French thousands."""
    text = f"{value:,}"
    return text.replace(",", " ").replace(".", ",") if code == "fr" else text


def _dates(rng: Random, code: str, issued: datetime) -> dict[str, str]:
    months = _MONTHS[code]
    day_of = {
        "d_far": issued - timedelta(days=rng.randint(70, 130)),
        "d_mid": issued - timedelta(days=rng.randint(22, 60)),
        "d_near": issued - timedelta(days=rng.randint(3, 16)),
        "d_next": issued + timedelta(days=rng.randint(20, 70)),
    }
    slots = {}
    for name, day in day_of.items():
        first = "1er" if code == "fr" and day.day == 1 else str(day.day)
        slots[name] = f"{first} {months[day.month - 1]}"
    slots["m_next"] = months[(issued + timedelta(days=rng.randint(75, 130))).month - 1]
    slots["m_far"] = months[day_of["d_far"].month - 1]
    return slots
