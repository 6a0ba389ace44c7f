"""The lines of a mail's text: where each lies, how deep it is quoted, and what release stamps it bore.

A released document carries stamps that the sender never wrote: a banner on every page, a release line, exemption
codes in the right margin, a declassification note. They are provenance, so they are taken out of fields and
bodies and handed back beside them. Codes are only read as stamps where the document says that it was released:
a line `B5` in an ordinary mail is the sender's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_QUOTE_DEPTH = 100

_QUOTE = re.compile(r"[ \t]{0,40}(?:>[ \t]?)+")
_BANNER = re.compile(
    r"department of .{0,2}state.{0,2}\s+case no|released? under the access to information act|"
    r"divulgu\S{1,3} en vertu de la loi",
    re.IGNORECASE,
)
_RELEASED = re.compile(r"RELEASED? (?:IN (?:FULL|PART)|UNDER THE)|department of state\s+case no", re.IGNORECASE)
_CODE = (
    r"(?:B[1-9](?:\s?\([A-F]\)|\s(?:INA|CIA|NSA))?|1\s?[.]?\s?4\s?\(\s?[A-Ha-h](?:\s?\))?|"
    r"s\.\s?\d{1,2}\(\d\)(?:\([a-z]\))?)"
)
# One way only to read what stands between two codes: a second would let a hostile line multiply them.
_CODES = rf"{_CODE}(?:\s{{0,6}}(?:,\s{{0,3}})?{_CODE})*"
_EACH_CODE = re.compile(_CODE)
_CODE_TAIL = re.compile(rf"(?:^|\s{{2,}})({_CODES})[\s.,'•|1It-]{{0,8}}$")
_RELEASE_TAIL = re.compile(
    rf"(?:^|\s{{2,}})(RELEASE(?:\s+IN\b(?:\s+(?:FULL|PART))?)?)\W{{0,4}}[\sI1]{{0,4}}({_CODES})?[\s,.'•-]{{0,8}}$"
)
_RELEASE_REST = re.compile(rf"(?:^|\s{{8,}})((?:IN )?(?:FULL|PART)|IN)\b\s{{0,4}}({_CODES})?[\s,.'•-]{{0,4}}$")
_COPY_NOTE = re.compile(r"(?:^|\s{8,})(BEST COPY(?: AVAILABLE)?|AVAILABLE)\s*$")
_DECLASSIFY = re.compile(
    rf"(?:^|\s{{2,}})(Classified by DAS.*|(?:\d\d/\d\d/\d{{4}}\s+)?(?:[—-]\s+)?(?:(?:CONFIDENTIAL|SECRET)\s+)?"
    rf"(?:{_CODES}\s+)?(?:[—-]\s+)?(?:Class:|Reason:|Declassify\b).*)$"
)
_NOTE_DATE = re.compile(r"\s{4,}(\d\d/\d\d/\d{4})$")
_INNER_CODE = re.compile(rf"(?<=\s\s)({_CODES})(?=\s\s|\s?[;,])")
_LONGEST_SCANNED = 1_000
_DECLASSIFY_REST = re.compile(
    r"\s*((?:(?:CONFIDENTIAL|SECRET|Class:|Reason:|Declassify|on:)|1\.4\s?\([A-H]\)|\([A-H]\)|\d\d/\d\d/\d{4}|[—,\s-])+)",
)
_TAIL = 240
_SHORT = 16


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text. `start` and `end` are code points of the whole text, the line break excluded.

    `text` is without quote marks, stamps and trailing blanks, but keeps its indentation. `stamp` is true when
    nothing but a stamp stood on the line; `page` when a page begins here or a banner stood here.
    """

    start: int
    end: int
    text: str
    quote: int
    stamp: bool
    page: bool

    @property
    def blank(self) -> bool:
        return not self.text


@dataclass(frozen=True, slots=True)
class CleanText:
    """The lines, the exemption codes (sorted, once each) and the release stamps (in order, once each)."""

    lines: tuple[Line, ...]
    exemptions: tuple[str, ...]
    stamps: tuple[str, ...]


