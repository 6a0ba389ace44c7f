"""How far two clocks stand apart, from what one log sent and the other noted as arrived."""

from __future__ import annotations

import random
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tearline.pathway.clocks import APART, LEAST_PAIRS, Delays, Log, compare
from tearline.records.clocks import ClockOffset

A: Log = ("ORIG", "dispatch")
B: Log = ("BETA", "mail")


def delays(seconds: list[float], noted: bool = True) -> Delays:
    values = np.array(seconds, np.float64)
    return Delays(values, values, np.full(values.size, noted))


def only(**found: object) -> ClockOffset:
    (one,) = compare(found["given"])  # type: ignore[arg-type]
    return one


def transit(count: int, offset: float, seed: int = 1, slow: float = 3.0) -> list[float]:
    chance = random.Random(seed)
    return [offset + chance.expovariate(1 / slow) for _ in range(count)]


def test_an_hour_behind_is_found_with_its_interval_and_said() -> None:
    one = only(given={(A, B): delays(transit(41, -3600))})
    assert (one.organisation, one.against_organisation) == ("BETA", "ORIG")
    assert one.offset == pytest.approx(-3598, abs=3)
    assert one.interval is not None and one.interval[0] <= one.offset <= one.interval[1] < -3590
    assert one.matters and one.impossible == 41
    assert "60 min behind" in one.says and "zone" in one.says and "41 times" in one.says


def test_clocks_that_agree_do_not_matter() -> None:
    one = only(given={(A, B): delays(transit(200, 0))})
    assert not one.matters and one.impossible == 0
    assert one.offset is not None and 0 < one.offset < 10
    assert "zone" not in one.says


def test_both_directions_cancel_the_time_on_the_way() -> None:
    """Every mail takes about a quarter of an hour, which alone would pass for an offset."""
    there, back = transit(60, 900 + 120, slow=20), transit(50, 900 - 120, seed=2, slow=20)
    alone = only(given={(A, B): delays(there)})
    both = only(given={(A, B): delays(there), (B, A): delays(back)})
    assert alone.offset == pytest.approx(1020 + 14, abs=15)
    assert both.both_ways and both.offset == pytest.approx(120, abs=15)
    assert both.interval is not None and both.interval[0] < 120 < both.interval[1] and both.matters


def test_people_take_their_time_so_they_only_bound_it() -> None:
    opened = only(given={(A, B): delays(transit(60, -7200, slow=5000), noted=False)})
    assert opened.offset is None and opened.pairs == 0
    assert opened.at_most is not None and -7200 < opened.at_most < -APART
    assert opened.matters and "at least" in opened.says
    ahead = only(
        given={(A, B): delays(transit(9, 5, noted_slow := 9000.0), False), (B, A): delays([-300.0] * 8, False)}
    )
    assert noted_slow and ahead.at_least == 300 and ahead.matters


def test_one_in_ten_may_have_come_by_another_way() -> None:
    """Who had the paper before the mail was sent was brought it otherwise; the clock is not to blame."""
    strays = [-86_400.0 * day for day in range(1, 5)]
    one = only(given={(A, B): delays(transit(40, 0, slow=4000) + strays, noted=False)})
    assert one.impossible == 4 and not one.matters


def test_delays_of_days_are_nobody_s_clock() -> None:
    one = only(given={(A, B): delays(transit(60, 100_000, slow=80_000))})
    assert one.offset is None and not one.matters


def test_too_few_pairs_say_nothing() -> None:
    assert compare({(A, B): delays([-3600.0] * (LEAST_PAIRS - 1))}) == ()


@settings(max_examples=200, deadline=None)
@given(
    seconds=st.lists(st.floats(-500, 500), min_size=LEAST_PAIRS, max_size=60),
    shift=st.integers(-50_000, 50_000),
)
def test_a_shifted_clock_shifts_the_estimate(seconds: list[float], shift: int) -> None:
    one, other = (only(given={(A, B): delays([s + by for s in seconds])}) for by in (0, shift))
    assert (one.offset is None) == (other.offset is None)
    if one.offset is not None and other.offset is not None and one.interval and other.interval:
        assert other.offset - one.offset == pytest.approx(shift, abs=1e-6)
        assert other.interval[0] - one.interval[0] == pytest.approx(shift, abs=1e-6)
        assert one.interval[0] <= one.offset <= one.interval[1]
        assert one.at_most is not None and one.at_most <= max(seconds)


@pytest.mark.parametrize("size", [8, 9, 40, 1000, 1001, 5000])
def test_the_interval_misses_the_median_seldom_enough(size: int) -> None:
    """By the binomial itself: both ends together leave out no more than 5 %, and the next ones would more."""
    one = only(given={(A, B): delays([float(n) / size for n in range(size)])})
    assert one.interval is not None
    place = round(one.interval[0] * size)
    missed = sum(comb(size, n) for n in range(place + 1)) * 2 * 10**6 // 2**size
    assert missed <= 0.05 * 10**6
    assert sum(comb(size, n) for n in range(place + 3)) * 2 * 10**6 // 2**size > 0.05 * 10**6
