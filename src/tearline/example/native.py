"""The same flow in the shapes in which records really come first: logs, lists, mail and statements.

Each file of a log has the mapping that reads it beside it, under the same name with `.toml`.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from random import Random

import openpyxl

from tearline.example import material
from tearline.example.flow import Handling
from tearline.example.reports import Report
from tearline.example.world import World
from tearline.records.products import Product

_ZIP_TIME = (2026, 1, 1, 0, 0, 0)
_SINGLE_MAILS = 8
_NOTES = {
    "en": (
        "You asked what we know about this. Please do not send it further.",
        "Worth five minutes before the meeting.",
        "See the second paragraph, and then let us talk.",
        "For information, as promised yesterday.",
        "Not sure that you are on the list for this one. Read and delete.",
    ),
    "fr": (
        "Comme convenu, pour la réunion de demain.",
        "À lire avant midi si possible. Merci de ne pas faire suivre.",
        "Vous n'êtes peut-être pas sur la liste ; le deuxième paragraphe vous intéressera.",
        "Pour information.",
    ),
}
_LOG_MAPPING = """\
[source]
kind = "{kind}"
{sheet}header = {header}
timezone = "UTC"
precision = "day"
organisation = "{organisation}"

[event]
kind = "=opened"
product = "Document No"
actor = "Reader"
at = "Date"
copy = "Copy"
system = "=reading-log"
"""
_LIST_MAPPING = """\
[source]
kind = "csv"
header = 1
timezone = "UTC"
precision = "day"

[event]
kind = "=disseminated"
product = "Document No"
actor = "Sent by"
recipient = "Addressee"
at = "Sent"
organisation = "Office"
system = "=release-register"
basis = "=addressed"
"""
_STATEMENT_MAPPING = """\
[source]
kind = "csv"
header = 1
timezone = "UTC"
precision = "day"

[event]
kind = "Kind"
product = "Document No"
actor = "Who"
recipient = "To whom"
at_earliest = "First day"
at_latest = "Last day"
system = "=statement"
basis = "=attested"
by = "Taken down by"
note = "Note"

[kinds]
"told" = "briefed"
"shown" = "shown"
"""


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
    _reading_logs(folder, world, products, lots["reading-log"])
    _distribution(folder, world, products, lots["distribution-list"])
    _Mails(Random(f"{seed}:mail"), world, products).write(folder, lots["mail"])
    statements = _statements(folder, world, reports)
    return sum(len(lot) for lot in lots.values()) + statements


def _name(world: World, who: str | None) -> str:
    """A person as logs name them: surname first. Free names stay as they are."""
    if who is None or who not in world.people:
        return who or ""
    first, _, last = world.people[who].name.partition(" ")
    return f"{last}, {first}"


def _reading_logs(folder: Path, world: World, products: Mapping[str, Product], events: Sequence[Handling]) -> None:
    header = ("Date", "Document No", "Copy", "Reader")
    for organisation in sorted({event.organisation for event in events if event.organisation}):
        rows = [
            (event.at, products[event.product].number or "", event.copy or "", _name(world, event.actor))
            for event in events
            if event.organisation == organisation
        ]
        stem = f"reading-log-{organisation.lower()}"
        if organisation == "RBS":
            _write_workbook(folder / f"{stem}.xlsx", world.houses[organisation].organisation.name, header, rows)
            mapping = _LOG_MAPPING.format(
                kind="xlsx", sheet='sheet = "Log"\n', header=3, organisation=organisation
            )
        else:
            _write_csv(folder / f"{stem}.csv", header, [(f"{row[0]:%Y-%m-%d}", *row[1:]) for row in rows])
            mapping = _LOG_MAPPING.format(kind="csv", sheet="", header=1, organisation=organisation)
        (folder / f"{stem}.toml").write_text(mapping, encoding="utf-8")


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _write_workbook(
    path: Path, title: str, header: Sequence[str], rows: Iterable[tuple[datetime, str, str, str]]
) -> None:
    """A sheet as a registrar keeps it: a title, an empty line, then the table. Its bytes depend on nothing else."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Log"
    sheet.append([f"{title}: papers read in the reading room"])
    sheet.append([])
    sheet.append(list(header))
    for day, *rest in rows:
        sheet.append([day.date(), *rest])
    raw = io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":  # the only place where the clock enters
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-01-01T00:00:00Z", data)
            target.writestr(zipfile.ZipInfo(name, _ZIP_TIME), data, zipfile.ZIP_DEFLATED)


def _distribution(folder: Path, world: World, products: Mapping[str, Product], events: Sequence[Handling]) -> None:
    rows = [
        (
            f"{event.at:%Y-%m-%d}",
            products[event.product].number or "",
            event.organisation or "",
            event.actor or "",
            _name(world, event.recipient),
        )
        for event in events
    ]
    _write_csv(folder / "distribution-list.csv", ("Sent", "Document No", "Office", "Sent by", "Addressee"), rows)
    (folder / "distribution-list.toml").write_text(_LIST_MAPPING, encoding="utf-8")


