"""From the text of a mail to the messages inside it.

A chain is read from header blocks (`From/Sent/To/Cc/Subject`, `De/Envoyé/À/Objet`, in any order, with blanks,
wrapped lines and scanning damage), from lines such as `On … wrote:` and `Le … a écrit :`, and from `>` quoting.

- A block needs a sender's label and one more of sent, to or subject; behind a delimiter (`Original Message`) the
  sender's label alone, or two others, are enough; without either, all of sent, to and subject must be there.
  `For: / From: / Re:` heads a memo, not a mail.
- Each block is quoted by the one above it (depth + 1), unless `>` marks show that the author above has resumed.
- What a release removed is absent: a field without legible text yields no sender and no addressee.
- Dates are read by `mail_dates`; day and month in figures follow the sibling messages of the same text.
- A quoted message that would be later than the one that quotes it was timed by a clock elsewhere: nothing says
  where, so its time is any that a clock on Earth can have meant, up to the message above.
- At most MAX_MESSAGES messages and MAX_DEPTH levels; `faults` says what lies beyond.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from tearline.intake.mail_addresses import Addressee, split_addressees, tidy
from tearline.intake.mail_dates import figures_day_first, read_sent, zone_named
from tearline.intake.mail_headers import Header, is_delimiter, is_sender_line, label, read_header
from tearline.intake.mail_lines import Line, clean_lines
from tearline.records.times import Interval

MAX_MESSAGES = 2_000
MAX_DEPTH = 100
_BELOW_DELIMITER = 12
_FASTEST_CLOCK = timedelta(hours=14)  # ahead of UTC
_ROLES = ("to", "cc", "bcc")
_MANY_BLANKS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class ChainMessage:
    """One message as its header and text state it; None or empty where they state nothing legible.

    `span` is `[start, end)` in code points of the text given: from the header's first line to the end of the last
    line that belongs to the message; messages quoted in between lie within it. `body` is without quote marks,
    stamps and the messages quoted. `depth` 0 is the outermost.
    """

    sender: str | None
    recipients: tuple[Addressee, ...]
    sent: Interval | None
    sent_raw: str | None
    subject: str | None
    body: str
    span: tuple[int, int]
    depth: int
    attachments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was not read, and why: a value for the quarantine, never an exception."""

    reason: str


@dataclass(frozen=True, slots=True)
class MailChain:
    """The messages of a text in the order in which they stand; `preamble` is the text that belongs to none.

    `exemptions` are the codes and `stamps` the lines that a release put on the document. `from_lines` counts the
    lines that bear a sender's label, for reconciliation with `messages`.
    """

    messages: tuple[ChainMessage, ...]
    preamble: str
    exemptions: tuple[str, ...]
    stamps: tuple[str, ...]
    from_lines: int
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class _Open:
    """A message whose body is still being gathered."""

    header: Header | None
    depth: int
    quote: int
    start: int
    end: int
    body: list[str] = field(default_factory=list)

    def take(self, line: Line) -> None:
        marks = ">" * (line.quote - self.quote)
        self.body.append(f"{marks} {line.text}" if marks else line.text)
        if not line.blank:
            self.end = line.end

    def text(self) -> str:
        return _MANY_BLANKS.sub("\n\n", "\n".join(self.body)).strip("\n")


def read_chain(text: str, *, zone: str = "UTC") -> MailChain:
    """The messages in `text`. `zone` (IANA) is where its writers' clocks stood, for times that name no zone.

    Linear in the length of the text. Raises BadInput for an unknown zone; nothing in the text raises.
    """
    clocks = zone_named(zone)
    clean = clean_lines(text)
    opened, faults = _gather(clean.lines)
    from_lines = sum(is_sender_line(line) for line in clean.lines)
    headers = [one.header for one in opened if one.header is not None]
    day_first = _day_first(headers)
    messages: list[ChainMessage] = []
    above: list[datetime | None] = []
    for one in opened[1:]:
        assert one.header is not None
        del above[one.depth :]
        latest = next((moment for moment in reversed(above) if moment is not None), None)
        sent = read_sent(one.header.sent or "", clocks, day_first=day_first, not_after=latest)
        if sent is not None and latest is not None and sent.earliest > latest:
            sent = _by_another_clock(sent, clocks, latest)
        above.append(sent.latest if sent else None)
        messages.append(_message(one, one.header, sent))
    return MailChain(tuple(messages), opened[0].text(), clean.exemptions, clean.stamps, from_lines, tuple(faults))


