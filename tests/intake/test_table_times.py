"""A table's times: intervals on the clock of its zone, as fine as they are written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tearline.intake.mapping import mapping_of, read_time
from tearline.records.times import format_instant

TICK = timedelta(microseconds=1)


def span(text: str, zone: str = "Europe/Paris", **source: str) -> tuple[str, str, timedelta]:
    mapping = mapping_of({"source": {"timezone": zone, **source}}, "times.toml")
    found = read_time(text, mapping, "at")
    return format_instant(found.earliest), format_instant(found.latest), found.latest - found.earliest + TICK


@pytest.mark.parametrize(
    ("day", "start", "hours"),
    [
        ("2025-01-15", "2025-01-14T23:00:00Z", 24),
        ("2025-03-30", "2025-03-29T23:00:00Z", 23),
        ("2025-10-26", "2025-10-25T22:00:00Z", 25),
    ],
)
def test_a_paper_day_is_that_day_in_that_zone(day: str, start: str, hours: int) -> None:
    """23 hours long when the clocks are put on, 25 when they are put back."""
    earliest, _, length = span(day)
    assert (earliest, length) == (start, timedelta(hours=hours))


def test_an_hour_that_the_clock_showed_twice_may_be_either() -> None:
    assert span("2025-10-26 02:30") == (
        "2025-10-26T00:30:00Z",
        "2025-10-26T01:30:59.999999Z",
        timedelta(hours=1, minutes=1),
    )
    assert span("2025-10-26 02:30:00+01:00", precision="minute")[0] == "2025-10-26T01:30:00Z"


def test_an_hour_that_the_clock_never_showed_may_be_before_or_after() -> None:
    earliest, latest, _ = span("2025-03-30 02:30")
    assert (earliest, latest) == ("2025-03-30T00:30:00Z", "2025-03-30T01:30:59.999999Z")


@pytest.mark.parametrize(
    "text", ["2025-03-02 10:05", "2025-03-02T10:05-05:00", "2025-03-02T10:05+05:30", "2025-03-02T10:05Z"]
)
def test_a_minute_is_that_minute_whatever_its_offset(text: str) -> None:
    assert span(text)[2] == timedelta(minutes=1)


def test_no_time_is_finer_than_the_table_says() -> None:
    assert span("2025-03-02 10:05:17", precision="day")[2] == timedelta(days=1)
    assert span("2025-03-02 10:05:17", precision="minute")[2] == timedelta(minutes=1)
    assert span("2025-03-02 10:05:17", precision="second")[2] == timedelta(seconds=1)
    assert span("2025-03")[2] == timedelta(days=31, hours=-1)
