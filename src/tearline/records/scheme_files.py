"""Reads a marking scheme's TOML file into terms. docs/markings.md describes the format.

The file may come from anybody: its size, its keys and every type are checked, and what is wrong is a BadInput
that names the file, the entry and the remedy.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from tearline.records.errors import BadInput
from tearline.records.kinds import AccessBasis
from tearline.records.marking_terms import (
    CaveatKind,
    Clearance,
    Family,
    MarkingLevel,
    Nation,
    Need,
    SchemeTerms,
    SpecialAccess,
)

_LARGEST = 1_000_000  # bytes; the shipped scheme has about 10 kB
_LONGEST = 200  # characters of one word or name
_FORBIDDEN = set('/"“”«»()[],;&+')  # they separate or enclose the parts of a marking
_TERM_KEYS = {"fr", "short", "short_fr", "also", "also_fr"}
_T = TypeVar("_T")


def read_scheme(path: Path) -> SchemeTerms:
    """The terms of the scheme in `path`. Raises BadInput for anything but a well-formed scheme file."""
    return _SchemeFile(path).terms()


class _SchemeFile:
    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                content = file.read(_LARGEST + 1)
            if len(content) > _LARGEST:
                self.fail(None, f"the file is larger than {_LARGEST:,} bytes", "A scheme is a short list of words")
            self.raw: object = tomllib.loads(content.decode("utf-8"))
        except OSError as error:
            self.fail(None, f"the file cannot be read ({error.strerror})", "Check the name and its permissions")
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            self.fail(None, f"not a TOML file ({error})", "Correct it; docs/markings.md describes the format")
        self.levels: dict[str, MarkingLevel] = {}
        self.countries: dict[str, Nation] = {}

    def fail(self, entry: str | None, what: str, remedy: str) -> NoReturn:
        raise BadInput(what, where=str(self.path), field=entry, remedy=remedy)

    def terms(self) -> SchemeTerms:
        top = self.table(
            self.raw,
            "the file",
            {"name", "title", "base", "families"},
            {"home", "special", "caveats", "nations", "clearances"},
        )
        base = MarkingLevel(**self.term(top["base"], "base"))
        self.levels[base.id] = base
        families = tuple(
            self.family(raw, f"families[{n}]") for n, raw in enumerate(self.tables(top["families"], "families"))
        )
        nations = self.nations(top.get("nations", {}))
        home = self.text(top["home"], "home") if "home" in top else None
        if home is not None and home not in self.countries:
            self.fail("home", f"{home!r} is not one of the nations", "Add it to the nations' codes")
        return SchemeTerms(
            name=self.text(top["name"], "name"),
            title=self.text(top["title"], "title"),
            home=home,
            base=base,
            families=families,
            special=tuple(
                SpecialAccess(
                    **self.term(raw, f"special[{n}]", {"included_in"}),
                    included_in=self.grounds(raw, "included_in", f"special[{n}]"),
                )
                for n, raw in enumerate(self.tables(top.get("special", []), "special"))
            ),
            caveats=tuple(
                self.caveat(raw, f"caveats[{n}]", home)
                for n, raw in enumerate(self.tables(top.get("caveats", []), "caveats"))
            ),
            nations=nations,
            clearances=tuple(
                Clearance(
                    **self.term(raw, f"clearances[{n}]", {"opens"}),
                    opens=tuple(
                        self.known(self.levels, word, f"clearances[{n}].opens", "level")
                        for word in self.texts(raw.get("opens", []), f"clearances[{n}].opens")
                    ),
                )
                for n, raw in enumerate(self.tables(top.get("clearances", []), "clearances"))
            ),
        )

    def family(self, raw: object, entry: str) -> Family:
        table = self.table(raw, entry, {"id", "levels"}, {"names"})
        name = self.text(table["id"], f"{entry}.id")
        levels = tuple(
            MarkingLevel(**self.term(level, f"{entry}.levels[{n}]"), family=name, rank=n + 1)
            for n, level in enumerate(self.tables(table["levels"], f"{entry}.levels"))
        )
        self.levels.update((level.id, level) for level in levels)
        return Family(name, self.words(table.get("names", []), f"{entry}.names"), levels)

    def caveat(self, raw: object, entry: str, home: str | None) -> CaveatKind:
        extra = {"needs", "nations", "releases", "included_in", "excluded_from"}
        words = self.term(raw, entry, extra)
        assert isinstance(raw, dict)
        needs = self.text(raw.get("needs", Need.NOTHING.value), f"{entry}.needs")
        if needs not in tuple(Need):
            self.fail(f"{entry}.needs", f"{needs!r} is no need", f"Use one of {', '.join(Need)}")
        releases = raw.get("releases", False)
        named = self.texts(raw.get("nations", []), f"{entry}.nations")
        nations = [self.known(self.countries, code, f"{entry}.nations", "nation").id for code in named]
        if releases is True and home is not None:
            nations.append(home)  # the home country holds its own material whatever list it is released to
        if not isinstance(releases, bool) or (needs == Need.NATION) != bool(nations):
            self.fail(
                entry,
                "the countries do not go with what the caveat needs",
                "A caveat that needs a nation lists `nations`, or has `releases = true` in a scheme with a `home`",
            )
        return CaveatKind(
            **words,
            need=Need(needs),
            nations=frozenset(nations),
            releases=releases,
            included_in=self.grounds(raw, "included_in", entry),
            excluded_from=self.grounds(raw, "excluded_from", entry),
        )

    def nations(self, raw: object) -> tuple[Nation, ...]:
        table = self.table(raw, "nations", set(), {"codes", "also", "groups"})
        also = self.table(table.get("also", {}), "nations.also", set(), None)
        for code in self.words(table.get("codes", []), "nations.codes"):
            self.countries[code] = Nation(
                code,
                code,
                code,
                code,
                also=self.words(also.get(code, []), f"nations.also.{code}"),
                members=frozenset((code,)),
            )
        for code in also:
            self.known(self.countries, code, "nations.also", "nation")
        groups = [
            Nation(
                **self.term(group, f"nations.groups[{n}]", {"members"}),
                members=frozenset(
                    self.known(self.countries, code, f"nations.groups[{n}].members", "nation").id
                    for code in self.texts(group.get("members", []), f"nations.groups[{n}].members")
                ),
            )
            for n, group in enumerate(self.tables(table.get("groups", []), "nations.groups"))
        ]
        return (*self.countries.values(), *groups)

    def term(self, raw: object, entry: str, further: Iterable[str] = ()) -> dict[str, Any]:
        """The words of a term as arguments for its type: `en` is needed; the rest follow from it."""
        table = self.table(raw, entry, {"en"}, _TERM_KEYS.union(further))
        english = self.word(table["en"], f"{entry}.en")
        french = self.word(table.get("fr", english), f"{entry}.fr")
        return {
            "id": english,
            "fr": french,
            "short": self.word(table.get("short", english), f"{entry}.short"),
            "short_fr": self.word(table.get("short_fr", table.get("short", french)), f"{entry}.short_fr"),
            "also": self.words(table.get("also", []), f"{entry}.also"),
            "also_fr": self.words(table.get("also_fr", []), f"{entry}.also_fr"),
        }

    def grounds(self, raw: dict[str, Any], key: str, entry: str) -> frozenset[AccessBasis]:
        words = self.texts(raw.get(key, []), f"{entry}.{key}")
        grounds = {str(basis): basis for basis in AccessBasis}
        return frozenset(self.known(grounds, word, f"{entry}.{key}", "ground of access") for word in words)

    def known(self, choices: dict[str, _T], word: str, entry: str, what: str) -> _T:
        if word not in choices:
            self.fail(entry, f"{word!r} is no {what} of this scheme", "Correct the word or add the entry it means")
        return choices[word]

    def table(self, raw: object, entry: str, needed: set[str], others: set[str] | None) -> dict[str, Any]:
        if not isinstance(raw, dict):
            self.fail(entry, "a table is needed here", "See docs/markings.md")
        missing = sorted(needed - raw.keys())
        unknown = [] if others is None else sorted(raw.keys() - needed - others)
        if missing or unknown:
            what = f"{missing[0]!r} is missing" if missing else f"{unknown[0]!r} is no key of a scheme file"
            self.fail(entry, what, "See docs/markings.md")
        return raw

    def tables(self, raw: object, entry: str) -> Sequence[dict[str, Any]]:
        if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
            self.fail(entry, "a list of tables is needed here", "See docs/markings.md")
        return raw

    def text(self, raw: object, entry: str) -> str:
        if not isinstance(raw, str) or not raw.strip() or len(raw) > _LONGEST or not raw.isprintable():
            self.fail(entry, f"a text of 1 to {_LONGEST} printable characters is needed here", "Correct it")
        return raw

    def texts(self, raw: object, entry: str) -> tuple[str, ...]:
        if not isinstance(raw, list):
            self.fail(entry, "a list of texts is needed here", 'Write it as ["…", "…"]')
        return tuple(self.text(item, entry) for item in raw)

    def word(self, raw: object, entry: str) -> str:
        text = self.text(raw, entry)
        if _FORBIDDEN.intersection(text):
            self.fail(
                entry, f"{text!r} contains a character that separates the parts of a marking", "Leave it out"
            )
        return text

    def words(self, raw: object, entry: str) -> tuple[str, ...]:
        return tuple(self.word(text, entry) for text in self.texts(raw, entry))
