"""What is found by content is shown beside declared lineage; declaring it is one step, and can be undone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_program import Tearline
from cli_small_world import VESSELS


@pytest.fixture
def copied(small: Path, tmp_path: Path, tearline: Tearline) -> Path:
    """The small world and a report that takes over a portion without saying so."""
    row = {
        "id": "M1",
        "title": "Ministry digest",
        "originator": "MIN",
        "issued_at": "2025-03-13T08:00:00Z",
        "marking": "SECRET",
        "portions": [{"id": "4", "text": VESSELS}],
    }
    event = {"id": "m1", "kind": "opened", "product": "M1", "at": "2025-03-14T08:00:00Z", "actor": "mia"}
    (tmp_path / "more-products.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    (tmp_path / "more-events.jsonl").write_text(json.dumps(event) + "\n", encoding="utf-8")
    files = (tmp_path / "more-products.jsonl", tmp_path / "more-events.jsonl")
    assert tearline("load", *files, "--workspace", small).code == 0
    return small


def test_reuse_is_found_at_load_declared_in_one_step_and_taken_back(copied: Path, tearline: Tearline) -> None:
    def traced() -> dict[str, object]:
        return tearline("trace", "R1", "--unmask", "test", "--json", "--workspace", copied).document

    assert (copied / "views" / "reuse").is_dir()
    before = traced()
    (related,) = before["related"]
    assert (related["product"], related["portions"]) == ("M1", [["4", "1"]])
    assert related["evidence"][0]["says"] == "Portion 4 of M1 restates portion 1 of R1."
    assert related["evidence"][0]["kind"] == "verbatim"
    assert "mia" not in {h["person"] for h in before["holders"]}
    assert "by content: Portion 4 of M1" in tearline("trace", "R1", "--workspace", copied).out

    done = tearline("relate", "M1", "R1", "--reason", "same wording", "--json", "--workspace", copied).document
    assert done["relation"]["derived_from"] == ["R1"]
    after = traced()
    assert after["related"] == []
    (mia,) = (h for h in after["holders"] if h["person"] == "mia")
    assert mia["portions"] == ["1"]
    again = tearline("relate", "M1", "R1", "--reason", "same wording", "--json", "--workspace", copied).document
    assert again["relation"]["batch"] is None

    batch = done["relation"]["batch"]
    assert (
        tearline("intake", "--retract", batch, "--reason", "it was the other way", "--workspace", copied).code == 0
    )
    assert traced()["related"] == before["related"]


def test_what_cannot_be_declared_is_said(copied: Path, tearline: Tearline) -> None:
    for words, field in (
        (("M1", "R9", "--reason", "x"), "PRODUCT"),
        (("M1", "M1", "--reason", "x"), "SOURCE"),
        (("R1", "R1-S", "--reason", "x"), "SOURCE"),
        (("M1", "R1", "--reason", " "), "--reason"),
    ):
        done = tearline("relate", *words, "--workspace", copied)
        assert done.code == 2
        assert field in done.err
