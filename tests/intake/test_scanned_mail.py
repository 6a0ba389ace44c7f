"""What real mail showed: clocks elsewhere, damaged addresses, and numbers that are plain words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from test_identities import linker, person

from tearline.intake.mail_chain import read_chain
from tearline.intake.products_in import ProductFinder
from tearline.records.products import Portion, Product

CHAIN = """From: Mia Aide
Sent: Monday, June 1, 2026 11:46 AM
To: Max Reader
Subject: Re: Barley

Thanks.

From: Max Reader
Date: Mon, 1 Jun 2026 {clock}
To: Mia Aide
Subject: Barley

Text.
"""


def sent(clock: str) -> tuple[datetime, datetime] | None:
    found = read_chain(CHAIN.format(clock=clock), zone="America/New_York").messages[1].sent
    return (found.earliest, found.latest) if found else None


def test_a_quoted_mail_is_no_later_than_the_one_that_quotes_it() -> None:
    outer = datetime(2026, 6, 1, 15, 46, 59, 999999, tzinfo=UTC)
    assert sent("08:51:16") == (datetime(2026, 6, 1, 12, 51, 16, tzinfo=UTC),) * 2
    # Written by a clock on UTC: 12:51 there is 08:51 here, which the interval must hold.
    earliest, latest = sent("12:51:16") or pytest.fail("no time was read")
    assert earliest <= datetime(2026, 6, 1, 12, 51, 16, tzinfo=UTC) <= latest == outer


def test_what_no_clock_explains_has_no_time() -> None:
    chain = CHAIN.replace("1 Jun 2026 {clock}", "3 Jun 2026 12:51:16").replace("Date: Mon", "Date: Wed")
    assert read_chain(chain, zone="America/New_York").messages[1].sent is None


@pytest.mark.parametrize(
    ("raw", "who"),
    [
        ("MR <max.rea", "max"),  # the address was cut, the short name beside it is on record
        ("MR [malito:mreader@mln.example]", "max"),  # scanned letters in `mailto` and in the address
        ("Reader <mreader>", "max"),  # a login without its domain
        ("MQ <max.rea", None),
    ],
)
def test_a_damaged_address_beside_a_name_on_record(raw: str, who: str | None) -> None:
    people = linker(person("max", "Maximilian Reader", "mail:MR", "mail:mreader"), person("mia", "Mia Aide"))
    link = people.link(raw)
    assert (link.person if link else None) == who


def test_a_number_of_plain_words_is_not_looked_for_in_running_text() -> None:
    portion = Portion("1", "U", "Short.")
    issued = datetime(2026, 1, 1, tzinfo=UTC)
    finder = ProductFinder(
        [
            Product("grain-trip", "One", "S", issued, "U", (portion,)),
            Product("SVC-26-001", "Two", "S", issued, "U", (portion,)),
        ]
    )
    assert [one.product for one in finder.find("After the grain trip we read SVC 26 001.")] == ["SVC-26-001"]
    assert finder.named("grain-trip") == "grain-trip"
