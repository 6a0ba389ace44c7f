"""The header blocks inside a text, as they are written and as scanning leaves them. Purely about form.

A block is a run of labelled lines. Between them: wrapped values, blank lines where a page ended or the layout is
airy, and labels that do not matter here (`Importance`). Damaged labels (`Subject` without a colon, `Snt.`, `7o:`)
count only inside a block that a sound label has begun.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tearline.intake.mail_lines import Line

MAX_FIELD = 100_000
_MAX_SHORT_FIELD = 2_000
_MAX_BLOCK_LINES = 200
_LOOK_AHEAD = 80
_PAGE_GAP = 60
_ATTRIBUTION_LINES = 4
_ATTRIBUTION_LENGTH = 600
_INDENTED = 8
_LONG_LINE = 85

_LABELS = {
    "from": "from", "de": "from", "expéditeur": "from",
    "sent": "sent", "date": "sent", "envoyé": "sent", "envoye": "sent", "date d'envoi": "sent",
    "to": "to", "à": "to", "a": "to", "destinataire": "to", "destinataires": "to",
    "cc": "cc", "c.c": "cc", "copie": "cc", "copie à": "cc",
    "bcc": "bcc", "cci": "bcc",
    "subject": "subject", "objet": "subject", "sujet": "subject",
    "attachments": "attachments", "attachment": "attachments", "pièces jointes": "attachments",
    "pièce jointe": "attachments",
    "importance": "other", "sensitivity": "other", "priority": "other", "reply-to": "other", "replyto": "other",
    "reply to": "other", "conversation": "other", "posted at": "other", "posted to": "other",
    "organization": "other", "message-id": "other", "in-reply-to": "other", "references": "other",
    "mime-version": "other", "content-type": "other", "répondre à": "other", "critère de diffusion": "other",
}  # fmt: skip
_FRENCH = {
    "de",
    "envoyé",
    "envoye",
    "à",
    "objet",
    "sujet",
    "cci",
    "pièces jointes",
    "pièce jointe",
    "date d'envoi",
}
_DAMAGED = {
    "froni": "from", "fron": "from", "frorn": "from", "frorm": "from", "frofn": "from", "fram": "from",
    "prom": "from", "fom": "from", "rom": "from", "f rom": "from",
    "snt": "sent", "seat": "sent", "sen": "sent", "serit": "sent", "senti": "sent", "5ent": "sent", "ent": "sent",
    "7o": "to", "t0": "to", "te": "to", "tot": "to", "t o": "to",
    "co": "cc", "ce": "cc", "c c": "cc", "ccc": "cc", "0c": "cc",
    "subjed": "subject", "subjeci": "subject", "subiect": "subject", "sub ject": "subject", "subjec": "subject",
    "subjet": "subject", "ubject": "subject", "subect": "subject", "subjcct": "subject",
}  # fmt: skip
_STRICT = re.compile(r"([^\W\d_][\w'’.À-ÿ -]{0,22}?)\s{0,4}:(?!//)")
_LOOSE = re.compile(r"([\w][\w'’À-ÿ -]{0,12}?)\s{0,3}(?:[:;.'_](?=\s|$)|\s{2,}|$)")
_BARE = re.compile(r"(subject|objet|to|cc|sent)\s", re.IGNORECASE)
_MAYBE_FROM = re.compile(r"(?:F[\w'.,]{1,6}|From)(?:\s{0,2}:|\s{3,}|$)")
_OTHER = re.compile(r"[A-Z][\w/-]{2,18}(?: [A-Za-z]{2,10}){0,2}:(?:\s|$)")
_INLINE = re.compile(r"(?<=\s\s)(To|Sent|Date|Cc|Subject|Posted At|À|Envoyé|Objet)\s?:", re.IGNORECASE)
_NOISE = " \t>|•*'.,»«_-–—·‘’\""
_HEAD = 40

_DELIMITER = re.compile(
    r"\W{0,40}(?:original message|(?:begin |start of )?forwarded message|message d['’]origine|message original|"
    r"(?:début du )?message (?:réexpédié|transféré))(?:\W{0,40}|\s{2,}.{0,60})$",
    re.IGNORECASE,
)
_ATTRIBUTION_START = re.compile(r"\W{0,12}(?:On\s|Le\s|In a message dated\s)")
_ATTRIBUTION = re.compile(
    r"\W{0,12}(?:On|Le|In a message dated)\s+(?P<said>.{6,}?)\s*(?:wrote|writes|a écrit)\s*:\s*$", re.DOTALL
)
_WHEN = re.compile(
    r".{0,70}?\d{1,2}\s?[:.h]\s?\d{0,2}(?:[:.]\d{2})?\s*(?:[APap]\.?\s?[Mm]\.?)?"
    r"(?:\s*(?:\(?[A-Z]{3,4}\)?|[+-]\d{4}|[A-Z][a-z]+ (?:Standard|Daylight) Time))*(?=[\s,<]|$)",
    re.DOTALL,
)
_DAY_ONLY = re.compile(r"[^,<\"]{0,30}?\d{1,4}[/-]\d{1,2}[/-]\d{2,4}|.{0,40}?\b(?:19|20)\d\d\b", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Header:
    """The values of one block by role, in order; `end` is the index of the first line behind it."""

    fields: dict[str, list[str]]
    end: int
    body_quote: int
    french: bool
    kept_whole: bool = True

    def values(self, role: str) -> list[str]:
        return self.fields.get(role, [])

    def _first(self, role: str) -> str | None:
        for value in self.values(role):
            if text := " ".join(value.split()).strip(" |•;"):
                return text
        return None

    @property
    def sender(self) -> str | None:
        return next((value for value in self.values("from") if value.strip()), None)

    @property
    def sent(self) -> str | None:
        return self._first("sent")

    @property
    def subject(self) -> str | None:
        return self._first("subject")

    def is_mail(self, *, delimited: bool) -> bool:
        """Whether these labels together head a mail (the rule stands at the top of `mail_chain`)."""
        core = self.fields.keys() & {"sent", "to", "subject"}
        if "from" in self.fields:
            return delimited or bool(core)
        return len(core) == 3 or (delimited and len(core) == 2)


@dataclass(slots=True)
class _Block:
    """A block being read."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    role: str = ""
    parts: list[str] = field(default_factory=list)
    french: bool = False
    whole: bool = True
    until: int = 0

    def close(self) -> None:
        if self.role and self.role != "other":
            limit = MAX_FIELD if self.role in ("to", "cc", "bcc", "attachments") else _MAX_SHORT_FIELD
            value = " ".join(part.strip() for part in self.parts)
            self.whole = self.whole and len(value) <= limit
            value = value[:limit]
            kept = self.fields.setdefault(self.role, [])
            kept.append(value.strip())
        self.role, self.parts = "", []

    def open(self, role: str, value: str) -> None:
        self.close()
        self.role = role
        inline = _INLINE.search(value[:_MAX_SHORT_FIELD]) if role in ("from", "sent", "to") else None
        if inline is None:
            self.parts = [value]
            return
        self.parts = [value[: inline.start()]]
        self.open(_LABELS[inline[1].lower()], value[inline.end() :])


