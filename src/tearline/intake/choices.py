"""What can be typed at the keyboard: every name and number on record, and what it stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tearline.views.register import Register


@dataclass(frozen=True, slots=True)
class Choices:
    """What is typed -> what is recorded. A person's unique name stands for itself, as it stood on the paper; what
    two share is offered with the id behind it."""

    people: Mapping[str, str]
    products: Mapping[str, str]
    organisations: Mapping[str, str]


def choices(register: Register) -> Choices:
    """Names in both orders, ids, numbers and titles of everything on record."""
    names = Counter(person.name for person in register.people.values())
    people: dict[str, str] = {}
    for person in register.people.values():
        alone = names[person.name] == 1
        for written in (person.name, _surname_first(person.name)):
            people[written if alone else f"{written} ({person.id})"] = person.name if alone else person.id
    people |= {group.name: group.id for group in register.groups.values()}
    people |= {key: key for key in (*register.people, *register.groups)}
    products = _apart(
        (text, product.id)
        for product in register.products.values()
        for text in (product.number, product.title)
        if text
    )
    organisations = _apart((one.name, one.id) for one in register.organisations.values())
    return Choices(
        people,
        {**products, **{key: key for key in register.products}},
        {**organisations, **{key: key for key in register.organisations}},
    )


def _surname_first(name: str) -> str:
    given, _, family = name.rpartition(" ")
    return f"{family}, {given}" if given else name


def _apart(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each text with what it stands for; where it stands for several, each with its id."""
    found = list(dict.fromkeys(pairs))
    often = Counter(text for text, _ in found)
    return {text if often[text] == 1 else f"{text} ({value})": value for text, value in found}
