"""What an examination of handling against the rules returns. A finding points at records; it judges nobody."""

from __future__ import annotations

from dataclasses import dataclass

from tearline.records.naming import Who


@dataclass(frozen=True, slots=True)
class Finding:
    """`id` is stable: the same records under the same rule give the same id. `severity`: low, medium, high."""

    id: str
    rule: str
    organisation: str | None
    person: Who | None
    product: str
    events: tuple[str, ...]
    severity: str
    says: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """How an organisation handled what it got. `rate` is findings an event, shrunk towards all organisations.

    `interval` is the central 90 % credible interval of the rate. `records_complete` is the share of deliveries for
    which later handling is on record at all, None where nothing was delivered.
    """

    organisation: str
    events: int
    findings: int
    rate: float
    interval: tuple[float, float]
    records_complete: float | None


@dataclass(frozen=True, slots=True)
class RuleNotRun:
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class HandlingAnswer:
    findings: tuple[Finding, ...]
    scorecards: tuple[Scorecard, ...]
    rules_not_run: tuple[RuleNotRun, ...]