def label(line: Line, *, inside: bool) -> tuple[str, str, str] | None:
    """The role, the value and the label's own word; `inside` a block, damaged labels count too."""
    text = line.text.lstrip(_NOISE)
    head = text[:_HEAD]
    if found := _STRICT.match(head):
        word = found[1].lower().replace("’", "'")
        if role := _LABELS.get(word) or (_DAMAGED.get(word) if inside else None):
            return role, text[found.end() :], word
    if not inside or not (found := _LOOSE.match(head)):
        return None
    word = found[1].lower()
    role = _DAMAGED.get(word) or (_LABELS.get(word) if word not in ("a", "à", "de", "copie") else None)
    if role is None and (bare := _BARE.match(head)):
        return _LABELS[bare[1].lower()], text[bare.end() :], f"{bare[1].lower()} "
    return (role, text[found.end() :], word) if role else None


def is_sender_line(line: Line) -> bool:
    """Whether the line begins with a sound sender's label."""
    found = label(line, inside=False)
    return found is not None and found[0] == "from"


def is_delimiter(line: Line) -> bool:
    """`Original Message`, `Forwarded message`, `Message d'origine` and their kin, alone on a line."""
    return len(line.text) < 160 and _DELIMITER.match(line.text.strip()) is not None


def read_header(lines: Sequence[Line], at: int, *, delimited: bool) -> Header | None:
    """The block that begins at line `at`, or None where none does. It need not head a mail: see `is_mail`."""
    first = _first_label(lines, at, delimited=delimited)
    if first is None or first[0] in ("other", "attachments"):
        return _attribution(lines, at)
    block = _Block()
    begun = lines[at].quote
    end, gap, paged = at, 0, False
    for here in range(at, min(at + _MAX_BLOCK_LINES, len(lines))):
        line = lines[here]
        if line.blank:
            paged = paged or line.page
            gap += not line.stamp
            continue
        if line.quote < begun and gap:
            break
        found = first if here == at else label(line, inside=True)
        if found is not None and found[2].endswith(" ") and not _bare_counts(block, lines, here, found[0]):
            found = None
        if found is not None and _joins(block, found[0], gap, paged):
            block.french = block.french or found[2] in _FRENCH
            block.open(found[0], found[1])
        elif found is None and _reads_on(block, lines, here, gap, paged):
            if _OTHER.match(line.text.strip()):
                block.open("other", "")
            else:
                block.parts.append(line.text)
        else:
            break
        end, gap, paged = here + 1, 0, False
    block.close()
    return Header(block.fields, end, begun, block.french, block.whole)


