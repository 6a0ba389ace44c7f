"""`load`: every file of the contract, whole or not at all; counts that always reconcile."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from intake_world import EVENTS, ORGANISATIONS, PEOPLE, PRODUCTS, lines

from tearline.intake import Counts, Place, load
from tearline.intake.quarantine import held_rows
from tearline.ledger import Ledger
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream
from tearline.views.register import Register

Write = Callable[[str, str | bytes], Path]


def reconciled(counts: Counts) -> tuple[int, int, int, int]:
    total = counts.total()
    assert total.read == total.accepted + total.duplicates + total.quarantined
    document = counts.document()
    for key in ("read", "accepted", "duplicates", "quarantined"):
        assert document[key] == sum(one[key] for one in document["by_stream"].values())
    return total.read, total.accepted, total.duplicates, total.quarantined


def reasons(place: Place) -> list[str]:
    return [held.row.reason for held in held_rows(place.quarantine, place.ledger, place.ledger.state())]


def sizes(ledger: Ledger) -> dict[str, int]:
    return {stream.value: ledger.size(stream) for stream in Stream}


def test_a_folder_becomes_the_register(place: Place, world: Path) -> None:
    counts = load(place, [world])
    assert reconciled(counts) == (15, 15, 0, 0)
    register = Register.read(place.ledger, place.ledger.state())
    assert register.people["p1"].periods[1].clearance == "TOP SECRET"
    assert register.people["p2"].periods[0].access_basis == "office"
    assert register.products["R-1"].portions[1].marking == "SECRET"
    assert register.family("R-1") == ("R-1", "R-2")
    assert register.disclosures["d1"].published_at is not None
    assert set(register.public) == {"x1"}
    bodies = place.ledger.bodies(Stream.EVENTS)
    assert [body["id"] for body in bodies] == ["e1", "e2", "e3"]
    assert bodies[1]["at_latest"] == "2025-03-02T23:59:59.999999Z"
    assert bodies[2]["detail"] == {"pages": 4}
    assert bodies[2]["source"] == {"file": "events.jsonl", "line": 3}
    assert bodies[0]["batch"] == counts.batch


def test_the_same_again_changes_nothing(place: Place, world: Path, write: Write) -> None:
    (world / "events.jsonl").write_text(
        lines(EVENTS) + '{"id":"e9","kind":"opened","product":"R-9","at":"2025"}\n'
    )
    first = load(place, [world])
    assert reconciled(first) == (16, 15, 0, 1)
    before, kept = sizes(place.ledger), reasons(place)
    again = load(place, [world])
    assert reconciled(again) == (16, 0, 15, 1)
    assert again.batch is None
    assert sizes(place.ledger) == before
    assert reasons(place) == kept


def test_later_rows_supersede_and_events_never_do(place: Place, world: Path, write: Write) -> None:
    load(place, [world])
    renamed = write("organisations.csv", "id,name,kind\nACME,Acme Bureau,originator\n")
    changed = write("events.jsonl", lines([{**EVENTS[0], "recipient": "p3"}]))
    assert reconciled(load(place, [renamed, changed])) == (2, 1, 0, 1)
    register = Register.read(place.ledger, place.ledger.state())
    assert register.organisations["ACME"].name == "Acme Bureau"
    assert "other content is on record" in reasons(place)[0]
    # The older row was said before: saying it again does not bring it back.
    assert reconciled(load(place, [world / "organisations.csv"])) == (2, 0, 2, 0)


def test_within_one_file(place: Place, world: Path, write: Write) -> None:
    load(place, [world])
    event: dict[str, Any] = {
        "id": "e7",
        "kind": "opened",
        "product": "R-1",
        "at": "2025-03-03T00:00:00Z",
        "actor": "p3",
    }
    path = write("events-2.jsonl", lines([event, event, {**event, "actor": "p2"}, {**event, "id": "e8"}]))
    assert reconciled(load(place, [path])) == (4, 2, 1, 1)
    assert "line 3" in reasons(place)[0]
    assert reconciled(load(place, [path])) == (4, 0, 3, 1)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("people.csv", "", "empty"),
        ("people.csv", "id,name\np1,Jane\n", "organisation"),
        ("people.csv", "id,name,organisation,name\np1,J,A,B\n", "twice"),
        ("people.csv", "id,name,organisation\np1,Andr\xe9,A\n".encode("latin-1"), "UTF-8"),
        ("people.csv", "id,name,organisation\n".encode("utf-16"), "UTF-16"),
        ("people.csv", b"id,name,organisation\np\x00,J,A\n", "binary"),
        ("events.jsonl", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 50, "not JSON Lines"),
        ("events.jsonl", "id,kind,product\n1,opened,R-1\n", "not JSON Lines"),
        ("products.jsonl", '[\n{"id":\n', "not JSON Lines"),
        ("products.jsonl", "[1]\n[2]\n", "not JSON Lines"),
        ("what.csv", "a,b\n1,2\n", "cannot be told"),
        ("scan.pdf", b"%PDF-1.4 junk", "PDF"),
        ("news.docx", b"PK junk", "news.docx"),
        ("empty.txt", " \n", "no text"),
    ],
)
def test_a_faulty_file_keeps_nothing(
    place: Place, world: Path, write: Write, name: str, content: str | bytes, says: str
) -> None:
    before = sizes(place.ledger)
    with pytest.raises(BadInput, match=says) as raised:
        load(place, [world, write(name, content)])
    assert name in str(raised.value)
    assert sizes(place.ledger) == before
    assert not list(place.quarantine.glob("*")) if place.quarantine.exists() else True


@pytest.mark.parametrize(
    ("name", "row", "says"),
    [
        ("organisations", "X,Ex,agency,", "'agency' is not one of"),
        ("organisations", "X,Ex,police,NOWHERE", "field 'parent': the organisation 'NOWHERE' is not registered"),
        ("organisations", ",Ex,police,", "field 'id': nothing stands here"),
        ("people", "p9,Joe,GAMMA,,,,,,,", "the organisation 'GAMMA' is not registered"),
        ("people", "ACME,Joe,BETA,,,,,,,", "'ACME' is taken in organisations"),
        ("people", "p9,Joe,BETA,,,,luck,,,", "field 'access_basis'"),
        ("people", "p9,Joe,BETA,,,,,2025-02-30,,", "'2025-02-30' is not a time"),
        ("people", "p9,Joe,BETA,,,,,2025-03-01,2025-02-01,", "ends"),
        ("people", "p9,Joe,BETA,,,,,,,joe@beta", "not an account"),
        ("people", "p9,Joe,BETA,,,,,,,,,", "12 cells where the header has 10"),
        ("people", '"p9,Joe,BETA,,,,,,,', "never closed"),
        ("groups", "g2,Gee,p1,,", "field 'valid_from'"),
    ],
)
def test_a_fault_of_a_csv_row(place: Place, world: Path, write: Write, name: str, row: str, says: str) -> None:
    load(place, [world])
    header = {"organisations": ORGANISATIONS, "people": PEOPLE, "groups": "id,name,member,valid_from,valid_to\n"}[
        name
    ]
    path = write(f"{name}.csv", header.splitlines()[0] + "\n\n" + row + "\n")
    assert reconciled(load(place, [path])) == (1, 0, 0, 1)
    (reason,) = reasons(place)
    assert says in reason
    assert f"{name}.csv, line 3" in reason


PRODUCT = {**PRODUCTS[1], "id": "R-5"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"marking": "VERY SECRET INDEED"}, "field 'marking'"),
        ({"portions": []}, "at least one portion"),
        ({"portions": [{"id": "1", "text": "a"}, {"id": "1", "text": "b"}]}, "stands twice"),
        ({"portions": [{"id": "1", "text": "a", "marking": "Q"}]}, "portions[1].marking"),
        ({"portions": [{"id": "1"}]}, "portions[1].text"),
        ({"derived_from": ["R-77"]}, "'R-77' is not registered"),
        ({"derived_from": ["R-5"]}, "derived from itself"),
        ({"originator": "GAMMA"}, "'GAMMA' is not registered"),
        ({"issued_at": "soon"}, "'soon' is not a time"),
        ({"handling": {"print": "perhaps"}}, "handling.print"),
        ({"handling": {"return_by": "tomorrow"}}, "handling.return_by"),
        ({"title": {"en": "x"}}, "field 'title'"),
    ],
)
def test_a_fault_of_a_product(place: Place, world: Path, write: Write, change: dict[str, Any], says: str) -> None:
    load(place, [world])
    assert reconciled(load(place, [write("products.jsonl", lines([{**PRODUCT, **change}]))])) == (1, 0, 0, 1)
    (reason,) = reasons(place)
    assert says in reason


EVENT = {"id": "e5", "kind": "opened", "product": "R-1", "at": "2025-03-03T00:00:00Z", "actor": "p3"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": None}, "field 'id'"),
        ({"kind": "read"}, "'read' is not one of"),
        ({"product": "R-404"}, "the product 'R-404' is not registered"),
        ({"organisation": "GAMMA"}, "the organisation 'GAMMA' is not registered"),
        ({"at": None}, "no time is given"),
        ({"at": "2025-02-30T00:00:00Z"}, "is not a time"),
        ({"at": "yesterday"}, "is not a time"),
        ({"at": None, "at_earliest": "2025-03-02", "at_latest": "2025-03-01"}, "ends"),
        ({"at_earliest": "2025-03-02"}, "both a time and an interval"),
        ({"basis": "hearsay"}, "field 'basis'"),
        ({"detail": "x"}, "field 'detail'"),
        ({"actor": ["p1", "p2"]}, "field 'actor'"),
        ({"actor": "x" * 5000}, "5,000 characters"),
        ({"detail": {"a": json.loads("[" * 60 + "]" * 60)}}, "nested deeper"),
    ],
)
def test_a_fault_of_an_event(place: Place, world: Path, write: Write, change: dict[str, Any], says: str) -> None:
    load(place, [world])
    path = write("events.jsonl", lines([EVENT, {**EVENT, "id": "e6", **change}]))
    assert reconciled(load(place, [path])) == (2, 1, 0, 1)
    (reason,) = reasons(place)
    assert says in reason
    assert "events.jsonl, line 2" in reason


def test_broken_lines_between_good_ones(place: Place, world: Path, write: Write) -> None:
    load(place, [world])
    content = (
        json.dumps(EVENT).encode() + b'\n{"id": "torn\n\n\xff\xfe\n[1,2]\n' + b"[" * 100_000 + b"\n"
        + json.dumps({**EVENT, "id": "e6"}).encode()
    )  # fmt: skip
    assert reconciled(load(place, [write("events.jsonl", content)])) == (6, 2, 0, 4)
    found = reasons(place)
    assert [reason.split(":")[0] for reason in sorted(found)] == [f"events.jsonl, line {n}" for n in (2, 4, 5, 6)]


def test_a_line_of_200_megabytes(place: Place, world: Path, write: Write) -> None:
    load(place, [world])
    path = write("events.jsonl", lines([EVENT]))
    with path.open("ab") as file:
        file.write(b'{"id":"e6","detail":"')
        for _ in range(200):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n' + json.dumps({**EVENT, "id": "e7"}).encode() + b"\n")
    assert reconciled(load(place, [path])) == (3, 2, 0, 1)
    (reason,) = reasons(place)
    assert "line 2" in reason
    assert "200,000,0" in reason


def test_characters_that_could_forge_a_mention_are_replaced(place: Place, world: Path, write: Write) -> None:
    load(place, [world])
    rows = [
        {**EVENT, "id": "e6", "actor": "a\ue000b\ue001"},
        {**EVENT, "id": "e7", "actor": "nul\x00", "detail": {"k\ue000": ["v\ue001"]}},
        {**EVENT, "id": "e8", "actor": "half \ud800 pair"},
    ]
    raw = "\n".join(json.dumps(row, ensure_ascii=n != 0) for n, row in enumerate(rows))
    assert reconciled(load(place, [write("events.jsonl", raw)])) == (3, 3, 0, 0)
    stored = {body["id"]: body for body in place.ledger.bodies(Stream.EVENTS)}
    assert stored["e6"]["actor"] == "a\ufffdb\ufffd"
    assert stored["e7"]["actor"] == "nul\ufffd"
    assert stored["e7"]["detail"] == {"k\ufffd": ["v\ufffd"]}
    assert stored["e8"]["actor"] == "half \ufffd pair"


def test_without_a_register_of_organisations_names_are_not_checked(place: Place, write: Write) -> None:
    products = write("products.jsonl", lines([{**PRODUCT, "originator": "anyone", "derived_from": []}]))
    events = write("events.jsonl", lines([{**EVENT, "product": "R-5", "organisation": "whoever"}]))
    counts = load(place, [events, products])
    assert reconciled(counts) == (2, 2, 0, 0)
    assert any("no organisations" in warning for warning in counts.warnings)


def test_documents_become_disclosures(place: Place, write: Write, tmp_path: Path) -> None:
    import docx  # noqa: PLC0415 -- a slow import that this test alone needs

    word = docx.Document()
    word.add_paragraph("Forty ships left the harbour.")
    word.save(str(tmp_path / "inputs" / "word.docx"))
    html = (
        "<html><body><article><h1>Ships</h1>" + "<p>Forty ships left the harbour in February, it is said.</p>" * 5
    )
    paths = [tmp_path / "inputs" / "word.docx", write("page.html", html), write("plain.txt", "Forty ships.")]
    assert reconciled(load(place, paths)) == (3, 3, 0, 0)
    found = Register.read(place.ledger, place.ledger.state()).disclosures
    assert "Forty ships left" in found["word"].text
    assert "it is said" in found["page"].text
    assert found["plain"].text == "Forty ships."


def test_a_public_item_cannot_become_a_disclosure(place: Place, world: Path, write: Write) -> None:
    load(place, [world])
    assert reconciled(load(place, [write("public.jsonl", lines([{"id": "d1", "text": "x"}]))])) == (1, 0, 0, 1)


def test_the_mail_releases_and_articles_load(place: Place, shared_data: Path) -> None:
    folder = shared_data / "insciout"
    counts = load(place, [folder / "products.jsonl", folder / "disclosures.jsonl"])
    assert reconciled(counts)[0] == 217 + 790
    assert counts.total().quarantined == 0
