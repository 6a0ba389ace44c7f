"""What a rule is: a name, what it needs of the record, and how it finds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tearline.handling.evidence import Evidence
from tearline.records.findings import Finding
from tearline.records.naming import Who

LOW, MEDIUM, HIGH = "low", "medium", "high"


@dataclass(frozen=True, slots=True)
class Rule:
    """`lacks` says why the rule cannot run on this record, or None where it can."""

    name: str
    lacks: Callable[[Evidence], str | None]
    find: Callable[[Evidence], Iterable[Finding]]


def finding(
    rule: str,
    *,
    organisation: str | None,
    person: str | None,
    product: str,
    events: Sequence[str],
    severity: str,
    says: str,
) -> Finding:
    """A finding whose id depends on the rule and the records alone, not on how it is worded or ranked."""
    listed = tuple(dict.fromkeys(events))
    key = "\x1f".join([rule, product, person or "", organisation or "" if person is None else "", *sorted(listed)])
    return Finding(
        id=f"F-{hashlib.sha256(key.encode()).hexdigest()[:16]}",
        rule=rule,
        organisation=organisation,
        person=None if person is None else Who(person),
        product=product,
        events=listed,
        severity=severity,
        says=says,
    )
