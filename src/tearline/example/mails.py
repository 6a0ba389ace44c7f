"""Forwarded mail with the chain that led to it quoted below, in English or French."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from random import Random

from tearline.example import material
from tearline.example.recorder import Handling
from tearline.example.world import World
from tearline.records.products import Product

_SINGLES = 8  # the first few are single files, the rest lie in one mbox
_DESK = Address("Dissemination Desk", "desk", "release.valmere.example")
_LABELS = {
    "en": ("-----Original Message-----", "From: ", "Sent: ", "To: ", "Subject: "),
    "fr": ("-----Message d'origine-----", "De : ", "Envoyé : ", "À : ", "Objet : "),
}


class MailWriter:
    """Writes the forwards that come as mail; each shows who had sent the report on before."""

    def __init__(self, rng: Random, world: World, products: Mapping[str, Product]) -> None:
        self._rng = rng
        self._world = world
        self._products = products
        self._notes: Mapping[str, Sequence[str]] = material.read("story")["notes"]
        self._owners = {account: p.name for p in world.people.values() for account in p.accounts}

    def write(self, folder: Path, events: Sequence[Handling]) -> int:
        """Writes the mail of `events` and one protected letter; returns how many messages that makes."""
        singles = folder / "mail"
        singles.mkdir(exist_ok=True)
        box = bytearray()
        for number, event in enumerate(events, start=1):
            data = self._message(number, event).as_bytes()
            if number <= _SINGLES:
                (singles / f"forward-{number:02d}.eml").write_bytes(data)
            else:
                sender = self._address(event.actor).addr_spec
                box += f"From {sender} {event.at:%a %b %d %H:%M:%S %Y}\n".encode()
                box += re.sub(rb"(?m)^(>*From )", rb">\1", data) + b"\n"
        (folder / "forwards.mbox").write_bytes(bytes(box))
        (singles / "protected.eml").write_bytes(self._protected().as_bytes())
        return len(events) + 1

    def _protected(self) -> EmailMessage:
        """The one letter that nobody here may read."""
        row = material.read("story")["protected_mail"]
        person = self._world.cast[row["from"]]
        organisation = self._world.people[person].organisation_at(row["at"])
        mail = EmailMessage()
        mail["From"] = self._address(self._world.account(person, "mail", organisation))
        mail["To"] = row["to"]
        mail["Date"] = row["at"]
        mail["Subject"] = row["subject"]
        mail.set_content(row["text"], cte="8bit")
        return mail

    def _message(self, number: int, event: Handling) -> EmailMessage:
        product = self._products[event.product]
        mail = EmailMessage()
        mail["From"] = self._address(event.actor)
        mail["To"] = self._address(event.recipient)
        mail["Date"] = event.at
        mail["Subject"] = f"{'TR :' if product.language == 'fr' else 'Fwd:'} {product.number} {product.title}"
        mail["Message-ID"] = f"<{number:04d}.{event.at:%Y%m%d%H%M%S}@gateway.valmere.example>"
        mail.set_content(self._body(event, product), cte="8bit")
        if self._rng.random() < 0.4:
            text = "\n\n".join(f"({portion.marking}) {portion.text}" for portion in product.portions)
            name = re.sub(r"[^\w-]+", "-", product.number or product.id).strip("-") + ".txt"
            mail.add_attachment(f"{product.marking}\n{product.title}\n\n{text}\n", filename=name, cte="8bit")
            mail.set_boundary(f"part-{number:04d}")
        return mail

    def _body(self, event: Handling, product: Product) -> str:
        """A note above the chain; in nearly half of them the report came by way of somebody else."""
        code, rng = product.language or "en", self._rng
        sent, sender = product.issued_at + timedelta(minutes=12), self._address(event.actor)
        subject = f"{product.number} {product.title}"
        opening = f"{product.marking}\n{product.portions[0].text}"
        if rng.random() < 0.45:
            middle = self._colleague(event)
            passed_on = sent + min((event.at - sent) / 2, timedelta(minutes=rng.randint(15, 95)))
            first = _quoted(code, (_DESK, middle), sent, subject, opening)
            chain = _quoted(code, (middle, sender), passed_on, subject, rng.choice(self._notes[code])) + first
        else:
            chain = _quoted(code, (_DESK, sender), sent, subject, opening)
        return f"{rng.choice(self._notes[code])}\n\n{chain}"

    def _colleague(self, event: Handling) -> Address:
        """Somebody else in the sender's organisation at that time."""
        organisation = event.organisation or ""
        accounts = (
            self._world.account(person.id, "mail", organisation)
            for person in self._world.people.values()
            if any(period.organisation == organisation for period in person.periods_at(event.at))
        )
        return self._address(self._rng.choice([account for account in accounts if account != event.actor]))

    def _address(self, who: str | None) -> Address:
        """The address of an account; a name in a hurry has the gateway's address for people it does not know."""
        text = who or ""
        if text.startswith("mail:"):
            return Address(self._owners.get(text, ""), addr_spec=text.removeprefix("mail:"))
        login = re.sub(r"[^a-z]+", ".", text.lower()).strip(".") or "unknown"
        return Address(text, login, "unlisted.valmere.example")


def _quoted(code: str, parties: tuple[Address, Address], at: datetime, subject: str, text: str) -> str:
    """A message as mail programs quote it, with times to the minute."""
    head, from_, sent, to, about = _LABELS[code]
    if code == "fr":
        when = f"{at:%d/%m/%Y %H:%M}"
    else:
        when = f"{at:%A, %B} {at.day}, {at:%Y} {at.hour % 12 or 12}:{at:%M %p}"
    sender, recipient = (f"{party.display_name} <{party.addr_spec}>" for party in parties)
    rows = (head, from_ + sender, sent + when, to + recipient, about + subject)
    return "\n".join(rows) + f"\n\n{text}\n\n"
