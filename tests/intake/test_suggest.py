"""A mapping proposed for tables as offices keep them: whatever the columns are called, nothing read by guess."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_world import EVENTS

from tearline import example
from tearline.intake import Place, load, suggest, take_in
from tearline.intake.mapping import mapping_of
from tearline.intake.suggest import mapping_text
from tearline.intake.suggestion import Known, Table, suggest_mapping
from tearline.ledger import create_keys, create_ledger
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def known(place: Place, world: Path) -> Place:
    """A workspace with the small world loaded."""
    load(place, [world])
    return place


def proposed(place: Place, path: Path, **more: Any) -> dict[str, Any]:
    return tomllib.loads(suggest(place, path, **more).mapping)


# Header styles -> what each column must be taken for. The values are a date, a paper's number, a name, and so on.
STYLES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("reading-log.csv", "Date,Document No,Copy,Reader", "2025-03-02,ACME 2025-0417,3,\"Haddad, Omar\"",
     {"kind": "=opened", "at": "Date", "product": "Document No", "copy": "Copy", "actor": "Reader"}),
    ("registre de lecture.csv", "Date de lecture;N° du document;Exemplaire;Lecteur",
     "2025-03-02;ACME 2025-0417;3;Omar Haddad",
     {"kind": "=opened", "at": "Date de lecture", "product": "N° du document", "copy": "Exemplaire",
      "actor": "Lecteur"}),
    ("consultations.csv", "Lu le;Cote;Lu par;Remarques", "02/03/2025;R-1;Li Chen;rien\n14/03/2025;R-2;Jane Roy;",
     {"kind": "=opened", "at": "Lu le", "product": "Cote", "actor": "Lu par", "note": "Remarques"}),
    ("distribution.csv", "Sent,Report,Sent by,Addressee,Office", "2025-03-01,R-1,Jane Roy,Omar Haddad,BETA",
     {"kind": "=disseminated", "at": "Sent", "product": "Report", "actor": "Sent by", "recipient": "Addressee",
      "organisation": "Office", "basis": "=addressed"}),
    ("liste de diffusion.csv", "Date d'envoi;Rapport;Expéditeur;Destinataire",
     "2025-03-01;R-1;Jane Roy;Omar Haddad",
     {"kind": "=disseminated", "at": "Date d'envoi", "product": "Rapport", "actor": "Expéditeur",
      "recipient": "Destinataire"}),
    ("receipts.csv", "Date received\tDoc Ref\tCopy #\tReceived by\tComments",
     "2025-03-01\tR-1\t4\tLi Chen\tsigned at the desk",
     {"kind": "=received", "at": "Date received", "product": "Doc Ref", "copy": "Copy #", "actor": "Received by",
      "note": "Comments"}),
    ("export.csv", "EventTime,UserName,Action,DocId,Application",
     "2025-03-02T09:30:00Z,portal:jroy,Printed,R-1,portal\n2025-03-02T09:40:00Z,portal:jroy,Viewed,R-2,portal",
     {"kind": "Action", "at": "EventTime", "actor": "UserName", "product": "DocId", "system": "Application"}),
    ("actes.csv", "Horodatage;Utilisateur;Opération;Document",
     "2025-03-02 09:30;o.haddad@beta.example;Consulté;R-1\n2025-03-03 10:00;l.chen@beta.example;Imprimé;R-1",
     {"kind": "Opération", "at": "Horodatage", "actor": "Utilisateur", "product": "Document"}),
    ("sign-out register.csv", "Log No,Day,Time,Paper,Taken by,Recorded by,Room",
     "17,2025-03-02,09:30,R-1,Omar Haddad,Li Chen,4.12\n18,2025-03-02,10:15,R-2,Jane Roy,Li Chen,4.12",
     {"id": "Log No", "at": ["Day", "Time"], "product": "Paper", "actor": "Taken by", "by": "Recorded by"}),
    ("print log.csv", "Printed,Printer,Document title,Printed by",
     "2025-03-02 09:30:10,MFP-3,Grain shipments through the northern strait,portal:jroy",
     {"kind": "=printed", "at": "Printed", "system": "Printer", "product": "Document title",
      "actor": "Printed by"}),
    ("binder contents.csv", "Date,Ref,Title,Principal", "2025-03-02,R-1,Grain,Omar Haddad",
     {"kind": "=delivered", "at": "Date", "product": "Ref", "recipient": "Principal"}),
    ("returns.csv", "Returned on,Doc No,Returned by,Copy No", "2025-03-02,R-1,Omar Haddad,7",
     {"kind": "=returned", "at": "Returned on", "product": "Doc No", "actor": "Returned by", "copy": "Copy No"}),
    ("breffages.csv", "Debut;Fin;Rapport;Agent;A qui;Consigné par",
     "2025-03-02;2025-03-03;R-1;Jane Roy;Omar Haddad;Li Chen",
     {"at_earliest": "Debut", "at_latest": "Fin", "product": "Rapport", "actor": "Agent", "recipient": "A qui",
      "by": "Consigné par"}),
    ("list.csv", "x1,x2,x3", "2025-03-02,R-1,Omar Haddad", {"at": "x1", "product": "x2", "actor": "x3"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "header", "rows", "expected"), STYLES, ids=[style[0] for style in STYLES])
def test_columns_are_found_under_many_names(
    known: Place, write: Write, name: str, header: str, rows: str, expected: dict[str, Any]
) -> None:
    found = proposed(known, write(name, f"{header}\n{rows}\n"))["event"]
    assert {key: found.get(key) for key in expected} == expected


@pytest.mark.parametrize(("name", "header", "rows", "expected"), STYLES, ids=[style[0] for style in STYLES])
def test_what_is_proposed_can_be_taken_in_and_reads_as_shown(
    known: Place, write: Write, name: str, header: str, rows: str, expected: dict[str, Any]
) -> None:
    path = write(name, f"{header}\n{rows}\n")
    found = suggest(known, path)
    if found.suggestion.questions:
        found = suggest(known, path, kind="opened")
    counts = take_in(known, [path], mapping=write("m.toml", found.mapping))
    bodies = known.ledger.bodies(Stream.EVENTS)[len(EVENTS) :]
    shown = [row for row in found.rows if row["refused"] is None]
    assert counts.total().accepted == len(shown) == len(bodies) == rows.count("\n") + 1
    for row, body in zip(shown, bodies, strict=True):
        assert {key: body[key] for key in row if key in body} == {
            key: value for key, value in row.items() if key in body
        }


def test_every_column_that_fits_nothing_is_kept_as_a_detail(known: Place, write: Write) -> None:
    path = write("reading-log.csv", "Date,Document No,Reader,Room,Shelf mark\n2025-03-02,R-1,Li Chen,4.12,blue\n")
    found = proposed(known, path)
    assert found["detail"] == {"room": "Room", "shelf_mark": "Shelf mark"}


def test_a_date_that_can_be_read_two_ways_is_asked_about_and_never_guessed(known: Place, write: Write) -> None:
    path = write("reading-log.csv", "Date,Document No,Reader\n03/04/2025,R-1,Li Chen\n05/06/2025,R-2,Li Chen\n")
    found = suggest(known, path)
    (question,) = found.suggestion.questions
    assert question.name == "date_format"
    assert set(question.choices) == {"%d/%m/%Y", "%m/%d/%Y"}
    assert "date_format" not in found.mapping
    assert all("is not a time" in row["refused"] for row in found.rows)
    answered = suggest(known, path, date_format="%d/%m/%Y")
    assert not answered.suggestion.questions
    assert answered.rows[0]["at_earliest"] == "2025-04-03T00:00:00Z"


def test_two_columns_of_dates_written_differently_are_told_and_nothing_is_asked(
    known: Place, write: Write
) -> None:
    path = write("reading-log.csv", "Start;End;Document;Reader\n14.03.2025;15-Mar-2025;R-1;Li Chen\n")
    found = suggest(known, path)
    assert not found.suggestion.questions
    assert any("written differently" in said for said in found.suggestion.unsure)


def test_one_date_that_settles_it_settles_the_column(known: Place, write: Write) -> None:
    days = "\n".join(f"{day},R-1,Li Chen" for day in ("03/04/2025", "05/06/2025", "25/06/2025"))
    found = proposed(known, write("reading-log.csv", f"Date,Document No,Reader\n{days}\n"))
    assert found["source"]["date_format"] == "%d/%m/%Y"


@pytest.mark.parametrize(
    ("written", "form", "earliest"),
    [
        ("14.03.2025", "%d.%m.%Y", "2025-03-14T00:00:00Z"),
        ("14-Mar-2025", "%d-%b-%Y", "2025-03-14T00:00:00Z"),
        ("March 14, 2025", "%B %d, %Y", "2025-03-14T00:00:00Z"),
        ("3/14/2025 2:05 PM", "%m/%d/%Y %I:%M %p", "2025-03-14T14:05:00Z"),
        ("2025/03/14 14:05:09", "%Y/%m/%d %H:%M:%S", "2025-03-14T14:05:09Z"),
    ],
)
def test_dates_in_other_writings(known: Place, write: Write, written: str, form: str, earliest: str) -> None:
    path = write("reading-log.csv", f'Date,Document No,Reader\n"{written}",R-1,Li Chen\n')
    found = suggest(known, path)
    assert tomllib.loads(found.mapping)["source"]["date_format"] == form
    assert found.rows[0]["at_earliest"] == earliest


def test_a_day_and_a_time_of_day_in_two_columns_are_one_time(known: Place, write: Write) -> None:
    path = write("reading-log.csv", "Date,Time,Document No,Reader\n14/03/2025,9:05,R-1,Li Chen\n")
    found = suggest(known, path)
    assert tomllib.loads(found.mapping)["source"]["date_format"] == "%d/%m/%Y %H:%M"
    assert found.rows[0]["at_earliest"] == "2025-03-14T09:05:00Z"
    assert any("UTC" in said for said in found.suggestion.unsure)


def test_where_nothing_says_what_happened_it_is_asked(known: Place, write: Write) -> None:
    path = write("list.csv", "Date,Document,Name\n2025-03-02,R-1,Li Chen\n")
    found = suggest(known, path)
    assert [question.name for question in found.suggestion.questions] == ["kind"]
    assert "kind" not in tomllib.loads(found.mapping)["event"]
    answered = suggest(known, path, kind="delivered")
    assert answered.rows[0]["kind"] == "delivered"
    assert answered.rows[0]["recipient"] == "Li Chen", "a bare name under a delivery is whom it was given to"


def test_words_for_acts_in_both_languages_become_kinds_and_unknown_ones_are_named(
    known: Place, write: Write
) -> None:
    acts = ("Lu", "Photocopié", "opened", "Téléchargé", "zzz")
    rows = "\n".join(f"2025-03-0{day},R-1,Li Chen,{act}" for day, act in enumerate(acts, 1))
    found = suggest(known, write("journal.csv", f"Date,Document,Agent,Acte\n{rows}\n"))
    assert tomllib.loads(found.mapping)["kinds"] == {
        "lu": "opened",
        "photocopié": "copied",
        "téléchargé": "downloaded",
    }
    assert any("'zzz'" in said for said in found.suggestion.unsure)
    assert found.rows[4]["refused"]


def test_papers_that_are_not_registered_are_told(known: Place, write: Write) -> None:
    path = write("reading-log.csv", "Date,Document No,Reader\n2025-03-02,R-1,Li Chen\n2025-03-02,Q-9,Li Chen\n")
    found = suggest(known, path)
    assert any("1 of 2 values" in said and "Q-9" in said for said in found.suggestion.unsure)
    assert "no registered product" in found.rows[1]["refused"]


def test_the_header_of_a_workbook_is_found_below_its_title(known: Place, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["Ask the desk before changing anything here"])
    sheet = book.create_sheet("Registre de lecture")
    for row in (["BETA: papers read"], [], ["Date", "Document No", "Lecteur"], ["2025-03-02", "R-1", "Li Chen"]):
        sheet.append(row)
    path = tmp_path / "book.xlsx"
    book.save(path)
    found = suggest(known, path)
    document = tomllib.loads(found.mapping)
    assert document["source"] == {
        "kind": "xlsx", "sheet": "Registre de lecture", "header": 3, "precision": "day", "organisation": "BETA",
    }  # fmt: skip
    assert found.rows[0]["actor"] == "Li Chen"


def test_nothing_is_kept_by_asking(known: Place, write: Write) -> None:
    before = known.ledger.state()
    suggest(known, write("reading-log.csv", "Date,Document No,Reader\n2025-03-02,R-1,Li Chen\n"))
    assert known.ledger.state() == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"\0\1\2" * 100),
        ("a.csv", b"just one line of prose without any separator\n"),
        ("a.xlsx", b"PK\x03\x04 not a workbook"),
        ("a.csv", b"1,2,3\n4,5,6\n"),
    ],
)
def test_what_is_no_table_is_said_plainly(known: Place, write: Write, name: str, content: bytes) -> None:
    with pytest.raises(BadInput):
        suggest(known, write(name, content))


def test_hostile_headers_cannot_change_the_mapping(known: Place, write: Write) -> None:
    header = '"Reader""]\n[source]\nkind = ""mail",Date,Document No,=cmd()'
    path = write("reading-log.csv", f"{header}\nLi Chen,2025-03-02,R-1,x\n")
    found = suggest(known, path)
    document = tomllib.loads(found.mapping)
    assert document["source"]["kind"] == "csv"
    assert "=cmd()" not in str(document)


def test_the_text_of_a_mapping_is_the_mapping() -> None:
    document = {
        "source": {"kind": "csv", "header": 3, "date_format": "%d/%m/%Y"},
        "event": {"kind": "=opened", "product": 'A "quoted" \\ name\x7f', "at": ["Jour", "Heure"]},
        "detail": {"clé": "Salle é"},
        "kinds": {"lu le": "opened"},
    }
    assert tomllib.loads(mapping_text(document, "a\nb.csv")) == document


def records(place: Place) -> list[dict[str, Any]]:
    drop = {"batch", "source", "id"}
    return [
        {key: value for key, value in body.items() if key not in drop}
        for body in place.ledger.bodies(Stream.EVENTS)
    ]


def test_the_bundled_examples_tables_read_the_same_as_by_the_shipped_mappings(tmp_path: Path) -> None:
    files = tmp_path / "example"
    example.generate(files)
    registers = [path for path in sorted(files.iterdir()) if path.suffix in {".csv", ".jsonl"}]
    registers = [path for path in registers if path.stem not in {"events", "disclosures", "public"}]
    tables = [path for path in sorted((files / "native").iterdir()) if path.with_suffix(".toml").exists()]
    tables = [path for path in tables if path.suffix != ".toml"]
    assert len(tables) > 3

    def workspace(name: str) -> Place:
        folder = tmp_path / name
        folder.mkdir()
        made = Place(create_ledger(folder / "ledger", create_keys(folder / "keys")), folder, "tester")
        load(made, registers)
        return made

    shipped, ours = workspace("shipped"), workspace("ours")
    for path in tables:
        take_in(shipped, [path], mapping=path.with_suffix(".toml"))
        found = suggest(ours, path)
        assert not found.suggestion.questions, path.name
        assert all(row["refused"] is None for row in found.rows)
        mapping = tmp_path / f"{path.stem}.toml"
        mapping.write_text(found.mapping, encoding="utf-8")
        take_in(ours, [path], mapping=mapping)
    assert records(shipped) == records(ours)
    assert len(records(ours)) > 100


def test_a_mapping_that_is_proposed_is_one_that_is_read(known: Place, write: Write) -> None:
    for name, header, rows, _ in STYLES:
        document = proposed(known, write(name, f"{header}\n{rows}\n"))
        assert mapping_of(document, name).columns()


CELLS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "Date",
            "Lu par",
            "R-1",
            "ACME 2025-0417",
            "Li Chen",
            "03/04/2025",
            "2025-03-02",
            "09:30",
            "opened",
            "=x",
            "À",
        ]
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=6, unique=True), st.lists(st.lists(CELLS, max_size=6), max_size=5))
def test_whatever_a_table_holds_what_is_proposed_is_a_mapping(header: list[str], rows: list[list[str]]) -> None:
    known = Known(
        product=lambda text: text in {"R-1", "ACME 2025-0417"},
        party=lambda text: text == "Li Chen",
        organisation=lambda text: text == "BETA",
        organisations=True,
    )
    table = Table(
        {"kind": "csv", "header": 1}, header, [dict(zip(header, row, strict=False)) for row in rows], ("x",)
    )
    found = suggest_mapping(table, known)
    document = tomllib.loads(mapping_text(found.mapping, "x.csv"))
    mapping = mapping_of(document, "x.csv")
    assert set(mapping.columns()) <= set(header)
    named = [name for name in header if name and not name.startswith("=")]
    assert set(mapping.columns()) == set(named), "no column is lost"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused(known: Place, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(data)
    with suppress(BadInput):
        suggest(known, path)
