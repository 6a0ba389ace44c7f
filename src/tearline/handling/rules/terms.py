"""Printed or copied against the terms: not at all, or only if logged.

A print or copy counts as logged where its record gives it a copy number, or comes from a system's own log and not
from somebody's statement. The originator's own people are not bound by the terms it sets for receivers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tearline.handling.evidence import Evidence
from tearline.handling.rules.base import LOW, MEDIUM, Rule, finding
from tearline.handling.sentences import shown, times, when
from tearline.records.findings import Finding
from tearline.records.naming import mention
from tearline.records.said import Said, say

PRINTED = "printed against the terms"
COPIED = "copied against the terms"


_ASKED = {
    (PRINTED, True): say("its terms allow no printing."),
    (COPIED, True): say("its terms allow no copying."),
    (PRINTED, False): say(
        "its terms ask that printing be logged, and neither a log nor a copy number is recorded."
    ),
    (COPIED, False): say("its terms ask that copying be logged, and neither a log nor a copy number is recorded."),
}


def _find(evidence: Evidence, rule: str) -> Iterator[Finding]:
    column, kinds = ("print", "('printed')") if rule == PRINTED else ("copying", "('copied', 'downloaded')")
    for row in evidence.ask(
        f"""
        SELECT u.person, u.product, any_value(u.org0 ORDER BY u.t0) AS org, p.{column} AS term, min(u.t0) AS t0,
               max(u.t1) AS t1, list(u.event ORDER BY u.t0, u.idx) AS events, count(*) AS n
        FROM uses u JOIN products p USING (product)
        WHERE u.role = 'actor' AND u.kind IN {kinds}
          AND (p.{column} = 'no' OR (p.{column} = 'logged' AND u.copy_no IS NULL
                                     AND (u.stem IS NULL OR u.resting = 'attested')))
          AND NOT EXISTS (FROM kin k WHERE k.organisation IN (u.org0, u.org1) AND k.ancestor = p.originator)
        GROUP BY u.person, u.product, term ORDER BY u.product, u.person"""  # noqa: S608
    ):
        values = {
            "person": mention(row["person"]),
            "product": evidence.title(row["product"]),
            "times": times(row["n"]),
            "when": when(row["t0"], row["t1"]),
        }
        act = (
            say("{person} printed {product} {times}, {when}", **values)
            if rule == PRINTED
            else say("{person} copied {product} {times}, {when}", **values)
        )
        yield finding(
            rule,
            organisation=row["org"],
            person=row["person"],
            product=row["product"],
            events=row["events"],
            severity=MEDIUM if row["term"] == "no" else LOW,
            says=shown(act, _ASKED[rule, row["term"] == "no"]),
        )


def _rule(name: str, column: str, reason: Said) -> Rule:
    def lacks(evidence: Evidence) -> str | None:
        limited = evidence.count(f"{column} IN ('no', 'logged')", "products")
        return None if limited else reason

    def find(evidence: Evidence) -> Iterable[Finding]:
        return _find(evidence, name)

    return Rule(name, lacks, find)


RULES = (
    _rule(PRINTED, "print", say("no product's terms limit printing")),
    _rule(COPIED, "copying", say("no product's terms limit copying")),
)
