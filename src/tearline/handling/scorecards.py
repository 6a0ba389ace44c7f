"""How organisations handled what they got, with the uncertainty of few records shown.

An organisation's rate is the share of its events that some finding points at. Of n events k are pointed at, k is
binomial in the rate, and the rates of all organisations come from one Beta distribution: the posterior of one is
Beta(a + k, b + n - k), its mean the shrunk rate (empirical Bayes; Casella 1985, The American Statistician 39:83).
a and b come from the moments of the organisations' raw rates.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from tearline.handling.evidence import Evidence
from tearline.records.findings import Finding, Scorecard

_WEAKEST, _STRONGEST = 2.0, 200.0  # how many events the common prior may be worth

_COUNTS = """
    SELECT org0 AS organisation, event FROM uses WHERE org0 IS NOT NULL
  UNION
    SELECT recipient_id, event FROM events JOIN proofs USING (kind)
    WHERE recipient_kind = 'organisation' AND proofs.recipient IS NOT NULL
"""

# A delivery to an organisation is followed up by an act of anybody who belongs to it then.
_COMPLETE = """
    WITH acts AS (SELECT product, person, org0, t1 FROM uses WHERE role = 'actor'),
    marks AS (SELECT product, actor_id, t1 FROM events WHERE kind IN ('returned', 'destroyed', 'refused')),
    deliveries AS (
        SELECT DISTINCT org0 AS organisation, idx, product, person, t0 FROM uses
        WHERE role = 'recipient' AND org0 IS NOT NULL
      UNION ALL
        SELECT recipient_id, idx, product, NULL, t0 FROM events JOIN proofs USING (kind)
        WHERE recipient_kind = 'organisation' AND proofs.recipient IS NOT NULL
    ),
    followed AS (
        SELECT d.organisation, d.idx, d.person FROM deliveries d
        JOIN acts a ON a.product = d.product AND a.person = d.person AND a.t1 >= d.t0
      UNION
        SELECT d.organisation, d.idx, d.person FROM deliveries d
        JOIN acts a ON a.product = d.product AND a.org0 = d.organisation AND a.t1 >= d.t0 WHERE d.person IS NULL
      UNION
        SELECT d.organisation, d.idx, d.person FROM deliveries d
        JOIN marks m ON m.product = d.product AND m.actor_id = coalesce(d.person, d.organisation) AND m.t1 >= d.t0
    )
    SELECT d.organisation, count(*) AS delivered, (SELECT count(*) FROM followed f
        WHERE f.organisation = d.organisation) AS followed
    FROM deliveries d GROUP BY d.organisation
"""


def scorecards(evidence: Evidence, findings: Sequence[Finding]) -> tuple[Scorecard, ...]:
    """One for every organisation with events or findings, by id."""
    events: dict[str, set[str]] = defaultdict(set)
    counts = {
        row["organisation"]: row["n"]
        for row in evidence.ask(f"SELECT organisation, count(*) AS n FROM ({_COUNTS}) GROUP BY ALL")  # noqa: S608
    }
    complete = {row["organisation"]: row["followed"] / row["delivered"] for row in evidence.ask(_COMPLETE)}
    found = Counter(f.organisation for f in findings if f.organisation is not None)
    for f in findings:
        if f.organisation is not None:
            events[f.organisation].update(f.events)
    ids = sorted({*counts, *found})
    if not ids:
        return ()
    n = np.array([max(counts.get(key, 0), len(events[key])) for key in ids], dtype=np.float64)
    k = np.array([len(events[key]) for key in ids], dtype=np.float64)
    a, b = beta_prior(k, n)
    return tuple(
        Scorecard(
            organisation=key,
            events=int(n[i]),
            findings=found[key],
            rate=float((a + k[i]) / (a + b + n[i])),
            interval=beta_interval(a + k[i], b + n[i] - k[i]),
            records_complete=complete.get(key),
        )
        for i, key in enumerate(ids)
    )


def beta_prior(k: np.ndarray, n: np.ndarray) -> tuple[float, float]:
    """a and b of the Beta distribution the rates k/n come from, by moments; half an event is added to either side
    so that a record without findings does not claim a rate of nought."""
    mean = float((k.sum() + 0.5) / (n.sum() + 1.0))
    busy = n > 0
    strength = _WEAKEST
    if busy.sum() > 1:
        raw, weight = k[busy] / n[busy], n[busy]
        spread = float(np.average((raw - mean) ** 2, weights=weight))
        within = float(np.average(mean * (1 - mean) / weight, weights=weight))
        between = max(spread - within, 1e-9)
        strength = mean * (1 - mean) / between - 1.0
    strength = min(max(strength, _WEAKEST), _STRONGEST)
    return mean * strength, (1 - mean) * strength


def beta_interval(a: float, b: float, coverage: float = 0.9) -> tuple[float, float]:
    """The central interval of Beta(a, b), by summing its density on an even grid of log-odds (error below 1e-3 of
    its width)."""
    centre, width = np.log(a / b), 12.0 * np.sqrt(1 / a + 1 / b) + 4.0
    odds = np.linspace(centre - width, centre + width, 8001)
    # Density of the log-odds of a Beta variable, up to a constant.
    log_density = a * odds - (a + b) * np.logaddexp(0.0, odds)
    total = np.cumsum(np.exp(log_density - log_density.max()))
    tails = ((1 - coverage) / 2, (1 + coverage) / 2)
    low, high = np.interp(tails, total / total[-1], odds)
    return float(1 / (1 + np.exp(-low))), float(1 / (1 + np.exp(-high)))
