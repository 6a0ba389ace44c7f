"""Which column of an unknown table means what: proposed from its header and sample values, never decided.

Each column is scored for each part of an event by its name (0 to 1) and by its values (-1 to 1); the best pairs
are taken first, each column and each part once. Rules that come before any score:

1. A date that could be read two ways (03/04/2025 throughout the sample) is not read: it is a question.
2. What happened is taken from a column, else from what file, sheet, title and columns say the table is of; where
   nothing says so it is a question.
3. A column that fits nothing is kept as a detail under its own name. Nothing of a row is lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tearline.intake.suggestion_dates import CLOCK, Dates, clock_format, read_dates
from tearline.intake.suggestion_words import ROLES, TABLES, TableOf, header_score, kind_of, words_of
from tearline.records.kinds import Basis, EventKind

ENOUGH = 0.5
"""A column below this score is not taken for a part of the event."""

SURE = 1.0
SAMPLE = 1_000

_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?:,? +[^\W\d_][\w.'’-]*){1,4}(?: *[(\[].*)?|\S+@\S+|\w+[:\\]\w[\w.-]*")
_TIMES = frozenset({"at", "at_earliest", "at_latest"})
_PEOPLE = frozenset({"actor", "recipient", "by"})
_ANYBODY = (
    "name",
    "person",
    "personne",
    "agent",
    "individual",
    "officer",
    "employee",
    "signature",
    "signed",
    "by",
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the workspace knows of a value: is it a product, a person or group, an organisation?"""

    product: Callable[[str], bool]
    party: Callable[[str], bool]
    organisation: Callable[[str], bool]
    organisations: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A sample of a table. `about`: what names it as a whole (file name, sheet, lines above the header)."""

    source: Mapping[str, Any]
    header: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    about: Sequence[str]


@dataclass(frozen=True, slots=True)
class Question:
    """What only a person can say: `name` is `kind` or `date_format`."""

    name: str
    asks: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`mapping`: the document of a mapping file; `unsure`: sentences on what to look at before saying yes."""

    mapping: Mapping[str, Any]
    unsure: tuple[str, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    values: tuple[str, ...]
    dates: Dates

    def share(self, holds: Callable[[str], bool]) -> float:
        return sum(map(holds, self.values)) / len(self.values) if self.values else 0.0


def suggest_mapping(
    table: Table,
    known: Known,
    *,
    organisation: str | None = None,
    kind: str | None = None,
    date_format: str | None = None,
) -> Suggestion:
    """Propose a mapping. `kind` and `date_format` are a person's answers to its questions."""
    columns = [
        _Column(name, values, read_dates(values))
        for name in table.header
        if name and not name.startswith("=") and (values := _values(table, name)) is not None
    ]
    proposal = _Proposal(table, known, columns)
    proposal.assign()
    proposal.say_when(date_format)
    proposal.say_what(kind)
    proposal.say_whose(organisation)
    return proposal.suggestion()


def _values(table: Table, name: str) -> tuple[str, ...]:
    return tuple(text for row in table.rows if (text := str(row.get(name) or "").strip()))


class _Proposal:
    """A mapping in the making."""

    def __init__(self, table: Table, known: Known, columns: Sequence[_Column]) -> None:
        self._table = table
        self._known = known
        self._columns = columns
        self._taken: dict[str, _Column] = {}
        self._source: dict[str, Any] = dict(table.source)
        self._event: dict[str, Any] = {}
        self._kinds: dict[str, str] = {}
        self._unsure: list[str] = []
        self._questions: list[Question] = []

    # Columns -----------------------------------------------------------------------------------------------

    def assign(self) -> None:
        scored = [
            (score, -place, -order, role, column)
            for place, column in enumerate(self._columns)
            for order, role in enumerate(ROLES)
            if (score := self._score(column, role)) >= ENOUGH
        ]
        used: set[str] = set()
        for score, _, _, role, column in sorted(scored, key=lambda one: one[:3], reverse=True):
            if role in self._taken or column.name in used:
                continue
            used.add(column.name)
            self._taken[role] = column
            if score < SURE:
                self._unsure.append(
                    f'"{column.name}" is taken for `{role}`, which its name and values do not settle'
                )
        self._settle_times()

    def _settle_times(self) -> None:
        """One end of an interval alone is a time; a time of day needs a day."""
        ends = [role for role in ("at_earliest", "at_latest") if role in self._taken]
        if "at" in self._taken:
            for role in ends:
                self._unsure.append(f'"{self._taken.pop(role).name}" holds times too; it is kept as a detail')
        elif len(ends) == 1:
            self._taken["at"] = self._taken.pop(ends[0])
        if "time" in self._taken and "at" not in self._taken:
            del self._taken["time"]

    def _score(self, column: _Column, role: str) -> float:
        named = header_score(column.name, role)
        if not column.values:
            return named - 0.2 if role not in _TIMES | {"time", "kind", "organisation"} else 0.0
        worth = self._worth(column, role)
        if worth is None:
            return 0.0
        # Without a name that fits, values must say it alone, and clearly.
        return named + worth if named else worth - 0.2

    def _worth(self, column: _Column, role: str) -> float | None:
        """What a column's values say for a part of the event; None where they rule it out."""
        dated, clocked = column.dates.share, column.share(lambda text: bool(CLOCK.fullmatch(text)))
        if role in _TIMES:
            return 0.9 * dated if dated >= 0.8 else None
        if role == "time":
            return 0.5 if clocked >= 0.8 else None
        if dated >= 0.8 or clocked >= 0.8:
            return None
        if role == "product":
            found = column.share(self._known.product)
            return found or -0.2
        if role in _PEOPLE:
            found = column.share(self._known.party)
            like = column.share(lambda text: bool(_NAME.fullmatch(text)))
            if found or like >= 0.3:
                return max(found, 0.4 * like)
            return None if self._numbers(column) else -0.2
        return self._plain_worth(column, role)

    def _plain_worth(self, column: _Column, role: str) -> float | None:
        longest = max(map(len, column.values))
        if role == "organisation":
            if not self._known.organisations:
                return 0.0
            found = column.share(self._known.organisation)
            return found if found >= 0.5 else None
        if role == "kind":
            found = column.share(lambda text: kind_of(text) is not None)
            return 0.6 * found if found >= 0.3 and len(set(column.values)) <= 40 else None
        if role == "basis":
            return 1.0 if column.share(lambda text: text.casefold() in {b.word for b in Basis}) == 1 else None
        if role == "id":
            return 0.2 if len(set(column.values)) == len(column.values) and longest <= 80 else None
        if role == "copy":
            return 0.0 if longest <= 20 else None
        return 0.0 if header_score(column.name, role) else None

    @staticmethod
    def _numbers(column: _Column) -> bool:
        return column.share(lambda text: not any(letter.isalpha() for letter in text)) > 0.5

    # When, what, whose -------------------------------------------------------------------------------------

    def say_when(self, answered: str | None) -> None:
        timed = [role for role in ("at", "at_earliest", "at_latest") if role in self._taken]
        if not timed:
            self._unsure.insert(0, "no column holds dates: without a time no row is accepted")
            return
        columns = [self._taken.pop(role) for role in timed]
        self._event |= {role: column.name for role, column in zip(timed, columns, strict=True)}
        dates = [column.dates for column in columns]
        chosen = self._date_format(columns, answered)
        clock = self._taken.pop("time", None)
        fine = any(one.clocked for one in dates)
        if clock is not None and not fine:
            fine = True
            self._event[timed[0]] = [columns[0].name, clock.name]
            chosen = self._with_clock(columns[0], clock, chosen)
        if chosen:
            self._source["date_format"] = chosen
        if not fine:
            self._source["precision"] = "day"
        elif not all(one.zoned for one in dates):
            self._unsure.append("times are taken for UTC; where the clock stood elsewhere say timezone")

    def _date_format(self, columns: Sequence[_Column], answered: str | None) -> str | None:
        """The one format that reads the columns; None where they are ISO, or where only a person can say."""
        if any(column.dates.iso for column in columns):
            for column in columns:
                if not column.dates.iso:
                    self._unsure.append(
                        f'"{column.name}" is not written as ISO dates, and one table has one format'
                    )
            return None
        fitting = [form for form in columns[0].dates.formats if all(form in c.dates.formats for c in columns)]
        if answered in fitting:
            return answered
        if len(fitting) == 1:
            return fitting[0]
        if not fitting:
            names = " and ".join(f'"{column.name}"' for column in columns)
            self._unsure.append(f"the dates of {names} are written differently, and one table has one format")
            return None
        example = columns[0].values[0]
        self._unsure.insert(0, f"{example!r} can be read in more than one way; give date_format under [source]")
        asks = f"How are dates such as {example} written?"
        self._questions.append(Question("date_format", asks, tuple(fitting)))
        return None

    def _with_clock(self, day: _Column, clock: _Column, chosen: str | None) -> str | None:
        """The format of a day and a time of day from two columns."""
        plain = all(re.fullmatch(r"\d\d:\d\d(:\d\d)?", text) for text in clock.values)
        if day.dates.iso and not plain:
            chosen = "%Y-%m-%d"
        if chosen is None:
            return None
        if len(clock.values) < len(day.values):
            self._unsure.append(f'rows without "{clock.name}" are not read: the two stand in one format')
        return f"{chosen} {clock_format(clock.values)}"

    def say_what(self, answered: str | None) -> None:
        column = self._taken.pop("kind", None)
        of = self._table_of()
        if answered is not None:
            self._event["kind"] = f"={answered}"
        elif column is not None:
            self._event["kind"] = column.name
            for text in dict.fromkeys(column.values):
                self._word(text)
        elif of is not None:
            self._event["kind"] = f"={of.kind.value}"
        else:
            self._unsure.insert(0, 'nothing says what was done with the papers; give kind = "=..." under [event]')
            asks = "What was done with the papers of this table?"
            self._questions.append(Question("kind", asks, tuple(kind.value for kind in EventKind)))
        self._people(self._event.get("kind", ""))
        if "product" not in self._taken:
            self._unsure.insert(0, 'no column names the papers; give product = "Column" under [event]')
        if of is not None:
            if "system" not in self._taken:
                self._event["system"] = f"={of.system}"
            if of.basis and "basis" not in self._taken and self._event.get("kind") == f"={of.kind.value}":
                self._event["basis"] = f"={of.basis}"

    def _word(self, text: str) -> None:
        if text.casefold() in tuple(EventKind):
            return
        meant = kind_of(text)
        if meant is None:
            known = "it is no word for an event kind that is known; name it under [kinds]"
            self._unsure.append(f"{text[:60]!r}: {known}")
        else:
            self._kinds.setdefault(text.casefold(), meant)

    def _table_of(self) -> TableOf | None:
        """What the table is of: what names it as a whole counts twice, each column once."""
        about = Counter(word for text in self._table.about for word in set(words_of(text)))
        columns = Counter(word for column in self._columns for word in set(words_of(column.name)))
        worth = [(sum(2 * about[w] + columns[w] for w in of.words), of) for of in TABLES]
        best = max(score for score, _ in worth)
        found = [of for score, of in worth if score == best]
        if best == 0 or len({of.kind for of in found}) > 1:
            return None
        return found[0]

    def _people(self, kind: str) -> None:
        """Who acts and who is given: a receipt is its signer's act, and a release is to somebody."""
        actor, recipient = self._taken.get("actor"), self._taken.get("recipient")
        if kind == "=received" and recipient is not None:
            self._taken["actor"] = self._taken.pop("recipient")
            if actor is not None:
                said = "a receipt is its signer's act; the other name is kept as a detail"
                self._unsure.append(f'"{recipient.name}" is taken for who received, "{actor.name}" not: {said}')
        given = {"=disseminated", "=delivered"}
        if kind in given and actor is not None and recipient is None and set(words_of(actor.name)) <= {*_ANYBODY}:
            self._taken["recipient"] = self._taken.pop("actor")
            self._unsure.append(f'"{actor.name}" is taken for whom it was given to, not for who gave it')
        if "actor" not in self._taken and "recipient" not in self._taken:
            self._unsure.insert(0, "no column names anybody: nobody will be a holder by these records")

    def say_whose(self, organisation: str | None) -> None:
        words = {word for text in self._table.about for word in re.findall(r"\w+", text)}
        named = sorted({w for word in words for w in (word, word.upper()) if self._known.organisation(w)})
        if organisation is not None:
            self._source["organisation"] = organisation
        elif "organisation" not in self._taken and len(named) == 1:
            self._source["organisation"] = named[0]
            where = "whose id stands in the name of the file or sheet, or in the title"
            self._unsure.append(f"the records are taken for those of {named[0]}, {where}")
        elif "organisation" not in self._taken:
            self._unsure.append("nothing says whose records these are; give --organisation")

    # The whole ---------------------------------------------------------------------------------------------

    def suggestion(self) -> Suggestion:
        event = {**self._event, **{role: column.name for role, column in self._taken.items()}}
        papers = self._taken.get("product")
        missing = [text for text in papers.values if not self._known.product(text)] if papers else []
        if papers and missing:
            self._unsure.append(
                f'{len(missing)} of {len(papers.values)} values of "{papers.name}" name no registered product, '
                f"and such rows go to quarantine: {missing[0][:60]!r}"
            )
        used = {name for value in event.values() for name in (value if isinstance(value, list) else [value])}
        ordered = ("kind", "product", "actor", "recipient", "at", "at_earliest", "at_latest", "copy",
                   "organisation", "system", "basis", "id", "by", "note")  # fmt: skip
        skipped = [name for name in self._table.header if name.startswith("=")]
        if skipped:
            self._unsure.append(f"the column {skipped[0][:40]!r} is not read: = begins a constant in a mapping")
        mapping = {
            "source": self._source,
            "event": {role: event[role] for role in ordered if role in event},
            "detail": _details([column.name for column in self._columns if column.name not in used]),
            "kinds": self._kinds,
        }
        return Suggestion(mapping, tuple(self._unsure), tuple(self._questions))


def _details(names: Sequence[str]) -> dict[str, str]:
    """A plain key for each column that is kept as it is."""
    found: dict[str, str] = {}
    for name in names:
        key = "_".join(re.findall(r"\w+", name.casefold())) or "column"
        while key in found or key in {"recorded_by", "note"}:
            key += "_"
        found[key] = name
    return found
