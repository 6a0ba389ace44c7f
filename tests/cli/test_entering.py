"""Entries by hand: sheet after sheet at a real terminal, paper kept beside them, a second person who confirms."""

from __future__ import annotations

import io
import json
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from cli_program import Run, Tearline
from cli_small_world import SMALL
from cli_terminal import Terminal

from tearline.cli import main
from tearline.cli.keyboard import completions
from tearline.cli.remembered import Remembered, recall, remember
from tearline.cli.sheets import when
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream
from tearline.workspace import create_workspace, open_workspace


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the small world in it, to be copied."""
    files = tmp_path_factory.mktemp("files")
    for name, text in SMALL.items():
        (files / name).write_text(text, encoding="utf-8")
    folder = tmp_path_factory.mktemp("loaded") / "workspace"
    create_workspace(folder).load([files])
    return folder


@pytest.fixture
def small(loaded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(loaded, tmp_path / "workspace"))


@pytest.fixture
def tearline(monkeypatch: pytest.MonkeyPatch) -> Tearline:
    """The program away from a terminal, in this process: what is at stake here is what it records."""

    def run(*words: str | Path, cwd: Path | None = None) -> Run:
        out, err = io.StringIO(), io.StringIO()
        monkeypatch.setattr(sys, "argv", ["tearline", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        code: object = 0
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main()
            except SystemExit as end:
                code = end.code
        return Run(int(code or 0), out.getvalue(), err.getvalue())  # type: ignore[call-overload]

    return run


def bodies(workspace: Path, stream: Stream) -> list[dict[str, Any]]:
    return open_workspace(workspace)._ledger.bodies(stream)


def typed(workspace: Path) -> list[dict[str, Any]]:
    """The entries by hand that count, in order."""
    gone = {body["retracts"] for body in bodies(workspace, Stream.BATCHES)}
    made = [body for body in bodies(workspace, Stream.EVENTS) if body["id"].startswith("H-")]
    return [body for body in made if body["batch"] not in gone]


def test_a_reading_log_is_entered_line_after_line_with_names_completed(small: Path) -> None:
    at = Terminal("record", "--workspace", small)
    at.answer("What lies before you", "reading log")
    at.see("Whose records these are: ")
    at.type("minis\t")
    at.see("Ministry")
    at.say("")
    at.answer("Which day (2026-03-14): ", "2025-03-18")
    at.see("Which paper (id, number or title): ")
    at.type("grain shipments th\t")
    at.see("Grain shipments through Port Alder")
    at.say("")
    at.see("Who read it: ")
    at.type("read\t")
    at.see("Reader, Max")
    at.say("")
    at.answer("[2025-03-18]: ", "9:05")
    at.answer("Copy: ", "4")
    at.see("recorded as H-")
    # The next line: the same paper, another reader, another day of the same month.
    at.answer("[R1]: ", "")
    at.see("Who read it: ")
    at.say("Somebody Else")
    at.see("nobody on record is called 'Somebody Else': kept as written")
    at.answer("[2025-03-18]: ", "21")
    at.answer("Copy: ", "")
    at.see("recorded as H-")
    at.answer("[R1]: ", ":done")
    at.answer("What lies before you", ":done")
    at.see("2 entries recorded.")
    assert at.end() == 0
    first, second = typed(small)
    assert (first["kind"], first["product"], first["actor"], first["copy"]) == ("opened", "R1", "Max Reader", "4")
    assert (first["at_earliest"], first["organisation"]) == ("2025-03-18T09:05:00Z", "MIN")
    assert first["system"] == "reading-log"
    assert second["actor"] == "Somebody Else"
    assert (second["at_earliest"], second["at_latest"][:19]) == ("2025-03-21T00:00:00Z", "2025-03-21T23:59:59")
    assert recall(small) == Remembered("MIN", "R1", "2025-03-21")


def test_the_last_entry_is_undone_by_retraction_and_stays_on_record(small: Path, tearline: Tearline) -> None:
    at = Terminal("record", "--workspace", small)
    at.answer("What lies before you", "contents page")
    at.answer("Whose records these are", "MIN")
    at.answer("Whose binder it is: ", "Max Reader")
    at.answer("Which day", "2025-03-18")
    for paper in ("R1", "R2"):
        at.answer("Which paper (id, number or title): ", paper)
        at.answer("Copy: ", "")
        at.see("recorded as H-")
    at.answer("Which paper", ":undo")
    at.see("no longer counts")
    at.answer("Which paper", ":undo")
    at.see("no longer counts")
    at.answer("Which paper", ":undo")
    at.see("Nothing was entered in this session")
    at.answer("Which paper", "R1-S")
    at.answer("Copy: ", "")
    at.see("recorded as H-")
    at.see("Which paper")
    at.type("\x04")
    at.answer("What lies before you", "")
    assert at.end() == 0
    (left,) = typed(small)
    assert (left["kind"], left["product"], left["recipient"]) == ("delivered", "R1-S", "Max Reader")
    assert len([b for b in bodies(small, Stream.EVENTS) if b["id"].startswith("H-")]) == 3, "nothing is erased"
    reasons = [body["reason"] for body in bodies(small, Stream.BATCHES) if body["retracts"]]
    assert reasons == ["taken back at the keyboard"] * 2
    assert tearline("verify", "--deep", "--workspace", small, "--json").document["ok"]


def test_what_was_last_is_offered_again_in_the_next_session(small: Path) -> None:
    remember(small, Remembered("MIN", "R1", "2025-03-18"))
    at = Terminal("record", "--workspace", small)
    at.answer("What lies before you", "receipt")
    at.answer("Whose records these are [MIN]: ", "")
    at.answer("Which day (2026-03-14) [2025-03-18]: ", "")
    at.answer("[R1]: ", "")
    at.answer("Who signed for it: ", "ben banker")
    at.answer("[2025-03-18]: ", "")
    at.answer("Copy: ", "")
    at.see("recorded as H-")
    at.answer("[R1]: ", ":done")
    at.answer("What lies before you", ":done")
    assert at.end() == 0
    (entry,) = typed(small)
    assert (entry["kind"], entry["actor"], entry["at_earliest"]) == (
        "received",
        "Ben Banker",
        "2025-03-18T00:00:00Z",
    )


def test_a_statement_is_taken_down_and_mistakes_are_asked_again(small: Path) -> None:
    at = Terminal("record", "--workspace", small)
    at.answer("What lies before you", "diary")
    at.see("'diary' is not one of")
    at.answer("What lies before you", "state")
    at.answer("Who states it: ", "Judy Judge")
    at.answer("Whose records these are: ", "")
    at.answer("What happened (briefed, shown, delivered, opened): ", "told")
    at.see("'told' is not one of")
    at.answer("What happened", "briefed")
    at.answer("Which paper", "R9")
    at.see("no registered product is 'R9'")
    at.answer("Which paper", "svc 25 001")
    at.answer("Who told or showed it: ", "Max Reader")
    at.answer("To whom: ", "a visitor")
    at.answer("When", "03/04/2025")
    at.see("is not a time")
    at.answer("When", "2025-03-16")
    at.answer("Until when at the latest: ", "2025-03-19")
    at.answer("Note: ", "in the corridor")
    at.see("recorded as H-")
    at.answer("What happened", ":done")
    at.answer("What lies before you", ":done")
    assert at.end() == 0
    (entry,) = typed(small)
    assert (entry["kind"], entry["product"], entry["basis"]) == ("briefed", "R1", "attested")
    assert (entry["at_earliest"][:10], entry["at_latest"][:10]) == ("2025-03-16", "2025-03-19")
    assert entry["detail"] == {"recorded_by": "Judy Judge", "note": "in the corridor"}


def test_options_that_lack_something_are_completed_at_the_terminal(small: Path) -> None:
    at = Terminal("record", "--kind", "opened", "--product", "R1", "--by", "Judy Judge", "--workspace", small)
    at.answer("Who did it: ", "ben")
    at.answer("To whom: ", "")
    at.answer("When", "2025-03-18T10:00Z")
    at.answer("Until when", "")
    at.answer("Note: ", "")
    at.see("Recorded as H-")
    assert at.end() == 0
    assert typed(small)[0]["actor"] == "ben"


def test_names_are_completed_only_after_the_look_up_is_on_record(small: Path) -> None:
    at = Terminal("record", "--purpose", "typing the log", "--workspace", small)
    at.answer("What lies before you", ":done")
    assert at.end() == 0
    last = bodies(small, Stream.LOOKUPS)[-1]
    assert (last["command"], last["purpose"]) == ("record", "typing the log")
    assert last["unmask"] == "names completed at the keyboard"


def test_away_from_a_terminal_nothing_is_asked(small: Path, tearline: Tearline) -> None:
    done = tearline("record", "--kind", "opened", "--workspace", small)
    assert done.code == 2
    assert "--product, --at, --actor" in done.err


@pytest.mark.parametrize(
    ("said", "meant"),
    [("9:05", "2025-03-18T09:05Z"), ("4", "2025-03-04"), ("2025-03", "2025-03"), ("2025-04-01", "2025-04-01")],
)
def test_a_time_is_short_to_type(said: str, meant: str) -> None:
    assert when(said, "2025-03-18") == meant


@pytest.mark.parametrize("said", ["32", "25:61", "03/04/2025", "yesterday"])
def test_no_time_is_guessed(said: str) -> None:
    with pytest.raises(BadInput):
        when(said, "2025-03-18")


def test_completion_knows_no_case_and_no_accents() -> None:
    known = dict.fromkeys(("Château Rouge", "chat", "Other"), "x")
    assert completions("CHATEAU", known) == ["Château Rouge"]
    assert completions("cha", known) == ["Château Rouge", "chat"]


def test_what_is_remembered_survives_being_damaged(tmp_path: Path) -> None:
    assert recall(tmp_path) == Remembered()
    (tmp_path / "keyboard.json").write_text("{not json")
    assert recall(tmp_path) == Remembered()
    (tmp_path / "keyboard.json").write_text('{"stranger": 1}')
    assert recall(tmp_path) == Remembered()


# Paper ---------------------------------------------------------------------------------------------------------


def enter(tearline: Tearline, small: Path, *more: str | Path) -> dict[str, Any]:
    done = tearline(
        "record", "--kind", "opened", "--product", "R1", "--actor", "Ben Banker", "--at", "2025-03-18",
        *more, "--workspace", small, "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    event: dict[str, Any] = done.document["event"]
    return event


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "page 17.pdf"
    path.write_bytes(b"%PDF-1.7 not to be opened \0\xff" * 1000)
    return path


def test_a_scan_is_kept_as_received_beside_what_was_typed_from_it(
    small: Path, scan: Path, tearline: Tearline
) -> None:
    first = enter(tearline, small, "--scan", scan)
    second = enter(tearline, small, "--note", "second line", "--scan", scan)
    (kept,) = (small / "received").iterdir()
    assert kept.read_bytes() == scan.read_bytes()
    assert kept.stat().st_mode & 0o777 == 0o400
    assert first["detail"]["scan"] == second["detail"]["scan"] == kept.name
    batch = next(b for b in bodies(small, Stream.BATCHES) if b["batch"] == first["batch"])
    assert batch["files"] == [{"name": "page 17.pdf", "sha256": kept.name, "size": scan.stat().st_size}]
    shown = tearline("record", "--show", first["id"], "--workspace", small, "--json").document
    assert "custody" in {stream["stream"] for stream in shown["basis"]["streams"]}
    assert shown["scans"] == [{"sha256": kept.name, "size": scan.stat().st_size, "name": None, "kept": True}]
    assert tearline("verify", "--workspace", small, "--json").document["ok"]


@pytest.mark.parametrize("what", ["changed", "missing"])
def test_verify_notices_a_scan_that_is_no_longer_what_was_received(
    small: Path, scan: Path, tearline: Tearline, what: str
) -> None:
    enter(tearline, small, "--scan", scan)
    (kept,) = (small / "received").iterdir()
    kept.chmod(0o600)
    if what == "changed":
        kept.write_bytes(kept.read_bytes()[:-1] + b"!")
    else:
        kept.unlink()
    done = tearline("verify", "--workspace", small, "--json")
    assert done.code == 3
    (fault,) = done.document["faults"]
    assert fault["where"] == f"received/{kept.name}"
    assert what in fault["what"]
    assert "page 17.pdf" in fault["what"]


def test_a_scan_that_cannot_be_kept_records_nothing(small: Path, tmp_path: Path, tearline: Tearline) -> None:
    empty = tmp_path / "empty.pdf"
    empty.touch()
    before = len(bodies(small, Stream.EVENTS))
    for path in (empty, tmp_path, tmp_path / "absent.pdf"):
        done = tearline(
            "record", "--kind", "opened", "--product", "R1", "--actor", "ben", "--at", "2025-03-18",
            "--scan", path, "--workspace", small,
        )  # fmt: skip
        assert done.code == 2, done.err
    assert len(bodies(small, Stream.EVENTS)) == before
    assert not list((small / "received").glob("*"))


def test_an_entry_that_does_not_hold_keeps_no_scan(small: Path, scan: Path, tearline: Tearline) -> None:
    done = tearline(
        "record", "--kind", "opened", "--product", "R9", "--actor", "ben", "--at", "2025-03-18",
        "--scan", scan, "--workspace", small,
    )  # fmt: skip
    assert done.code == 2
    assert not (small / "received").exists()


# A second person -----------------------------------------------------------------------------------------------


def test_a_second_person_confirms_and_the_event_stays_as_it_was(small: Path, tearline: Tearline) -> None:
    event = enter(tearline, small, "--by", "Judy Judge", "--note", "seen in the register of Ben Banker")
    before = bodies(small, Stream.EVENTS)
    done = tearline("record", "--confirm", event["id"], "--by", "Gus Guard", "--workspace", small, "--json")
    assert done.code == 0, done.err
    assert done.document["confirmation"]["event"] == event["id"]
    again = tearline("record", "--confirm", event["id"], "--by", "gus", "--workspace", small, "--json").document
    assert again == done.document, "confirming again changes nothing"
    assert bodies(small, Stream.EVENTS) == before
    masked = tearline("record", "--show", event["id"], "--workspace", small, "--json")
    assert masked.document["attestations"] == 2
    for name in ("Judy", "Gus", "Banker", "judy", "gus", "ben"):
        assert name not in masked.out
    shown = tearline("record", "--show", event["id"], "--unmask", "t", "--workspace", small, "--json").document
    assert shown["event"]["stated_by"] == "judy"
    assert [one["by"] for one in shown["confirmations"]] == ["gus"]
    assert shown["confirmations"][0]["same_login"] is True
    assert bodies(small, Stream.LOOKUPS)[-1]["command"] == "record --show"
    plain = tearline("record", "--show", event["id"], "--unmask", "t", "--workspace", small)
    assert "confirmed by gus" in plain.out
    assert tearline("verify", "--deep", "--workspace", small, "--json").document["ok"]
    assert tearline("trace", "R1", "--workspace", small, "--json").code == 0


@pytest.mark.parametrize("name", ["Judy Judge", "judy", "JUDY  JUDGE", "Judge, Judy"])
def test_nobody_confirms_their_own_entry(small: Path, tearline: Tearline, name: str) -> None:
    event = enter(tearline, small, "--by", "Judy Judge")
    done = tearline("record", "--confirm", event["id"], "--by", name, "--workspace", small)
    assert done.code == 4
    assert "own entry" in done.err
    assert not bodies(small, Stream.CUSTODY)


def test_the_login_that_entered_it_cannot_confirm_it_by_its_own_name(small: Path, tearline: Tearline) -> None:
    event = enter(tearline, small)
    login = next(b for b in bodies(small, Stream.BATCHES) if b["batch"] == event["batch"])["by"]
    done = tearline("record", "--confirm", event["id"], "--by", login, "--workspace", small)
    assert done.code == 4


def test_what_is_no_entry_by_hand_is_not_confirmed(small: Path, tearline: Tearline) -> None:
    event = enter(tearline, small)
    gone = enter(tearline, small)
    tearline("intake", "--retract", gone["batch"], "--reason", "wrong", "--workspace", small)
    for identifier, says in (("e1", "not entered by hand"), (gone["id"], "taken back"), ("H-0", "no event")):
        done = tearline("record", "--confirm", identifier, "--by", "Gus Guard", "--workspace", small)
        assert done.code == 2
        assert says in done.err
    for who in ("list-min", "MIN"):
        done = tearline("record", "--confirm", event["id"], "--by", who, "--workspace", small)
        assert (done.code, "one person" in done.err) == (2, True)
    done = tearline("record", "--confirm", event["id"], "--workspace", small)
    assert (done.code, "--by" in done.err) == (2, True)


# A mapping that is proposed ------------------------------------------------------------------------------------


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "register.csv"
    path.write_text("Date,Document,Name\n03/04/2025,R1,Max Reader\n", encoding="utf-8")
    return path


def test_a_proposed_mapping_is_printed_and_written_only_where_it_is_asked_for(
    small: Path, log: Path, tearline: Tearline
) -> None:
    done = tearline("intake", "--suggest", log, "--workspace", small, "--json")
    assert done.code == 0, done.err
    assert {"mapping", "rows", "unsure"} <= done.document.keys()
    assert not log.with_suffix(".toml").exists()
    out = log.with_name("out.toml")
    assert tearline("intake", "--suggest", log, "--out", out, "--workspace", small, "--json").code == 0
    assert out.read_text(encoding="utf-8") == done.document["mapping"]
    again = tearline("intake", "--suggest", log, "--out", out, "--workspace", small, "--json")
    assert (again.code, "there already" in again.err) == (2, True)


def test_at_a_terminal_what_only_a_person_can_say_is_asked_and_a_yes_waited_for(
    small: Path, log: Path, tearline: Tearline
) -> None:
    at = Terminal("intake", "--suggest", log, "--organisation", "MIN", "--workspace", small)
    answers = {"How are dates": "%d/%m/%Y", "What was done": "opened"}
    for asks, answer in answers.items():
        at.answer(asks, answer)
    at.answer("Write this mapping to", "n")
    at.see("Nothing was written")
    assert at.end() == 0
    assert not log.with_suffix(".toml").exists()
    at = Terminal("intake", "--suggest", log, "--organisation", "MIN", "--workspace", small)
    for asks, answer in answers.items():
        at.answer(asks, answer)
    at.see("2025-04-03")
    at.answer("Write this mapping to", "y")
    at.see("Written.")
    assert at.end() == 0
    done = tearline("intake", log, "--mapping", log.with_suffix(".toml"), "--workspace", small, "--json")
    assert json.loads(done.out)["accepted"] == 1
