"""Numbers, shares and dates of a text in one form, whatever the language or the way of writing.

"33 per cent", "33 %", "a third", "un tiers" and "one in three" all give the key `%33`; "1,200", "1 200" and
"twelve hundred" give `n1200`; "Nov. 2", "2 November 2016" and "le 2 novembre" give `d11-02`; "twice" and "deux
fois" give `x2`. Shares are rounded to whole per cents, because the press rounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tearline.text.tokens import fold


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number, share, multiple or date: its key and where it stands in the text (code points)."""

    key: str
    start: int
    end: int

    @property
    def is_date(self) -> bool:
        return self.key[0] == "d"


# A group between semicolons is one value, counting up; words within it are its spellings.
_ONES = (
    "zero;one un une;two deux;three trois;four quatre;five cinq;six;seven sept;eight huit;nine neuf;ten dix;"
    "eleven onze;twelve douze;thirteen treize;fourteen quatorze;fifteen quinze;sixteen seize;seventeen;"
    "eighteen;nineteen"
)
_TENS = (
    "twenty vingt;thirty trente;forty quarante;fifty cinquante;sixty soixante;seventy septante;eighty;"
    "ninety nonante"
)
_MONTH_NAMES = (
    "jan january janv janvier;feb february fevr fevrier;mar march mars;apr april avr avril;may mai;"
    "jun june juin;jul july juil juillet;aug august aout;sep sept september septembre;oct october octobre;"
    "nov november novembre;dec december decembre"
)


def _numbered(groups: str, first: int) -> dict[str, int]:
    return {word: value for value, group in enumerate(groups.split(";"), first) for word in group.split()}


_UNITS = _numbered(_ONES, 0) | {word: 10 * tens for word, tens in _numbered(_TENS, 2).items()}
_MONTHS = _numbered(_MONTH_NAMES, 1)
_SCALES = {
    "dozen": 12, "dozens": 12, "douzaine": 12, "hundred": 100, "cent": 100, "cents": 100, "thousand": 1_000,
    "mille": 1_000, "million": 10**6, "millions": 10**6, "m": 10**6, "bn": 10**9, "billion": 10**9,
    "billions": 10**9, "milliard": 10**9, "milliards": 10**9, "trillion": 10**12,
}  # fmt: skip
_FRACTIONS = {
    "half": 50, "moitie": 50, "third": 100 / 3, "thirds": 100 / 3, "tiers": 100 / 3, "quarter": 25,
    "quarters": 25, "quart": 25, "quarts": 25, "fifth": 20, "fifths": 20, "cinquieme": 20, "cinquiemes": 20,
    "tenth": 10, "dixieme": 10,
}  # fmt: skip
_MULTIPLES = {
    "twice": 2, "double": 2, "doubled": 2, "doubles": 2, "doubling": 2, "twofold": 2, "triple": 3, "tripled": 3,
    "threefold": 3, "tripler": 3, "doubler": 2, "fourfold": 4, "quadruple": 4, "tenfold": 10,
}  # fmt: skip
_FIGURE = r"\d{1,3}(?:[,\u00a0\u202f\u2009 ]\d{3})+(?:[.]\d+)?|\d+(?:[.,]\d+)?"
_WORD = r"[^\W\d_]+"
_ITEM = re.compile(rf"(?P<figure>{_FIGURE})|(?P<word>{_WORD})|(?P<percent>%)|(?P<dash>[-–])|(?P<mark>[^\w\s])")
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_PER_CENT = ("percent", "pct", "pourcent")
_BETWEEN = frozenset(("every", "chaque", "of", "the", "les", "des", "de", "last"))


