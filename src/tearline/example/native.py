"""Part of the flow in the shapes in which records really come first: logs, lists, mail and statements.

Each log and list has the mapping that reads it beside it, under the same name with `.toml`; mail and statements
are read as they are.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import openpyxl

from tearline.example import material
from tearline.example.chance import dice
from tearline.example.mails import MailWriter
from tearline.example.recorder import Handling
from tearline.example.reports import Report
from tearline.example.world import World
from tearline.records.products import Product

_ON_SHEETS = frozenset({"RBS"})  # who keeps the reading log in a workbook
_ZIP_TIME = (2026, 1, 1, 0, 0, 0)


def write_native(
    folder: Path, seed: int, world: World, reports: Sequence[Report], events: Iterable[Handling]
) -> int:
    """Writes `folder` (made if absent) and returns how many records the files hold."""
    folder.mkdir(parents=True, exist_ok=True)
    products = {report.product.id: report.product for report in reports}
    lots: dict[str, list[Handling]] = {"reading-log": [], "distribution-list": [], "mail": []}
    for event in events:
        if event.native:
            lots[event.native].append(event)
    tables = _Tables(folder, world, products)
    tables.reading_logs(lots["reading-log"])
    tables.distribution_list(lots["distribution-list"])
    mails = MailWriter(dice(seed, "mail"), world, products).write(folder, lots["mail"])
    statements = tables.statements({report.key: report.product for report in reports if report.key})
    return len(lots["reading-log"]) + len(lots["distribution-list"]) + mails + statements


class _Tables:
    """Writes tables as offices keep them: documents by number, people surname first, times by the day."""

    def __init__(self, folder: Path, world: World, products: Mapping[str, Product]) -> None:
        self._folder = folder
        self._world = world
        self._products = products

    def reading_logs(self, events: Sequence[Handling]) -> None:
        """One log an organisation; most are CSV, one is a workbook."""
        for organisation in sorted({event.organisation for event in events if event.organisation}):
            rows = [
                (event.at.date(), self._number(event), event.copy or "", self._world.surname_first(event.actor))
                for event in events
                if event.organisation == organisation
            ]
            stem = f"reading-log-{organisation.lower()}"
            header = ("Date", "Document No", "Copy", "Reader")
            if organisation in _ON_SHEETS:
                title = f"{self._world.houses[organisation].organisation.name}: papers read in the reading room"
                _write_workbook(self._folder / f"{stem}.xlsx", title, header, rows)
            else:
                _write_csv(self._folder / f"{stem}.csv", header, rows)
            mapping = "reading-log-xlsx" if organisation in _ON_SHEETS else "reading-log-csv"
            self._mapping(stem, mapping, organisation=organisation)

    def distribution_list(self, events: Sequence[Handling]) -> None:
        """What the desks sent to bodies that keep no log of their own."""
        header = ("Sent", "Document No", "Office", "Sent by", "Addressee")
        rows = (
            (
                event.at.date(),
                self._number(event),
                event.organisation or "",
                event.actor or "",
                self._world.surname_first(event.recipient),
            )
            for event in events
        )
        _write_csv(self._folder / "distribution-list.csv", header, rows)
        self._mapping("distribution-list", "distribution-list")

    def statements(self, by_key: Mapping[str, Product]) -> int:
        """Who told or showed whom what, as taken down afterwards; returns how many."""
        cast, name = self._world.cast, self._world.surname_first
        rows = [
            (
                "told" if row["kind"] == "briefed" else row["kind"],
                by_key[row["report"]].number or "",
                name(cast[row["who"]]),
                name(cast.get(row["to"], row["to"])),
                row["first"],
                row["last"],
                name(cast[row["by"]]),
                row["note"],
            )
            for row in material.read("story")["statement"]
        ]
        header = ("kind", "product", "who", "to", "earliest", "latest", "recorded_by", "note")
        _write_csv(self._folder / "statements.csv", header, rows)
        return len(rows)

    def _number(self, event: Handling) -> str:
        return self._products[event.product].number or event.product

    def _mapping(self, stem: str, name: str, **values: str) -> None:
        text = material.read("mappings")[name].format(**values)
        (self._folder / f"{stem}.toml").write_text(text, encoding="utf-8")


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str | date]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _write_workbook(path: Path, title: str, header: Sequence[str], rows: Iterable[Sequence[str | date]]) -> None:
    """A sheet as a registrar keeps it: a title, an empty line, then the table. The clock leaves no trace in it."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Log"
    for row in ([title], [], header, *rows):
        sheet.append(list(row))
    raw = io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-01-01T00:00:00Z", data)
            target.writestr(zipfile.ZipInfo(name, _ZIP_TIME), data, zipfile.ZIP_DEFLATED)
