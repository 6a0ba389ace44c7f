"""The ids of gaps: the same silence has the same id whenever, and of whichever product, it is asked about."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from tearline.records.kinds import GapKind


def identifier(kind: GapKind, product: str, parties: Iterable[str], events: Iterable[str]) -> str:
    """`product` is empty for what is silent about all of them: a log, an organisation's answer."""
    text = "\x1f".join(("gap", kind.value, product, *parties, "", *events))
    return f"G-{sha256(text.encode()).hexdigest()[:12]}"