def _joins(block: _Block, role: str, gap: int, paged: bool) -> bool:
    """Whether a labelled line belongs to the block, `gap` blank lines below the last."""
    seen = block.fields.keys() | {block.role}
    if role == "from":
        return "from" not in seen and not gap
    if gap > (_PAGE_GAP if paged else 2):
        return False
    complete = {"from", "sent", "to", "subject"} <= seen
    if role in seen and role != "other":
        return not gap and role in ("to", "cc", "bcc", "attachments", "sent")
    return not gap or not complete or role in ("attachments", "other")


def _bare_counts(block: _Block, lines: Sequence[Line], here: int, role: str) -> bool:
    """Whether a label without any mark behind it is one: prose does not stand between labels or end a block."""
    ends = here + 1 >= len(lines) or lines[here + 1].blank
    return (role == "subject" and ends and "from" in block.fields) or _label_follows(block, lines, here)


def _first_label(lines: Sequence[Line], at: int, *, delimited: bool) -> tuple[str, str, str] | None:
    """The label that may begin a block; a damaged sender's label counts where a sound label stands right below."""
    found = label(lines[at], inside=delimited)
    if found is not None or at + 1 >= len(lines):
        return found
    text = lines[at].text.lstrip(_NOISE)
    if not (maybe := _MAYBE_FROM.match(text)):
        return None
    below = None if lines[at + 1].blank else label(lines[at + 1], inside=False)
    return ("from", text[maybe.end() :], "from") if below and below[0] in ("sent", "to") else None


def _reads_on(block: _Block, lines: Sequence[Line], here: int, gap: int, paged: bool) -> bool:
    """Whether an unlabelled line continues the value above it rather than beginning the body."""
    line, above = lines[here], lines[here - 1].text
    listing = block.role in ("to", "cc", "bcc", "attachments")
    if gap:
        # A list of addressees that a page's end cut in two.
        return listing and paged and bool(block.parts) and block.parts[-1].endswith((";", ","))
    if _label_follows(block, lines, here):
        return True
    indented = len(line.text) - len(line.text.lstrip()) >= _INDENTED
    if listing:
        return indented or above.rstrip().endswith((";", ",", "<")) or line.text.count(";") > 1
    followed_by_blank = here + 1 >= len(lines) or lines[here + 1].blank
    if block.role == "subject":
        return (indented and bool(block.parts[0].strip())) or (len(above) >= _LONG_LINE and followed_by_blank)
    return False


def _label_follows(block: _Block, lines: Sequence[Line], here: int) -> bool:
    """Whether a further label of this block stands below, with no blank line between."""
    if here < block.until:
        return True
    seen = block.fields.keys() | {block.role}
    reach = _LOOK_AHEAD if block.role in ("to", "cc", "bcc") else 3
    for there in range(here + 1, min(here + 1 + reach, len(lines))):
        line = lines[there]
        if line.blank and not line.stamp:
            return False
        found = None if line.blank else label(line, inside=True)
        if found is not None and found[0] != "other" and not found[2].endswith(" "):
            if found[0] in seen:
                return False
            block.until = there
            return True
    return False


def _attribution(lines: Sequence[Line], at: int) -> Header | None:
    """`On <time>, <sender> wrote:` in one line or a few."""
    if not _ATTRIBUTION_START.match(lines[at].text):
        return None
    said = ""
    for here in range(at, min(at + _ATTRIBUTION_LINES, len(lines))):
        if lines[here].blank and here == at + 1 and not lines[here].stamp:
            return None
        said = " ".join(f"{said} {lines[here].text[:_ATTRIBUTION_LENGTH]}".split())[:_ATTRIBUTION_LENGTH]
        if lines[here].text.rstrip().endswith(":"):
            found = _ATTRIBUTION.match(said)
            return _attributed(found["said"], lines, here + 1) if found else None
    return None


def _attributed(said: str, lines: Sequence[Line], end: int) -> Header | None:
    when = _WHEN.match(said) or _DAY_ONLY.match(said)
    if when is None or not any(char.isdigit() for char in when[0]):
        return None
    quote = lines[end - 1].quote
    below = next((line for line in lines[end : end + 4] if not line.blank), None)
    fields = {"sent": [when[0].replace(" at ", " ")], "from": [said[when.end() :].strip(" ,\n")]}
    return Header(fields, end, below.quote if below and below.quote > quote else quote, False)
