"""Not returned by its date.

Asked of every numbered copy; of every recorded delivery to a person where no copy of the product carries a number.
Returned or destroyed by the end of the day counts; a return without a copy number counts for all its organisation
held. Not asked where the record ends before the date.
"""

from __future__ import annotations

from collections.abc import Iterator

from tearline.handling.evidence import Evidence
from tearline.handling.rules.base import LOW, MEDIUM, Rule, finding
from tearline.handling.sentences import when
from tearline.records.findings import Finding
from tearline.records.naming import mention
from tearline.records.said import say
from tearline.records.times import from_micros

NAME = "not returned by its date"
_DAY = 86_400_000_000


def _lacks(evidence: Evidence) -> str | None:
    if evidence.count("due IS NOT NULL", "products") == 0:
        return say("no product's terms give a date of return")
    if evidence.count(f"due <= {evidence.horizon}", "products") == 0:
        return say("the record ends before any date of return")
    return None


def _find(evidence: Evidence) -> Iterator[Finding]:
    for row in evidence.ask(
        """
        WITH held AS (
            SELECT u.*, p.due FROM uses u JOIN products p USING (product)
            WHERE p.due <= $horizon AND u.t0 < p.due AND u.resolved AND u.sure
              AND (u.kind IN ('delivered', 'received') OR u.copy_no IS NOT NULL)
              AND NOT EXISTS (FROM kin k WHERE k.organisation = u.org0 AND k.ancestor = p.originator)
        ),
        units AS (
            SELECT product, due, copy_no, arg_max(person, (t0, idx)) AS person, arg_max(org0, (t0, idx)) AS org,
                   list(event ORDER BY t0, idx) AS events, min(t0) AS since
            FROM held WHERE copy_no IS NOT NULL GROUP BY product, due, copy_no
          UNION ALL
            SELECT product, due, NULL, person, any_value(org0 ORDER BY t0), list(event ORDER BY t0, idx), min(t0)
            FROM held WHERE product NOT IN (SELECT product FROM held WHERE copy_no IS NOT NULL)
            GROUP BY product, due, person
        ),
        back AS (
            SELECT e.product, e.copy_no, e.actor_id, e.t0, e.t1,
                   coalesce(s.organisation, e.organisation,
                            CASE WHEN actor_kind = 'organisation' THEN actor_id END) AS org
            FROM events e ASOF LEFT JOIN periods s ON e.actor_id = s.person AND e.t0 >= s.since
            WHERE e.kind IN ('returned', 'destroyed')
        )
        SELECT u.product, u.due, u.copy_no, u.person, u.org, u.events, min(b.t0) AS r0, min(b.t1) AS r1
        FROM units u LEFT JOIN back b ON b.product = u.product AND b.t1 >= u.since AND (
            b.copy_no = u.copy_no
            OR (b.copy_no IS NULL AND (b.actor_id = u.person OR b.org = u.org))
            OR (u.copy_no IS NULL AND b.actor_id = u.person))
        GROUP BY ALL HAVING r1 IS NULL OR r1 >= u.due
        ORDER BY u.product, u.copy_no, u.person""",
        horizon=evidence.horizon,
    ):
        product, copy = evidence.title(row["product"]), row["copy_no"]
        what = (
            say("Copy {copy} of {product}", copy=copy, product=product)
            if copy
            else say("What was delivered of {product}", product=product)
        )
        due = from_micros(row["due"] - _DAY).strftime("%Y-%m-%d")
        silence = evidence.silence(row["org"], row["product"])
        severity = LOW
        if row["r0"] is None and silence:
            after = say("no return is recorded, which may be because of a silence ({silence}).", silence=silence)
        elif row["r0"] is None:
            severity = MEDIUM
            after = say("neither return nor destruction is recorded.")
        elif row["r0"] >= row["due"]:
            after = say("it came back or was destroyed {when}.", when=when(row["r0"], row["r1"]))
        else:
            after = say("it may have come back later ({when}).", when=when(row["r0"], row["r1"]))
        yield finding(
            NAME,
            organisation=row["org"],
            person=row["person"],
            product=row["product"],
            events=row["events"],
            severity=severity,
            says=say(
                "{what}, last recorded with {person}, was due back by {day}; {after}",
                what=what,
                person=mention(row["person"]),
                day=due,
                after=after,
            ),
        )


RULES = (Rule(NAME, _lacks, _find),)