# Every quantity holds a figure or one of these words (accents as written); most sentences hold neither.
_ACCENTED = ("zéro", "moitié", "cinquième", "cinquièmes", "dixième")
_MAY_HOLD = re.compile(
    rf"\d|\b(?:{'|'.join((*_UNITS, *_FRACTIONS, *_MULTIPLES, *_ACCENTED))})\b|[\u0300-\u036f\ufb00-\ufb06]",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Item:
    kind: str  # figure, word, percent, dash or mark
    folded: str
    value: float | None
    start: int
    end: int
    capital: bool


def quantities(text: str) -> list[Quantity]:
    """Every quantity of `text` in order of place. One number may give several keys (a date and its year)."""
    if not _MAY_HOLD.search(text):
        return []
    items = _items(text)
    found = [
        Quantity(f"d{date[2]}-{date[3]}", date.start(), date.end())
        for date in _ISO_DATE.finditer(text)
        if 1 <= int(date[2]) <= 12 and 1 <= int(date[3]) <= 31
    ]
    at = 0
    while at < len(items):
        at = _read(items, at, found)
    return sorted(found, key=lambda quantity: (quantity.start, quantity.end, quantity.key))


def _items(text: str) -> list[_Item]:
    items = []
    for match in _ITEM.finditer(text):
        kind = str(match.lastgroup)
        word = match.group()
        folded = fold(word) if kind == "word" else word
        value = _figure_value(word) if kind == "figure" else _word_value(folded, word) if kind == "word" else None
        items.append(_Item(kind, folded, value, match.start(), match.end(), word[0].isupper()))
    return items


def _word_value(folded: str, word: str) -> float | None:
    """A number word's value; "Dix" within a sentence may be a name, "un" and "une" mostly articles."""
    return float(_UNITS[folded]) if folded in _UNITS and not word.isupper() else None


def _figure_value(word: str) -> float | None:
    plain = re.sub(r"[\u00a0\u202f\u2009 ]", "", word)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    try:
        return float(plain.replace(",", ".")) if len(plain) < 16 else None
    except ValueError:
        return None


def _read(items: list[_Item], at: int, found: list[Quantity]) -> int:
    """Reads the quantity that begins at item `at`, if any; returns the item to go on from."""
    item = items[at]
    after = _date(items, at, found)
    if after:
        return after
    if item.kind == "word" and item.folded in _MULTIPLES:
        found.append(Quantity(f"x{_MULTIPLES[item.folded]}", item.start, item.end))
        return at + 1
    if item.kind == "word" and item.folded in _FRACTIONS and _article_before(items, at):
        found.append(Quantity(f"%{round(_FRACTIONS[item.folded])}", item.start, item.end))
        return at + 1
    if item.value is None:
        return at + 1
    value, after = _amount(items, at)
    return _share_or_number(items, at, after, value, found)


def _date(items: list[_Item], at: int, found: list[Quantity]) -> int | None:
    """`2 November`, `2nd of November`, `November 2`, `Nov. 2`, `1er novembre`, `November 2016`."""
    first = items[at]
    month = _month(first)
    other = _skip(items, at + 1, (".",) if month is not None else ("st", "nd", "rd", "th", "er", "of", "de"))
    if other >= len(items):
        return None
    number = items[other] if month is not None else first
    month = month if month is not None else _month(items[other])
    if month is None or number.kind != "figure" or number.value is None or number.value != int(number.value):
        return None
    if 1 <= number.value <= 31:
        found.append(Quantity(f"d{month:02}-{int(number.value):02}", first.start, items[other].end))
    elif 1900 <= number.value <= 2100 and number is not first:
        found.append(Quantity(f"d{int(number.value)}-{month:02}", first.start, items[other].end))
    else:
        return None
    return other + 1


def _month(item: _Item) -> int | None:
    """The month a word names. English months need their capital: "may" and "march" are common words."""
    if item.kind != "word" or (item.folded in ("may", "mar", "march", "sep", "dec", "jan") and not item.capital):
        return None
    return _MONTHS.get(item.folded)


def _skip(items: list[_Item], at: int, passing: tuple[str, ...]) -> int:
    while at < len(items) and items[at].folded in passing:
        at += 1
    return at


def _amount(items: list[_Item], at: int) -> tuple[float, int]:
    """The value of the number that begins at `at` ("two hundred and ten", "1.2 million"), and what follows."""
    value = items[at].value or 0.0
    whole = items[at].kind == "word"
    after = at + 1
    total = 0.0
    while after < len(items):
        item = items[after]
        if whole and item.kind == "dash" and after + 1 < len(items) and items[after + 1].kind == "word":
            after += 1
            continue
        if item.kind == "word" and item.folded in _SCALES and not _cent_of_per_cent(items, after):
            scale = _SCALES[item.folded]
            if scale >= 1_000:
                total, value = total + (value or 1.0) * scale, 0.0
            else:
                value = (value or 1.0) * scale
            after += 1
        elif whole and item.kind == "word" and item.value is not None and _adds(value, item.value):
            value += item.value
            after += 1
        else:
            break
    while after > at + 1 and items[after - 1].kind == "dash":
        after -= 1
    return total + value, after


def _adds(value: float, more: float) -> bool:
    """Whether a number word continues the number: "twenty" + "five", "hundred" + "ten"."""
    return (value >= 100 and value % 100 == 0) or (20 <= value < 100 and value % 10 == 0 and 0 < more < 10)


def _cent_of_per_cent(items: list[_Item], at: int) -> bool:
    return at > 0 and items[at].folded.startswith("cent") and items[at - 1].folded in ("per", "pour")


def _article_before(items: list[_Item], at: int) -> bool:
    """A fraction word counts after "a", "one", "un", "la" or "by"; not "the third" or "quarter final"."""
    if items[at].folded in ("half", "moitie"):
        return True
    return at > 0 and items[at - 1].folded in ("a", "one", "un", "une", "by")


def _share_or_number(items: list[_Item], at: int, after: int, value: float, found: list[Quantity]) -> int:
    start = items[at].start
    following = items[after] if after < len(items) else None
    if following is not None:
        if following.kind == "percent" or following.folded in _PER_CENT:
            found.append(Quantity(f"%{round(value)}", start, following.end))
            return after + 1
        if following.folded in ("per", "pour") and after + 1 < len(items) and items[after + 1].folded == "cent":
            found.append(Quantity(f"%{round(value)}", start, items[after + 1].end))
            return after + 2
        fraction = _skip(items, after, ("-", "–"))
        if value < 10 and fraction < len(items) and items[fraction].folded in _FRACTIONS:
            found.append(
                Quantity(f"%{round(value * _FRACTIONS[items[fraction].folded])}", start, items[fraction].end)
            )
            return fraction + 1
        if following.folded in ("fois", "times") and value < 100:
            found.append(Quantity(f"x{value:g}", start, following.end))
            return after + 1
        if following.folded in ("in", "sur"):
            parts = after + 1
            while parts < len(items) and items[parts].folded in _BETWEEN:
                parts += 1
            if parts < len(items) and (whole := items[parts].value) is not None and 0 < value < whole <= 100:
                found.append(Quantity(f"%{round(100 * value / whole)}", start, items[parts].end))
                return parts + 1
    if items[at].kind == "word" and value <= 2:
        return after  # "one", "un" and "deux" stand everywhere and say nothing alone
    found.append(Quantity(f"n{value:.12g}", start, items[after - 1].end))
    return after
