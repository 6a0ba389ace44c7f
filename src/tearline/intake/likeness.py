"""How far two names or addresses are apart, and how addresses are made of names."""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz.distance import OSA

from tearline.intake.identities import Name
from tearline.intake.spellings import Address, letters_key

Key = tuple[str, str]
"""A given and a family name, folded."""
HOUSE = 10
"""Last letters of a domain that must be the same for its hosts to be of one house."""


def apart(one: str, other: str) -> int:
    """Letters that differ, at most 2; `rn` and `m`, which look alike, are one."""
    distance = OSA.distance(one, other, score_cutoff=1)
    return min(distance, 1) if one.replace("rn", "m") == other.replace("rn", "m") else distance


def compatible(one: Key, other: Key) -> bool:
    """May two names be one person's: family names at most a letter apart, the same first letter of the given name;
    in either order."""
    return near(one, other) or near(one, (other[1], other[0]))


def near(one: Key, other: Key) -> bool:
    """The same first letter, and family names at most a letter apart."""
    return one[0][0] == other[0][0] and apart(one[1], other[1]) <= 1


def near_domain(one: str, other: str) -> bool:
    """Is one domain the other, damaged?"""
    if not one or not other:
        return False
    return OSA.distance(one, other, score_cutoff=2) <= min(2, max(len(one), len(other)) // 6)


def one_house(one: Address, other: Address) -> bool:
    """The same numbered login at two hosts of one domain."""
    if not any(c.isdigit() for c in one.local):
        return False
    return len(one.domain) >= HOUSE and one.domain[-HOUSE:] == other.domain[-HOUSE:]


def less_one(word: str) -> set[str]:
    """`word` and what is left of it without each of its letters: words one edit apart share one of these."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def whole_letters(address: Address) -> str:
    """All of an address, for comparison where even its `@` may be damaged."""
    return letters_key("".join(c for c in address.local + address.domain if c.isalnum()))


def by_rule(address: Address, name: Name) -> bool:
    """Is the address all of the name, or its family name and initials, perhaps with a number behind?"""
    letters = letters_of(address.local)
    if not name.initials and letters[:-1] == name.last + name.first[0]:
        return True
    return any(letters == pattern for pattern, _ in patterns(name))


def letters_of(local: str) -> str:
    """The letters of a login, a number behind them apart."""
    return "".join(c for c in local.rstrip("0123456789") if c.isalpha())


def patterns(name: Name) -> Iterator[tuple[str, bool]]:
    """How addresses are made of a name; True where the whole name or all its initials stand in it."""
    first, last = name.first, name.last
    yield first + last, True
    yield last + first, True
    for middle in name.initials[:1]:
        yield last + first[0] + middle, True
        yield first[0] + middle + last, True
    yield last + first[0], False
    yield first[0] + last, False


def spells(address: Address, name: Name) -> bool:
    """Is the address made of the name: its family name, a letter's damage allowed, or an initial of it beside?"""
    letters = letters_of(address.local)
    if any(letters == pattern for pattern, _ in patterns(name)):
        return True
    if len(name.last) > 3 and name.last in letters:
        return True
    if len(name.last) > 4 and letters[:1] == name.first[0] and letters_key(name.last) in address.domain:
        return True
    stem = letters[: len(name.last)]
    return len(stem) > 4 and OSA.distance(stem, name.last, score_cutoff=1) <= 1
