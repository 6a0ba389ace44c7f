"""Stable pseudonyms: the same person has the same one in every answer of a workspace, and in no other."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from functools import lru_cache

from tearline.records.naming import Names
from tearline.records.people import Person

_LENGTH = 10  # base-32 characters: 50 bits, so that among 20,000 people two alike are a matter of 1 in 5 million


def pseudonyms(key: bytes) -> Names:
    """Everybody under `P-…`: HMAC-SHA-256 of the id under the workspace's pseudonym key, shortened."""

    @lru_cache(maxsize=1 << 16)
    def pseudonym(who: str) -> str:
        digest = hmac.new(key, who.encode(), hashlib.sha256).digest()
        return "P-" + base64.b32encode(digest).decode()[:_LENGTH]

    return Names(pseudonym, pseudonym)


def real_names(people: Mapping[str, Person]) -> Names:
    """Everybody unmasked: fields keep the id, sentences say the name too; raw names stand in quotation marks."""

    def in_words(who: str) -> str:
        return f"{people[who].name} ({who})" if who in people else f"“{who}”"

    return Names(str, in_words)
