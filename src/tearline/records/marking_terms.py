"""What a marking is made of: levels in separate families, special access, caveats, and the marking itself.

Frozen values that know how to print themselves and how they compare; they read no files. The words come from a
scheme file (`records/schemes/*.toml`), read by `scheme_files` and put together by `markings.MarkingScheme`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from tearline.records.kinds import AccessBasis

Language = Literal["en", "fr"]


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a scheme. `id` is its canonical English form; `also` and `also_fr` are read, never printed."""

    id: str
    fr: str
    short: str
    short_fr: str
    also: tuple[str, ...] = ()
    also_fr: tuple[str, ...] = ()

    def print(self, language: Language = "en", short: bool = False) -> str:
        if short:
            return self.short_fr if language == "fr" else self.short
        return self.fr if language == "fr" else self.id

    def __str__(self) -> str:
        return self.print()

    def forms(self) -> Iterator[tuple[str, Language]]:
        """Every written form with the language it belongs to; a form of both languages comes twice."""
        for form in (self.id, self.short, *self.also):
            yield form, "en"
        for form in (self.fr, self.short_fr, *self.also_fr):
            yield form, "fr"


@dataclass(frozen=True, slots=True)
class MarkingLevel(Term):
    """A level of one family. `rank` counts from 1 within it; 0 is the scheme's base, below every family."""

    family: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True)
class SpecialAccess(Term):
    """A compartment. Named in the person's record, or included in one of the grounds of access."""

    included_in: frozenset[AccessBasis] = frozenset()


@dataclass(frozen=True, slots=True)
class Nation(Term):
    """A country, or a group of countries; `members` are the countries' ids (a country: itself alone)."""

    members: frozenset[str] = frozenset()


class Need(StrEnum):
    """What a caveat asks for before somebody may read under it."""

    NOTHING = "nothing"
    LEAVE = "leave"
    """Nothing of the reader; the originator's leave before it is passed on."""
    NATION = "nation"
    """The reader's country is one of those the caveat names."""
    NAMED = "named"
    """The reader's record holds the caveat by name."""


@dataclass(frozen=True, slots=True)
class CaveatKind(Term):
    """A dissemination caveat and what it needs.

    `nations`: the countries it always allows. `releases`: it takes further countries as arguments, and it is a
    permission, so that a whole grants only what every part grants. `included_in`: grounds of access that meet the
    need where the record names nothing; `excluded_from`: grounds that do not reach what stands under it.
    """

    need: Need = Need.NOTHING
    nations: frozenset[str] = frozenset()
    releases: bool = False
    included_in: frozenset[AccessBasis] = frozenset()
    excluded_from: frozenset[AccessBasis] = frozenset()


@dataclass(frozen=True, slots=True)
class Caveat:
    """A caveat as it stands in a marking; `arguments` are the countries and groups a release names."""

    kind: CaveatKind
    arguments: tuple[Nation, ...] = ()

    @property
    def nations(self) -> frozenset[str]:
        """The ids of the countries whose people it allows; of use only where the need is a nation."""
        return self.kind.nations.union(*(nation.members for nation in self.arguments))

    def print(self, language: Language = "en", short: bool = False) -> str:
        name = self.kind.print(language, short)
        listed = ", ".join(nation.print(language, short) for nation in self.arguments)
        return f"{name} {listed}" if listed else name


@dataclass(frozen=True, slots=True)
class Marking:
    """A level of one family or of several, special access, caveats, and free caveat text kept as written.

    `levels` holds one level a family, in the scheme's order of families. `verbatim` is the text it was read from
    and `language` the only language that text can be in (None: both, or mixed); neither counts in comparison.
    """

    levels: tuple[MarkingLevel, ...]
    special: tuple[SpecialAccess, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    free: tuple[str, ...] = ()
    verbatim: str = field(default="", compare=False)
    language: Language | None = field(default=None, compare=False)

    @property
    def family(self) -> str:
        """The family of the first level; a marking of several families has more in `levels`."""
        return self.levels[0].family

    @property
    def level(self) -> str:
        """The first level's id, such as `SECRET`."""
        return self.levels[0].id

    @property
    def asks_nothing(self) -> bool:
        """True where anybody may read it: the base level, and nothing that needs something of the reader."""
        open_caveats = all(caveat.kind.need in (Need.NOTHING, Need.LEAVE) for caveat in self.caveats)
        return open_caveats and not self.special and all(level.rank == 0 for level in self.levels)

    @property
    def needs_leave(self) -> tuple[str, ...]:
        """The ids of the caveats under which it may be passed on only with the originator's leave."""
        return tuple(caveat.kind.id for caveat in self.caveats if caveat.kind.need is Need.LEAVE)

    @property
    def nations(self) -> frozenset[str] | None:
        """The countries whose people every caveat allows; None where no caveat speaks of countries."""
        named = [caveat.nations for caveat in self.caveats if caveat.kind.need is Need.NATION]
        return frozenset.intersection(*named) if named else None

    def print(self, language: Language = "en", short: bool = False) -> str:
        """The canonical form: `TOP SECRET//SI/TK//CANADIAN EYES ONLY`; `short`: as in portion marks, `TS//SI`."""
        parts = [level.print(language, short) for level in self.levels]
        if self.special:
            parts.append("/".join(special.print(language, short) for special in self.special))
        parts += [caveat.print(language, short) for caveat in self.caveats]
        parts += [f'"{text}"' for text in self.free]
        return "//".join(parts)

    def __str__(self) -> str:
        return self.print()

    def dominates(self, other: Marking) -> bool:
        """True where this asks for at least all that `other` asks for.

        A partial order: two families are not one ladder, so neither of SECRET and PROTECTED B dominates the other.
        Releases compare by the countries they allow, whatever the words.
        """
        nations, others = self.nations, other.nations
        return (
            all(
                theirs.rank == 0
                or any(own.family == theirs.family and own.rank >= theirs.rank for own in self.levels)
                for theirs in other.levels
            )
            and set(self.special) >= set(other.special)
            and {c.kind for c in self.caveats} >= {c.kind for c in other.caveats if not c.kind.releases}
            and (others is None or (nations is not None and nations <= others))
            and set(self.free) >= set(other.free)
        )


@dataclass(frozen=True, slots=True)
class Clearance(Term):
    """A status somebody holds and what it opens: the highest level of each family it names, and all below."""

    opens: tuple[MarkingLevel, ...] = ()

    def covers(self, level: MarkingLevel) -> bool:
        return level.rank == 0 or any(
            opened.family == level.family and opened.rank >= level.rank for opened in self.opens
        )


@dataclass(frozen=True, slots=True)
class Family:
    """A ladder of levels, lowest first. Its bare names (`PROTECTED`) mark nothing: they do not say which level."""

    id: str
    names: tuple[str, ...]
    levels: tuple[MarkingLevel, ...]


@dataclass(frozen=True, slots=True)
class SchemeTerms:
    """All the words of one scheme, in the order in which a marking prints them."""

    name: str
    title: str
    home: str | None
    base: MarkingLevel
    families: tuple[Family, ...]
    special: tuple[SpecialAccess, ...]
    caveats: tuple[CaveatKind, ...]
    nations: tuple[Nation, ...]
    clearances: tuple[Clearance, ...]
