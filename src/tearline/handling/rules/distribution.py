"""Held by somebody who is not on the distribution.

On it: the people it names, members of the groups it names, people of the organisations it names (and of those
under them) at any time from issue to the event; the originator's own people; authors; and everybody the originator
itself sent it to, since it may widen its own list. Once rightly received it is not taken away by a later move.
"""

from __future__ import annotations

from collections.abc import Iterator

from tearline.handling.evidence import Evidence
from tearline.handling.rules.base import HIGH, LOW, MEDIUM, Rule, finding
from tearline.handling.sentences import did, shown
from tearline.records.findings import Finding
from tearline.records.said import say

NAME = "not on the distribution"


def _lacks(evidence: Evidence) -> str | None:
    listed = evidence.count("product IN (SELECT product FROM distribution)")
    return None if listed else say("no product with events has a recorded distribution list")


def _find(evidence: Evidence) -> Iterator[Finding]:
    for row in evidence.ask(
        """
        WITH inside AS (SELECT organisation, ancestor FROM kin),
        candidates AS (
            SELECT u.*, p.originator, p.issued
            FROM uses u JOIN products p USING (product)
            WHERE u.resolved AND product IN (SELECT product FROM distribution)
              AND NOT EXISTS (FROM authors a WHERE a.product = u.product AND a.person = u.person)
              AND NOT EXISTS (FROM inside k WHERE k.organisation IN (u.org0, u.org1) AND k.ancestor = p.originator)
        ),
        listed AS (
            SELECT c.idx, c.person, c.role, bool_or(b.since <= c.t0) AS surely
            FROM candidates c JOIN distribution d USING (product)
            JOIN belongs b ON b.key = d.key AND b.person = c.person AND b.since <= c.t1 AND b.until > c.issued
            GROUP BY ALL
        ),
        given AS (
            SELECT g.product, g.person, min(g.t0) AS since
            FROM uses g JOIN products p USING (product)
            ASOF LEFT JOIN periods s ON g.actor_id = s.person AND g.t0 >= s.since
            WHERE g.role = 'recipient' AND (
                (g.actor IS NULL AND g.kind = 'disseminated')
                OR g.actor_id = p.originator
                OR (g.actor_kind = 'person' AND EXISTS (
                    FROM inside k WHERE k.organisation = s.organisation AND k.ancestor = p.originator)))
            GROUP BY ALL
        )
        SELECT c.person, c.product, any_value(c.org0 ORDER BY c.t0) AS org, max(c.level) AS level, min(c.t0) AS t0,
               max(c.t1) AS t1, c.sure AND l.surely IS NULL AS firm, list(c.event ORDER BY c.t0, c.idx) AS events
        FROM candidates c
        LEFT JOIN listed l USING (idx, person, role)
        LEFT JOIN given g ON g.product = c.product AND g.person = c.person AND g.since <= c.t1
        WHERE g.person IS NULL AND l.surely IS NOT TRUE
        GROUP BY c.person, c.product, firm ORDER BY c.product, c.person, firm DESC"""
    ):
        if row["firm"]:
            severity = HIGH if row["level"] > 2 else MEDIUM
            after = say("its distribution names neither them nor a group or organisation they belonged to.")
        else:
            severity = LOW
            after = say(
                "they may not have been on its distribution at that time: the record's times leave it open."
            )
        act = did(row["person"], row["level"], evidence.title(row["product"]), row["t0"], row["t1"])
        yield finding(
            NAME,
            organisation=row["org"],
            person=row["person"],
            product=row["product"],
            events=row["events"],
            severity=severity,
            says=shown(act, after),
        )


RULES = (Rule(NAME, _lacks, _find),)
