"""No receipt in time: delivered, and not acknowledged within seven days.

Any own act of the receiver shows arrival as well as a receipt does. Asked only of organisations whose receipts are
recorded at all, and only of deliveries that lie more than the allowance before the end of the record.
"""

from __future__ import annotations

from collections.abc import Iterator

from tearline.handling.evidence import Evidence
from tearline.handling.rules.base import LOW, MEDIUM, Rule, finding
from tearline.handling.sentences import when
from tearline.records.findings import Finding
from tearline.records.naming import mention
from tearline.records.said import say

NAME = "no receipt in time"
ALLOWANCE_DAYS = 7
_ALLOWANCE = ALLOWANCE_DAYS * 86_400_000_000


def _lacks(evidence: Evidence) -> str | None:
    if evidence.count("kind = 'delivered'") == 0:
        return say("no delivery is recorded")
    return None if evidence.receipting else say("no receipt is recorded at all")


def _find(evidence: Evidence) -> Iterator[Finding]:
    for row in evidence.ask(
        """
        WITH deliveries AS (
            SELECT e.*, coalesce(CASE WHEN recipient_kind = 'organisation' THEN recipient_id END, s.organisation,
                                 e.organisation) AS org
            FROM events e ASOF LEFT JOIN periods s ON e.recipient_id = s.person AND e.t0 >= s.since
            WHERE e.kind = 'delivered' AND e.recipient_kind IN ('person', 'group', 'organisation')
        ),
        signs AS (
            SELECT idx, product, t0, t1, actor_kind || ':' || actor_id AS key, copy_no FROM events
            WHERE actor_id IS NOT NULL AND kind NOT IN ('disseminated', 'delivered', 'recalled', 'refused')
        ),
        answered AS (
            SELECT d.idx, s.t0, s.t1 FROM deliveries d JOIN signs s ON s.product = d.product AND s.t1 >= d.t0
            WHERE s.key = d.recipient_kind || ':' || d.recipient_id OR s.copy_no = d.copy_no
          UNION ALL
            SELECT d.idx, s.t0, s.t1 FROM deliveries d
            JOIN belongs b ON b.key = d.recipient_kind || ':' || d.recipient_id
            JOIN signs s ON s.product = d.product AND s.t1 >= d.t0 AND s.key = 'person:' || b.person
            WHERE d.recipient_kind IN ('group', 'organisation')
        ),
        first AS (SELECT idx, min(t0) AS t0, min(t1) AS t1 FROM answered GROUP BY idx)
        SELECT d.event, d.product, d.org, d.recipient_kind, d.recipient_id, d.t0, d.t1, f.t0 AS r0, f.t1 AS r1
        FROM deliveries d LEFT JOIN first f USING (idx)
        WHERE list_contains($orgs, d.org) AND d.t1 + $allowance < $horizon
          AND (f.idx IS NULL OR f.t1 > d.t0 + $allowance)
        ORDER BY d.product, d.t0, d.idx""",
        orgs=sorted(evidence.receipting),
        allowance=_ALLOWANCE,
        horizon=evidence.horizon,
    ):
        person = row["recipient_id"] if row["recipient_kind"] == "person" else None
        receiver = mention(person) if person else evidence.organisation(row["org"])
        silence = evidence.silence(row["org"], row["product"])
        severity = LOW
        if row["r0"] is None and silence:
            after = say(
                "no receipt is recorded, which may be because of a silence in the record ({silence}).",
                silence=silence,
            )
        elif row["r0"] is None:
            severity = MEDIUM
            after = say("no receipt or other sign of its arrival is recorded.")
        elif row["r0"] > row["t1"] + _ALLOWANCE:
            after = say(
                "the first sign of its arrival is {when}, more than {days} days on.",
                when=when(row["r0"], row["r1"]),
                days=ALLOWANCE_DAYS,
            )
        else:
            after = say("the first sign of its arrival may be more than {days} days on.", days=ALLOWANCE_DAYS)
        yield finding(
            NAME,
            organisation=row["org"],
            person=person,
            product=row["product"],
            events=[row["event"]],
            severity=severity,
            says=say(
                "{product} was delivered to {receiver} {when}; {after}",
                product=evidence.title(row["product"]),
                receiver=receiver,
                when=when(row["t0"], row["t1"]),
                after=after,
            ),
        )


RULES = (Rule(NAME, _lacks, _find),)
