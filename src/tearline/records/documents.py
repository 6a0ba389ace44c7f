"""From frozen records to the JSON documents of the contract, and the `basis` every answer carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum, IntEnum
from typing import Any

from tearline.records.kinds import Basis, Level
from tearline.records.naming import AS_IS, Names, Who, resolve_mentions
from tearline.records.said import Said
from tearline.records.times import Interval, format_instant

_RENAMED = {"from_": "from", "for_": "for"}


@dataclass(frozen=True, slots=True)
class AnswerBasis:
    """What an answer rests on: the size and root of each stream read, the program version, the parameters."""

    streams: tuple[Mapping[str, Any], ...]
    version: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def document(value: Any, names: Names = AS_IS) -> Any:
    """Plain JSON values of a record: datetimes in RFC 3339 UTC, enums by their word, tuples as lists.

    A time that is an interval is written as its earliest instant; answers that need both ends carry both fields.

    People are called what `names` calls them. A field named `for_` or `from_` loses its underscore (Python
    reserves the bare words). Floats are rounded to twelve decimals,
    far finer than any of them means, so that they print short.
    """
    if isinstance(value, Interval):
        return format_instant(value.earliest)
    if is_dataclass(value) and not isinstance(value, type):
        return {_RENAMED.get(f.name, f.name): document(getattr(value, f.name), names) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): document(item, names) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [document(item, names) for item in value]
    return _leaf(value, names)


def _leaf(value: Any, names: Names) -> Any:
    if isinstance(value, Who):
        return names.field(value)
    if isinstance(value, Level | Basis):
        return value.word
    if isinstance(value, Enum) and not isinstance(value, IntEnum):
        return value.value
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return round(value, 12)
    if isinstance(value, Said):
        return names.sentence(value)
    if type(value) is str:
        return resolve_mentions(value, names.words)
    return value
