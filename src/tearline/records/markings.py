"""Markings read, printed and combined by the rules of a scheme.

A scheme says which words there are and what they need; the program knows none of them. Reading is tolerant of
case, accents, hyphens and spaces, of brackets round a portion mark and of bilingual banners, and of nothing else:
a word the scheme does not know, or one that could mean two things, is BadInput and never a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TypeAlias, get_args

from tearline.records.errors import BadInput
from tearline.records.marking_terms import (
    Caveat,
    CaveatKind,
    Clearance,
    Language,
    Marking,
    MarkingLevel,
    Nation,
    Need,
    SchemeTerms,
    SpecialAccess,
    Term,
)
from tearline.records.scheme_files import read_scheme

_LONGEST = 10_000  # characters; a release to every country there is takes 1,300
_WORDS = 12  # the most words a release may have before its countries
_QUOTED = re.compile(r'("[^"“”«»]*"|“[^"“”«»]*”|«[^"“”«»]*»)')
_IGNORED = re.compile(r"[\s\-‐‑–—_'’.:]+")
_BRACKETS = {"(": ")", "[": "]"}
_LANGUAGES = frozenset[Language](get_args(Language))
_Found: TypeAlias = MarkingLevel | SpecialAccess | Caveat


def key_of(text: str) -> str:
    """What two spellings of one word share: without case, accents, spaces, hyphens, apostrophes and full stops."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _IGNORED.sub("", bare).upper()


