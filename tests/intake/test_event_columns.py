"""The columnar path writes what the row check would write, or leaves the row to it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_world import EVENTS, lines

from tearline.intake import Place, event_files, event_keys, event_stage, load, quarantined, retract
from tearline.intake.event_bulk import EventScanner
from tearline.intake.event_csv import CsvEvents
from tearline.intake.event_files import event_row
from tearline.intake.event_hash import hash_bodies, said, siphash
from tearline.intake.events import event
from tearline.intake.known import Known
from tearline.intake.lines import Block, SourceFile
from tearline.intake.rows import Row, Unread, csv_records, csv_table
from tearline.intake.seen_filter import FRESH, SAME, SeenFilter
from tearline.records.errors import BadInput, CouldNot
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


KEY = (1, 2)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(ROWS, min_size=1, max_size=40),
    ascii_only=st.booleans(),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]),
)
def test_both_paths_agree(rows: list[dict[str, Any]], ascii_only: bool, separators: tuple[str, str]) -> None:
    texts = [
        json.dumps(row, ensure_ascii=ascii_only, separators=separators).encode("utf-8", "replace") for row in rows
    ]
    scanned = EventScanner(KNOWN, "B", KEY).read("f", Block(1, b"".join(text + b"\n" for text in texts)))
    assert sorted([*scanned.lines.tolist(), *(line for line, _ in scanned.rest)]) == list(range(1, len(rows) + 1))
    assert not any(isinstance(raw, Unread) for _, raw in scanned.rest)
    ids, contents, batches = hash_bodies(scanned.bodies, KEY)
    assert ids.tolist() == scanned.ids.tolist()
    assert contents.tolist() == scanned.contents.tolist()
    assert set(batches) <= {"B"}
    for number, text in zip(scanned.lines.tolist(), scanned.bodies.to_pylist(), strict=True):
        body = by_row(json.loads(texts[number - 1]))
        assert body is not None
        again = {**body, "batch": "B", "source": {"file": "f", "line": number}}
        assert text == json.dumps(again, ensure_ascii=False, separators=(",", ":"))


@settings(max_examples=200, deadline=None)
@given(at=TIMES, kind=st.sampled_from(["opened", "printed"]))
def test_times_are_written_as_they_are_read_one_by_one(at: str, kind: str) -> None:
    row = {"id": "1", "kind": kind, "product": "R-1", "at": at}
    scanned = EventScanner(KNOWN, "B", KEY).read("f", Block(1, lines([row]).encode()))
    for text in scanned.bodies.to_pylist():
        body = by_row(row)
        assert body is not None
        found = json.loads(text)
        assert (found["at_earliest"], found["at_latest"]) == (body["at_earliest"], body["at_latest"])


def test_plain_events_never_leave_the_columns() -> None:
    rows = [
        {"id": "1", "kind": "opened", "product": "R-1", "at": "2025-03-01T10:00:00Z", "actor": "CORP\\user"},
        {"id": "2", "kind": "opened", "product": "R 2", "at": "2025-03-01", "detail": {"path": "C:\\a"}},
        {"id": "3", "kind": "opened", "product": "R-1", "at": "2025-03-01T10:00:00.25+02:00",
         "organisation": "ACME"},
        {"id": "4", "kind": "opened", "product": "R-1", "at": "2025-03-01T10:00Z", "basis": "act"},
        {"id": "5", "kind": "opened", "product": "R-1", "at_earliest": "2025-03-01T10:00:00Z",
         "at_latest": "2025-03-02T10:00:00Z", "copy": "", "detail": {"n": 1.5, "a": [None, True, -3]}},
    ]  # fmt: skip
    scanned = EventScanner(KNOWN, "B", KEY).read("f", Block(1, lines(rows).encode()))
    assert (scanned.objects, scanned.rest) == (5, [])


CELLS = st.one_of(
    st.sampled_from(["", "p1", "a b", 'the "Roy" desk', "a,b", "C:\\x", " p1", "é", "line\nbreak", '{"n": 1}',
                     '{"n": "a, b", "m": [1]}', '{"n":1,"n":2}', "{", "2025-03-01T10:00:00Z", "opened", "R-1"]),
    st.text(alphabet='ab",\n\\é {}:', max_size=8),
)  # fmt: skip
COLUMNS = ("id", "kind", "product", "at", "actor", "detail", "note")


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.one_of(
            st.tuples(st.text(alphabet="xyz1", min_size=1, max_size=3), st.just("opened"), st.just("R-1"),
                      st.just("2025-03-01T10:00:00Z"), CELLS, CELLS, CELLS),
            st.lists(CELLS, min_size=1, max_size=8).map(tuple),
        ),
        min_size=1, max_size=20,
    ),
    torn=st.lists(st.sampled_from(["", 'x,"torn', "  ", 'a"b,c,d', "1,opened,R-1,2025-03-01"]), max_size=3),
    block=st.sampled_from([7, 64, 1 << 20]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)  # fmt: skip
def test_a_table_is_read_alike_in_columns_and_one_by_one(
    rows: list[tuple[str, ...]], torn: list[str], block: int, line_end: str, tmp_path_factory: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "events.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator=line_end)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
        out.writelines(line + line_end for line in torn)
    table = csv_table(SourceFile(path, "f"))
    options = {"header": list(table.header), "delimiter": table.delimiter}
    one_by_one = {}
    for line, raw in list(csv_records(SourceFile(path, "f")))[1:]:
        row = raw if isinstance(raw, Unread) else event_row(options, line, raw)
        one_by_one[line] = by_row(row.fields) if isinstance(row, Row) else None
    seen = {}
    for scanned in CsvEvents(SourceFile(path, "f"), table, EventScanner(KNOWN, "B", KEY), block):
        for text in scanned.bodies.to_pylist():
            body = json.loads(text)
            seen[body["source"]["line"]] = {k: v for k, v in body.items() if k not in {"batch", "source"}}
        for line, raw in scanned.rest:
            row = raw if isinstance(raw, Unread) else event_row(options, line, raw)
            seen[line] = by_row(row.fields) if isinstance(row, Row) else None
    assert seen == one_by_one


def test_the_hash_is_siphash() -> None:
    # The last of the vectors in the paper's appendix A.
    key = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
    assert siphash(bytes(range(15)), key) == 0xA129CA6149BE45E5


def test_hashes_are_the_same_one_by_one_and_in_columns() -> None:
    bodies = [
        {"id": f"é\\{n}", "kind": "opened", "basis": None, "detail": {"batch": "no", "a": [n, 1.5]},
         "batch": f"B{n // 50}", "source": {"file": "f", "line": n}}
        for n in range(3000)
    ]  # fmt: skip
    texts = [json.dumps(body, ensure_ascii=False, separators=(",", ":")) for body in bodies]
    ids, contents, batches = hash_bodies(pa.array(texts), KEY)
    assert batches == [body["batch"] for body in bodies]
    for number in (0, 1, 77, 2999):
        identifier, content = said(bodies[number])
        assert (ids[number], contents[number]) == (siphash(identifier, KEY), siphash(content, KEY))


def test_the_filter_forgets_nothing() -> None:
    made = np.random.default_rng(5).integers(0, 1 << 63, (2, 50_000)).astype(np.uint64)
    seen = SeenFilter(50_000)
    first = seen.look(made[0], made[1])
    assert (first == FRESH).mean() > 0.99
    assert (seen.look(made[0], made[1]) == SAME).all()
    assert (seen.look(made[0], made[1] + np.uint64(1)) != FRESH).all()


def test_a_long_file_streams_and_counts_as_a_short_one_does(
    place: Place, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_files, "FEW", 0)
    monkeypatch.setattr(event_files, "STREAMED", 1)
    monkeypatch.setattr(event_files, "BLOCK", 4096)
    monkeypatch.setattr(event_stage, "AT_ONCE", 100)
    load(place, [world])
    rows = [{**EVENTS[1], "id": f"n{number % 900}", "copy": str(number // 950)} for number in range(1000)]
    rows[3] = {**rows[3], "at": "2025-03"}  # a month is read by itself
    more = tmp_path / "more-events.jsonl"
    more.write_text(lines(rows))
    counts = load(place, [more]).total()
    assert (counts.accepted, counts.duplicates, counts.quarantined) == (900, 49, 51)
    again = load(place, [more]).total()
    assert (again.accepted, again.duplicates, again.quarantined) == (0, 949, 51)
    assert place.ledger.size(Stream.EVENTS) == 900 + len(EVENTS)
    table = tmp_path / "events.csv"
    with table.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "kind", "product", "at", "actor", "copy"])
        writer.writerows([f"n{n}", "opened", "R-1", "2025-03-02", "p2", "0"] for n in (*range(5), 2000))
    counts = load(place, [table]).total()
    assert (counts.accepted, counts.duplicates, counts.quarantined) == (1, 4, 1)


def test_a_retracted_batch_can_be_loaded_again(place: Place, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_files, "FEW", 0)
    monkeypatch.setattr(event_files, "STREAMED", 1)
    first = load(place, [world])
    assert first.batch is not None
    retract(place, first.batch, "wrong file")
    assert load(place, [world]).of(Stream.EVENTS).accepted == len(EVENTS)


@pytest.mark.parametrize("few", [0, 1 << 20])
def test_a_key_that_stands_twice_is_quarantined(
    place: Place, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(event_files, "FEW", few)
    load(place, [world])
    good = json.dumps({**EVENTS[1], "id": "good", "detail": {"a": {"n": 1}, "b": {"n": 2}}})
    twice = [
        '{"id":"t1","id":"t2","kind":"opened","product":"R-1","at":"2025-03-01","actor":"p2"}',
        '{"id":"t3","kind":"opened","product":"R-1","at":"2025-03-01","actor":"p2","detail":{"a":{"n":1,"n":2}}}',
        '{"id":"t4","kind":"opened","product":"R-1","at":"2025-03-01","x":1,"actor":"p2","x":1}',
        '{"id":"t5","kind":"opened","product":"R-1","at":"2025-03-01","actor":"p2","\\u0061ctor":"p3"}',
    ]
    more = tmp_path / "events.jsonl"
    more.write_text("\n".join([good, *twice]))
    counts = load(place, [more]).total()
    assert (counts.accepted, counts.quarantined) == (1, 4)
    assert all("stands twice" in row["reason"] for row in quarantined(place))


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


def test_a_disk_that_fills_up_while_events_stream_leaves_the_old_state(
    place: Place, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_files, "FEW", 0)
    monkeypatch.setattr(event_files, "STREAMED", 1)
    monkeypatch.setattr(event_files, "BLOCK", 4096)
    load(place, [world])
    more = tmp_path / "events.jsonl"
    more.write_text(lines([{**EVENTS[1], "id": f"n{number}"} for number in range(200)]))
    written = event_keys.KeyPart.add
    calls = iter(range(1000))

    def full(*given: Any) -> None:
        if next(calls) == 2:
            raise CouldNot("No space left on device")
        written(*given)

    with monkeypatch.context() as patch:
        patch.setattr(event_keys.KeyPart, "add", full)
        with pytest.raises(CouldNot):
            load(place, [more])
    assert place.ledger.size(Stream.EVENTS) == len(EVENTS)
    assert not list(place.event_keys.glob("*.part"))
    assert load(place, [more]).total().accepted == 200
    assert load(place, [more]).total().duplicates == 200


def test_many_small_parts_of_the_index_become_one(place: Place, world: Path, tmp_path: Path) -> None:
    load(place, [world])
    for number in range(event_keys.MOST_PARTS + 2):
        more = tmp_path / "events.jsonl"
        more.write_text(lines([{**EVENTS[0], "id": f"n{number}"}]))
        assert load(place, [more]).total().accepted == 1
    assert len(list(place.event_keys.glob("*.parquet"))) < event_keys.MOST_PARTS
    assert load(place, [world]).total().accepted == 0
