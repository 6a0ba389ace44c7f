"""The documents of the contract, asked for as a script would ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from cli_program import Tearline

NAMES = ("Ann Author", "Dora Desk", "Max Reader", "Mia Aide", "Ben Banker", "Gus Guard", "Judy Judge")


def holders(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {holder["person"]: holder for holder in document["holders"]}


def test_load_reconciles_and_the_same_again_changes_nothing(
    small: Path, small_files: Path, tearline: Tearline
) -> None:
    before = tearline("verify", "--workspace", small, "--json").document
    again = tearline("load", small_files, "--workspace", small, "--json").document
    assert again["accepted"] == again["quarantined"] == 0
    assert again["read"] == again["duplicates"] == 3 + 7 + 3 + 3 + 8 + 1
    assert tearline("verify", "--workspace", small, "--json").document["streams"] == before["streams"]


def test_trace_says_who_by_when_and_on_what_basis(small: Path, tearline: Tearline) -> None:
    document = tearline(
        "trace", "R1", "--before", "2025-03-20T05:00:00Z", "--unmask", "test", "--workspace", small, "--json"
    ).document
    found = holders(document)
    assert set(found) == {"ann", "dora", "max", "ben", "gus", "judy", "somebody from the press office"}
    assert document["family"] == ["R1", "R1-S"]
    expected = {
        "ann": ("opened", "2025-03-10T08:00:00Z", "2025-03-10T08:00:00Z"),
        "dora": ("opened", "2025-03-16T11:00:00Z", "2025-03-16T11:00:00Z"),  # who shows a report has opened it
        "max": ("extracted", "2025-03-10T09:00:00Z", "2025-03-10T09:00:00Z"),
        "ben": ("opened", "2025-03-11T09:30:00Z", "2025-03-11T09:30:00Z"),
        "gus": ("extracted", "2025-03-15T09:00:00Z", "2025-03-15T09:00:00Z"),
        "judy": ("opened", "2025-03-16T11:00:00Z", "2025-03-16T11:00:00Z"),
        "somebody from the press office": ("opened", "2025-03-17T00:00:00Z", "2025-03-17T23:59:59.999999Z"),
    }
    assert {who: (h["level"], h["first_possible"], h["first_certain"]) for who, h in found.items()} == expected
    assert found["max"]["basis"] == "act"
    assert found["judy"]["basis"] == "attested"
    assert found["ben"]["path"] == ["e1", "e3"]
    assert found["gus"]["path"] == ["e5"]
    assert found["somebody from the press office"]["resolved"] is False


def test_trace_cuts_at_the_moment_and_follows_supported_chains_alone(small: Path, tearline: Tearline) -> None:
    early = tearline(
        "trace", "R1", "--before", "2025-03-11T09:30:00Z", "--unmask", "t", "--workspace", small, "--json"
    ).document
    assert set(holders(early)) == {"ann", "max"}, "what happens at T is not before T"
    chains = tearline("trace", "R1", "--supported", "--unmask", "t", "--workspace", small, "--json").document
    assert "gus" not in holders(chains), "nobody is recorded to have given it to gus"
    assert {"ann", "max", "ben"} <= set(holders(chains))


def test_a_portion_left_out_of_the_sanitised_edition_is_not_seen_by_its_readers(
    small: Path, tearline: Tearline
) -> None:
    first = tearline("trace", "R1", "--portion", "1", "--unmask", "t", "--workspace", small, "--json").document
    second = tearline("trace", "R1", "--portion", "2", "--unmask", "t", "--workspace", small, "--json").document
    assert "judy" not in holders(first)
    assert "judy" in holders(second)


def test_gaps_say_what_is_missing_and_whom_to_ask(small: Path, tearline: Tearline) -> None:
    document = tearline("trace", "R1", "--workspace", small, "--json").document
    kinds = {gap["kind"] for gap in document["gaps"]}
    assert "opened without delivery" in kinds
    known = {gap["id"] for gap in document["gaps"]}
    for gap in document["gaps"]:
        assert gap["says"]
        assert gap["ask"]
    assert {gap for holder in document["holders"] for gap in holder["gaps"]} <= known


def test_every_answer_is_pseudonymous_and_the_same_person_has_the_same_pseudonym(
    small: Path, tearline: Tearline
) -> None:
    commands = [
        ["trace", "R1"],
        ["match", "art"],
        ["handling"],
        ["leads", "art"],
        ["investigate", "art"],
        ["requests", "propose", "art"],
    ]
    for command in commands:
        done = tearline(*command, "--workspace", small, "--json")
        assert done.code == 0, done.err
        for name in (*NAMES, "somebody from the press office"):
            assert name not in done.out, (command, name)
        plain = tearline(*command, "--workspace", small)
        assert plain.code == 0
        assert not [name for name in NAMES if name in plain.out], command
    first = {h["person"] for h in tearline("trace", "R1", "--workspace", small, "--json").document["holders"]}
    second = {h["person"] for h in tearline("trace", "R1", "--workspace", small, "--json").document["holders"]}
    assert first == second
    assert all(person.startswith("P-") for person in first)


def test_a_look_up_is_on_record_before_its_answer(small: Path, tearline: Tearline) -> None:
    def looked_up() -> int:
        streams = tearline("verify", "--workspace", small, "--json").document["streams"]
        return next(s["size"] for s in streams if s["stream"] == "lookups")

    before = looked_up()
    assert tearline("trace", "R1", "--case", "C-7", "--workspace", small, "--json").code == 0
    assert looked_up() == before + 1
    assert tearline("trace", "nothing", "--workspace", small, "--json").code == 2
    assert looked_up() == before + 2, "a look-up that finds nothing is a look-up too"


def test_match_finds_the_portions_with_spans_that_hold(small: Path, tearline: Tearline) -> None:
    document = tearline("match", "art", "--workspace", small, "--json").document
    assert document["disclosure"] == "art"
    best = document["products"][0]
    assert best["product"] == "R1"
    assert best["grade"] in {"strong", "moderate"}
    text = json.loads((small.parent / "small" / "disclosures.jsonl").read_text())["text"]
    portions = {
        (row["id"], p["id"]): p["text"]
        for row in map(json.loads, (small.parent / "small" / "products.jsonl").read_text().splitlines())
        for p in row["portions"]
    }
    kinds = set()
    for passage in document["passages"]:
        start, end = passage["span"]
        assert text[start:end] == passage["text"]
        for candidate in passage["candidates"]:
            for evidence in candidate["evidence"]:
                kinds.add(evidence["kind"])
                a, b = evidence["disclosure_span"]
                c, d = evidence["product_span"]
                assert 0 <= a < b <= len(text)
                assert 0 <= c < d <= len(portions[candidate["product"], candidate["portion"]])
    assert kinds & {"quote", "wording"}
    assert kinds & {"name", "number"}


def test_a_declaration_stands_beside_the_score(small: Path, tearline: Tearline) -> None:
    scored = tearline("match", "art", "--workspace", small, "--json").document
    declared = tearline(
        "match",
        "--declare",
        "R2:1",
        "--disclosure",
        "art",
        "--reason",
        "I wrote it",
        "--workspace",
        small,
        "--json",
    ).document
    assert declared["products"] == scored["products"], "the score is not touched"
    assert [(d["product"], d["portion"], d["reason"]) for d in declared["declared"]] == [("R2", "1", "I wrote it")]
    traced = tearline("investigate", "art", "--workspace", small, "--json").document
    assert {pathway["product"] for pathway in traced["trace"]} == {"R1", "R2"}


def test_leads_are_a_partition_with_outside_in_it(small: Path, tearline: Tearline) -> None:
    document = tearline("leads", "art", "--workspace", small, "--json").document
    total = sum(h["probability"] for h in document["hypotheses"])
    assert total == pytest.approx(1.0, abs=1e-6)
    outside = [h for h in document["hypotheses"] if h["kind"] == "outside"]
    assert len(outside) == 1
    assert outside[0]["probability"] > 0
    assert document["sufficient"] is False, "one item does not carry a conclusion about a person"
    for hypothesis in document["hypotheses"]:
        low, high = hypothesis["interval"]
        assert 0 <= low <= hypothesis["probability"] <= high <= 1


def test_leads_of_cases_are_a_line_a_case(small: Path, tmp_path: Path, tearline: Tearline) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(
        '{"case": "a", "product": "R1", "published_at": "2025-03-20T05:00:00Z"}\n'
        '{"case": "b", "product": "R1", "published_at": "2025-03-20T05:00:00Z", "portion": "1"}\n'
        '{"case": "a", "product": "R2", "published_at": "2025-03-25T05:00:00Z"}\n'
    )
    documents = tearline("leads", "--cases", cases, "--workspace", small, "--json").documents
    assert [document["case"] for document in documents] == ["a", "b"]
    for document in documents:
        assert sum(h["probability"] for h in document["hypotheses"]) == pytest.approx(1.0, abs=1e-6)


def test_investigate_writes_a_report_that_names_nobody(small: Path, tmp_path: Path, tearline: Tearline) -> None:
    report = tmp_path / "report.html"
    done = tearline("investigate", "art", "--report", report, "--workspace", small, "--json")
    document = done.document
    assert set(document) >= {"match", "trace", "handling", "leads", "report", "basis"}
    page = report.read_text(encoding="utf-8")
    assert "Port Alder" in page
    assert not [name for name in NAMES if name in page]
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_exposures_equal_the_traces(small: Path, tmp_path: Path, tearline: Tearline) -> None:
    out = tmp_path / "exposures.parquet"
    assert tearline("exposures", "--out", out, "--unmask", "t", "--workspace", small).code == 0
    table = pq.read_table(out)
    assert table.column_names[:8] == [
        "product", "person", "organisation", "level", "basis", "first_possible", "first_certain", "via_event",
    ]  # fmt: skip
    for product in ("R1", "R1-S", "R2"):
        traced = tearline("trace", product, "--unmask", "t", "--workspace", small, "--json").document
        rows = {row["person"]: row for row in table.to_pylist() if row["product"] == product}
        assert set(rows) == set(holders(traced))
        for person, holder in holders(traced).items():
            assert (rows[person]["level"], rows[person]["basis"]) == (holder["level"], holder["basis"])


def test_as_of_answers_from_the_ledger_as_it_was(small: Path, tmp_path: Path, tearline: Tearline) -> None:
    then = tearline("trace", "R1", "--workspace", small, "--json").document
    size = next(s["size"] for s in then["basis"]["streams"] if s["stream"] == "events")
    more = tmp_path / "events.jsonl"
    more.write_text(
        '{"id": "e9", "kind": "opened", "product": "R1", "at": "2025-03-12T09:00:00Z", "actor": "mia"}\n'
    )
    assert tearline("load", more, "--workspace", small).code == 0
    now = tearline("trace", "R1", "--workspace", small, "--json").document
    back = tearline("trace", "R1", "--as-of", str(size), "--workspace", small, "--json").document
    assert len(now["holders"]) == len(then["holders"]) + 1
    assert back["holders"] == then["holders"]
    assert back["basis"]["streams"] == then["basis"]["streams"]


def test_a_retracted_batch_no_longer_counts_and_stays_on_record(
    small: Path, tmp_path: Path, tearline: Tearline
) -> None:
    more = tmp_path / "events.jsonl"
    more.write_text(
        '{"id": "e9", "kind": "opened", "product": "R1", "at": "2025-03-12T09:00:00Z", "actor": "mia"}\n'
    )
    batch = tearline("load", more, "--workspace", small, "--json").document["batch"]
    done = tearline("intake", "--retract", batch, "--reason", "wrong file", "--workspace", small, "--json")
    assert done.document["records"] == 1
    assert "mia" not in holders(tearline("trace", "R1", "--unmask", "t", "--workspace", small, "--json").document)
    streams = tearline("verify", "--deep", "--workspace", small, "--json").document["streams"]
    assert next(s["size"] for s in streams if s["stream"] == "events") == 9


def test_record_makes_one_entry(small: Path, tearline: Tearline) -> None:
    done = tearline(
        "record", "--kind", "briefed", "--product", "R1", "--actor", "max", "--recipient", "mia",
        "--between", "2025-03-18", "2025-03-19", "--basis", "attested", "--by", "max", "--note", "in the corridor",
        "--workspace", small, "--json",
    )  # fmt: skip
    assert done.document["event"]["kind"] == "briefed"
    found = holders(tearline("trace", "R1", "--unmask", "t", "--workspace", small, "--json").document)
    assert (found["mia"]["level"], found["mia"]["basis"]) == ("opened", "attested")


def test_a_checkpoint_kept_elsewhere_is_a_witness(small: Path, tmp_path: Path, tearline: Tearline) -> None:
    witness = tmp_path / "witness"
    assert tearline("checkpoint", "--out", witness, "--workspace", small).code == 0
    assert tearline("verify", "--witness", witness, "--workspace", small).code == 0


def test_verify_finds_a_changed_byte(small: Path, tearline: Tearline) -> None:
    file = max((small / "ledger" / "events").iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    done = tearline("verify", "--deep", "--workspace", small, "--json")
    assert done.code == 3
    assert not done.document["ok"]
    assert "events" in done.document["faults"][0]["where"]


def test_what_a_load_left_aside_is_said_on_stderr(fresh: Path, tmp_path: Path, tearline: Tearline) -> None:
    table = tmp_path / "organisations.csv"
    table.write_text("id,name,kind,colour\nSVC,The Service,originator,blue\n", encoding="utf-8")
    done = tearline("load", table, "--workspace", fresh, "--json")
    assert done.document["accepted"] == 1
    assert "colour" in done.err


def test_trace_tells_the_ways_to_one_holder(tearline: Tearline, small: Path) -> None:
    shown = tearline("trace", "R1", "--json", "--workspace", small).document
    ben = next(h for h in shown["holders"] if h["path"] == ["e1", "e3"])
    asked = ("trace", "R1", "--holder", ben["person"], "--workspace", small)
    found = tearline(*asked, "--json", "--paths", "2").document["witnesses"]
    assert found["person"] == ben["person"]
    assert found["earliest"]["events"] == ["e1", "e3"]
    assert found["every_path"]["events"] == ["e1", "e3"]
    assert found["closers"] == []
    assert "earliest" in tearline(*asked).out
    gus = next(h for h in shown["holders"] if not h["supported"])
    broken = tearline("trace", "R1", "--holder", gus["person"], "--json", "--workspace", small).document[
        "witnesses"
    ]
    assert broken["earliest"] is None
    assert broken["closers"]
    assert "gus" not in json.dumps(broken)
    nobody = tearline("trace", "R1", "--holder", "nobody", "--workspace", small)
    assert nobody.code == 2
    assert "--holder" in nobody.err
