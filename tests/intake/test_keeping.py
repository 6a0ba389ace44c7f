"""Quarantine and its second reading, retraction, entries by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from intake_world import EVENTS, lines

from tearline.intake import Place, load, quarantined, record, retract, retry, take_in
from tearline.ledger import Ledger
from tearline.records.errors import BadInput, CouldNot, IntegrityFailure
from tearline.records.kinds import Stream
from tearline.views.register import Register

Write = Callable[[str, str | bytes], Path]


def sizes(ledger: Ledger) -> dict[Stream, int]:
    return {stream: ledger.size(stream) for stream in Stream}


def test_what_was_refused_is_read_again(place: Place, world: Path, write: Write) -> None:
    products = world / "products.jsonl"
    late = products.read_text()
    products.unlink()
    first = load(place, [world])
    assert first.total().quarantined == 3
    text = "From: Jane Roy\nTo: Li Chen\nSent: Tuesday, March 4, 2025 9:15 AM\nSubject: ACME 2025-0417\n\nRead.\n"
    bad = write("people.csv", "id,name,organisation\np7,Zoë,GAMMA\n")
    load(place, [bad])
    take_in(place, [write("texts.jsonl", lines([{"doc": "D", "text": text}]))])
    before = sizes(place.ledger)
    assert retry(place).total().accepted == 0
    assert sizes(place.ledger) == before
    load(place, [write("products.jsonl", late)])
    again = retry(place)
    total = again.total()
    assert (total.read, total.accepted, total.duplicates, total.quarantined) == (5, 4, 0, 1)
    (left,) = quarantined(place)
    assert left["batch"] == again.batch
    assert "GAMMA" in left["reason"]
    load(place, [write("organisations.csv", "id,name,kind\nGAMMA,Gamma,police\n")])
    assert retry(place).total().accepted == 1
    assert quarantined(place) == []
    assert Register.read(place.ledger, place.ledger.state()).people["p7"].name == "Zoë"
    assert len(place.ledger.bodies(Stream.EVENTS)) == 4


def test_what_was_cut_or_damaged_stays(place: Place, world: Path, write: Write) -> None:
    load(place, [world])
    load(place, [write("events.jsonl", lines([EVENTS[0]]).encode() + b'{"id":"e9","actor":"\xff"}\n')])
    assert retry(place).batch is None
    assert len(quarantined(place)) == 1


def test_a_changed_quarantine_is_noticed(place: Place, world: Path, write: Write) -> None:
    load(place, [write("people.csv", "id,name,organisation\n,Zoë,GAMMA\n")])
    (path,) = place.quarantine.iterdir()
    path.write_text(path.read_text().replace("Zoë", "Zoe"))
    with pytest.raises(IntegrityFailure, match="not the one"):
        quarantined(place)


def test_a_retracted_batch_no_longer_counts(place: Place, world: Path) -> None:
    counts = load(place, [world])
    assert counts.batch is not None
    assert retract(place, counts.batch, "wrong folder") == {"batch": counts.batch, "records": 15}
    before = sizes(place.ledger)
    assert retract(place, counts.batch, "again") == {"batch": counts.batch, "records": 15}
    assert sizes(place.ledger) == before
    assert Register.read(place.ledger, place.ledger.state()).people == {}
    again = load(place, [world])
    assert again.total().accepted == 15
    with pytest.raises(BadInput, match="there is no batch"):
        retract(place, "B-1", "typo")
    with pytest.raises(BadInput, match="needs a reason"):
        retract(place, counts.batch, " ")
    retraction = next(body for body in place.ledger.bodies(Stream.BATCHES) if body["kind"] == "retraction")
    with pytest.raises(BadInput, match="cannot be retracted"):
        retract(place, retraction["batch"], "undo")


def test_an_entry_by_hand(place: Place, world: Path) -> None:
    load(place, [world])
    entered = record(
        place,
        {"kind": "briefed", "product": "ACME 2025-0417", "actor": "Roy, Jane", "recipient": "a visitor",
         "at": None, "between": ("2025-03-10", "2025-03-14"), "basis": None, "by": "Omar Haddad",
         "note": "in the car"},
    )  # fmt: skip
    assert entered["product"] == "R-1"
    assert entered["basis"] == "attested"
    assert entered["detail"] == {"recorded_by": "Omar Haddad", "note": "in the car"}
    assert entered["at_latest"] == "2025-03-14T23:59:59.999999Z"
    assert place.ledger.bodies(Stream.EVENTS)[-1] == entered
    batch = place.ledger.bodies(Stream.BATCHES)[-1]
    assert (batch["kind"], batch["by"], batch["batch"]) == ("record", "tester", entered["batch"])
    assert Register.read(place.ledger, place.ledger.state()).resolve("Roy, Jane").id == "p1"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"product": "R-404"}, "not registered"),
        ({"kind": "read"}, "not one of"),
        ({"actor": None}, "nobody is named"),
        ({"at": "soon"}, "not a time"),
        ({"at": None}, "no time"),
    ],
)
def test_a_wrong_entry_is_refused(place: Place, world: Path, change: dict[str, str | None], says: str) -> None:
    load(place, [world])
    before = sizes(place.ledger)
    with pytest.raises(BadInput, match=says):
        record(place, {"kind": "opened", "product": "R-1", "actor": "p2", "at": "2025-03-10", **change})
    assert sizes(place.ledger) == before
    assert quarantined(place) == []


def test_two_intakes_at_once(place: Place, world: Path) -> None:
    with place.ledger.transaction([Stream.EVENTS]), pytest.raises(CouldNot):
        load(Place(Ledger.open(place.ledger.folder, place.ledger.keys), place.folder, "other"), [world])
    assert load(place, [world]).total().accepted == 15


def test_times_come_from_the_clock_that_is_given(place: Place, world: Path) -> None:
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    counts = load(Place(place.ledger, place.folder, "x", now=lambda: noon), [world])
    assert counts.batch is not None
    assert counts.batch.startswith("B-20260501-")
    assert place.ledger.bodies(Stream.BATCHES)[0]["at"] == "2026-05-01T12:00:00Z"


def test_what_a_killed_process_left_is_swept_up(place: Place, world: Path, write: Write) -> None:
    load(place, [write("people.csv", "id,name,organisation\n,Zoë,GAMMA\n")])
    (kept,) = place.quarantine.iterdir()
    (place.quarantine / "B-20260101-00.jsonl").write_text("{}")
    (place.quarantine / "B-20260101-01.jsonl.part").write_text("{")
    (place.spill / "stage-left").mkdir(parents=True)
    load(place, [world])
    assert list(place.quarantine.iterdir()) == [kept]
    assert list(place.spill.iterdir()) == []