def _gather(lines: Sequence[Line]) -> tuple[list[_Open], list[Fault]]:
    """The text of no message (first), then each message with its lines."""
    opened = [_Open(None, -1, 0, 0, 0)]
    stack = list(opened)
    faults: dict[str, None] = {}
    at, after_blank = 0, True
    while at < len(lines):
        line = lines[at]
        while after_blank and not line.blank and len(stack) > 1 and stack[-1].quote > line.quote:
            stack.pop()
        first, header = _header_at(lines, at)
        if header is not None and len(opened) > MAX_MESSAGES:
            faults[f"more than {MAX_MESSAGES} messages in one text; the rest was kept as text"] = None
            header = None
        if header is None:
            stack[-1].take(line)
            at, after_blank = at + 1, line.blank
            continue
        while len(stack) > 1 and stack[-1].quote > line.quote:
            stack.pop()
        if len(stack) > MAX_DEPTH:
            faults[f"quoted deeper than {MAX_DEPTH} levels; what lies deeper is given that depth"] = None
            stack.pop()
        if not header.kept_whole:
            faults["a header field was longer than the limit and was cut"] = None
        message = _Open(header, len(stack) - 1, header.body_quote, lines[first].start, lines[header.end - 1].end)
        opened.append(message)
        stack.append(message)
        at, after_blank = header.end, True
    return opened, [Fault(reason) for reason in faults]


def _header_at(lines: Sequence[Line], at: int) -> tuple[int, Header | None]:
    """The mail header that begins at line `at`, behind a delimiter if one stands there, and its first line."""
    if lines[at].blank:
        return at, None
    delimited = is_delimiter(lines[at])
    first = at
    if delimited:
        below = range(at + 1, min(at + 1 + _BELOW_DELIMITER, len(lines)))
        first = next((here for here in below if not lines[here].blank), at)
    if first == at and delimited:
        return at, None
    if (
        not delimited
        and at
        and not lines[at - 1].blank
        and not is_sender_line(lines[at])
        and label(lines[at - 1], inside=False)
    ):
        return at, None
    header = read_header(lines, first, delimited=delimited)
    return first, header if header and header.is_mail(delimited=delimited) else None


def _day_first(headers: Sequence[Header]) -> bool | None:
    """How this text writes dates in figures, where some date in it shows it and none says otherwise."""
    shown = {figures_day_first(header.sent) for header in headers if header.sent} - {None}
    if len(shown) == 1:
        return shown.pop()
    if not shown and headers and all(header.french for header in headers):
        return True
    return None


def _by_another_clock(sent: Interval, clocks: tzinfo, latest: datetime) -> Interval | None:
    """When it can have been sent if another clock wrote its time; None where no clock can explain it."""
    ahead = sent.earliest.astimezone(clocks).utcoffset() or timedelta()
    earliest = sent.earliest + ahead - _FASTEST_CLOCK
    return Interval(earliest, latest) if earliest <= latest else None


def _message(one: _Open, header: Header, sent: Interval | None) -> ChainMessage:
    recipients = tuple(
        Addressee(role, raw) for role in _ROLES for value in header.values(role) for raw in split_addressees(value)
    )
    attachments = (tidy(name) for value in header.values("attachments") for name in value.split(";"))
    return ChainMessage(
        sender=tidy(header.sender or ""),
        recipients=recipients,
        sent=sent,
        sent_raw=header.sent,
        subject=header.subject,
        body=one.text(),
        span=(one.start, max(one.end, one.start)),
        depth=one.depth,
        attachments=tuple(name for name in attachments if name),
    )