def _statements(folder: Path, world: World, reports: Sequence[Report]) -> int:
    by_key = {report.key: report.product for report in reports if report.key}
    rows = []
    for row in material.read("story")["statement"]:
        to = world.cast.get(row["to"], row["to"])
        rows.append(
            (
                "told" if row["kind"] == "briefed" else row["kind"],
                by_key[row["report"]].number or "",
                _name(world, world.cast[row["who"]]),
                _name(world, to),
                row["first"].isoformat(),
                row["last"].isoformat(),
                _name(world, world.cast[row["by"]]),
                row["note"],
            )
        )
    header = ("Kind", "Document No", "Who", "To whom", "First day", "Last day", "Taken down by", "Note")
    _write_csv(folder / "statements.csv", header, rows)
    (folder / "statements.toml").write_text(_STATEMENT_MAPPING, encoding="utf-8")
    return len(rows)


class _Mails:
    """Forwarded mail with the chain that led to it quoted below, in English or French."""

    def __init__(self, rng: Random, world: World, products: Mapping[str, Product]) -> None:
        self.rng = rng
        self.world = world
        self.products = products

    def write(self, folder: Path, events: Sequence[Handling]) -> None:
        """The first few as single files, the rest in one mbox."""
        singles = folder / "mail"
        singles.mkdir(exist_ok=True)
        box = bytearray()
        for number, event in enumerate(events, start=1):
            data = self.message(number, event).as_bytes()
            if number <= _SINGLE_MAILS:
                (singles / f"forward-{number:02d}.eml").write_bytes(data)
            else:
                sender = self._address(event.actor)[1]
                box += f"From {sender} {event.at:%a %b %d %H:%M:%S %Y}\n".encode()
                box += re.sub(rb"(?m)^(>*From )", rb">\1", data) + b"\n"
        (folder / "forwards.mbox").write_bytes(bytes(box))

    def message(self, number: int, event: Handling) -> EmailMessage:
        product = self.products[event.product]
        code = "fr" if product.language == "fr" else "en"
        mail = EmailMessage()
        mail["From"] = self._header(event.actor)
        mail["To"] = self._header(event.recipient)
        mail["Date"] = f"{event.at:%a, %d %b %Y %H:%M:%S} +0000"
        mail["Subject"] = f"{'TR' if code == 'fr' else 'Fwd'}: {product.number} {product.title}"
        mail["Message-ID"] = f"<{number:04d}.{event.at:%Y%m%d%H%M%S}@gateway.valmere.example>"
        mail.set_content(self._body(event, product, code), cte="8bit")
        if self.rng.random() < 0.4:
            text = "\n\n".join(f"({portion.marking}) {portion.text}" for portion in product.portions)
            name = f"{(product.number or product.id).replace('/', '-').replace(' ', '')}.txt"
            mail.add_attachment(f"{product.marking}\n{product.title}\n\n{text}\n", filename=name, cte="8bit")
            for part in mail.walk():
                if part.is_multipart():
                    part.set_boundary(f"part-{number:04d}")
        return mail

    def _body(self, event: Handling, product: Product, code: str) -> str:
        first = self._chain(
            code, "Dissemination Desk <desk@release.valmere.example>", self._header(event.actor),
            product.issued_at + timedelta(minutes=12), f"{product.number} {product.title}",
            f"{product.marking}\n{product.portions[0].text}",
        )  # fmt: skip
        note = self.rng.choice(_NOTES[code])
        if self.rng.random() < 0.45:  # it came by way of somebody else
            middle = self._somebody(event)
            when = product.issued_at + (event.at - product.issued_at) / 2
            first = self._chain(
                code, middle, self._header(event.actor), when, f"{product.number}", self.rng.choice(_NOTES[code])
            ) + first.replace(self._header(event.actor), middle)
        return f"{note}\n\n{first}"

    def _chain(self, code: str, sender: str, to: str, at: datetime, subject: str, text: str) -> str:
        at = at.astimezone(UTC)
        if code == "fr":
            head = "-----Message d'origine-----"
            rows = ("De", sender), ("Envoyé", f"{at:%d/%m/%Y %H:%M}"), ("À", to), ("Objet", subject)
            return head + "\n" + "\n".join(f"{label} : {value}" for label, value in rows) + f"\n\n{text}\n\n"
        head = "-----Original Message-----"
        sent = f"{at:%A, %B} {at.day}, {at:%Y} {at.hour % 12 or 12}:{at:%M %p}"
        rows = ("From", sender), ("Sent", sent), ("To", to), ("Subject", subject)
        return head + "\n" + "\n".join(f"{label}: {value}" for label, value in rows) + f"\n\n{text}\n\n"

    def _somebody(self, event: Handling) -> str:
        """A colleague of the sender at that time."""
        there = [
            person
            for person in self.world.people.values()
            if any(period.organisation == event.organisation for period in person.periods_at(event.at))
        ]
        person = self.rng.choice(there)
        return self._header(self.world.account(person.id, "mail", event.organisation or ""))

    def _header(self, who: str | None) -> str:
        name, address = self._address(who)
        return f"{name} <{address}>" if name else address

    def _address(self, who: str | None) -> tuple[str, str]:
        """Display name and address of an account; a free name keeps no more than an address of the gateway."""
        text = who or ""
        if not text.startswith("mail:"):
            first = re.sub(r"[^a-z]+", ".", text.lower()).strip(".") or "unknown"
            return re.sub(r'[",<>/()]', "", text), f"{first}@external.valmere.example"
        address = text.removeprefix("mail:")
        owner = next((p for p in self.world.people.values() if text in p.accounts), None)
        return (owner.name if owner else "", address)
