"""Who a raw name in a record is: links from names as written to people, each with its score and reason.

The ledger keeps the name as it was written; a link is a record of its own, so every one can be undone. A link is
made only where it can be said why:

1. the address in it is an account of one person (score 1), or the name shown beside it is on record as
   theirs (0.97);
2. the name is exactly one person's, whatever the order, case, accents and middle initials (0.98);
3. its address spells one person's first and last name (0.95);
4. the name is nearly one person's (Jaro-Winkler at least NEAR on the whole and on the family name, the same first
   letter) and no other person's by MARGIN (the similarity itself).

Everything else stays unresolved, which is normal.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import JaroWinkler

from tearline.intake.known import Body
from tearline.intake.mail_addresses import split_address
from tearline.records.parties import PartyKind
from tearline.text.tokens import fold
from tearline.views.register import Register

NEAR = 0.94
MARGIN = 0.05
SHORTEST = 9
MOST_NAMES = 200_000
"""Distinct names looked at in one batch; the rest stay as written until the next."""

_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]?")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_JOINS = re.compile(r"[-'’]")
_PARTICLES = frozenset({"al", "bin", "da", "de", "del", "della", "den", "der", "di", "du", "el", "la", "le", "ten",
                        "van", "von"})  # fmt: skip
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "dame", "hon", "rt", "lord", "lady", "amb",
                     "gen", "col", "maj", "capt", "lt", "sgt", "mme", "mlle", "me"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart: its first and last words, folded, and the initials."""

    first: str
    last: str
    initials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """That `name` (as written) is `person`; `score` from 0 to 1."""

    name: str
    person: str
    score: float
    reason: str

    def body(self) -> Body:
        """The record for the `identities` stream (without `batch`)."""
        return {
            "name": self.name,
            "person": self.person,
            "by": "machine",
            "score": self.score,
            "reason": self.reason,
        }


def parse_name(text: str) -> Name | None:
    """`Roy, Jane M. (PCO/BCP)` and `Jane M. Roy` alike; None where it does not have two words of a name."""
    bare = _BRACKETS.sub(" ", text)
    family, comma, given = bare.partition(",")
    if comma:
        first, last = _words(given), _words(family)
    else:
        words = _words(bare)
        # A family name begins at its last word, or at the particles before it: `Jan van der Berg`.
        cut = max(len(words) - 1, 1)
        while cut > 1 and words[cut - 1] in _PARTICLES:
            cut -= 1
        first, last = words[:cut], words[cut:]
    full = [word for word in first if len(word) > 1]
    if not full or not any(len(word) > 1 for word in last):
        return None
    middle = [word for word in first if word is not full[0]]
    return Name(full[0], "".join(word for word in last if len(word) > 1), tuple(word[0] for word in middle))


def _words(text: str) -> list[str]:
    """Folded words, one for a hyphenated name, without titles."""
    words = [_JOINS.sub("", fold(word)) for word in _WORD.findall(text)]
    return [word for word in words if word not in _TITLES]


class Linker:
    """Built once for a batch over the people on record."""

    def __init__(self, register: Register, decided: Iterable[str]) -> None:
        """`decided`: names about which somebody or something has decided already; they are left alone."""
        self._register = register
        self._decided = frozenset(decided)
        self._people: dict[tuple[str, str], list[tuple[str, Name]]] = defaultdict(list)
        for person in register.people.values():
            parsed = parse_name(person.name)
            if parsed is not None:
                self._people[parsed.first, parsed.last].append((person.id, parsed))
        self._by_letter: Mapping[str, Sequence[tuple[str, str]]] = self._letters()

    def _letters(self) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for first, last in self._people:
            found[first[0]].append((first, last))
        return found

    def link(self, raw: str) -> Link | None:
        """Who `raw` is, where the register does not say so by itself and it can be said why."""
        if raw in self._decided or self._register.resolve(raw).kind is not PartyKind.NAME:
            return None
        name, address = split_address(raw)
        if address is not None:
            party = self._register.resolve(address)
            if party.kind is PartyKind.PERSON:
                return Link(raw, party.id, 1.0, "its address is an account of this person")
        if name is not None and self._register.resolve(name).kind is PartyKind.PERSON:
            # Mailers show a short name beside the address, and scanning damages the address first.
            return Link(
                raw, self._register.resolve(name).id, 0.97, "the name shown beside the address is this person's"
            )
        parsed = parse_name(name) if name else None
        if parsed is not None:
            found = self._exact(parsed)
            if len(found) == 1:
                return Link(raw, found[0], 0.98, "the name is this person's and nobody else's")
            return None if found else self._near(raw, parsed)
        if address is not None and not name:
            return self._spelled(raw, address)
        return None

    def _exact(self, name: Name) -> list[str]:
        return [
            person
            for person, other in self._people.get((name.first, name.last), ())
            if not (name.initials and other.initials) or set(name.initials) & set(other.initials)
        ]

    def _spelled(self, raw: str, address: str) -> Link | None:
        words = [fold(word) for word in re.findall(r"[^\W\d_]+", address.partition("@")[0])]
        full = [word for word in words if len(word) > 2]
        if len(words) != 2 or len(full) != 2:
            return None
        found = {*self._exact(Name(full[0], full[1], ())), *self._exact(Name(full[1], full[0], ()))}
        if len(found) != 1:
            return None
        return Link(raw, found.pop(), 0.95, "the address spells this person's name and nobody else's")

    def _near(self, raw: str, name: Name) -> Link | None:
        whole = f"{name.first} {name.last}"
        if len(whole) < SHORTEST:
            return None
        scored: list[tuple[float, tuple[str, str]]] = []
        for first, last in self._by_letter.get(name.first[0], ()):
            if JaroWinkler.similarity(last, name.last, score_cutoff=NEAR) == 0:
                continue
            score = JaroWinkler.similarity(f"{first} {last}", whole)
            scored.append((score, (first, last)))
        scored.sort(reverse=True)
        if not scored or scored[0][0] < NEAR or (len(scored) > 1 and scored[0][0] - scored[1][0] < MARGIN):
            return None
        people = self._people[scored[0][1]]
        if len(people) != 1:
            return None
        return Link(
            raw, people[0][0], round(scored[0][0], 3), "the name is nearly this person's and no other comes close"
        )


def decided_names(bodies: Iterable[Body], gone: frozenset[str]) -> frozenset[str]:
    """The names about which a decision is on record, retracted batches apart."""
    return frozenset(str(body["name"]) for body in bodies if body.get("batch") not in gone)
