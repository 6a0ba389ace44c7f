"""The bundled example: its amounts, its validity by the contract, and that its truth agrees with its texts."""

from __future__ import annotations

import csv
import email
import email.policy
import filecmp
import json
import mailbox
import re
import tomllib
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tearline.example import ExampleSummary, generate
from tearline.records.kinds import AccessBasis, EventKind, OrganisationKind
from tearline.records.markings import shipped_scheme
from tearline.records.times import Interval, parse_instant, parse_interval

Row = dict[str, Any]


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> ExampleSummary:
    return generate(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def folder(summary: ExampleSummary) -> Path:
    return summary.folder


def json_lines(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def when(event: Row) -> Interval:
    if "at" in event:
        return parse_interval(event["at"])
    return Interval(parse_instant(event["at_earliest"]), parse_instant(event["at_latest"]))


def test_the_same_seed_gives_the_same_bytes_and_tells_its_progress(folder: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    generate(tmp_path, progress=lambda label, done, total: told.append((label, done, total)))
    names = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
    assert len(names) > 20
    _, differing, unread = filecmp.cmpfiles(folder, tmp_path, names, shallow=False)
    assert not differing and not unread
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert told[0][1] == 0 and told[-1][1] == told[-1][2]


def test_another_seed_gives_another_world(folder: Path, tmp_path: Path) -> None:
    other = generate(tmp_path, seed=8)
    assert other.products == 150 and other.people >= 400 and other.events + other.native_records >= 40_000
    assert (tmp_path / "people.csv").read_bytes() != (folder / "people.csv").read_bytes()
    assert (tmp_path / "disclosures.jsonl").read_bytes() == (folder / "disclosures.jsonl").read_bytes()


def test_amounts(summary: ExampleSummary, folder: Path) -> None:
    assert summary.organisations >= 8
    assert summary.people >= 400
    assert summary.products == 150
    assert summary.events >= 38_000
    assert summary.events + summary.native_records >= 40_000
    assert (summary.disclosures, summary.public) == (7, 12)
    assert {row["kind"] for row in table(folder / "organisations.csv")} == {
        kind.value for kind in OrganisationKind
    }
    products = json_lines(folder / "products.jsonl")
    assert sum(product["language"] == "fr" for product in products) == pytest.approx(60, abs=8)
    assert sum("derived_from" in product for product in products) >= 25
    days = [when(event).earliest for event in json_lines(folder / "events.jsonl")]
    assert 400 <= (max(days) - min(days)).days <= 440
    assert {event["kind"] for event in json_lines(folder / "events.jsonl")} == {kind.value for kind in EventKind}


def test_people_change_over_time(folder: Path) -> None:
    periods = table(folder / "people.csv")
    per_person = Counter(row["id"] for row in periods)
    assert sum(count > 1 for count in per_person.values()) >= 80
    assert {row["access_basis"] for row in periods} == {basis.value for basis in AccessBasis}
    organisations = {row["id"] for row in table(folder / "organisations.csv")}
    scheme = shipped_scheme()
    for row in periods:
        assert row["organisation"] in organisations
        assert row["clearance"] or row["access_basis"] != "clearance"
        if row["clearance"]:
            scheme.clearance(row["clearance"])
        assert not row["valid_to"] or row["valid_from"] < row["valid_to"]
        for account in filter(None, row["accounts"].split(";")):
            system, _, login = account.partition(":")
            assert system and login
            assert system != "mail" or login.endswith(".example")
    ended = {row["id"]: row["valid_to"] for row in periods if row["valid_to"]}
    assert any(
        row["id"] in ended and row["valid_from"] > ended[row["id"]] for row in periods
    )  # a lapse, then renewed


def test_groups_have_dated_members_who_exist(folder: Path) -> None:
    people = {row["id"] for row in table(folder / "people.csv")}
    rows = table(folder / "groups.csv")
    assert all(row["member"] in people and row["valid_from"] for row in rows)
    assert all(not row["valid_to"] or row["valid_from"] < row["valid_to"] for row in rows)
    assert sum(bool(row["valid_to"]) for row in rows) >= 30


def test_products_keep_the_contract(folder: Path) -> None:
    products = json_lines(folder / "products.jsonl")
    issued = {product["id"]: product["issued_at"] for product in products}
    assert len(issued) == len(products) == len({product["number"] for product in products})
    people = {row["id"] for row in table(folder / "people.csv")}
    organisations = {row["id"] for row in table(folder / "organisations.csv")}
    receivers = people | organisations | {row["id"] for row in table(folder / "groups.csv")}
    scheme = shipped_scheme()
    for product in products:
        assert product["title"] and product["originator"] in organisations
        scheme.parse(product["marking"])
        assert all(issued[parent] < product["issued_at"] for parent in product.get("derived_from", []))
        assert product["distribution"] and set(product["distribution"]) <= receivers
        assert product["authors"] and set(product["authors"]) <= people
        assert 3 <= len(product["portions"]) <= 9
        assert len({portion["id"] for portion in product["portions"]}) == len(product["portions"])
        for portion in product["portions"]:
            scheme.parse(portion["marking"])
            assert 40 <= len(portion["text"].split()) <= 120, portion["text"]
            assert not re.search(r"[{}]| {2}|\b(de|à) le (Corvane|Brévain)", portion["text"])


def test_a_product_is_marked_at_least_as_high_as_its_portions(folder: Path) -> None:
    scheme = shipped_scheme()
    for product in json_lines(folder / "products.jsonl"):
        whole = scheme.parse(product["marking"])
        raised = scheme.highest([whole, *(scheme.parse(portion["marking"]) for portion in product["portions"])])
        assert raised.print("en") == whole.print("en"), product["id"]


def test_products_are_distinct_and_derived_ones_share_content(folder: Path) -> None:
    products = json_lines(folder / "products.jsonl")
    own = [p["text"] for product in products if "derived_from" not in product for p in product["portions"]]
    assert len(set(own)) >= 0.97 * len(own)
    texts = {product["id"]: {p["text"] for p in product["portions"]} for product in products}
    derived = [product for product in products if "derived_from" in product]
    verbatim = [
        any(texts[product["id"]] & texts[parent] for parent in product["derived_from"]) for product in derived
    ]
    assert any(verbatim) and not all(verbatim)


def test_events_resolve_and_have_times(folder: Path) -> None:
    events = json_lines(folder / "events.jsonl")
    issued = {p["id"]: parse_instant(p["issued_at"]) for p in json_lines(folder / "products.jsonl")}
    people = table(folder / "people.csv")
    known = {row["id"] for name in ("people", "groups", "organisations") for row in table(folder / f"{name}.csv")}
    known |= {account for row in people for account in row["accounts"].split(";")}
    organisations = {row["id"] for row in table(folder / "organisations.csv")}
    assert len({event["id"] for event in events}) == len(events)
    unknown = 0
    for event in events:
        time = when(event)
        assert event["organisation"] in organisations
        assert event["basis"] in {"addressed", "arrival", "act"}
        if event["kind"] == "excerpted":
            assert event["detail"]["into"] in issued
        assert time.latest >= issued[event["product"]]
        unknown += sum(event.get(role) not in known for role in ("actor", "recipient") if role in event)
    assert 20 <= unknown <= 0.02 * len(events)  # hurried names that nobody can resolve


def test_one_log_has_a_hole_and_one_body_has_no_log(folder: Path) -> None:
    events = json_lines(folder / "events.jsonl")
    prints = Counter(
        when(event).earliest.date().isoformat()[:10]
        for event in events
        if event["kind"] == "printed" and event["organisation"] == "CBV"
    )
    assert not [day for day in prints if "2025-10-06" <= day < "2025-10-20"]
    assert sum(count for day, count in prints.items() if "2025-09-01" <= day < "2025-10-06") >= 5
    assert not [
        e for e in events if e["organisation"] == "ELC" and e["kind"] in {"opened", "printed", "delivered"}
    ]
    assert sum(event.get("actor") == "portal:fod-watch" for event in events) >= 20


def test_native_files_hold_what_the_summary_counts(folder: Path, summary: ExampleSummary) -> None:
    native = folder / "native"
    numbers = {product["number"] for product in json_lines(folder / "products.jsonl")}
    records = 0
    for mapping in sorted(native.glob("*.toml")):
        source = tomllib.loads(mapping.read_text(encoding="utf-8"))
        columns = {value for value in source["event"].values() if not value.startswith("=")}
        if source["source"]["kind"] == "xlsx":
            sheet = openpyxl.load_workbook(mapping.with_suffix(".xlsx"))[source["source"]["sheet"]]
            rows = list(sheet.iter_rows(min_row=source["source"]["header"], values_only=True))
            header, *values = rows
            found = [dict(zip(header, row, strict=True)) for row in values]
            assert all(isinstance(row["Date"], datetime) for row in found)
        else:
            found = list(table(mapping.with_suffix(".csv")))
        assert found and columns <= set(found[0])
        assert {row["Document No"] for row in found} <= numbers
        records += len(found)
    statements = table(native / "statements.csv")
    assert {row["product"] for row in statements} <= numbers and all(row["recorded_by"] for row in statements)
    singles = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted((native / "mail").glob("*.eml"))
    ]
    box = mailbox.mbox(native / "forwards.mbox", create=False)
    assert records + len(statements) + len(singles) + len(box) == summary.native_records
    for message in singles[:-1]:
        body = message.get_body(("plain",))
        assert body is not None and re.search("Original Message|Message d'origine", body.get_content())
        assert message["Date"].datetime and message["From"].addresses and message["To"].addresses
    assert singles[-1]["To"].addresses[0].domain == "ombudsman.example"


def test_articles_and_their_truth_agree(folder: Path) -> None:
    articles = {article["id"]: article for article in json_lines(folder / "disclosures.jsonl")}
    products = {product["id"]: product for product in json_lines(folder / "products.jsonl")}
    people = {row["id"] for row in table(folder / "people.csv")}
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert set(truth) == set(articles)
    for identifier, answer in truth.items():
        article = articles[identifier]
        assert 150 <= len(article["text"].split()) <= 450
        assert answer["source"]["kind"] in {"person", "outside", "none"}
        assert answer["source"]["kind"] != "person" or answer["source"]["id"] in people
        for drawn in answer["draws_on"]:
            product = products[drawn["product"]]
            assert product["issued_at"] < article["published_at"]
            portion = next(p for p in product["portions"] if p["id"] == drawn["portion"])
            runs = longest_common_run(article["text"], portion["text"])
            if drawn["form"] == "quote":
                assert runs >= 7
            elif drawn["form"] == "paraphrase":
                assert runs <= 6
            elif drawn["form"] == "translation":
                assert (product["language"], article["language"]) == ("en", "fr")
    forms = Counter(drawn["form"] for answer in truth.values() for drawn in answer["draws_on"])
    assert set(forms) == {"quote", "paraphrase", "translation", "public"}
    assert len({drawn["product"] for drawn in truth["art-4"]["draws_on"]}) == 2
    assert truth["art-6"]["draws_on"] == []


def longest_common_run(left: str, right: str) -> int:
    """The number of words in the longest run that both texts have."""
    words = [re.findall(r"\w+", text.lower()) for text in (left, right)]
    longest, before = 0, [0] * (len(words[1]) + 1)
    for word in words[0]:
        now = [0] * (len(words[1]) + 1)
        for index, other in enumerate(words[1]):
            if word == other:
                now[index + 1] = before[index] + 1
        longest, before = max(longest, *now), now
    return longest


def test_what_was_public_was_public_before(folder: Path) -> None:
    article = next(a for a in json_lines(folder / "disclosures.jsonl") if a["id"] == "art-5")
    earlier = json_lines(folder / "public.jsonl")
    assert all(row["published_at"] and row["text"] for row in earlier)
    report = next(row for row in earlier if row["id"] == "pub-01")
    assert report["published_at"] < article["published_at"]
    assert "4 600" in report["text"].replace("\u202f", " ").replace("\u00a0", " ") and "4 600" in article["text"]


def test_each_source_had_access_in_the_record_or_in_a_statement(folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    articles = {article["id"]: article for article in json_lines(folder / "disclosures.jsonl")}
    owners = {
        account: row["id"]
        for row in table(folder / "people.csv")
        for account in row["accounts"].split(";")
        if account != "portal:fod-watch"
    }
    events = json_lines(folder / "events.jsonl")
    for identifier, answer in truth.items():
        if answer["source"]["kind"] != "person":
            continue
        cut = parse_instant(articles[identifier]["published_at"])
        for product in {drawn["product"] for drawn in answer["draws_on"]}:
            reached = {
                owners.get(event[role], event[role])
                for event in events
                if event["product"] == product and when(event).latest < cut
                for role in ("actor", "recipient")
                if role in event
            }
            assert answer["source"]["id"] in reached, (identifier, product)


def test_what_got_out_elsewhere_leaves_only_a_delivery_to_a_body(folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    product = truth["art-7"]["draws_on"][0]["product"]
    events = [event for event in json_lines(folder / "events.jsonl") if event["product"] == product]
    assert [event["kind"] for event in events if event.get("recipient") == "LOI"] == ["disseminated", "delivered"]
    assert not [row for row in table(folder / "people.csv") if row["organisation"] == "LOI"]


def test_nobody_is_accused_in_any_text(folder: Path) -> None:
    barred = re.compile("|".join(("sus" + "pect", "gui" + "lty", "cul" + "prit", "lea" + "ker")), re.IGNORECASE)
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".xlsx":
            assert not barred.search(path.read_text(encoding="utf-8")), path.name
