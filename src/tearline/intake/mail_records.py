"""From messages to handling events: what a mail that carries a product says about who sent it to whom, and when.

A message carries what its own text, subject and attachments show, and all that the messages quoted below it carry.
The lowest message that carries a product `disseminated` it; each one above `forwarded` it, unless it only answers:
who writes back, above the quoted text, to people who all had it from the messages below has `opened` it and taken
nothing out. Every addressee is an event of its own, with the basis `addressed`. Where the text of some portions
alone stands in a message without attachments, its events carry just these (`detail.portions`). A message without a
legible time was sent after the one it quotes and before the one that quotes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from tearline.intake.mail_addresses import split_address
from tearline.intake.mail_chain import ChainMessage
from tearline.intake.native import Item, Record
from tearline.intake.products_in import ProductFinder
from tearline.intake.rows import Unread
from tearline.records.times import format_instant, parse_instant
from tearline.text.tokens import fold

NO_PRODUCT = "no registered product is recognised in this message"

_PREFIX = re.compile(r"^\s*((?:re|fw|fwd|tr|aw|wg|rép?)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_SUBJECT = 24  # letters of the subject that are compared: the rest is often cut off, or damaged
_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class MailUnit:
    """One message as it is counted, with what is needed to read it again.

    `below` are the texts of the messages it quotes, from the outermost, `had` the senders and addressees of each,
    `bare` whether each is without attachments; `earliest` and `latest` are RFC 3339; `files` SHA-256 of
    attachments. `mail_id` is its Message-ID where it has one.
    """

    sender: str | None
    recipients: tuple[tuple[str, str], ...]
    earliest: str | None
    latest: str | None
    subject: str | None
    text: str
    below: tuple[str, ...]
    attachments: tuple[str, ...]
    files: tuple[str, ...]
    mail_id: str | None
    document: str | None
    depth: int
    had: tuple[tuple[str, ...], ...] = ()
    bare: tuple[bool, ...] = ()

    def raw(self) -> str:
        return json.dumps({field: getattr(self, field) for field in self.__slots__}, ensure_ascii=False)

    @classmethod
    def from_raw(cls, raw: str) -> MailUnit:
        """Raises ValueError, TypeError or KeyError for anything that `raw` did not write."""
        fields: dict[str, Any] = json.loads(raw)
        lists = {name: tuple(fields[name]) for name in ("below", "attachments", "files")}
        recipients = tuple((str(role), str(who)) for role, who in fields["recipients"])
        had = tuple(tuple(map(str, parties)) for parties in fields.get("had", ()))
        bare = tuple(map(bool, fields.get("bare", ())))
        return cls(**{**fields, **lists, "recipients": recipients, "had": had, "bare": bare})


def units(chain: Sequence[ChainMessage], document: str | None) -> list[MailUnit]:
    """The messages of one chain, outermost first (each quotes those after it that are deeper), as units."""
    found: list[MailUnit] = []
    for at, message in enumerate(chain):
        quoted = _quoted(chain, at)
        found.append(
            MailUnit(
                sender=message.sender,
                recipients=tuple((one.role, one.raw) for one in message.recipients),
                earliest=format_instant(message.sent.earliest) if message.sent else None,
                latest=format_instant(message.sent.latest) if message.sent else None,
                subject=message.subject,
                text=message.body,
                below=tuple(_said(one) for one in quoted),
                attachments=message.attachments,
                files=(),
                mail_id=None,
                document=document,
                depth=message.depth,
                had=tuple(_parties(one) for one in quoted),
                bare=tuple(not one.attachments for one in quoted),
            )
        )
    return [_bounded(found, chain, at) for at in range(len(found))]


def _quoted(chain: Sequence[ChainMessage], at: int) -> list[ChainMessage]:
    quoted: list[ChainMessage] = []
    for message in chain[at + 1 :]:
        if message.depth <= chain[at].depth:
            break
        quoted.append(message)
    return quoted


def _parties(message: ChainMessage) -> tuple[str, ...]:
    return tuple(filter(None, (message.sender, *(one.raw for one in message.recipients))))


def _said(message: ChainMessage) -> str:
    return "\n".join(filter(None, (message.subject, *message.attachments, message.body)))


def _bounded(found: Sequence[MailUnit], chain: Sequence[ChainMessage], at: int) -> MailUnit:
    """A message without a time takes it from its neighbours: after what it quotes, before what quotes it."""
    unit = found[at]
    if unit.latest is not None:
        return unit
    above = next(
        (found[n].latest for n in range(at - 1, -1, -1) if chain[n].depth < unit.depth and found[n].latest), None
    )
    below = next((one.sent for one in _quoted(chain, at) if one.sent), None)
    return replace(unit, earliest=format_instant(below.earliest) if below else None, latest=above)


def item(
    line: int, unit: MailUnit, finder: ProductFinder, organisation: str | None, who: Callable[[str], str] = str
) -> Item:
    """The events of one message, or why it has none. `who`: the id of whoever a spelling names."""
    own = _products(finder, _own_text(unit), unit.files, bare=not unit.attachments)
    below: dict[str, _Carried] = {}
    had: dict[str, set[str]] = {}
    for number, text in enumerate(unit.below):
        bare = number < len(unit.bare) and unit.bare[number]
        for product, seen in _products(finder, text, (), bare=bare).items():
            below[product] = seen.beside(below.get(product))
            parties = unit.had[number] if number < len(unit.had) else ()
            had.setdefault(product, set()).update(
                key for party in parties for key in (party_key(party), who(party))
            )
    carried = {**below, **{product: seen.beside(below.get(product)) for product, seen in own.items()}}
    raw = unit.raw()
    if not carried:
        return Unread(line, raw, NO_PRODUCT, "Load the product, then run `tearline quarantine --retry`", "text")
    if unit.sender is None and not unit.recipients:
        return Unread(line, raw, "neither a sender nor an addressee is legible", "Enter it with `tearline record`")
    if unit.latest is None:
        return Unread(
            line, raw, "no legible time, and none above it in the chain", "Enter it with `tearline record`"
        )
    key = message_key(unit)
    events: list[dict[str, Any]] = []
    keys: list[str] = []
    for product in sorted(carried):
        issued = format_instant(finder.issued[product])
        # Where the time is uncertain, it cannot have been sent on before it was issued.
        earliest = unit.earliest
        if earliest is None or earliest < issued <= unit.latest:
            earliest = min(issued, unit.latest)
        answers = product in below and _answers(unit, had[product], who)
        for role, recipient in unit.recipients or ((None, None),):
            detail = {
                "role": role,
                "subject": unit.subject,
                "seen_by": carried[product].by,
                "portions": carried[product].portions or None,
                "answers": answers or None,
                "document": unit.document,
            }
            events.append(
                {
                    "kind": "opened" if answers else "forwarded" if product in below else "disseminated",
                    "product": product,
                    "at_earliest": earliest,
                    "at_latest": unit.latest,
                    "actor": unit.sender,
                    "recipient": recipient,
                    "organisation": organisation,
                    "system": "mail",
                    "basis": "addressed" if recipient is not None else None,
                    "detail": {name: value for name, value in detail.items() if value is not None} or None,
                }
            )
            keys.append(f"{key}/{product}/{party_key(recipient)}")
    return Record(line, raw, tuple(events), tuple(keys))


def _answers(unit: MailUnit, had: set[str], who: Callable[[str], str]) -> bool:
    """Whether all it is sent to had it from the messages below. Where no addressee is legible, `Re:` decides."""
    if not unit.recipients:
        prefix = _PREFIX.match(unit.subject or "")
        return prefix is not None and fold(prefix[1]).startswith(("re", "aw"))
    return all(party_key(raw) in had or who(raw) in had for _, raw in unit.recipients)


def again(
    line: int, raw: str, finder: ProductFinder, organisation: str | None, who: Callable[[str], str] = str
) -> Item:
    """One refused message, from its raw text."""
    try:
        unit = MailUnit.from_raw(raw)
    except (ValueError, TypeError, KeyError):
        return Unread(line, raw, "not a message that can be read again", "Take in the mail again")
    return item(line, unit, finder, organisation, who)


def _own_text(unit: MailUnit) -> str:
    """What the message itself shows; as `_said` writes it for a message quoted."""
    return "\n".join(filter(None, (unit.subject, *unit.attachments, unit.text)))


@dataclass(frozen=True, slots=True)
class _Carried:
    """By what a product was recognised, and which portions of it stand there: none where it is only named, None
    where it may be all of it."""

    by: str
    portions: tuple[str, ...] | None

    def beside(self, other: _Carried | None) -> _Carried:
        """With what a message below carries too."""
        if other is None:
            return self
        if self.portions is None or other.portions is None:
            return _Carried(self.by, None)
        return _Carried(self.by, tuple(dict.fromkeys((*self.portions, *other.portions))))


def _products(finder: ProductFinder, text: str, files: Sequence[str], *, bare: bool) -> dict[str, _Carried]:
    """What a message shows. With attachments whose text is not read it may have carried all of a product."""
    found = {product: _Carried("file", None) for digest in files if (product := finder.with_file(digest))}
    seen = {
        sighting.product: _Carried(sighting.by, sighting.portions if bare and not files else None)
        for sighting in finder.find(text)
    }
    return {**seen, **found}


def message_key(unit: MailUnit) -> str:
    """The same for the same message wherever it is quoted: sender, minute, subject, and whether it answers or
    forwards; the text too where one of these is illegible, because scanning damages texts first.

    One program writes the minute, another the second: the second is rounded, as the first program does.
    """
    subject = unit.subject or ""
    prefix = _PREFIX.match(subject)
    bare = _LETTERS.sub("", _PREFIX.sub("", subject)).casefold()[:_SUBJECT]
    sender = party_key(unit.sender)
    parts = [sender, _minute(unit), bare, _LETTERS.sub("", prefix[1])[:2].casefold() if prefix else ""]
    if not (sender and unit.earliest and bare):
        parts.append(_LETTERS.sub("", unit.text)[:2000].casefold())
    return blake2b(json.dumps(parts).encode(), digest_size=12).hexdigest()


def party_key(raw: str | None) -> str:
    """What the spellings of one correspondent have in common: the words of the name, else the address."""
    name, address = split_address(raw) if raw else (None, None)
    if name and address and "@" in name:
        name = None  # the same address twice, and only one of them is sure to be legible
    words = sorted(word for word in _WORD.findall(fold(name or "")) if len(word) > 2)
    return " ".join(words) or _LETTERS.sub("", fold(name or address or ""))


def _minute(unit: MailUnit) -> str:
    if unit.earliest is None:
        return ""
    sent = parse_instant(unit.earliest)
    rounded = sent + timedelta(seconds=30) if unit.earliest == unit.latest else sent
    return f"{rounded:%Y-%m-%d %H:%M}"
