"""Appending, sealing and reading back; the ledger as it was."""

from __future__ import annotations

import hmac
import json
import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_place import Place, numbered

from tearline.ledger import (
    Keys,
    Ledger,
    create_keys,
    create_ledger,
    leaf_hash,
    verify,
    verify_consistency,
    verify_inclusion,
)
from tearline.ledger.tree import EMPTY, extend
from tearline.records.errors import BadInput, CouldNot, IntegrityFailure
from tearline.records.kinds import Stream

E, P, L = Stream.EVENTS, Stream.PEOPLE, Stream.LOOKUPS


def numbers(ledger: Ledger, stream: Stream) -> list[int]:
    return [body["n"] for body in ledger.bodies(stream)]


def files(place: Place, stream: Stream) -> list[str]:
    return sorted(path.name.split("-")[0] for path in (place.folder / "ledger" / stream).iterdir())


def test_an_empty_ledger_holds(place: Place) -> None:
    state = place.ledger.state()
    assert {state.size(stream) for stream in Stream} == {0}
    assert place.ledger.bodies(E) == []
    place.holds()
    with pytest.raises(BadInput, match="already here"):
        create_ledger(place.folder / "ledger", place.keys)
    with pytest.raises(BadInput, match="no ledger"):
        Ledger.open(place.folder / "elsewhere", place.keys)


def test_an_interrupted_creation_can_be_repeated(tmp_path: Path) -> None:
    (tmp_path / "ledger" / "events").mkdir(parents=True)
    (tmp_path / "ledger" / "commits.jsonl.part").write_bytes(b'{"num')
    ledger = create_ledger(tmp_path / "ledger", create_keys(tmp_path / "keys"))
    assert ledger.append(E, numbered(0, 1)) == range(1)
    found = verify(tmp_path / "ledger", ledger.keys.verifier)
    assert found.ok and not found.leftovers


def test_a_record_is_its_documented_line(place: Place) -> None:
    assert place.ledger.append(E, ['{"n":1,"name":"é \\u2028"}']) == range(1)
    (tail,) = (place.folder / "ledger" / E).iterdir()
    line = tail.read_bytes()
    assert tail.name == "tail-000000000000.jsonl"
    salt = hmac.digest(place.keys.salt, b"events\0" + bytes(8), "sha256")[:16].hex()
    batch = next(iter(place.ledger.scan(E)))
    at = batch.column("at")[0].as_py()
    expected = f'{{"salt":"{salt}","at":"{at}","body":{{"n":1,"name":"é \\u2028"}}}}\n'.encode()
    assert line == expected
    assert batch.column("body")[0].as_py() == '{"n":1,"name":"é \\u2028"}'
    assert datetime.fromisoformat(at) - datetime.now(UTC) < timedelta(minutes=1)
    state = place.ledger.state().streams[E]
    assert state.root == leaf_hash(expected[:-1]).hex()


def test_small_appends_go_to_the_tail_and_seal_when_it_is_long(place: Place, small_segments: object) -> None:
    roots = []
    for number in range(45):
        place.ledger.append(E, numbered(number, number + 1))
        roots.append(place.ledger.state().streams[E].root)
    assert files(place, E) == ["manifest", "segment", "segment", "tail"]
    assert numbers(place.ledger, E) == list(range(45))
    place.holds()
    before = place.ledger.state().streams[E]
    place.ledger.seal(E)
    after = place.ledger.state().streams[E]
    assert (after.size, after.root) == (before.size, before.root) and after.manifest != before.manifest
    assert files(place, E) == ["manifest", "segment", "segment", "segment"]
    assert numbers(place.ledger, E) == list(range(45))
    number = place.ledger.state().number
    place.ledger.seal(E)
    assert place.ledger.state().number == number  # nothing to seal, nothing committed
    place.holds()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 130), min_size=1, max_size=6))
def test_any_split_into_appends_reads_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, small_segments: object, parts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("split")
    keys = create_keys(folder / "keys")
    ledger = create_ledger(folder / "ledger", keys)
    done = 0
    for part in parts:
        assert ledger.append(E, numbered(done, done + part)) == range(done, done + part)
        done += part
    assert numbers(ledger, E) == list(range(done))
    Place(folder, keys, ledger).holds()
    lines = [
        f'{{"salt":"{hmac.digest(keys.salt, E.encode() + bytes(1) + i.to_bytes(8, "big"), "sha256")[:16].hex()}",'
        f'"at":"{at}","body":{body}}}'.encode()
        for batch in ledger.scan(E)
        for i, at, body in zip(*(column.to_pylist() for column in batch.columns), strict=True)
    ]
    root = extend(EMPTY, b"".join(leaf_hash(line) for line in lines))[0].root()
    assert ledger.state().streams[E].root == root.hex()