class _Stamps:
    """What has been taken out so far, and whether a stamp is still running on into the next line."""

    def __init__(self) -> None:
        self.codes: set[str] = set()
        self.seen: dict[str, None] = {}
        self.release_open = 0
        self.declassify_open = 0

    def add_codes(self, text: str | None) -> None:
        for code in _EACH_CODE.findall(text or ""):
            tidy = "".join(code.split())
            if tidy.startswith("1"):
                tidy = f"1.4({tidy.upper().strip('()')[-1]})"
            self.codes.add(re.sub(r"(?<=B\d)(?=[A-Z])", " ", tidy))

    def add(self, stamp: str) -> None:
        self.seen.setdefault(" ".join(stamp.split()).strip(" —-"))

    def strip(self, text: str) -> str:
        """`text` without the stamps at its right end; what they say is remembered."""
        for _ in range(6):
            head, tail = text[:-_TAIL], text[-_TAIL:]
            kept = self._strip_once(head, tail)
            if kept is None:
                return text
            text = (head + tail[:kept]).rstrip()
        return text

    def _strip_once(self, head: str, tail: str) -> int | None:
        """Where in `tail` a stamp begins, or None."""
        at_start = not head
        if (found := _CODE_TAIL.search(tail)) and (at_start or found.start() > 0):
            self.add_codes(found[1])
            return found.start()
        if "RELEASE" in tail and (found := _RELEASE_TAIL.search(tail)):
            self.add(found[1])
            self.add_codes(found[2])
            self.release_open = 0 if found[1].endswith(("FULL", "PART")) else 4
            return found.start()
        if self.release_open and (found := _RELEASE_REST.search(tail)):
            self.add_codes(found[2])
            if found[1] == "IN":
                self.release_open = 3
            else:
                self.seen.pop("RELEASE", None)
                self.seen.pop("RELEASE IN", None)
                self.add("RELEASE IN " + found[1].split()[-1])
                self.release_open = 0
            return found.start()
        if self.declassify_open and (found := _NOTE_DATE.search(tail)):
            self.declassify_open = 0
            return found.start()
        if ("las" in tail or "Reason" in tail) and (found := _DECLASSIFY.search(tail)):
            self.add(found[1])
            self.add_codes(found[1])
            self.declassify_open = 12
            return found.start()
        if found := _COPY_NOTE.search(tail):
            self.add(found[1])
            return found.start()
        return None

    def continues(self, text: str) -> bool:
        """Is this line the rest of a declassification note begun above?"""
        if not self.declassify_open:
            return False
        self.declassify_open -= 1
        found = _DECLASSIFY_REST.match(text[:_TAIL])
        if not found or found.end() < len(text.rstrip()):
            return False
        self.add_codes(found[1])
        if re.search(r"\d\d/\d\d/\d{4}\s*$", text):
            self.declassify_open = 0
        return True


def clean_lines(text: str) -> CleanText:
    """Split `text` into lines without quote marks and stamps. Linear in the length of the text."""
    released = _RELEASED.search(text) is not None
    stamps = _Stamps()
    lines: list[Line] = []
    start = 0
    for raw in text.split("\n"):
        end = start + len(raw)
        page = "\f" in raw
        body = raw.replace("\f", "").rstrip()
        quote = 0
        if body and (found := _QUOTE.match(body)):
            quote = min(found[0].count(">"), MAX_QUOTE_DEPTH)
            body = body[found.end() :]
        stamp = False
        if released and body:
            body, stamp, banner = _without_stamps(body, stamps)
            page = page or banner
        lines.append(Line(start, end, body, quote, stamp, page))
        start = end + 1
    return CleanText(tuple(lines), tuple(sorted(stamps.codes)), tuple(stamps.seen))


def _without_stamps(body: str, stamps: _Stamps) -> tuple[str, bool, bool]:
    """The line without stamps, whether nothing is left of it, and whether it was a page's banner."""
    if len(body) < 400 and _BANNER.search(body):
        stamps.add(re.sub(r"\s+Date:.*", "", body))
        return "", True, True
    if stamps.continues(body):
        return "", True, False
    # A stamp stands in the right margin or alone on its line; most lines end in neither.
    alone = body[0].isspace() or len(body) < _SHORT or body.startswith(("RELEASE", "Classified by DAS"))
    if not alone and "  " not in body[-_TAIL:]:
        return body, False, False
    if stamps.release_open:
        stamps.release_open -= 1
    kept = stamps.strip(body)
    if len(kept) < _LONGEST_SCANNED and _INNER_CODE.search(kept):
        stamps.add_codes(" ".join(found[1] for found in _INNER_CODE.finditer(kept)))
        kept = _INNER_CODE.sub("  ", kept)
    return kept, not kept.strip(), False
