"""The first day: a report and an article, and no handling record yet. Every question has an answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_program import Tearline
from cli_small_world import SMALL


@pytest.fixture
def first_day(fresh: Path, tmp_path: Path, tearline: Tearline) -> Path:
    names = ("organisations.csv", "people.csv", "groups.csv", "products.jsonl", "disclosures.jsonl")
    for name in names:
        (tmp_path / name).write_text(SMALL[name], encoding="utf-8")
    assert tearline("load", *(tmp_path / name for name in names), "--workspace", fresh).code == 0
    return fresh


@pytest.mark.parametrize(
    "question",
    [
        ("match", "--all"),
        ("trace", "R1"),
        ("handling",),
        ("leads", "art"),
        ("investigate", "art"),
        ("requests", "propose", "art"),
        ("exposures", "--out", "OUT"),
    ],
    ids=lambda words: words[0],
)
def test_every_question_is_answered_without_a_single_event(
    question: tuple[str, ...], first_day: Path, tmp_path: Path, tearline: Tearline
) -> None:
    for words in (question, (*question, "--json")) if question[0] == "trace" else (question,):
        named = [str(tmp_path / "exposures.parquet") if word == "OUT" else word for word in words]
        done = tearline(*named, "--workspace", first_day)
        assert done.code == 0, done.err
        assert done.out


def test_tables_keep_whole_ids_where_there_is_no_window(first_day: Path, tearline: Tearline) -> None:
    shown = tearline("trace", "R1", "--workspace", first_day)
    whole = tearline("trace", "R1", "--json", "--workspace", first_day).document["holders"]
    assert whole
    assert all(holder["person"] in shown.out for holder in whole)


def test_a_full_quarantine_is_told_by_reason(fresh: Path, tmp_path: Path, tearline: Tearline) -> None:
    rows = "".join(f"b{number},Body {number},nonsense\n" for number in range(30))
    (tmp_path / "organisations.csv").write_text(f"id,name,kind\n{rows}", encoding="utf-8")
    assert tearline("load", tmp_path / "organisations.csv", "--workspace", fresh).code == 0
    shown = tearline("quarantine", "--workspace", fresh)
    assert "30 × 'nonsense' is not one of" in shown.out
    assert "first in organisations.csv, line 2" in shown.out
    assert len(shown.out.splitlines()) < 6


def test_init_says_that_a_list_of_protected_addresses_was_shipped_and_where_to_edit_it(
    tmp_path: Path, tearline: Tearline
) -> None:
    done = tearline("init", "--workspace", tmp_path / "made")
    assert done.code == 0
    path = tmp_path / "made" / "protected.toml"
    assert str(path) in done.out and "as it is shipped" in done.out and "sealed unread" in done.out
    assert "addresses = [" in path.read_text(encoding="utf-8")
