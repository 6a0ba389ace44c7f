"""Sentences that remember how they were made, so that delivery can say them in another language.

Analysis writes English: `say("{who} opened {product} on {day}", who=…, product=…, day=…)` is a `str` as any other.
Delivery may ask for the same sentence in French: the template is looked up in a gettext catalogue and filled
with the same values, which may be sentences themselves.
"""

from __future__ import annotations

import gettext
import string
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

_CATALOGUES: Final = Path(__file__).parent / "locale"
_THIN, _HARD = "\u202f", "\u00a0"  # spaces that do not break: between thousands, and before a percent sign


class Language(StrEnum):
    ENGLISH = "en"
    FRENCH = "fr"


class Said(str):
    """English text with its template and values. `many` and `number`: of a sentence that counts something."""

    template: str
    many: str | None
    number: int
    values: Mapping[str, Any]


def say(template: str, /, **values: Any) -> Said:
    """A sentence from an English template with `{named}` places, as for `str.format`."""
    return _said(template, None, 1, values)


def say_many(one: str, many: str, count: int, /, **values: Any) -> Said:
    """The template for one, or for none or several; `{count}` stands for the number in both."""
    return _said(one, many, count, {"count": count, **values})


def together(*parts: str) -> Said:
    """Sentences one after another; empty ones are left out."""
    kept = [part for part in parts if part]
    return say(" ".join(f"{{p{n}}}" for n in range(len(kept))), **{f"p{n}": part for n, part in enumerate(kept)})


def joined(template: str, parts: Sequence[str]) -> Said:
    """The parts, two by two, by a template with `{first}` and `{next}`: `joined("{first}; {next}", …)`."""
    found = say("{only}", only=parts[0] if parts else "")
    for part in parts[1:]:
        found = say(template, first=found, next=part)
    return found


def listed(parts: Sequence[str]) -> Said:
    """`A`, `A and B`, `A, B and C`."""
    if len(parts) < 2:
        return joined("", parts)
    return say("{first} and {last}", first=joined("{first}, {next}", parts[:-1]), last=parts[-1])


def in_language(text: str, language: Language) -> str:
    """The sentence in that language, or in English where the catalogue lacks it. Plain strings are looked up."""
    if language is Language.ENGLISH or not text:
        return str(text)
    words = _catalogue(language)
    if not isinstance(text, Said):
        return words.gettext(text)
    if text.many is None:
        template = words.gettext(text.template)
    else:
        template = words.ngettext(text.template, text.many, text.number)
    return _FORMATTERS[language].vformat(template, (), text.values)


def _said(template: str, many: str | None, count: int, values: Mapping[str, Any]) -> Said:
    chosen = template if many is None or count == 1 else many
    said = Said(_FORMATTERS[Language.ENGLISH].vformat(chosen, (), values))
    said.template, said.many, said.number, said.values = template, many, count, values
    return said


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    return gettext.translation("said", _CATALOGUES, [language.value], fallback=True)


class _French(string.Formatter):
    """Numbers as French writes them; sentences within sentences in French."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Said):
            return in_language(value, Language.FRENCH)
        text: str = super().format_field(value, format_spec)
        if not isinstance(value, int | float):
            return text
        text = text.replace(",", _THIN) if "," in format_spec else text
        text = text.replace(".", ",") if isinstance(value, float) else text
        return text.replace("%", f"{_HARD}%")


_FORMATTERS: Final[Mapping[Language, string.Formatter]] = {
    Language.ENGLISH: string.Formatter(),
    Language.FRENCH: _French(),
}
