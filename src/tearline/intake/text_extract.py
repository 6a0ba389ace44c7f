"""Plain text from the forms in which text arrives: bytes of a doubtful charset, and HTML."""

from __future__ import annotations

import codecs
import html
import re

_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "footer", "form", "h1",
        "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
        "table", "tbody",
        "thead", "tr", "ul",
    }
)  # fmt: skip
_AIRY = frozenset({"p", "h1", "h2", "h3", "h4", "table", "blockquote"})
_UNSEEN = frozenset({"script", "style", "head", "title", "noscript", "template", "svg"})
_TAG_NAME = re.compile(r"/?\s{0,4}([a-zA-Z][a-zA-Z0-9]{0,20})")
_SPACES = re.compile(r"[ \t\r\n\xa0]+")
_LONGEST_TAG = 20_000
_MAX_QUOTE = 100
# Codecs that are no charset of a mail, and one that costs more than linear time.
_NO_CHARSETS = frozenset(
    {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "unicode-escape"}
)
# A superset that reads what the declared charset should have been able to.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "utf-8", "big5": "big5hkscs"}


def decode_text(data: bytes, charset: str | None) -> str:
    """`data` as text: in the charset declared if it fits, else as UTF-8, else as far as it can be read.

    Never raises; what cannot be read becomes U+FFFD.
    """
    declared = _codec(charset)
    for name in (declared, "utf-8"):
        if name is not None:
            try:
                return data.decode(name)
            except (UnicodeError, ValueError):
                continue
    return data.decode(declared or "cp1252", errors="replace")


def _codec(charset: str | None) -> str | None:
    try:
        name = codecs.lookup((charset or "").strip().strip("'\"")[:40]).name
        "".encode(name)
    except (LookupError, ValueError, TypeError):
        return None
    return None if name in _NO_CHARSETS else _WIDER.get(name, name)


class _Page:
    """The lines of a page while its tags are read."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quote = 0

    def text(self, text: str) -> None:
        if text:
            self.line.append(html.unescape(text))

    def end_line(self, *, airy: bool = False) -> None:
        said = _SPACES.sub(" ", "".join(self.line)).strip()
        self.line = []
        marks = ">" * self.quote
        if said:
            self.lines.append(f"{marks} {said}" if marks else said)
        if airy and self.lines and self.lines[-1].strip("> "):
            self.lines.append(marks)

    def tag(self, name: str, *, closing: bool) -> None:
        if name == "br":
            blank = not "".join(self.line).strip()
            self.end_line()
            if blank and self.lines and self.lines[-1].strip("> "):
                self.lines.append(">" * self.quote)
        elif name in ("td", "th"):
            self.line.append(" ")
        elif name in _BLOCKS:
            self.end_line(airy=name in _AIRY)
            if name == "blockquote":
                self.quote = max(0, self.quote - 1) if closing else min(self.quote + 1, _MAX_QUOTE)


def html_to_text(source: str) -> str:
    """The text of an HTML mail, a line a block, quotations (`blockquote`) marked with `>`.

    Linear in the length of `source` whatever it holds: a search that fails is not tried again.
    """
    page = _Page()
    at, size = 0, len(source)
    unclosed: set[str] = set()
    lowered = source.lower()
    if len(lowered) != size:
        # A few capital letters grow when lowered; offsets must stay those of the source.
        lowered = source
    while at < size:
        opens = source.find("<", at)
        if opens < 0:
            page.text(source[at:])
            break
        page.text(source[at:opens])
        if source.startswith("<!--", opens):
            closes = source.find("-->", opens + 4)
            at = size if closes < 0 else closes + 3
            continue
        closes = source.find(">", opens)
        if closes < 0:
            page.text(source[opens:])
            break
        name = _TAG_NAME.match(source, opens + 1, min(closes, opens + _LONGEST_TAG))
        if name is None:
            declaration = source.startswith(("<!", "<?", "</"), opens)
            page.text("" if declaration else "<")
            at = closes + 1 if declaration else opens + 1
            continue
        word, closing = name[1].lower(), source[opens + 1] == "/"
        at = closes + 1
        if word in _UNSEEN and not closing and source[closes - 1] != "/":
            ends = -1 if word in unclosed else lowered.find(f"</{word}", at)
            if ends < 0:
                unclosed.add(word)
            at = at if ends < 0 else ends
            continue
        page.tag(word, closing=closing)
    page.end_line()
    return "\n".join(page.lines).strip("\n")
