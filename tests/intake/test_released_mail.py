"""7,150 released e-mails of a foreign ministry: counts that reconcile, and ten memos traced by hand.

The memos are registered from the mails themselves, as the paragraphs of one message each; the header
lines of every forward listed here were read in the document named.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from intake_world import lines

from tearline.intake import Counts, Place, load, quarantined, take_in
from tearline.intake.mail_chain import read_chain
from tearline.ledger import create_keys, create_ledger
from tearline.records.kinds import Stream

# Document and a word of the subject of the message that is the memo.
MEMOS = {
    "MEMO-01": ("C05766920", "backdrop"),
    "MEMO-02": ("C05762747", "Palau"),
    "MEMO-03": ("C05764807", "Honduras Military"),
    "MEMO-04": ("C05765169", "Berlin"),
    "MEMO-05": ("C05766088", "settlement"),
    "MEMO-06": ("C05780001", "Disruptions"),
    "MEMO-07": ("C05764894", "Bold New"),
    "MEMO-08": ("C05765604", "heyman"),
    "MEMO-09": ("C05761919", "624,000"),
    "MEMO-10": ("C05776024", "QDDR"),
}
# Who passed it to whom (families of the names as written), and the document that shows it; `opened` where somebody
# answered above the memo to the one who had sent it.
FORWARDS = [
    ("MEMO-01", "opened", "H", "sbwhoeop", "C05766974"),
    ("MEMO-02", "forwarded", "H", "Sullivan", "C05762855"),
    ("MEMO-02", "forwarded", "H", "Sullivan", "C05763802"),
    ("MEMO-03", "disseminated", "Koh", "Steinberg", "C05764807"),
    ("MEMO-03", "disseminated", "Koh", "Mills", "C05764807"),
    ("MEMO-03", "forwarded", "Mills", "H", "C05764807"),
    ("MEMO-03", "opened", "H", "Mills", "C05764843"),
    ("MEMO-04", "disseminated", "sbwhoeop", "H", "C05765169"),
    ("MEMO-04", "forwarded", "H", "JilotyLC", "C05760179"),
    ("MEMO-05", "disseminated", "Sullivan", "H", "C05766088"),
    ("MEMO-05", "opened", "H", "Sullivan", "C05766090"),
    ("MEMO-06", "forwarded", "Ross", "Sullivan", "C05779866"),
    ("MEMO-06", "forwarded", "Mills", "H", "C05783837"),
    ("MEMO-07", "disseminated", "Toiv", "Slaughter", "C05764894"),
    ("MEMO-07", "forwarded", "Mills", "H", "C05764903"),
    ("MEMO-08", "forwarded", "H", "Jiloty", "C05765646"),
    ("MEMO-09", "disseminated", "Ross", "Toiv", "C05761919"),
    ("MEMO-10", "disseminated", "Hyde", "Slaughter", "C05776024"),
    ("MEMO-10", "forwarded", "Mills", "H", "C05776024"),
]


@dataclass(frozen=True)
class Taken:
    place: Place
    counts: Counts
    again: Counts
    events: list[dict[str, Any]]


def memo(identifier: str, text: str, word: str) -> Mapping[str, Any]:
    found = [one for one in read_chain(text).messages if one.subject and word.lower() in one.subject.lower()]
    body = max((one.body for one in found), key=len)
    paragraphs = [part for part in re.split(r"\n\s*\n", body) if len(part.split()) > 12] or [body]
    return {
        "id": identifier,
        "title": f"Memo {identifier}",
        "originator": "ministry",
        "issued_at": "2009-01-01",
        "marking": "UNCLASSIFIED",
        "portions": [{"id": str(n), "text": part} for n, part in enumerate(paragraphs, 1)],
    }


@pytest.fixture(scope="module")
def taken(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    source = shared_data / "state-department-mail" / "released_mail.jsonl.gz"
    wanted = {document for document, _ in MEMOS.values()}
    with gzip.open(source, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    texts = {row["doc"]: row["text"] for row in rows if row["doc"] in wanted}
    folder = tmp_path_factory.mktemp("mail")
    products = folder / "products.jsonl"
    products.write_text(lines([dict(memo(name, texts[doc], word)) for name, (doc, word) in MEMOS.items()]))
    mapping = folder / "mail.toml"
    mapping.write_text('[source]\nkind = "mail"\ntimezone = "America/New_York"\n')
    place = Place(create_ledger(folder / "ledger", create_keys(folder / "keys")), folder, "tester")
    load(place, [products])
    counts = take_in(place, [source], mapping=mapping)
    part = folder / "part.jsonl"
    part.write_text(lines([row for n, row in enumerate(rows) if n % 20 == 0 or row["doc"] in wanted]))
    again = take_in(place, [part], mapping=mapping)
    return Taken(place, counts, again, place.ledger.bodies(Stream.EVENTS))


def test_the_counts_reconcile(taken: Taken) -> None:
    total = taken.counts.total()
    assert total.read == total.accepted + total.duplicates + total.quarantined
    assert total.read > 17_000
    assert total.accepted >= 100
    assert len(quarantined(taken.place)) == total.quarantined


def test_a_part_of_it_again_changes_nothing(taken: Taken) -> None:
    assert taken.again.batch is None
    total = taken.again.total()
    assert total.accepted == 0
    assert total.duplicates >= 10
    assert total.read == total.duplicates + total.quarantined


def test_every_memo_was_found_and_most_were_passed_on(taken: Taken) -> None:
    assert {event["product"] for event in taken.events} == set(MEMOS)
    kinds = [event["kind"] for event in taken.events]
    # Passed on, or answered above the quoted memo to people who had it already.
    assert kinds.count("forwarded") > 50
    assert kinds.count("forwarded") + kinds.count("opened") > 70


def family(raw: str | None) -> str:
    return re.split(r"[\W_]", raw or "")[0].casefold()


@pytest.mark.parametrize(("product", "kind", "sender", "recipient", "document"), FORWARDS)
def test_forwards_read_by_hand(
    taken: Taken, product: str, kind: str, sender: str, recipient: str, document: str
) -> None:
    seen = {
        (event["kind"], family(event["actor"]), family(event["recipient"]))
        for event in taken.events
        if event["product"] == product
    }
    assert (kind, sender.casefold(), recipient.casefold()) in seen, document
