"""Entering paper: the questions for each kind of sheet, entry after entry, until it is done.

A sheet asks some questions once (whose log it is, which day) and the rest for each line of it. What was said last
is offered again; an entry is undone by retracting its batch, so that the mistake stays on record and does
not count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tearline.cli.common import errors, screen, warn
from tearline.cli.keyboard import DONE, HELP, UNDO, Check, Keyboard, Said, folded
from tearline.cli.remembered import Remembered, recall, remember
from tearline.records.errors import BadInput
from tearline.records.kinds import EventKind
from tearline.records.times import parse_interval
from tearline.workspace import Inquiry, Workspace

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_DAY = re.compile(r"\d{1,2}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A kind of paper: what its lines say happened, and what is asked once and for each line."""

    name: str
    kinds: tuple[EventKind, ...]
    system: str | None
    once: tuple[str, ...]
    each: tuple[str, ...]
    questions: Mapping[str, str]
    again: bool = True
    """Whether the last product is offered again: a contents page names each once."""


_ALL = tuple(EventKind)
SHEETS = (
    Sheet(
        "reading log", (EventKind.OPENED,), "reading-log", ("organisation", "day"),
        ("product", "actor", "at", "copy"), {"actor": "Who read it"},
    ),
    Sheet(
        "contents page", (EventKind.DELIVERED,), "binder", ("organisation", "recipient", "day"),
        ("product", "copy"), {"recipient": "Whose binder it is"}, again=False,
    ),
    Sheet(
        "receipt", (EventKind.RECEIVED,), "receipts", ("organisation", "day"),
        ("product", "actor", "at", "copy"), {"actor": "Who signed for it"},
    ),
    Sheet(
        "statement", (EventKind.BRIEFED, EventKind.SHOWN, EventKind.DELIVERED, EventKind.OPENED), "statement",
        ("by", "organisation"), ("kind", "product", "actor", "recipient", "at", "until", "note"),
        {"by": "Who states it", "actor": "Who told or showed it", "recipient": "To whom"},
    ),
    Sheet(
        "other", _ALL, None, ("organisation",),
        ("kind", "product", "actor", "recipient", "at", "until", "copy", "by", "note"), {},
    ),
)  # fmt: skip

_QUESTIONS = {
    "organisation": "Whose records these are",
    "day": "Which day (2026-03-14)",
    "kind": "What happened",
    "product": "Which paper (id, number or title)",
    "actor": "Who did it",
    "recipient": "To whom",
    "at": "When, in UTC (a time, a day, or Enter for that day)",
    "until": "Until when at the latest",
    "copy": "Copy",
    "by": "Who states it",
    "note": "Note",
}


def when(typed: str, day: str | None) -> str:
    """What is typed for a time, as a time: `9:30` on the day, `14` in its month, or anything `--at` takes.

    Raises BadInput for anything else; a date such as 03/04/2026 is never guessed at.
    """
    clock = _CLOCK.fullmatch(typed)
    if clock is not None and day is not None:
        typed = f"{day}T{int(clock[1]):02}:{clock[2]}Z"
    elif day is not None and _DAY.fullmatch(typed):
        typed = f"{day[:8]}{int(typed):02}"
    parse_interval(typed)
    return typed


