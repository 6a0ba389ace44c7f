"""Answers that are kept are taken only for what they rest on, and only as they were written."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from tearline.ledger import create_keys, create_ledger
from tearline.pathway import LogSurvey
from tearline.pathway.logs import Hole
from tearline.records.kinds import Stream
from tearline.views.kept_documents import events_fingerprint, keep_document, kept_document

KEY, OTHER = b"k" * 32, b"o" * 32


def test_a_document_is_kept_until_what_it_rests_on_changes(tmp_path: Path) -> None:
    place = tmp_path / "logs" / "survey.json"
    assert kept_document(place, "one", KEY) is None
    keep_document(place, "one", KEY, {"a": [1, None]})
    assert kept_document(place, "one", KEY) == {"a": [1, None]}
    assert kept_document(place, "two", KEY) is None
    assert kept_document(place, "one", OTHER) is None
    keep_document(place, "two", KEY, [])
    assert kept_document(place, "two", KEY) == []
    assert list(place.parent.iterdir()) == [place]


def test_what_was_changed_by_hand_is_no_answer(tmp_path: Path) -> None:
    place = tmp_path / "survey.json"
    keep_document(place, "one", KEY, {"acting": ["o1"]})
    written = json.loads(place.read_text())
    for harm in ("{", "[]", json.dumps({**written, "content": {**written["content"], "document": {}}})):
        place.write_text(harm)
        assert kept_document(place, "one", KEY) is None


def test_every_event_and_every_decision_on_names_changes_the_fingerprint(tmp_path: Path) -> None:
    ledger = create_ledger(tmp_path / "ledger", create_keys(tmp_path / "keys"))
    seen = {events_fingerprint(ledger.state())}
    for stream in (Stream.EVENTS, Stream.IDENTITIES, Stream.PEOPLE, Stream.BATCHES):
        ledger.append(stream, [json.dumps({"id": stream.value})])
        seen.add(events_fingerprint(ledger.state()))
    ledger.append(Stream.LOOKUPS, [json.dumps({"actor": "x"})])
    seen.add(events_fingerprint(ledger.state()))
    assert len(seen) == 5


def test_a_survey_is_the_same_when_read_again() -> None:
    start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
    survey = LogSurvey(
        logged=frozenset({("o1", "portal"), ("o2", "")}),
        acting=frozenset({"o1"}),
        receipting=frozenset(),
        holes=(Hole("o1", None, start, end, 21.5), Hole("o1", "portal", start, end, 40.0)),
        until=end,
    )
    again = LogSurvey.of_document(json.loads(json.dumps(survey.document())))
    assert again == survey
