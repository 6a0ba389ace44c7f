"""Questions across products, as a script would ask them."""

from __future__ import annotations

import json
from pathlib import Path

from cli_program import Tearline


def test_common_holders_readership_and_who_was_told_what(small: Path, tearline: Tearline) -> None:
    def ask(*words: str) -> dict[str, object]:
        return tearline(*words, "--json", "--workspace", small).document

    shared = ask("common", "R1", "R2", "--unmask", "test")
    assert [one["person"] for one in shared["common"]] == ["max"]
    assert shared["holders"] == [7, 1]
    assert shared["basis"]["parameters"]["command"] == "common"
    either = ask("common", "R1", "R2", "--least", "1")
    assert len(either["common"]) == 7
    assert "max" not in json.dumps(either["common"])

    (first,) = ask("readership", "R1", "--unmask", "test")["readership"]
    assert (first["listed"], first["reached"], first["opened"], first["never_opened"]) == (1, 1, 1, [])
    assert len(ask("readership")["readership"]) == 3

    of_ben = ask("told", "--person", "ben", "--unmask", "test")
    assert [(one["event"], one["kind"], one["by"]) for one in of_ben["told"]] == [
        ("e3", "forwarded", "max"),
        ("e4", "opened", None),
    ]
    masked = ask("told", "--organisation", "BANK", "--since", "2025-03-12")
    assert [one["event"] for one in masked["told"]] == ["e4"]
    pseudonym = masked["told"][0]["person"]
    assert pseudonym.startswith("P-")
    assert len(ask("told", "--person", pseudonym)["told"]) == 2
    stranger = ask("told", "--person", "somebody from the press office")
    assert [one["level"] for one in stranger["told"]] == ["opened"]
    assert ask("told", "--person", "nobody")["told"] == []


def test_what_cannot_be_asked_is_said(small: Path, tearline: Tearline) -> None:
    for words, field in (
        (("common", "R1"), "PRODUCT"),
        (("common", "R1", "R9"), "PRODUCT"),
        (("common", "R1", "R2", "--least", "3"), "--least"),
        (("told",), "--person"),
        (("told", "--organisation", "NOBODY"), "--organisation"),
        (("told", "--person", "ben", "--since", "2025-03-12", "--until", "2025-03-11"), "--until"),
    ):
        done = tearline(*words, "--workspace", small)
        assert done.code == 2
        assert field in done.err


def test_at_a_terminal_they_are_words(small: Path, tearline: Tearline) -> None:
    assert "Holders of each: R1 7, R2 1" in tearline("common", "R1", "R2", "--workspace", small).out
    assert "never opened" in tearline("readership", "R1", "--workspace", small).out
    assert "opened e4" in tearline("told", "--person", "ben", "--workspace", small).out
