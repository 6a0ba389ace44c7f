"""Words of a text with their places in it.

A token is a run of letters, or a number with its separators ("1,200", "3.5"). Apostrophes and hyphens
separate, so that the French "l'article" and the English "women's" give their content word unharmed. Forms
are folded (case, accents, ligatures) and lightly stemmed, alike for English and French: the same rule on both
sides of a comparison matters more than the right rule. Spans are Unicode code points of the original text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from tearline.text.stopwords import STOP_WORDS

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})
_CACHE = 200_000


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text, in order: parallel tuples.

    `forms` are folded, `terms` folded and stemmed (what is counted and compared); `starts`/`ends` are
    code-point offsets with `text[start:end]` the token as written; `capital` says that it begins with an
    upper-case letter.
    """

    forms: tuple[str, ...]
    terms: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    capital: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.forms)


@lru_cache(maxsize=_CACHE)
def fold(word: str) -> str:
    """Lower case without accents or ligatures: `Président` gives `president`."""
    lowered = word.casefold()
    if lowered.isascii():
        return lowered
    spread = unicodedata.normalize("NFKD", lowered.translate(_LIGATURES))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


@lru_cache(maxsize=_CACHE)
def stem(form: str) -> str:
    """A folded form without its commonest English or French endings; at least four letters remain.

    Deliberately weak: a stemmer that joins unlike words would make evidence out of nothing.
    """
    if form[:1].isdigit():
        return form.replace(",", "")
    if len(form) <= 4:
        return form
    for ending, replacement in _ENDINGS:
        if form.endswith(ending) and len(form) - len(ending) + len(replacement) >= 4:
            form = form[: len(form) - len(ending)] + replacement
            break
    if form.endswith(("ter", "ber")) and len(form) > 5:
        return form[:-2] + "r"  # minister and ministre, November and novembre
    return form[:-1] if form.endswith("e") and len(form) > 4 else form


# Tried in order; the first that fits is applied once.
_ENDINGS = (
    ("ies", "y"),
    ("ement", ""),
    ("ings", ""),
    ("ing", ""),
    ("sses", "ss"),
    ("ss", "ss"),
    ("us", "us"),
    ("is", "is"),
    ("aux", "al"),
    ("ers", "er"),
    ("es", ""),
    ("eed", "eed"),
    ("ed", ""),
    ("s", ""),
    ("ly", ""),
)


def tokenise(text: str) -> Tokens:
    """Every token of `text`."""
    forms: list[str] = []
    terms: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    capital: list[bool] = []
    for found in _TOKEN.finditer(text):
        word = found.group()
        form = fold(word)
        forms.append(form)
        terms.append(stem(form))
        starts.append(found.start())
        ends.append(found.end())
        capital.append(word[0].isupper())
    return Tokens(tuple(forms), tuple(terms), tuple(starts), tuple(ends), tuple(capital))


_BEGINS = re.compile(r"[.!?…:;“\"«(\[]|[–—]\s|\n")
_MONTHS_AND_DAYS = """
january february march april may june july august september october november december jan feb mar apr jun jul aug
sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre lundi mardi mercredi jeudi
vendredi samedi dimanche
"""
_CALENDAR = frozenset(_MONTHS_AND_DAYS.split())


def name_flags(text: str, tokens: Tokens) -> list[bool]:
    """Which tokens of a passage are likely parts of names: capitals that neither a headline, nor the calendar, nor
    the beginning of a sentence or quotation explains. Two letters or more.

    A capital at a beginning is a name where another one follows at once ("Damaris Holt said"), stop words aside.
    """
    content = [capital for capital, form in zip(tokens.capital, tokens.forms, strict=True) if len(form) > 3]
    if len(content) > 2 and sum(content) > 0.7 * len(content):
        return [False] * len(tokens)
    likely = [
        capital and len(form) > 1 and form not in _CALENDAR
        for capital, form in zip(tokens.capital, tokens.forms, strict=True)
    ]
    begins = [
        at == 0 or _BEGINS.search(text[tokens.ends[at - 1] : start]) is not None
        for at, start in enumerate(tokens.starts)
    ]
    return [
        each and (not begins[at] or (tokens.forms[at] not in STOP_WORDS and _goes_on(text, tokens, likely, at)))
        for at, each in enumerate(likely)
    ]


def _goes_on(text: str, tokens: Tokens, likely: list[bool], at: int) -> bool:
    """Whether the next token is a likely name too, with no more than a space or hyphen between."""
    return (
        at + 1 < len(tokens)
        and likely[at + 1]
        and tokens.forms[at + 1] not in STOP_WORDS
        and text[tokens.ends[at] : tokens.starts[at + 1]] in (" ", "-", "\u00a0")
    )
