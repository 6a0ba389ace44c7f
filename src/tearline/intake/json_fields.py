"""Reaching into JSON that others wrote: what is not of the kind expected counts as absent, and nothing raises."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

_NOTHING: Mapping[str, Any] = {}


def text(value: Any, *path: str) -> str | None:
    """The text or number at a path of keys, stripped; None where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def first_text(value: Any, *keys: str) -> str | None:
    """The text under the first of these keys that has one."""
    return next((found for key in keys if (found := text(value, key))), None)


def mapping(value: Any, *path: str) -> Mapping[str, Any]:
    """The object at a path of keys; empty where there is none. One written as JSON inside a text is read."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    value = _within(value)
    return value if isinstance(value, Mapping) else _NOTHING


def objects(value: Any, *path: str) -> Sequence[Mapping[str, Any]]:
    """The objects in the list at a path of keys; a single object is a list of one."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    value = _within(value)
    if isinstance(value, Mapping):
        return [value]
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def texts(value: Any, *path: str) -> list[str]:
    """The texts in the list at a path of keys; a single text is a list of one."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    found = value if isinstance(value, list) else [value]
    return [said for one in found if (said := text(one))]


def _within(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "[{" and value:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value
