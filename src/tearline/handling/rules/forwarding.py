"""Passed on across organisations without the originator's leave.

Asked of products whose terms keep forwarding inside the organisation (`organisation`) or to the originator's leave
(`originator`). Leave is recorded by naming the receiver on the distribution, or with the event
(`detail.leave`, whatever it says). A unit and the organisation above it are one; the originator may pass on its
own product, and anything may go back to it. `delivered` and `disseminated` are distribution, not onward passing.
"""

from __future__ import annotations

from collections.abc import Iterator

from tearline.handling.evidence import Evidence
from tearline.handling.rules.base import HIGH, LOW, Rule, finding
from tearline.handling.sentences import when
from tearline.records.findings import Finding
from tearline.records.naming import mention
from tearline.records.said import say

NAME = "forwarded across organisations without the originator's leave"

_PASSED = "('forwarded', 'copied', 'excerpted', 'shown', 'briefed')"


def _lacks(evidence: Evidence) -> str | None:
    limited = evidence.count("forward IN ('originator', 'organisation')", "products")
    return None if limited else say("no product's terms limit forwarding")


def _find(evidence: Evidence) -> Iterator[Finding]:
    for row in evidence.ask(
        f"""
        WITH passed AS (
            SELECT r.idx, r.event, r.kind, r.product, r.t0, r.t1, r.person AS receiver, r.resolved, r.sure,
                   r.actor_id, r.actor_kind, r.org0 AS to0, r.org1 AS to1, p.forward, p.originator, p.issued,
                   coalesce(a0.organisation, r.organisation) AS from0,
                   coalesce(a1.organisation, r.organisation) AS from1
            FROM uses r JOIN products p USING (product)
            ASOF LEFT JOIN periods a0 ON r.actor_id = a0.person AND r.t0 >= a0.since
            ASOF LEFT JOIN periods a1 ON r.actor_id = a1.person AND r.t1 >= a1.since
            WHERE r.role = 'recipient' AND r.actor_kind IN ('person', 'name') AND r.kind IN {_PASSED}
              AND p.forward IN ('originator', 'organisation')
              AND coalesce(try(r.detail->>'leave'), '') = ''
        ),
        judged AS (
            SELECT *,
                NOT resolved AS unknown,
                EXISTS (FROM kin k WHERE k.organisation = to0 AND k.ancestor = from0)
                    OR EXISTS (FROM kin k WHERE k.organisation = from0 AND k.ancestor = to0) AS same0,
                EXISTS (FROM kin k WHERE k.organisation = to1 AND k.ancestor = from1)
                    OR EXISTS (FROM kin k WHERE k.organisation = from1 AND k.ancestor = to1) AS same1
            FROM passed x
            WHERE from0 IS NOT NULL
              AND NOT EXISTS (FROM kin k WHERE k.organisation IN (from0, from1, CASE WHEN resolved THEN to0 END)
                              AND k.ancestor = x.originator)
              AND NOT EXISTS (
                FROM distribution d JOIN belongs b USING (key)
                WHERE d.product = x.product AND b.person = x.receiver AND b.since <= x.t1 AND b.until > x.issued)
        )
        SELECT *, resolved AND sure AND NOT same0 AND NOT same1 AS surely FROM judged
        WHERE unknown OR NOT (same0 AND same1)
        ORDER BY product, t0, idx, receiver"""  # noqa: S608
    ):
        asked = (
            say("its terms let it be passed on only with its originator's leave, and no leave is recorded")
            if row["forward"] == "originator"
            else say("its terms let it be passed on only inside its receiver, and no leave is recorded")
        )
        act = say(
            "The record shows that {sender} passed {product} to {receiver} {when}",
            sender=mention(row["actor_id"]),
            product=evidence.title(row["product"]),
            receiver=mention(row["receiver"]),
            when=when(row["t0"], row["t1"]),
        )
        if row["unknown"]:
            says = say(
                "{act}, whose organisation the record does not say; if it is another, {asked}.",
                act=act,
                asked=asked,
            )
        elif row["surely"]:
            source, target = evidence.organisation(row["from0"]), evidence.organisation(row["to0"])
            says = say(
                "{act}, from {source} to {target}; {asked}.", act=act, source=source, target=target, asked=asked
            )
        else:
            says = say(
                "{act}, which may have been from one organisation to another; {asked}.", act=act, asked=asked
            )
        yield finding(
            NAME,
            organisation=row["from0"],
            person=row["actor_id"],
            product=row["product"],
            events=[row["event"]],
            severity=HIGH if row["surely"] else LOW,
            says=says,
        )


RULES = (Rule(NAME, _lacks, _find),)
