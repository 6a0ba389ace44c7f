"""Reading single fields of a row, strictly: each function returns a clean value or raises BadInput.

What is raised names the field and the remedy; the caller knows the file and the line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from tearline.records.errors import BadInput
from tearline.records.times import format_instant, parse_instant

Fields = Mapping[str, Any]
E = TypeVar("E", bound=StrEnum)

LONGEST_ID = 400
LONGEST_NAME = 4_000
DEEPEST = 32
BLANKS = " \t\r\n\v\f"

# The private-use characters delimit mentions of people inside sentences (records.naming); NUL and lone
# surrogates cannot be stored or shown everywhere. A replacement character shows that something stood there.
_UNWANTED = re.compile("[\x00\ue000\ue001\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def clean(text: str) -> str:
    """`text` without characters that could forge a mention or cannot be stored."""
    return _UNWANTED.sub("\ufffd", text)


def clean_value(value: Any, field: str, depth: int = 0) -> Any:
    """A JSON value with all its texts cleaned. Raises BadInput where it is nested too deeply."""
    if isinstance(value, str):
        return clean(value)
    if depth >= DEEPEST and isinstance(value, dict | list):
        raise BadInput(f"nested deeper than {DEEPEST} levels", field=field, remedy="Flatten it")
    if isinstance(value, dict):
        return {clean(key): clean_value(item, field, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [clean_value(item, field, depth + 1) for item in value]
    if isinstance(value, float) and value - value != 0:
        raise BadInput("not a finite number", field=field, remedy="Leave it out")
    return value


def optional(fields: Fields, name: str, *, longest: int = LONGEST_NAME) -> str | None:
    """A text, stripped; None where it is absent, null or blank. A number is read as its digits."""
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadInput(f"a text is expected, not {_shown(value)}", field=name, remedy="Write it as text")
    text = clean(str(value)).strip(BLANKS)
    if len(text) > longest:
        raise BadInput(
            f"{len(text):,} characters where at most {longest:,} are read", field=name, remedy="Shorten it"
        )
    return text or None


def required(fields: Fields, name: str, *, longest: int = LONGEST_NAME) -> str:
    """A text that must be there."""
    text = optional(fields, name, longest=longest)
    if text is None:
        raise BadInput("nothing stands here", field=name, remedy="Give it a value")
    return text


def optional_id(fields: Fields, name: str) -> str | None:
    """An identifier: one line, of sensible length."""
    text = optional(fields, name, longest=LONGEST_ID)
    if text is not None and _CONTROL.search(text):
        raise BadInput("a line break or control character in an identifier", field=name, remedy="Take it out")
    return text


def required_id(fields: Fields, name: str = "id") -> str:
    text = optional_id(fields, name)
    if text is None:
        raise BadInput("nothing stands here", field=name, remedy="Give it a value")
    return text


def choice(fields: Fields, name: str, kind: type[E]) -> E | None:
    """One of a closed list, in any case."""
    text = optional(fields, name)
    if text is None:
        return None
    try:
        return kind(text.casefold())
    except ValueError:
        allowed = ", ".join(kind)
        raise BadInput(f"{text!r} is not one of: {allowed}", field=name, remedy="Use one of these") from None


def required_choice(fields: Fields, name: str, kind: type[E]) -> E:
    found = choice(fields, name, kind)
    if found is None:
        raise BadInput("nothing stands here", field=name, remedy=f"Use one of: {', '.join(kind)}")
    return found


def instant(fields: Fields, name: str) -> str | None:
    """A time as RFC 3339 in UTC; a date stands for its midnight."""
    text = optional(fields, name)
    return None if text is None else format_instant(parse_instant(text, field=name))


def listed(fields: Fields, name: str) -> list[str]:
    """Texts: a JSON list of them, or one text with `;` between them. Blanks and repetitions are dropped."""
    value = fields.get(name)
    if value is None:
        return []
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadInput(
            f"a list of texts is expected, not {_shown(value)}", field=name, remedy='Write it as ["a","b"]'
        )
    found = (clean(item).strip() for item in value)
    return list(dict.fromkeys(item for item in found if item))


def _shown(value: Any) -> str:
    text = str(value)
    return f"{text[:60]}…" if len(text) > 60 else text
