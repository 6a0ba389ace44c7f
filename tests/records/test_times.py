"""Times with uncertainty: what a written time means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tearline.records.errors import BadInput
from tearline.records.times import (
    Interval,
    format_instant,
    from_micros,
    parse_instant,
    parse_interval,
    to_micros,
)

MOMENTS = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("written", "earliest", "latest"),
    [
        ("2026-03-14T09:30:15Z", "2026-03-14T09:30:15Z", "2026-03-14T09:30:15Z"),
        ("2026-03-14T09:30:15.25+02:00", "2026-03-14T07:30:15.250000Z", "2026-03-14T07:30:15.250000Z"),
        ("2026-03-14T09:30:15", "2026-03-14T09:30:15Z", "2026-03-14T09:30:15Z"),
        ("2026-03-14T09:30Z", "2026-03-14T09:30:00Z", "2026-03-14T09:30:59.999999Z"),
        ("2026-03-14", "2026-03-14T00:00:00Z", "2026-03-14T23:59:59.999999Z"),
        ("2026-02", "2026-02-01T00:00:00Z", "2026-02-28T23:59:59.999999Z"),
        (" 2024-02-29 ", "2024-02-29T00:00:00Z", "2024-02-29T23:59:59.999999Z"),
    ],
)
def test_a_written_time_is_an_interval(written: str, earliest: str, latest: str) -> None:
    found = parse_interval(written)
    assert (format_instant(found.earliest), format_instant(found.latest)) == (earliest, latest)


@pytest.mark.parametrize(
    "written", ["", "yesterday", "2026-13-01", "2026-02-30", "14/03/2026", "26-3-1", "9999-99"]
)
def test_what_is_no_time_is_refused_by_name(written: str) -> None:
    with pytest.raises(BadInput, match="is not a time") as refused:
        parse_interval(written, field="valid_from")
    assert refused.value.field == "valid_from"
    assert refused.value.remedy


def test_an_interval_cannot_end_before_it_starts() -> None:
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC)
    with pytest.raises(BadInput, match="before it starts"):
        Interval(noon, noon - timedelta(seconds=1))


def test_before_a_cut_excludes_the_cut() -> None:
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC)
    day = parse_interval("2026-03-14")
    assert day.possibly_before(noon)
    assert not day.certainly_before(noon)
    assert not Interval(noon, noon).possibly_before(noon)


@given(MOMENTS)
def test_an_instant_survives_writing_and_counting(moment: datetime) -> None:
    assert parse_instant(format_instant(moment)) == moment
    assert from_micros(to_micros(moment)) == moment
