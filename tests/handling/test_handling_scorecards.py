"""Scorecards: shrunk rates, honest intervals, and how complete the record is."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from handling_worlds import events, organisation, period, person, product, register
from hypothesis import given
from hypothesis import strategies as st

from tearline.handling import examine
from tearline.handling.scorecards import beta_interval, beta_prior
from tearline.records.events import STORED_EVENTS
from tearline.records.markings import shipped_scheme


@given(st.floats(0.3, 500), st.floats(0.3, 500))
def test_the_interval_is_that_of_the_beta_distribution(a, b):
    drawn = np.random.default_rng(1).beta(a, b, 40_000)
    low, high = beta_interval(a, b)
    assert 0 <= low < high <= 1
    assert np.mean(drawn < low) == pytest.approx(0.05, abs=0.006)
    assert np.mean(drawn > high) == pytest.approx(0.05, abs=0.006)


def test_the_uniform_interval_is_known_exactly():
    assert beta_interval(1, 1) == pytest.approx((0.05, 0.95), abs=1e-3)


def test_the_common_prior_is_stronger_where_organisations_are_alike():
    n = np.full(20, 200.0)
    rng = np.random.default_rng(2)
    alike = beta_prior(rng.binomial(200, 0.1, 20).astype(float), n)
    unlike = beta_prior(rng.binomial(200, rng.beta(0.5, 4.5, 20)).astype(float), n)
    assert sum(alike) > sum(unlike)
    assert alike[0] / sum(alike) == pytest.approx(0.1, abs=0.02)


def test_few_records_are_drawn_to_the_rest_and_stay_uncertain():
    things = [organisation("SVC"), product("P", originator="SVC", print="no")]
    lines = []
    for org, count, printed in (("LARGE", 80, 8), ("SMALL", 2, 1), ("CLEAN", 60, 0)):
        things += [organisation(org), person(f"of-{org}", period(org))]
        for n in range(count):
            kind = "printed" if n < printed else "opened"
            lines.append(f"{org}{n} {kind} P 2026-01-{n % 27 + 1:02d} of-{org}>")
    answer = examine(register(*things), events(*lines), shipped_scheme())
    cards = {card.organisation: card for card in answer.scorecards}
    assert {key: card.events for key, card in cards.items()} == {"LARGE": 80, "SMALL": 2, "CLEAN": 60}
    assert cards["SMALL"].rate < 0.5
    assert cards["CLEAN"].rate < cards["LARGE"].rate
    for card in cards.values():
        assert card.interval[0] <= card.rate <= card.interval[1]
    wide, narrow = cards["SMALL"].interval, cards["LARGE"].interval
    assert wide[1] - wide[0] > narrow[1] - narrow[0]


def test_records_are_complete_where_deliveries_are_followed_up():
    things = [
        organisation("SVC"), organisation("A"), organisation("B"), product("P", originator="SVC"),
        *(person(f"a{n}", period("A")) for n in range(4)), person("b", period("B")),
    ]  # fmt: skip
    lines = [f"d{n} delivered P 2026-01-02 SVC>a{n}" for n in range(4)]
    answer = examine(
        register(*things),
        events(*lines, "o1 opened P 2026-01-03 a0>", "o2 received P 2026-01-01 a1>", "o3 opened P 2026-01-05 b>",
               "o4 returned P 2026-01-09 a2>"),
        shipped_scheme(),
    )  # fmt: skip
    cards = {card.organisation: card for card in answer.scorecards}
    assert cards["A"].records_complete == pytest.approx(0.5)
    assert cards["B"].records_complete is None


def test_deliveries_to_the_organisation_itself_count():
    things = [organisation("SVC"), organisation("A"), product("P"), person("a", period("A"))]
    lines = ("d1 delivered P 2026-01-02 SVC>A", "d2 delivered P 2026-01-09 SVC>A", "o1 opened P 2026-01-03 a>")
    (card,) = examine(register(*things), events(*lines), shipped_scheme()).scorecards
    assert (card.organisation, card.events, card.records_complete) == ("A", 3, 0.5)


def test_a_hundred_thousand_events_take_seconds():
    count, rng = 100_000, np.random.default_rng(4)
    kinds = np.array(["delivered", "opened", "printed", "forwarded", "received"])[rng.integers(0, 5, count)]
    who = np.array([f"p{n}" for n in range(2000)])
    start = np.datetime64("2026-01-01", "us").astype("int64")
    at = start + rng.integers(0, 200 * 86_400_000_000, count)
    taken = np.isin(kinds, ["delivered", "forwarded"])
    table = pa.table(
        {
            "id": [f"e{n}" for n in range(count)], "kind": kinds,
            "product": np.array([f"D{n}" for n in range(500)])[rng.integers(0, 500, count)],
            "at_earliest": pa.array(at).cast(pa.timestamp("us", tz="UTC")),
            "at_latest": pa.array(at).cast(pa.timestamp("us", tz="UTC")),
            "copy": pa.nulls(count, pa.string()), "actor": who[rng.integers(0, 2000, count)],
            "recipient": pa.array(np.where(taken, who[rng.integers(0, 2000, count)], ""), mask=~taken),
            "organisation": pa.nulls(count, pa.string()), "system": pa.nulls(count, pa.string()),
            "basis": pa.nulls(count, pa.string()), "detail": ["{}"] * count, "batch": ["b"] * count,
            "position": np.arange(count),
        },
    ).cast(STORED_EVENTS)  # fmt: skip
    known = register(
        organisation("SVC"), *(organisation(f"O{n}") for n in range(20)),
        *(person(f"p{n}", period(f"O{n % 20}", "SECRET" if n % 7 else "CONFIDENTIAL")) for n in range(2000)),
        *(product(f"D{n}", distribution=[f"O{m}" for m in range(20)], print="no") for n in range(500))
    )  # fmt: skip
    answer = examine(known, table, shipped_scheme())
    assert len(answer.scorecards) == 20
