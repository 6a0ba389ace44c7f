"""Access without a ground: none that opens the marking, a caveat not held, or a ground that had ended.

One question put once for every person, marking and stretch of their record: `records.access` answers it. What the
record does not say is never a finding. Where the clocks leave open which stretch an event falls in, all of them
count: a finding holds only if every one of them gives no access, otherwise it is low and says "may".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import pyarrow as pa

from tearline.handling.evidence import Evidence
from tearline.handling.rules.base import HIGH, LOW, MEDIUM, Rule, finding
from tearline.handling.sentences import did, shown
from tearline.records.access import Asked, person_may_see
from tearline.records.findings import Finding
from tearline.records.marking_terms import Marking
from tearline.records.people import Person
from tearline.records.said import Said, joined, say
from tearline.records.times import Interval, from_micros, to_micros

NO_GROUND = "no ground for access at that marking"
NO_CAVEAT = "caveat not held"
ENDED = "access after the ground ended"

_PLACED = """
    WITH placed AS (
        SELECT u.*, p.marking, coalesce(b0.segment, 0) AS s0, coalesce(b1.segment, 0) AS s1
        FROM uses u JOIN products p USING (product)
        ASOF LEFT JOIN breaks b0 ON u.person = b0.person AND u.t0 >= b0.since
        ASOF LEFT JOIN breaks b1 ON u.person = b1.person AND u.t1 >= b1.since
        WHERE u.resolved
    )"""


def _lacks(evidence: Evidence) -> str | None:
    if evidence.count("resolved", "uses") == 0:
        return say("no event names a person of the register")
    if not evidence.markings:
        return say("no product's marking is one the scheme knows")
    return None


def _lacks_clearances(evidence: Evidence) -> str | None:
    """Without any recorded clearance or other ground every answer would be that the record does not say."""
    said = any(
        p.clearance or p.caveats or p.access_basis != "clearance"
        for person in evidence.register.people.values()
        for p in person.periods
    )
    return _lacks(evidence) or (
        None if said else say("no clearance, caveat or other ground is recorded for anybody")
    )


def _verdict(
    evidence: Evidence, person: Person, marking: Marking, moments: list[datetime]
) -> tuple[str, bool, Said]:
    """Which rule it falls under ('' for none), whether under every reading, and the reason in a sentence."""
    answers = [
        (moment, person_may_see(person, marking, Interval(moment, moment), evidence.scheme)) for moment in moments
    ]
    refused = [(moment, answer) for moment, answer in answers if answer.allowed is False]
    if not refused:
        return "", True, say("")
    # Where every stretch refuses, though not for one reason, the reason at the earliest holds the finding.
    moment, answer = refused[0] if len(refused) == len(answers) else refused[-1]
    asked = {obstacle.asked for obstacle in answer.obstacles if obstacle.certain}
    if Asked.GROUND in asked:
        rule = ENDED if person.periods[0].valid_from <= moment else NO_GROUND
    else:
        rule = NO_GROUND if Asked.LEVEL in asked else NO_CAVEAT
    told = joined("{first}; {next}", [o.says for o in answer.obstacles if o.certain])
    return rule, len(refused) == len(answers), told


def _verdicts(evidence: Evidence) -> None:
    """Fills the table `verdicts` once, for the three rules."""
    if evidence.count("table_name = 'verdicts'", "information_schema.tables"):
        return
    rows = []
    breaks = {
        person.id: sorted({end for p in person.periods for end in (p.valid_from, p.valid_to) if end})
        for person in evidence.register.people.values()
    }
    for row in evidence.ask(
        f"{_PLACED} SELECT person, marking, s0, s1, min(t0) AS t FROM placed GROUP BY ALL"  # noqa: S608
    ):
        marking = evidence.markings.get(row["marking"])
        if marking is None:
            continue
        turns = breaks[row["person"]]
        moments = [from_micros(row["t"]), *(turns[s - 1] for s in range(row["s0"] + 1, row["s1"] + 1))]
        rule, every, told = _verdict(evidence, evidence.register.people[row["person"]], marking, moments)
        if rule:
            ended = max((to_micros(t) for t in turns[: row["s1"]]), default=0)
            number = len(evidence.reasons)
            evidence.reasons.append(told)
            rows.append((row["person"], row["marking"], row["s0"], row["s1"], rule, every, number, ended))
    names = ["person", "marking", "s0", "s1", "rule", "every", "told", "ended"]
    kinds = [pa.string(), pa.string(), pa.int64(), pa.int64(), pa.string(), pa.bool_(), pa.int64(), pa.int64()]
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    table = pa.table([pa.array(c, k) for c, k in zip(columns, kinds, strict=True)], names)
    evidence.connection.register("verdicts_in", table)
    evidence.connection.execute("CREATE TABLE verdicts AS SELECT * FROM verdicts_in")
    evidence.connection.unregister("verdicts_in")


def _find(rule: str, evidence: Evidence) -> Iterator[Finding]:
    _verdicts(evidence)
    for row in evidence.ask(
        f"""{_PLACED}
        SELECT person, product, any_value(marking) AS marking, any_value(org0 ORDER BY t0) AS org,
               every AND sure AS surely, max(level) AS level, min(t0) AS t0, max(t1) AS t1,
               any_value(told) AS told, max(ended) AS ended, list(event ORDER BY t0, idx) AS events, count(*) AS n
        FROM placed JOIN verdicts USING (person, marking, s0, s1)
        WHERE rule = $rule GROUP BY person, product, surely ORDER BY product, person, surely DESC""",  # noqa: S608
        rule=rule,
    ):
        marked = say(
            "{product}, marked {marking},", product=evidence.title(row["product"]), marking=row["marking"]
        )
        told = evidence.reasons[row["told"]]
        if rule == ENDED:
            ended = from_micros(row["ended"]).strftime("%Y-%m-%d")
            after = (
                say("their last recorded ground for access ended on {day}.", day=ended)
                if row["surely"]
                else say("their recorded ground may have ended by then ({day}).", day=ended)
            )
        elif row["surely"]:
            after = say("{reason}.", reason=told)
        else:
            after = say("may have been without one: {reason}.", reason=told)
        act = did(row["person"], row["level"], marked, row["t0"], row["t1"])
        yield finding(
            rule,
            organisation=row["org"],
            person=row["person"],
            product=row["product"],
            events=row["events"],
            severity=(HIGH if row["level"] > 1 else MEDIUM) if row["surely"] else LOW,
            says=shown(act, after),
        )


def _finder(rule: str) -> Rule:
    def find(evidence: Evidence) -> Iterable[Finding]:
        return _find(rule, evidence)

    return Rule(rule, _lacks if rule == ENDED else _lacks_clearances, find)


RULES = (_finder(NO_GROUND), _finder(NO_CAVEAT), _finder(ENDED))