class MarkingScheme:
    """One organisation's markings: reads them, prints them, and gives the highest of several.

    `terms` holds the words as the scheme's file gives them.
    """

    def __init__(self, terms: SchemeTerms) -> None:
        """Raises BadInput where one written form would name two things."""
        self.terms = terms
        self._words = self._index(
            chain([terms.base], *(family.levels for family in terms.families), terms.special, terms.caveats)
        )
        self._nations = self._index(terms.nations)
        self._clearances = self._index(terms.clearances)
        self._families = {key_of(name): family for family in terms.families for name in family.names}
        if both := self._families.keys() & self._words.keys():
            raise BadInput(
                f"the bare family name {min(both)!r} is also a word of its own",
                where=terms.title,
                remedy="Rename one of them in the scheme's file",
            )
        ladder = [terms.base, *(level for family in terms.families for level in family.levels)]
        ordered: list[Term] = [*ladder, *terms.special, *terms.caveats]
        self._order = {term.id: n for n, term in enumerate(ordered)}

    @classmethod
    def load(cls, path: Path) -> MarkingScheme:
        """The scheme in a TOML file (docs/markings.md). Raises BadInput naming the file and the entry at fault."""
        return cls(read_scheme(path))

    def _index(self, terms: Iterable[Term]) -> dict[str, tuple[Term, frozenset[Language]]]:
        index: dict[str, tuple[Term, frozenset[Language]]] = {}
        for term in terms:
            for form, language in term.forms():
                key = key_of(form)
                known, languages = index.get(key, (term, frozenset()))
                if not key or known != term:
                    raise BadInput(
                        f"{form!r} could mean {known.id} or {term.id}"
                        if key
                        else f"{form!r} has no letter or digit",
                        where=self.terms.title,
                        remedy="Every form in a scheme's file must name one thing",
                    )
                index[key] = (term, languages | {language})
        return index

    def parse(self, text: str) -> Marking:
        """Read `TOP SECRET//SI//CANADIAN EYES ONLY`, `(S//REL TO CAN, FVEY)`, `PROTÉGÉ B` and the like.

        Parts are separated by `//`, special access and caveats also by `/`; free caveat text stands in quotation
        marks. Raises BadInput for a word that is unknown or ambiguous, for no level, or for two of one family.
        """
        if len(text) > _LONGEST:
            raise BadInput(
                f"a marking of {len(text):,} characters", remedy=f"A marking has at most {_LONGEST:,} characters"
            )
        inner = text.strip()
        if inner and inner[-1] == _BRACKETS.get(inner[0]):
            inner = inner[1:-1]
        found: list[tuple[_Found, frozenset[Language]]] = []
        free: list[str] = []
        for n, piece in enumerate(_QUOTED.split(inner)):
            if n % 2:
                free.append(piece[1:-1].strip())
            else:
                for segment in filter(None, map(str.strip, piece.split("//"))):
                    found += self._segment(segment)
        languages = _LANGUAGES.intersection(*(spoken for _, spoken in found))
        language = next(iter(languages)) if len(languages) == 1 else None
        return self._compose([part for part, _ in found], free, text, language)

    def _segment(self, segment: str) -> list[tuple[_Found, frozenset[Language]]]:
        items = [item.strip() for item in segment.split("/") if item.strip()]
        try:
            return [self._item(segment)]  # the whole first: the countries of a release may be separated by `/` too
        except BadInput:
            if len(items) < 2:
                raise
        found = [self._item(item) for item in items]
        if len({part for part, _ in found if isinstance(part, MarkingLevel)}) > 1:
            raise BadInput(
                f"{segment[:80]!r} names two levels between single strokes",
                remedy="Separate levels of different families by //, as in SECRET//PROTECTED B",
            )
        return found

    def _item(self, item: str) -> tuple[_Found, frozenset[Language]]:
        key = key_of(item)
        if key in self._families:
            levels = ", ".join(level.id for level in self._families[key].levels)
            raise BadInput(f"{item[:80]!r} does not say which level", remedy=f"Write one of {levels}")
        term, languages = self._words.get(key, (None, _LANGUAGES))
        if isinstance(term, MarkingLevel | SpecialAccess):
            return term, languages
        if isinstance(term, CaveatKind):
            if term.releases:
                raise BadInput(f"{item!r} names no country", remedy="List the countries after it, with commas")
            return Caveat(term), languages
        words = item.split()
        for n in range(min(len(words) - 1, _WORDS), 0, -1):
            term, languages = self._words.get(key_of(" ".join(words[:n])), (None, _LANGUAGES))
            if isinstance(term, CaveatKind) and term.releases:
                return Caveat(term, self._countries(" ".join(words[n:]))), languages
        raise self._unknown(item)

    def _countries(self, text: str) -> tuple[Nation, ...]:
        named = {self.nation(name) for name in re.split(r"[,;&+/]", text)}
        return tuple(sorted(named, key=lambda n: (len(n.members) > 1, n.id != self.terms.home, n.id)))

    def nation(self, text: str) -> Nation:
        """The country or group of countries `text` names; BadInput if the scheme knows none of that name."""
        entry = self._nations.get(key_of(text))
        if entry is None:
            raise BadInput(
                f"{text.strip()[:80]!r} is no country or group of the marking scheme {self.terms.title!r}",
                remedy="Separate countries by commas; a country that is missing can be added to the scheme's file",
            )
        assert isinstance(entry[0], Nation)
        return entry[0]

    def _unknown(self, item: str) -> BadInput:
        levels = [self.terms.base.id, *(level.id for family in self.terms.families for level in family.levels)]
        return BadInput(
            f"{item[:80]!r} is not in the marking scheme {self.terms.title!r}",
            remedy=f"Its levels are {', '.join(levels)}; put free caveat text in quotation marks, or add the word "
            "to the scheme's file",
        )

    def _compose(
        self, parts: list[_Found], free: Iterable[str], verbatim: str, language: Language | None
    ) -> Marking:
        """One marking from its parts: duplicates fall together, contradictions are errors, order is canonical."""
        levels = {part for part in parts if isinstance(part, MarkingLevel)}
        if not levels:
            raise BadInput(
                f"the marking {verbatim[:80]!r} names no level",
                remedy=f"Put a level first, such as {self.terms.base.id}",
            )
        by_kind: dict[str, set[object]] = {}
        for level in levels:
            # The base level goes with no other, so beside it every level counts as of one family.
            by_kind.setdefault("" if self.terms.base in levels else level.family, set()).add(level)
        caveats = {part for part in parts if isinstance(part, Caveat)}
        for caveat in caveats:
            by_kind.setdefault(caveat.kind.id, set()).add(caveat)
        if any(len(values) > 1 for values in by_kind.values()):
            raise BadInput(
                f"the marking {verbatim[:80]!r} contradicts itself",
                remedy="Give one level a family, and each caveat once",
            )
        return Marking(
            levels=tuple(sorted(levels, key=lambda level: self._order[level.id])),
            special=tuple(
                sorted({p for p in parts if isinstance(p, SpecialAccess)}, key=lambda s: self._order[s.id])
            ),
            caveats=tuple(sorted(caveats, key=lambda caveat: self._order[caveat.kind.id])),
            free=tuple(dict.fromkeys(filter(None, free))),
            verbatim=verbatim,
            language=language,
        )

    def highest(self, markings: Iterable[Marking]) -> Marking:
        """The marking of a whole whose parts carry `markings`; of nothing, the base level.

        The highest level of each family stands side by side (`SECRET//PROTECTED B`), with the union of special
        access, caveats and free text. A release is a permission, so the whole is released only where every part
        is: a part without one, unless it asks nothing, is taken as releasable to the home country alone, and a
        release that then says no more than another caveat is left out. The result dominates every part.
        """
        parts = list(dict.fromkeys(markings))
        top: dict[str, MarkingLevel] = {}
        for level in chain.from_iterable(part.levels for part in parts):
            if level.rank and level.rank > top.get(level.family, self.terms.base).rank:
                top[level.family] = level
        caveats = {caveat for part in parts for caveat in part.caveats}
        combined: list[_Found] = [*(top.values() or [self.terms.base])]
        combined += {special for part in parts for special in part.special}
        combined += {caveat for caveat in caveats if not caveat.kind.releases}
        fixed = [c.nations for c in caveats if c.kind.need is Need.NATION and not c.kind.releases]
        for kind in {caveat.kind for caveat in caveats if caveat.kind.releases}:
            allowed = frozenset.intersection(
                *(
                    next((c.nations for c in part.caveats if c.kind == kind), kind.nations)
                    for part in parts
                    if not part.asks_nothing
                )
            )
            if not any(nations <= allowed for nations in fixed):
                combined.append(Caveat(kind, self._named(allowed)))
        whole = self._compose(combined, chain.from_iterable(part.free for part in parts), "", None)
        return Marking(whole.levels, whole.special, whole.caveats, whole.free, verbatim=whole.print())

    def _named(self, countries: frozenset[str]) -> tuple[Nation, ...]:
        """The shortest canonical list of `countries`: the home country, others no group covers, then groups."""
        groups: list[Nation] = []
        for group in sorted(self.terms.nations, key=lambda nation: -len(nation.members)):
            covered = frozenset[str]().union(*(g.members for g in groups))
            if len(group.members) > 1 and group.members <= countries and not group.members <= covered:
                groups.append(group)
        rest = countries.difference(*(group.members for group in groups)) | (countries & {self.terms.home or ""})
        return self._countries(",".join([*rest, *(group.id for group in groups)]))

    def clearance(self, text: str) -> tuple[Clearance, tuple[SpecialAccess, ...]]:
        """What a clearance as recorded opens: `SECRET`, `Cote de fiabilité`, or with compartments, `TS//SI`.

        A level that is not listed among the clearances opens itself and what is below it in its family. Raises
        BadInput for a status the scheme does not know, or for two statuses in one.
        """
        whole = self._clearances.get(key_of(text))
        items = [text] if whole else [item for item in re.split(r"[/,;()]+", text) if item.strip()]
        held: list[Clearance] = []
        special: list[SpecialAccess] = []
        for item in items:
            entry = self._clearances.get(key_of(item)) or self._words.get(key_of(item))
            term = entry[0] if entry else None
            if isinstance(term, SpecialAccess):
                special.append(term)
            elif isinstance(term, Clearance):
                held.append(term)
            elif isinstance(term, MarkingLevel):
                held.append(Clearance(term.id, term.fr, term.short, term.short_fr, opens=(term,)))
            else:
                held.clear()
                break
        if len(held) != 1:
            known = ", ".join(clearance.id for clearance in self.terms.clearances)
            raise BadInput(
                f"{text[:80]!r} is no clearance of the marking scheme {self.terms.title!r}",
                remedy=f"Its clearances are {known}",
            )
        return held[0], tuple(special)

    def held(self, caveats: Iterable[str]) -> tuple[Term, ...]:
        """What the caveats in a person's record mean here, words the scheme does not know left out."""
        entries = [index.get(key_of(text)) for text in caveats for index in (self._words, self._nations)]
        return tuple(entry[0] for entry in entries if entry is not None)


@cache
def shipped_scheme(name: str = "canada") -> MarkingScheme:
    """A scheme that ships with the program: `canada`, or the fictional `lantern`."""
    return MarkingScheme.load(Path(__file__).parent / "schemes" / f"{name}.toml")
