"""How a composed portion gets its words: slots fixed once a report, a wording chosen a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
_SENTENCE_START = re.compile(r"(^|[.!?] )([a-zà-ÿ])")
_PAIRED = ("ship", "firm", "man", "town")


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
    """A portion before its slots are filled: its marking, its sentences, and which wording of each is taken."""

    marking: str
    sentences: tuple[tuple[str, ...], ...]
    taken: tuple[int, ...]

    @classmethod
    def draw(cls, rng: Random, template: Mapping[str, Any]) -> Recipe:
        sentences = tuple(tuple(wordings) for wordings in template["sentences"])
        return cls(template["marking"], sentences, tuple(rng.randrange(len(wordings)) for wordings in sentences))

    def reworded(self, rng: Random) -> Recipe:
        """The same content with most sentences worded otherwise."""
        other = tuple(
            (index + 1) % len(wordings) if rng.random() < 0.85 else index
            for wordings, index in zip(self.sentences, self.taken, strict=True)
        )
        return Recipe(self.marking, self.sentences, other)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What one report is about: the slots that all its portions share."""

    code: str
    slots: Mapping[str, str]

    @classmethod
    def draw(cls, rng: Random, topic: Mapping[str, Any], code: str, issued: datetime) -> Scenario:
        pools = language_of(code).pools
        slots: dict[str, str] = {}
        for name in _PAIRED:
            first, second = rng.sample(pools[name], 2)
            slots[name], slots[f"{name}2"] = first, second
        slots["woman"] = rng.choice(pools["woman"])
        here, other = rng.sample(pools["country"], 2)
        slots.update(here)
        if code == "en":
            slots["other"], slots["other_adj"] = other["c"], other["c_adj"]
        else:
            slots.update({f"o_{key}": value for key, value in other.items()})
        slots.update(_dates(rng, code, issued))
        slots["lots_n"] = _number(rng.randint(3, 7), code)
        slots["trade_n"] = _number(rng.randint(180, 940), code)
        for name, limits in topic["numbers"].items():
            low, high, *times = limits
            drawn = round(rng.uniform(low, high), 1) if isinstance(low, float) else rng.randint(low, high)
            slots[name] = _number(drawn * times[0] if times else drawn, code)
        return cls(code, slots)

    def fill(self, text: str) -> str:
        """`text` with its slots filled, each sentence beginning with a capital."""
        return _SENTENCE_START.sub(lambda m: m[1] + m[2].upper(), text.format_map(self.slots))

    def render(self, recipe: Recipe, *, withheld: bool = False) -> str:
        """The words of a portion; with `withheld`, names of ships, firms and people are blanked."""
        scenario = self.blanked() if withheld else self
        chosen = (wordings[index] for wordings, index in zip(recipe.sentences, recipe.taken, strict=True))
        return " ".join(scenario.fill(sentence) for sentence in chosen)

    def blanked(self) -> Scenario:
        return Scenario(self.code, {**self.slots, **language_of(self.code).withheld})

    def withheld_title(self, title: str) -> str:
        for name, blank in language_of(self.code).withheld.items():
            title = title.replace(self.slots[name], blank)
        return title


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
