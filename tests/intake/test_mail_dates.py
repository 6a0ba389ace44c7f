"""The ways in which mails state a time, sound and damaged."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tearline.intake.mail_dates import read_sent
from tearline.records.times import format_instant

TORONTO = ZoneInfo("America/Toronto")


@pytest.mark.parametrize(
    ("raw", "earliest", "latest"),
    [
        ("Sunday, October 4, 2009 7:29 PM", "2009-10-04T23:29:00Z", "2009-10-04T23:29:59.999999Z"),
        ("Sun Oct 04 17:30:59 2009", "2009-10-04T21:30:59Z", "2009-10-04T21:30:59Z"),
        ("Feb 11, 2011 7:45 PM", "2011-02-12T00:45:00Z", "2011-02-12T00:45:59.999999Z"),
        ("18 Sep 2009 10:03", "2009-09-18T14:03:00Z", "2009-09-18T14:03:59.999999Z"),
        ("Sun, 24 Oct 2010 20.21.09 -0700", "2010-10-25T03:21:09Z", "2010-10-25T03:21:09Z"),
        ("8/19/2009 9:23:47 A.M. Eastern Daylight Time", "2009-08-19T13:23:47Z", "2009-08-19T13:23:47Z"),
        ("Sat, Dec 4, 2010 13:44:25 GMT", "2010-12-04T13:44:25Z", "2010-12-04T13:44:25Z"),
        ("2009-11-09T12:04:05Z", "2009-11-09T12:04:05Z", "2009-11-09T12:04:05Z"),
        ("Tuesday, May 5, 2009", "2009-05-05T04:00:00Z", "2009-05-06T03:59:59.999999Z"),
        # French
        ("lundi 14 mars 2011 14 h 05", "2011-03-14T18:05:00Z", "2011-03-14T18:05:59.999999Z"),
        ("mar. 15 mars 2011 à 14:05", "2011-03-15T18:05:00Z", "2011-03-15T18:05:59.999999Z"),
        ("le 1er mai 2011 à 9h", "2011-05-01T13:00:00Z", "2011-05-01T13:00:59.999999Z"),
        ("4 décembre 2010", "2010-12-04T05:00:00Z", "2010-12-05T04:59:59.999999Z"),
        # as scanning leaves them
        ("Wednesday, April 8, 200910:04 AM", "2009-04-08T14:04:00Z", "2009-04-08T14:04:59.999999Z"),
        ("Friday, August 26, 20111:03 PM", "2011-08-26T17:03:00Z", "2011-08-26T17:03:59.999999Z"),
        ("Mon Jan10 13:04:2i 2011", "2011-01-10T18:04:21Z", "2011-01-10T18:04:21Z"),
        ("Sat Dec 0408:27:13 2010", "2010-12-04T13:27:13Z", "2010-12-04T13:27:13Z"),
        ("Monda Au ust 30 2010 5:38 PM", "2010-08-30T21:38:00Z", "2010-08-30T21:38:59.999999Z"),
        ("Wednesday, September 30, 2009 917 PM", "2009-10-01T01:17:00Z", "2009-10-01T01:17:59.999999Z"),
        # figures: above twelve, the weekday, both readings
        ("25/3/2009 10:00", "2009-03-25T14:00:00Z", "2009-03-25T14:00:59.999999Z"),
        ("Tue 11/10/2009 2:22 PM", "2009-11-10T19:22:00Z", "2009-11-10T19:22:59.999999Z"),
        ("4/3/09", "2009-03-04T05:00:00Z", "2009-04-04T03:59:59.999999Z"),
        # an hour that the clock passed twice
        ("Sun Nov 01 01:30:00 2009", "2009-11-01T05:30:00Z", "2009-11-01T06:30:00Z"),
    ],
)
def test_readings(raw: str, earliest: str, latest: str) -> None:
    sent = read_sent(raw, TORONTO)
    assert sent is not None
    assert (format_instant(sent.earliest), format_instant(sent.latest)) == (earliest, latest)


@pytest.mark.parametrize(
    "raw",
    ["", "S", "Sat Oct", "Thu Jul 0", "Sal Jun 1312:18:43 709", "Friday, July 8, 20 Ub:U9 PM",
     "Monday, October 4, 2009 7:29 PM", "Feb 30, 2011", "99/99/2009", "from my BlackBerry",
     "Sunday, October 18, 2309 9:39 AM"],
)  # fmt: skip
def test_what_cannot_be_relied_on_is_no_reading(raw: str) -> None:
    assert read_sent(raw, TORONTO) is None


def test_figures_by_sibling_and_by_the_quoting_message() -> None:
    by_sibling = read_sent("4/3/2009", UTC, day_first=True)
    assert by_sibling and format_instant(by_sibling.earliest) == "2009-03-04T00:00:00Z"
    assert by_sibling.latest.month == 3
    by_order = read_sent("4/3/2009", UTC, not_after=datetime(2009, 3, 20, tzinfo=UTC))
    assert by_order and by_order.latest.month == 3
