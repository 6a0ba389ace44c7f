"""Text from outside made safe to look at: escaped, isolated in direction, invisible controls made visible."""

from __future__ import annotations

import re
import unicodedata

from markupsafe import Markup, escape

# Bidirectional controls, zero-width characters, C0 and C1 controls but for tab and line ends, private use.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ue000-\uf8ff\ud800-\udfff]"
)


_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{2})?")


def plain(text: str) -> str:
    """One line of text with what would be invisible, or would turn the line round, written as `‹U+202E›`."""
    return _HIDDEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", " ".join(text.split()))


def visible(text: str) -> Markup:
    """Escaped text in which hidden characters stand as small labelled boxes. Line ends are kept."""
    parts: list[Markup] = []
    at = 0
    for found in _HIDDEN.finditer(text):
        parts.append(escape(text[at : found.start()]))
        name = unicodedata.name(found[0], "control character").lower()
        parts.append(Markup('<span class="hidden-char" title="{}">U+{:04X}</span>').format(name, ord(found[0])))
        at = found.end()
    parts.append(escape(text[at:]))
    return Markup("").join(parts)


def language(tag: str | None) -> Markup:
    """A `lang` attribute, for what looks like a language tag; nothing for anything else."""
    return Markup(' lang="{}"').format(tag.lower()) if tag and _LANGUAGE.fullmatch(tag) else Markup("")


def isolated(text: str) -> Markup:
    """`visible`, in an element whose direction of writing cannot reach beyond it."""
    return Markup("<bdi>{}</bdi>").format(visible(text))
