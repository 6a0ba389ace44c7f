"""Examination of handling: every rule that can run on this record, then the organisations' scorecards."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from tearline.handling.evidence import Evidence
from tearline.handling.rules import RULES
from tearline.handling.scorecards import scorecards
from tearline.records.findings import Finding, HandlingAnswer, RuleNotRun
from tearline.records.markings import MarkingScheme
from tearline.records.pathways import Gap
from tearline.views.register import Register


def examine(
    register: Register,
    events: pa.Table,
    scheme: MarkingScheme,
    *,
    organisation: str | None = None,
    product: str | None = None,
    gaps: Sequence[Gap] = (),
) -> HandlingAnswer:
    """What `events` (STORED_EVENTS) show against the rules, of one organisation or one product if asked.

    `gaps` are known silences: where one may be why something is not on record, a finding that rests on its absence
    is low and says so. Rates are always compared over all organisations in `events`.
    """
    evidence = Evidence.of(register, events, scheme, product=product, gaps=gaps)
    try:
        found: list[Finding] = []
        idle: list[RuleNotRun] = []
        for rule in RULES:
            reason = rule.lacks(evidence)
            if reason is None:
                found += rule.find(evidence)
            else:
                idle.append(RuleNotRun(rule.name, reason))
        cards = scorecards(evidence, found)
    finally:
        evidence.connection.close()
    return HandlingAnswer(
        findings=tuple(f for f in found if organisation is None or f.organisation == organisation),
        scorecards=tuple(card for card in cards if organisation is None or card.organisation == organisation),
        rules_not_run=tuple(idle),
    )
