"""A name as written, taken apart for comparison: what it calls somebody, and the address beside it.

Rules, for scans and address books alike, none for particular names:
1. An office before the name (`NEA/PI:Kiamie, Charles`), brackets, and a second comma with what follows are no part
   of it; a full stop after the family name is a damaged comma (`Mills. Cheryl D`).
   An office in capitals behind a whole name is none either (`Jane Roy, COS`). What has more
   commas may be several people and is nobody's name.
2. Trailing single letters without a comma are initials behind the given name (`Clinton Hillary R`).
3. An address is its part before the `@` and a domain in which the letters that scanning confuses count as one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from tearline.intake.identities import Name, parse_name
from tearline.intake.mail_addresses import split_address
from tearline.text.tokens import fold

LONGEST = 200
"""Characters of a name that are compared; longer ones are texts and stay alone."""

_OFFICE = re.compile(r"^[A-Z][A-Z0-9/&-]{0,24}:\s*(?=\w)")
_STOP = re.compile(r"^([^\W\d_]{3,}(?:-[^\W\d_]+)?)\.\s*(?=[^\W\d_]{2,})")
_INITIALS = re.compile(r"^(\w+(?:-\w+)?)\s+(\w{2,}(?:\s+\w\.?)+)$")
_HYPHEN = re.compile(r"(?<=\w)\s*-\s*(?=\w)")
_LOGIN = re.compile(r"^[\w.+-]{2,64}$")
_AT = re.compile(r"^([^\s@©]{1,64})\s?[@©]\s?([^\s@]*)$")
_DEGREES = re.compile(r"^[^,]+,[^,]+(?:,[\sA-Z./()&-]+)+$")
_MAILTO = re.compile(r"\s*\S{0,4}a[il1]{2}to\W*$", re.IGNORECASE)  # damaged: `rnallto:`, `(mailto:`
_BEHIND = re.compile(r"\s*<\s*>.*$")  # what stood behind the address
_ROLE = re.compile(r"^((?:\w{2,}\s+)+\w{2,}),\s*[A-Z]{2,5}$")
_CONFUSED = str.maketrans({"1": "l", "i": "l", "j": "l", "|": "l", "0": "o", "6": "o"})


@dataclass(frozen=True, slots=True)
class Address:
    """`local`: before the `@`, folded; `domain`: letters that scanning confuses made one, "" for a bare login."""

    local: str
    domain: str


@dataclass(frozen=True, slots=True)
class Spelling:
    """`text`: the name shown, folded; `name`: where it is a given and a family name; `address`: if there is one.

    Either may be absent; a name of one word that could be a login is both.
    """

    text: str | None
    name: Name | None
    address: Address | None


def spelling(raw: str) -> Spelling:
    """`raw` taken apart. Never raises; linear in its length."""
    if len(raw) > LONGEST:
        return Spelling(raw, None, None)
    shown, written = split_address(raw)
    address = read_address(written) if written else None
    if address is None and written and _LOGIN.match(written):
        address = Address(fold(written).strip("."), "")  # what a release or a scan left of an address
    if shown is not None and (again := read_address(shown.strip("'\" "))) is not None:
        # Mailers show the address itself where they know no name.
        shown, address = None, address or again
    if shown is None:
        return Spelling(None, None, address)
    bare = _MAILTO.sub("", _BEHIND.sub("", shown)).strip("'\".,;:_ ")
    if address is not None and OSA.distance(fold(bare), address.local, score_cutoff=1) <= 1:
        return Spelling(None, None, address)  # the login itself, shown as a name
    text = " ".join(fold(bare).split())
    if not text:
        return Spelling(None, None, address)
    name = parse_name(_put_right(bare))
    if address is None and " " not in bare and _LOGIN.match(bare) and len(text) > 3:
        return Spelling(text if name else None, name, Address(text, ""))
    return Spelling(text, name, address)


def read_address(text: str) -> Address | None:
    """An address, or a login with its `@` but without a domain; None where it is neither."""
    found = _AT.match(text.strip().strip("<>[]'\". "))
    if found is None:
        return None
    return Address(fold(found[1]).strip(".'\""), domain_key(found[2]))


def domain_key(domain: str) -> str:
    """The domain's letters, those that scanning confuses made one: `state.gov` and `state.g0v` alike."""
    return letters_key(re.sub(r"[^a-z0-9|]", "", fold(domain)))


def letters_key(text: str) -> str:
    """Folded text with the letters that scanning confuses made one."""
    return text.replace("rn", "m").translate(_CONFUSED)


def _put_right(text: str) -> str:
    if len(text.split(",")) > 2 and not _DEGREES.search(text):
        return ""  # two people whom nothing separates any more
    text = _HYPHEN.sub("-", _OFFICE.sub("", text))
    text = _ROLE.sub(r"\1", text)
    text = _STOP.sub(r"\1, ", text)
    if found := _INITIALS.match(text):
        text = f"{found[1]}, {found[2]}"
    return ",".join(text.split(",")[:2])
