"""Examination of handling: every rule that can run on this record, then the organisations' scorecards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from tearline.handling.evidence import Evidence
from tearline.handling.rules import RULES
from tearline.handling.scorecards import scorecards
from tearline.records.findings import Finding, HandlingAnswer, RuleNotRun
from tearline.records.markings import MarkingScheme
from tearline.records.pathways import Gap
from tearline.views.copies import find_acts
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
    is low and says so. Rates are always compared over all organisations in `events`. An act that several report
    is examined once, by the event that stands for it; a finding names all that attest to it.
    """
    acts = find_acts(register, events)
    once = events.filter(pa.array(acts.standing)) if acts.members else events
    evidence = Evidence.of(register, once, scheme, product=product, gaps=gaps)
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
    also = _attesting(events, acts.members)
    found = [_attested(finding, also) for finding in found]
    return HandlingAnswer(
        findings=tuple(f for f in found if organisation is None or f.organisation == organisation),
        scorecards=tuple(card for card in cards if organisation is None or card.organisation == organisation),
        rules_not_run=tuple(idle),
    )


def _attesting(events: pa.Table, members: Mapping[int, tuple[int, ...]]) -> dict[str, tuple[str, ...]]:
    """Event that stands for an act -> all the events that attest to it, itself first."""
    acts = (events["id"].take(pa.array(rows)).to_pylist() for rows in members.values())
    return {act[0]: tuple(act) for act in acts}


def _attested(finding: Finding, also: Mapping[str, tuple[str, ...]]) -> Finding:
    if not any(event in also for event in finding.events):
        return finding
    events = dict.fromkeys(one for event in finding.events for one in also.get(event, (event,)))
    return replace(finding, events=tuple(events))
