"""Sentences of a text as spans of it, in English and French.

Newspaper text is full of points that end nothing (initials, abbreviations, figures) and of lines that end
without one (headlines, captions), so both a line break and an ending mark before a capital divide.
"""

from __future__ import annotations

import re

from tearline.text.tokens import fold

_LONGEST = 400  # characters of a passage; beyond it, one says too many things to be compared
_FRAGMENT = 25  # characters; shorter sentences say nothing alone

# An ending mark with any closing quotation marks and brackets, then space, then something that may begin a
# sentence. A line break always ends a sentence.
_BREAK = re.compile(r"(?P<mark>[.!?…]+)[\"'”’»)\]]*(?P<gap>\s+)(?=[\"'“‘«(\[—–-]*\s?[^\W_])|(?P<line>\s*\n\s*)")
_LAST_WORD = re.compile(r"([^\W\d_]+)$")
_SHORTENED = (
    "mr mrs ms dr prof st gen col lt capt sgt rep sen gov hon rev jr sr no nos vs etc inc ltd co corp dept fig "
    "approx jan feb mar apr jun jul aug sep sept oct nov dec mm mme mlle me ste art al ed pp vol ie eg cf "
    "janv fevr avr juill"
)
_ABBREVIATIONS = frozenset(_SHORTENED.split())


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of `text` as `[start, end)` spans without surrounding space; empty ones are left out."""
    spans: list[tuple[int, int]] = []
    start = 0
    for found in _BREAK.finditer(text):
        if found.group("line") is None and _ends_nothing(text, found.start("mark"), found.end(), found["mark"]):
            continue
        end = found.start("gap") if found.group("line") is None else found.start()
        _keep(text, start, end, spans)
        start = found.end()
    _keep(text, start, len(text), spans)
    return spans


def pieces_of_text(text: str) -> list[tuple[int, int]]:
    """Spans of comparable size: sentences, with fragments joined to what precedes them on the same line, and
    very long ones (tables, transcripts without points) cut at spaces."""
    joined: list[tuple[int, int]] = []
    for start, end in sentences(text):
        previous = joined[-1] if joined else None
        if (
            previous
            and "\n" not in text[previous[1] : start]
            and (end - start < _FRAGMENT or previous[1] - previous[0] < _FRAGMENT)
        ):
            joined[-1] = (previous[0], end)
        else:
            joined.append((start, end))
    return [piece for start, end in joined for piece in _cut(text, start, end)]


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """`[start, end)` in near-equal parts of at most _LONGEST characters, cut at spaces where there are any."""
    parts = -(-(end - start) // _LONGEST)
    out: list[tuple[int, int]] = []
    low = start
    for part in range(1, parts + 1):
        high = end if part == parts else text.find(" ", start + part * (end - start) // parts, end)
        if high < 0:
            high = end
        _keep(text, low, high, out)
        low = high
    return out


def _ends_nothing(text: str, mark_at: int, after: int, mark: str) -> bool:
    """Whether the point at `mark_at` belongs to an abbreviation, an initial, or precedes a small letter."""
    following = text[after : after + 3].lstrip("\"'“‘«([—–- ")
    if following[:1].islower():
        return True
    if mark != ".":
        return False
    word = _LAST_WORD.search(text, max(0, mark_at - 12), mark_at)
    if word is None:
        return False
    last = word.group(1)
    return (len(last) == 1 and last.isupper()) or fold(last) in _ABBREVIATIONS


def _keep(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        spans.append((start, end))
