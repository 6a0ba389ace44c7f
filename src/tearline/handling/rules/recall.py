"""Used after it was over: after a recall, or a copy after its own return or destruction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tearline.handling.evidence import Evidence
from tearline.handling.rules.base import HIGH, LOW, Rule, finding
from tearline.handling.sentences import did, when
from tearline.records.findings import Finding
from tearline.records.said import Said, say

RECALLED = "used after recall"
RETURNED = "copy used after its return or destruction"

# A recall that names nobody is for everybody. Of several ends, the earliest counts.
_ENDS = {
    RECALLED: """
        SELECT u.idx, min(c.t0) AS c0, min(c.t1) AS c1, arg_min(c.event, c.t0) AS ending
        FROM uses u JOIN events c ON c.product = u.product AND c.kind = 'recalled'
        WHERE u.role = 'actor' AND u.level >= 2 AND u.t1 > c.t0 AND (c.recipient IS NULL OR EXISTS (
            FROM belongs b WHERE b.key = c.recipient_kind || ':' || c.recipient_id AND b.person = u.person
              AND b.since <= c.t1 AND b.until > c.t0))
        GROUP BY u.idx""",
    RETURNED: """
        SELECT u.idx, min(c.t0) AS c0, min(c.t1) AS c1, arg_min(c.event, c.t0) AS ending
        FROM uses u JOIN events c ON c.product = u.product AND c.copy_no = u.copy_no
            AND c.kind IN ('returned', 'destroyed')
        WHERE u.role = 'actor' AND u.level >= 2 AND u.t1 > c.t0
          AND NOT EXISTS (  -- given out again in between
            FROM events d WHERE d.product = u.product AND d.copy_no = u.copy_no AND d.kind = 'delivered'
              AND d.t1 >= c.t0 AND d.t0 <= u.t1)
        GROUP BY u.idx""",
}


def _find(evidence: Evidence, rule: str) -> Iterator[Finding]:
    for row in evidence.ask(
        f"""
        WITH ended AS ({_ENDS[rule]})
        SELECT u.person, u.product, any_value(u.org0 ORDER BY u.t0) AS org, max(u.level) AS level, min(u.t0) AS t0,
               max(u.t1) AS t1, u.t0 > e.c1 AS surely, min(e.c0) AS c0, max(e.c1) AS c1,
               list(u.event ORDER BY u.t0, u.idx) AS events, min(e.ending) AS ending
        FROM uses u JOIN ended e USING (idx) JOIN products p USING (product)
        WHERE u.role = 'actor'
          AND NOT EXISTS (FROM kin k WHERE k.organisation IN (u.org0, u.org1) AND k.ancestor = p.originator)
        GROUP BY u.person, u.product, surely ORDER BY u.product, u.person, surely DESC"""  # noqa: S608
    ):
        act = did(row["person"], row["level"], evidence.title(row["product"]), row["t0"], row["t1"])
        over = say("it was recalled") if rule == RECALLED else say("that copy was returned or destroyed")
        ended = when(row["c0"], row["c1"])
        says = (
            say("The record shows that {act}, after {over} ({when}).", act=act, over=over, when=ended)
            if row["surely"]
            else say(
                "The record shows that {act}, which may be after {over} ({when}).", act=act, over=over, when=ended
            )
        )
        yield finding(
            rule,
            organisation=row["org"],
            person=row["person"],
            product=row["product"],
            events=[*row["events"], row["ending"]],
            severity=HIGH if row["surely"] else LOW,
            says=says,
        )


def _rule(name: str, needs: str, reason: Said) -> Rule:
    def lacks(evidence: Evidence) -> str | None:
        return None if evidence.count(needs) else reason

    def find(evidence: Evidence) -> Iterable[Finding]:
        return _find(evidence, name)

    return Rule(name, lacks, find)


RULES = (
    _rule(RECALLED, "kind = 'recalled'", say("no recall is recorded")),
    _rule(
        RETURNED,
        "kind IN ('returned', 'destroyed') AND copy_no IS NOT NULL",
        say("no return or destruction of a numbered copy is recorded"),
    ),
)
