"""Holes in logs against the log's own past and its peers: a quiet time that all share is no hole."""

from __future__ import annotations

import pyarrow as pa

from tearline.pathway.logs import survey_counts

QUIET = range(40, 54)


def counts(**logs: tuple[range | None, int]) -> pa.Table:
    """Daily counts of one system: of each organisation the days it logged nothing, and events on other days."""
    rows = [
        {"organisation": name, "system": "portal", "day": day, "events": size, "receipts": 0, "acts": size}
        for name, (pause, size) in sorted(logs.items())
        for day in range(100)
        if pause is None or day not in pause
    ]
    return pa.Table.from_pylist(rows)


def holes(table: pa.Table) -> dict[str, int]:
    return {hole.organisation: round(hole.expected) for hole in survey_counts(table).holes}


def test_a_log_alone_is_held_against_its_own_past() -> None:
    assert holes(counts(A=(QUIET, 5))) == {"A": 70}


def test_peers_that_went_on_leave_the_hole_as_it_is() -> None:
    assert holes(counts(A=(QUIET, 5), B=(None, 7), C=(None, 3))) == {"A": 70}


def test_a_quiet_time_that_all_share_is_no_hole() -> None:
    assert holes(counts(A=(QUIET, 5), B=(QUIET, 7), C=(QUIET, 3))) == {}


def test_where_the_peers_were_quieter_less_was_to_be_expected() -> None:
    shared = counts(A=(QUIET, 5), B=(range(40, 49), 10))
    assert holes(shared) == {"A": 25}
    assert holes(counts(A=(QUIET, 5), B=(range(40, 52), 10))) == {}


def test_peers_that_logged_next_to_nothing_tell_nothing() -> None:
    table = pa.concat_tables([counts(A=(QUIET, 5)), counts(B=(range(40), 1)).slice(0, 1)])
    assert holes(table) == {"A": 70}
