"""The columnar path writes what the row check would write, or leaves the row to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_world import EVENTS, lines

from tearline.intake import Place, load
from tearline.intake.event_keys import BODY, CONTENT
from tearline.intake.event_stage import EventStage
from tearline.intake.events import event
from tearline.intake.known import Known
from tearline.intake.lines import Block
from tearline.intake.rows import Unread
from tearline.records.errors import BadInput
from tearline.records.kinds import Basis, EventKind, Stream

KNOWN = Known()
KNOWN.ids[Stream.PRODUCTS] = {"R-1", "R 2", "Ré\\3"}
KNOWN.ids[Stream.ORGANISATIONS] = {"ACME"}

TIMES = st.one_of(
    st.sampled_from(
        ["2025-03-01", "2025-02-30", "2025-03", "2025-03-01T10:00", "2025-03-01T10:00Z", "2025-03-01T24:00Z",
         "2025-03-01T10:00:00Z", "2025-03-01T10:00:60Z", "2025-03-01T10:00:00.5Z",
         "2025-03-01T10:00:00.123456+02:00",
         "2025-03-01 10:00:00-05:30", "2025-03-01T10:00:00", "2025-03-01t10:00:00z", "0000-01-01T00:00:00Z",
         "0999-12-31", "9999-12-31T23:59:59Z", "9999-12-31", "2024-02-29T10:00:00Z", "2023-02-29T10:00:00Z",
         " 2025-03-01 ", "", "soon", "2025-03-01T10:00:00+23:59", "2025-13-01"]
    ),
    st.text(alphabet="0123456789-T:.Z+ ", max_size=25),
)  # fmt: skip
TEXTS = st.one_of(
    st.none(),
    st.sampled_from(["p1", "", "  ", " p1 ", "[redacted]", "{x}", "a\\user", "C:\\new", "tab\there", "\x00",
                     "\ue000", "é", 7, 1.5, True, ["a"], {"a": 1}, "x" * 399, "x" * 401, "x" * 4001,
                     "line\nbreak", "\u2028"]),
    st.text(max_size=12),
)  # fmt: skip
DETAILS = st.one_of(
    st.none(),
    st.sampled_from([{}, {"a": 1}, {"a": {"b": [1, "\ue001"]}}, [], "text", {"n": 1e300}, {"é": "\u0000"}]),
    st.dictionaries(st.text(max_size=4), st.one_of(st.integers(), st.text(max_size=6), st.booleans()), max_size=3),
)
ROWS = st.fixed_dictionaries(
    {"id": TEXTS, "kind": st.sampled_from([*EventKind, "READ", "Opened"]),
     "product": st.sampled_from(["R-1", "R 2", "Ré\\3", "R-9"])},
    optional={
        "at": TIMES, "at_earliest": TIMES, "at_latest": TIMES, "copy": TEXTS, "actor": TEXTS, "recipient": TEXTS,
        "organisation": st.sampled_from(["ACME", "BETA", None, ""]), "system": TEXTS,
        "basis": st.sampled_from([*(basis.word for basis in Basis), "ACT", "luck", None]), "detail": DETAILS,
        "extra": TEXTS,
    },
)  # fmt: skip


def by_row(row: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return event(row, KNOWN)
    except BadInput:
        return None


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=40), ascii_only=st.booleans())
def test_both_paths_agree(rows: list[dict[str, Any]], ascii_only: bool, tmp_path_factory: Any) -> None:
    texts = [json.dumps(row, ensure_ascii=ascii_only).encode("utf-8", "replace") for row in rows]
    block = Block(1, b"".join(text + b"\n" for text in texts))
    with EventStage(tmp_path_factory.getbasetemp() / "spill", KNOWN, "B") as stage:
        staged, rest = stage.add_block(0, "f", block)
        found = stage.connection.execute("SELECT number, body FROM stage").fetchall()
    assert staged == len(found)
    assert sorted([number for number, _ in found] + [one.line for one in rest]) == list(range(1, len(rows) + 1))
    assert not any(isinstance(one, Unread) for one in rest)
    for number, text in found:
        body = json.loads(text)
        assert body.pop("batch") == "B"
        assert body.pop("source") == {"file": "f", "line": number}
        assert body == by_row(json.loads(texts[number - 1]))


def test_plain_events_never_leave_the_columns(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "kind": "opened", "product": "R-1", "at": "2025-03-01T10:00:00Z", "actor": "CORP\\user"},
        {"id": "2", "kind": "opened", "product": "R 2", "at": "2025-03-01", "detail": {"path": "C:\\a"}},
        {"id": "3", "kind": "opened", "product": "R-1", "at": "2025-03-01T10:00:00.25+02:00",
         "organisation": "ACME"},
        {"id": "4", "kind": "opened", "product": "R-1", "at": "2025-03-01T10:00Z", "basis": "act"},
        {"id": "5", "kind": "opened", "product": "R-1", "at_earliest": "2025-03-01T10:00:00Z",
         "at_latest": "2025-03-02T10:00:00Z"},
    ]  # fmt: skip
    with EventStage(tmp_path, KNOWN, "B") as stage:
        assert stage.add_block(0, "f", Block(1, lines(rows).encode())) == (5, [])


def test_the_index_of_events_is_never_trusted(place: Place, world: Path) -> None:
    load(place, [world])
    load(place, [world])
    (part,) = place.event_keys.glob("*.parquet")
    whole = part.read_bytes()
    before = place.ledger.size(Stream.EVENTS)
    for damage in (b"", whole[:-8], whole[:40] + b"\x00" + whole[41:]):
        part.write_bytes(damage)
        assert load(place, [world]).total().accepted == 0
        assert part.read_bytes() == whole
    (place.event_keys / "catalogue.json").write_text("{}")
    assert load(place, [world]).total().accepted == 0
    assert place.ledger.size(Stream.EVENTS) == before


def test_the_index_follows_the_ledger(place: Place, world: Path, tmp_path: Path) -> None:
    load(place, [world])
    for number in range(3):
        more = tmp_path / "events.jsonl"
        more.write_text(lines([{**EVENTS[0], "id": f"n{number}"}]))
        assert load(place, [more]).total().accepted == 1
    assert load(place, [world]).total().duplicates == 15
    parts = sorted(place.event_keys.glob("*.parquet"))
    assert sum(pq.read_metadata(part).num_rows for part in parts) == place.ledger.size(Stream.EVENTS)


def test_content_is_the_same_from_the_row_and_from_the_ledger(tmp_path: Path) -> None:
    rows = [
        {
            "id": "1",
            "kind": "opened",
            "product": "R-1",
            "at": "2025-03-01T10:00:00Z",
            "detail": {"a": [1, 2.5, "é", None]},
        },
        {"id": "2", "kind": "opened", "product": "R-1", "at": "2025-03-01", "detail": {}},
    ]
    with EventStage(tmp_path, KNOWN, "B") as stage:
        stage.add_block(0, "f", Block(1, lines(rows).encode()))
        differing = stage.connection.execute(
            f"SELECT count(*) FROM (SELECT content, key, json_transform(body, '{BODY}') AS e FROM stage) "
            f"WHERE content <> {CONTENT} OR key <> hash(e.id)"
        ).fetchone()
    assert differing == (0,)