def test_one_transaction_is_one_commit_for_all_its_streams(place: Place) -> None:
    with place.ledger.transaction([P, E]) as transaction:
        transaction.append(P, numbered(0, 3))
        transaction.append(E, pa.chunked_array([numbered(0, 5000), numbered(5000, 5001)]))
        assert transaction.append(P, numbered(3, 4)) == range(3, 4)
        assert (transaction.size(P), transaction.size(E)) == (4, 5001)
        assert transaction.state.size(P) == 0
        assert Ledger.open(place.folder / "ledger", place.keys).state().number == 0
    assert place.ledger.state().number == 1
    assert numbers(place.ledger, E) == list(range(5001))
    place.holds()


def test_an_exception_keeps_nothing(filled: Place) -> None:
    before = filled.ledger.state()
    listed = sorted(filled.folder.rglob("*"))
    with pytest.raises(ZeroDivisionError), filled.ledger.transaction([E, P]) as transaction:
        transaction.append(E, numbered(0, 400))
        transaction.append(P, numbered(0, 1))
        raise ZeroDivisionError
    assert filled.ledger.state() == before
    assert sorted(filled.folder.rglob("*")) == listed
    filled.holds()


@pytest.mark.parametrize(
    "body",
    ["", "[1]", '"x"', '{"a":1', '{"a":1}\n', '{"a":\n1}', '{"a":1},"x":{}', '{"a":' + "[" * 100_000 + "}", None],
)
@pytest.mark.parametrize("others", [0, 2000])
def test_what_is_not_a_json_object_on_one_line_is_never_sealed(
    place: Place, body: str | None, others: int
) -> None:
    with pytest.raises(BadInput, match="JSON object on one line"):
        place.ledger.append(E, pa.array([*numbered(0, others), body], pa.string()))
    assert place.ledger.size(E) == 0


def test_half_a_surrogate_pair_is_refused_with_a_reason(place: Place) -> None:
    with pytest.raises(BadInput, match="surrogate"):
        place.ledger.append(E, ['{"a":"\ud800"}'])


def test_scans_take_ranges_and_feed_duckdb(filled: Place) -> None:
    ledger = filled.ledger
    for start, stop in [(0, None), (95, 105), (299, 302), (306, 999), (20, 20), (400, None)]:
        found = [i for batch in ledger.scan(E, start, stop) for i in batch.column("index").to_pylist()]
        assert found == list(range(start, min(307, 307 if stop is None else stop)))
    reader = ledger.scan(E)
    with duckdb.connect() as connection:
        connection.register("events", reader)
        query = """SELECT count(*), max(body->>'n'), min("at") > '2024' FROM events"""
        assert connection.execute(query).fetchone() == (307, "99", True)


