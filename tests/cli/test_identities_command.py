"""`identities`: what is listed, decided and shown, and that names stay under pseudonyms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_program import Run, Tearline

NAMES = ("Hartwell, Edmund", "ehartwell@min.example", "Somebody Else")


@pytest.fixture
def named(small: Path, tmp_path: Path, tearline: Tearline) -> Path:
    """A workspace in which three names that no register knows opened R1, in one batch."""
    more = tmp_path / "events.jsonl"
    rows = [
        {"id": f"n{at}", "kind": "opened", "product": "R1", "at": "2025-03-12T09:00:00Z", "actor": name}
        for at, name in enumerate(NAMES)
    ]
    more.write_text("\n".join(map(json.dumps, rows)))
    assert tearline("load", more, "--workspace", small).code == 0
    return small


def ask(tearline: Tearline, workspace: Path, *words: str) -> Run:
    return tearline("identities", *words, "--unmask", "test", "--workspace", workspace, "--json")


def people(tearline: Tearline, workspace: Path) -> set[str]:
    """Those of the names that are holders."""
    traced = tearline("trace", "R1", "--unmask", "test", "--workspace", workspace, "--json").document
    return {holder["person"] for holder in traced["holders"]} & set(NAMES)


def test_names_that_are_the_same_are_one_holder_until_somebody_decides(named: Path, tearline: Tearline) -> None:
    assert people(tearline, named) == {"Hartwell, Edmund", "Somebody Else"}
    found = ask(tearline, named).document
    assert [(link["name"], link["same_as"], link["by"]) for link in found["links"]] == [
        ("ehartwell@min.example", "Hartwell, Edmund", "machine")
    ]
    assert found["links"][0]["score"] >= found["link"] == 0.9
    assert found["links"][0]["reason"]
    different = ("--different", NAMES[1], NAMES[0], "--reason", "another Hartwell")
    assert ask(tearline, named, *different).code == 0
    assert people(tearline, named) == set(NAMES)
    assert ask(tearline, named, "--join").code == 0
    assert people(tearline, named) == set(NAMES), "what a person decided stands"
    assert ask(tearline, named, "--same", NAMES[2], "max", "--reason", "he says so").code == 0
    assert people(tearline, named) == {NAMES[0], NAMES[1]}
    assert tearline("verify", "--deep", "--workspace", named).code == 0


def test_names_are_masked_and_the_look_up_is_recorded(named: Path, tearline: Tearline) -> None:
    for words in (("--json",), ()):
        done = tearline("identities", "--workspace", named, *words)
        assert done.code == 0, done.err
        assert not any(name in done.out for name in NAMES)
    streams = tearline("verify", "--workspace", named, "--json").document["streams"]
    assert next(stream["size"] for stream in streams if stream["stream"] == "lookups") == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--same", NAMES[0], "max"),
        ("--same", "Nobody, Ever", "max", "--reason", "r"),
        ("--same", NAMES[0], "MIN", "--reason", "r"),
        ("--same", NAMES[0], "max", "--different", NAMES[0], "mia", "--reason", "r"),
    ],
)
def test_what_is_no_decision_changes_nothing(named: Path, tearline: Tearline, words: tuple[str, ...]) -> None:
    before = ask(tearline, named).document["links"]
    done = ask(tearline, named, *words)
    assert done.code == 2
    assert done.err
    assert ask(tearline, named).document["links"] == before
