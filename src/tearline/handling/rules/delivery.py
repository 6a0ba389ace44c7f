"""Opened or taken out without a recorded delivery: how it got there is not on record.

A delivery that may have come first, by the clocks' widest reading, is enough. A delivery to the person's
organisation, or a known silence in its record, makes the finding low: the last step is then only not written down.
"""

from __future__ import annotations

from collections.abc import Iterator

from tearline.handling.evidence import Evidence
from tearline.handling.rules.base import LOW, MEDIUM, Rule, finding
from tearline.handling.sentences import did, shown
from tearline.records.findings import Finding
from tearline.records.said import say

NAME = "opened or printed without recorded delivery"


def _lacks(evidence: Evidence) -> str | None:
    ending = "('returned', 'destroyed', 'recalled', 'refused')"
    given = f"kind = 'received' OR (recipient IS NOT NULL AND kind NOT IN {ending})"
    return None if evidence.count(given) else say("no delivery to anybody is recorded")


def _find(evidence: Evidence) -> Iterator[Finding]:
    for row in evidence.ask(
        """
        WITH got AS (
            SELECT product, person, min(t0) FILTER (sure) AS surely, min(t0) AS maybe
            FROM uses WHERE role = 'recipient' OR kind = 'received' GROUP BY ALL
        ),
        institutional AS (
            SELECT DISTINCT product, recipient_id AS organisation FROM events WHERE recipient_kind = 'organisation'
        )
        SELECT u.person, u.product, any_value(u.org0 ORDER BY u.t0) AS org, max(u.level) AS level,
               min(u.t0) AS t0, max(u.t1) AS t1, list(u.event ORDER BY u.t0, u.idx) AS events,
               coalesce(g.maybe <= u.t1, false) AS doubtful,
               bool_or(i.product IS NOT NULL) AS institutional, any_value(g.maybe) AS later
        FROM uses u JOIN products p USING (product)
        LEFT JOIN got g ON g.product = u.product AND g.person = u.person
        LEFT JOIN institutional i ON i.product = u.product AND EXISTS (
            FROM kin k WHERE k.organisation = u.org0 AND k.ancestor = i.organisation)
        WHERE u.role = 'actor' AND u.resolved AND u.level >= 2 AND coalesce(g.surely > u.t1, true)
          AND NOT EXISTS (FROM authors a WHERE a.product = u.product AND a.person = u.person)
          AND NOT EXISTS (FROM kin k WHERE k.organisation IN (u.org0, u.org1) AND k.ancestor = p.originator)
        GROUP BY u.person, u.product, doubtful ORDER BY u.product, u.person, doubtful"""
    ):
        silence = evidence.silence(row["org"], row["product"])
        if row["doubtful"]:
            after = say(
                "it may not have been delivered to them: they were only possibly in the group it was sent to."
            )
        elif row["institutional"]:
            whose = evidence.organisation(row["org"])
            after = say("it was delivered to {organisation}, but not to them on record.", organisation=whose)
        elif silence:
            after = say(
                "no delivery to them is recorded, which may be because of a silence in the record ({silence}).",
                silence=silence,
            )
        elif row["later"] is not None:
            after = say("the first recorded delivery to them is later.")
        else:
            after = say("no delivery of it to them is recorded.")
        act = did(row["person"], row["level"], evidence.title(row["product"]), row["t0"], row["t1"])
        yield finding(
            NAME,
            organisation=row["org"],
            person=row["person"],
            product=row["product"],
            events=row["events"],
            severity=LOW if row["doubtful"] or row["institutional"] or silence else MEDIUM,
            says=shown(act, after),
        )


RULES = (Rule(NAME, _lacks, _find),)