def test_the_ledger_as_it_was(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = place.ledger
    begin = datetime(2030, 1, 1, tzinfo=UTC)
    for hour in range(600):  # beyond two lines that list all streams
        moment = (begin + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        monkeypatch.setattr("tearline.ledger.times.now", lambda moment=moment: moment)
        ledger.append(E if hour % 3 == 0 else L, numbered(hour, hour + 1))
    assert ledger.state() == Ledger.open(place.folder / "ledger", place.keys).state()
    for hour in (0, 1, 2, 254, 255, 256, 257, 511, 512, 598, 599):
        state = ledger.state_as_of(begin + timedelta(hours=hour, minutes=30))
        assert (state.number, state.size(E), state.size(L)) == (
            hour + 1,
            hour // 3 + 1,
            hour + 1 - (hour // 3 + 1),
        )
    assert ledger.state_as_of(begin).number == 1
    assert ledger.state_as_of(begin - timedelta(seconds=1)).size(E) == 0
    assert ledger.state_as_of(50).size(E) == 50
    assert ledger.state_as_of(50).size(L) == 100  # the last commit that still had 50 events
    assert ledger.state_as_of({L: 17}).size(L) == 17
    assert ledger.state_as_of({L: 17, E: 3}).size(E) == 3
    assert ledger.state_as_of(10**9) == ledger.state()
    assert ledger.state_as_of(-1).number == 0
    old = ledger.state_as_of(20)
    assert [body["n"] for body in ledger.bodies(E, old)] == list(range(0, 60, 3))
    assert old.basis([E]) == [{"stream": "events", "size": 20, "root": old.streams[E].root}]
    with pytest.raises(ValueError, match="zone"):
        ledger.state_as_of(datetime(2030, 1, 1))
    place.holds()


def test_a_clock_that_runs_backwards(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tearline.ledger.times.now", lambda: "2040-01-01T00:00:00.000000Z")
    place.ledger.append(E, numbered(0, 1))
    monkeypatch.setattr("tearline.ledger.times.now", lambda: "2035-01-01T00:00:00.000000Z")
    place.ledger.append(E, numbered(1, 2))
    assert place.ledger.state().at == "2040-01-01T00:00:00.000000Z"
    assert next(iter(place.ledger.scan(E))).column("at").to_pylist() == ["2040-01-01T00:00:00.000000Z"] * 2
    place.holds()


def test_proofs_of_records_and_of_growth(filled: Place) -> None:
    old = filled.ledger.state_as_of({E: 250})
    new = filled.ledger.state()
    assert old.size(E) == 250
    for state in (old, new):
        root = bytes.fromhex(state.streams[E].root)
        for index in (0, 99, 100, 249, state.size(E) - 1):
            proof = filled.ledger.prove_inclusion(E, index, state)
            assert proof.leaf is not None
            assert verify_inclusion(proof.leaf, index, proof.size, proof.steps, root)
    growth = filled.ledger.prove_consistency(E, 250)
    roots = [bytes.fromhex(state.streams[E].root) for state in (old, new)]
    assert verify_consistency(250, 307, roots[0], roots[1], growth.steps)
    with pytest.raises(BadInput, match="no record 307"):
        filled.ledger.prove_inclusion(E, 307)
    with pytest.raises(BadInput, match="more than"):
        filled.ledger.prove_consistency(E, 308)


def test_a_full_disk_keeps_nothing_and_hurts_nothing(filled: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tearline.ledger.transaction.SEGMENT_ROWS", 1 << 20)
    before = filled.ledger.state()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(CouldNot, match="could not be written"):
            filled.ledger.append(E, [json.dumps({"n": n, "x": f"{n * 7919:x}" * 9}) for n in range(5000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert filled.ledger.state() == before
    filled.holds()
    filled.ledger.append(E, numbered(307, 400))
    assert numbers(filled.ledger, E) == list(range(400))
    filled.holds()


def test_a_commit_that_cannot_be_written_keeps_nothing(filled: Place) -> None:
    before = filled.ledger.state()
    log = filled.folder / "ledger" / "commits.jsonl"
    size = log.stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))
    try:
        with pytest.raises(CouldNot):
            filled.ledger.append(L, numbered(10, 11))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert log.stat().st_size == size
    assert filled.ledger.state() == before
    filled.holds()


def test_a_ledger_opened_for_reading_is_not_written(filled: Place) -> None:
    reader = Ledger.open(filled.folder / "ledger", filled.keys, writable=False)
    assert reader.size(E) == 307
    with pytest.raises(CouldNot, match="reading only"):
        reader.append(E, numbered(0, 1))


def test_a_reader_stumbles_over_what_is_missing_or_damaged(filled: Place) -> None:
    home = filled.folder / "ledger" / E
    segment = sorted(home.glob("segment-*"))[1]
    kept = segment.read_bytes()
    middle = len(kept) // 3
    segment.write_bytes(kept[:middle] + bytes([kept[middle] ^ 1]) + kept[middle + 1 :])
    with pytest.raises(IntegrityFailure, match="cannot be read"):
        filled.ledger.bodies(E)
    segment.unlink()
    with pytest.raises(IntegrityFailure, match="missing"):
        filled.ledger.bodies(E)
    next(home.glob("tail-*")).unlink()
    with pytest.raises(IntegrityFailure, match="missing"):
        list(filled.ledger.scan(E, 305))
    with pytest.raises(IntegrityFailure, match="missing"):
        filled.ledger.append(E, numbered(0, 1))


def test_an_interruption_just_after_the_commit_takes_nothing_back(
    filled: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = filled.ledger._log.append

    def interrupted(*given: object) -> None:
        append(*given)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(filled.ledger._log, "append", interrupted)
    with pytest.raises(KeyboardInterrupt):
        filled.ledger.append(E, numbered(307, 600))
    monkeypatch.undo()
    assert numbers(Ledger.open(filled.folder / "ledger", Keys.load(filled.folder / "keys")), E) == list(range(600))
    filled.holds()


def test_large_bodies_do_not_make_a_long_tail(place: Place) -> None:
    large = json.dumps({"text": "x" * 3_000_000})
    for _ in range(4):
        place.ledger.append(Stream.PRODUCTS, [large])
    assert files(place, Stream.PRODUCTS) == ["manifest", "segment", "tail"]
    assert len(place.ledger.bodies(Stream.PRODUCTS)) == 4
    place.holds()


def test_a_folder_that_cannot_be_written_is_said(filled: Place, tmp_path: Path) -> None:
    locks = filled.folder / "locks"
    for lock in locks.iterdir():
        lock.unlink()
    locks.rmdir()
    locks.write_text("in the way")
    with pytest.raises(CouldNot, match="free space and permissions"):
        filled.ledger.append(E, numbered(307, 308))
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CouldNot):
        create_keys(tmp_path / "file" / "keys")
    with pytest.raises(CouldNot):
        create_ledger(tmp_path / "file" / "ledger", filled.keys)
    locks.unlink()
    filled.holds()


def test_another_workspaces_keys_do_not_open_a_ledger(filled: Place, tmp_path: Path) -> None:
    with pytest.raises(IntegrityFailure, match="not signed by this ledger's key"):
        Ledger.open(filled.folder / "ledger", create_keys(tmp_path / "other"))