class Desk:
    """One session at the keyboard of a workspace."""

    def __init__(self, place: Workspace, scan: Path | None, purpose: Inquiry) -> None:
        self._place = place
        self._scan = scan
        self._keys = Keyboard()
        self._choices = place.choices(purpose)
        self._last = recall(place.folder)
        self._batches: list[tuple[str, str]] = []

    def enter_sheets(self) -> None:
        """Sheet after sheet, until it is done."""
        screen.print(
            "Tab completes. :undo takes the last entry back, :done ends the sheet, :help says this again."
        )
        names = {sheet.name: sheet.name for sheet in SHEETS}
        while True:
            try:
                chosen = self._keys.ask(f"What lies before you ({', '.join(names)})", choices=names, check=_sheet)
            except Said as said:
                if said.command == DONE:
                    break
                self._obey(said)
                continue
            if chosen is None:
                break
            self._sheet(next(sheet for sheet in SHEETS if sheet.name == chosen))
        count = len(self._batches)
        screen.print(f"{count} {'entry' if count == 1 else 'entries'} recorded.")

    def complete(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """One entry made whole: what it lacks is asked for. Raises BadInput where it is broken off."""
        whole = dict(entry)
        sheet = SHEETS[-1]
        lacking = [name for name in ("kind", "product") if not whole[name]]
        lacking += [] if whole["actor"] or whole["recipient"] else ["actor", "recipient"]
        lacking += [] if whole["at"] or whole["between"] else ["at", "until"]
        lacking += [name for name in ("by", "note") if not whole[name]]
        try:
            for name in lacking:
                whole[name] = self._ask(sheet, name, whole)
        except Said:
            raise BadInput("the entry was broken off", remedy="Nothing was recorded") from None
        return _timed(whole, self._last.day)

    def keep_in_mind(self, event: Mapping[str, Any]) -> None:
        """Offer the organisation, product and day of an entry the next time."""
        self._last = Remembered(
            event["organisation"] or self._last.organisation, event["product"], event["at_earliest"][:10]
        )
        remember(self._place.folder, self._last)

    def _sheet(self, sheet: Sheet) -> None:
        once: dict[str, Any] = {"kind": sheet.kinds[0].value if len(sheet.kinds) == 1 else None}
        once["system"] = sheet.system
        try:
            for name in sheet.once:
                once[name] = self._ask(sheet, name, once)
                if name == "day":
                    self._last = replace(self._last, day=once[name])
            while True:
                try:
                    self._line(sheet, once)
                except Said as said:
                    if said.command == DONE:
                        raise
                    self._obey(said)
        except Said as said:
            if said.command != DONE:
                self._obey(said)

    def _line(self, sheet: Sheet, once: Mapping[str, Any]) -> None:
        entry = dict(once)
        for name in sheet.each:
            entry[name] = self._ask(sheet, name, entry)
        entry.setdefault("at", None)
        try:
            event = self._place.record(_timed(entry, self._last.day), self._scan)["event"]
        except BadInput as fault:
            warn(str(fault))
            return
        self._batches.append((event["batch"], event["id"]))
        self.keep_in_mind(event)
        screen.print(f"  recorded as {event['id']}", markup=False)

    def _ask(self, sheet: Sheet, name: str, entry: Mapping[str, Any]) -> str | None:
        question = sheet.questions.get(name, _QUESTIONS[name])
        if name == "kind":
            kinds = {kind.value: kind.value for kind in sheet.kinds}
            shown = f"{question} ({', '.join(kinds)})" if len(kinds) < len(_ALL) else question
            return self._keys.ask(shown, choices=kinds, needed=True, check=_one_of(kinds))
        if name == "product":
            default = self._last.product if sheet.again else None
            known = self._choices.products
            return self._keys.ask(question, choices=known, default=default, needed=True, check=self._paper)
        if name in {"actor", "recipient", "by"}:
            return self._keys.ask(question, choices=self._choices.people, check=self._somebody)
        if name == "organisation":
            return self._keys.ask(question, choices=self._choices.organisations, default=self._last.organisation)
        if name in {"at", "until", "day"}:
            default = self._last.day if name == "day" or (name == "at" and self._last.day) else None
            needed = name == "day" or (name == "at" and default is None)
            check = _day if name == "day" else lambda typed: when(typed, self._last.day)
            return self._keys.ask(question, default=default, needed=needed, check=check)
        return self._keys.ask(question)

    def _paper(self, typed: str) -> str:
        """The id of a product, however its number or title is spaced and dotted. Raises BadInput for another."""
        if typed in self._choices.products.values():
            return typed
        found = {value for text, value in self._choices.products.items() if _words(text) == _words(typed)}
        if len(found) != 1:
            raise BadInput(f"no registered product is {typed!r}", remedy="Tab completes; load the product first")
        return found.pop()

    def _somebody(self, typed: str) -> str:
        if typed not in self._choices.people.values():
            errors.print(f"  nobody on record is called {typed!r}: kept as written", markup=False)
        return typed

    def _obey(self, said: Said) -> None:
        if said.command == UNDO:
            if not self._batches:
                errors.print(
                    "Nothing was entered in this session. tearline intake --retract takes back any batch."
                )
                return
            batch, event = self._batches.pop()
            self._place.retract(batch, "taken back at the keyboard")
            screen.print(f"  {event} no longer counts", markup=False)
        elif said.command == HELP:
            screen.print("Tab completes. :undo takes the last entry back, :done ends the sheet.")


def _timed(entry: Mapping[str, Any], day: str | None) -> dict[str, Any]:
    """The time of an entry as `record` takes it: at, or between two."""
    found = {name: value for name, value in entry.items() if name not in {"until", "day"}}
    until = entry.get("until")
    if not found.get("at") and not found.get("between"):
        found["at"] = entry.get("day") or day
    if until:
        found["at"], found["between"] = None, (found["at"], until)
    return found


def _words(text: str) -> list[str]:
    return re.findall(r"\d+|[^\W\d_]+", folded(text))


def _one_of(choices: Mapping[str, str]) -> Check:
    def check(typed: str) -> str:
        if typed not in choices:
            raise BadInput(f"{typed!r} is not one of: {', '.join(choices)}", remedy="Tab completes")
        return typed

    return check


def _sheet(typed: str) -> str:
    found = [sheet.name for sheet in SHEETS if sheet.name.startswith(typed.casefold())]
    if len(found) != 1:
        raise BadInput(
            f"{typed!r} is not one of: {', '.join(sheet.name for sheet in SHEETS)}", remedy="Tab completes"
        )
    return found[0]


def _day(typed: str) -> str:
    found = parse_interval(typed)
    if len(typed) != 10:
        raise BadInput(f"{typed!r} is not a day", remedy="Write it as 2026-03-14")
    return found.earliest.date().isoformat()
