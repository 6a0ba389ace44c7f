"""Tampering with a workspace on disk, as the command line finds it: each is found, and said where."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from durable_program import SOURCE, Program
from nacl.public import PrivateKey

from tearline.ledger import Keys, Ledger
from tearline.ledger.commits import COMMITS
from tearline.records.kinds import Stream

Tamper = Callable[[Path], None]


def sealed(workspace: Path) -> None:
    """Put the day's events and people into sealed segments, so that there are some to tamper with."""
    ledger = Ledger.open(workspace / "ledger", Keys.load(workspace / "keys"))
    for stream in (Stream.EVENTS, Stream.PEOPLE):
        ledger.seal(stream)


def segment(workspace: Path, stream: str = "events") -> Path:
    (path,) = (workspace / "ledger" / stream).glob("segment-*.parquet")
    return path


def rewrite(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    """A segment with other lines, a sound Parquet file in itself."""
    table = pq.read_table(path)
    lines = change(table["line"].to_pylist())
    again = pa.table({"line": lines, "leaf": pa.nulls(len(lines), pa.binary(32))}, schema=table.schema)
    pq.write_table(again, path)


def edited_value(workspace: Path) -> None:
    rewrite(segment(workspace), lambda lines: [line.replace('"actor":"p3"', '"actor":"p4"') for line in lines])


def dropped_record(workspace: Path) -> None:
    rewrite(segment(workspace), lambda lines: lines[:20] + lines[21:])


def reordered_records(workspace: Path) -> None:
    rewrite(segment(workspace), lambda lines: [lines[1], lines[0], *lines[2:]])


def dropped_segment(workspace: Path) -> None:
    segment(workspace).unlink()


def exchanged_segments(workspace: Path) -> None:
    one, other = segment(workspace), segment(workspace, "people")
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def truncated_segment(workspace: Path) -> None:
    path = segment(workspace)
    path.write_bytes(path.read_bytes()[:-100])


def edited_tail(workspace: Path) -> None:
    (path,) = (workspace / "ledger" / "lookups").glob("tail-*.jsonl")
    path.write_bytes(path.read_bytes().replace(b"command line", b"court order ", 1))


def truncated_tail(workspace: Path) -> None:
    (path,) = (workspace / "ledger" / "products").glob("tail-*.jsonl")
    path.write_bytes(path.read_bytes()[:-40])


def edited_manifest(workspace: Path) -> None:
    (path,) = (workspace / "ledger" / "people").glob("manifest-*.note")
    path.write_bytes(path.read_bytes().replace(b'"count":13', b'"count":12'))


def dropped_commit(workspace: Path) -> None:
    path = workspace / "ledger" / COMMITS
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))


def forged_checkpoint(workspace: Path) -> None:
    """The last commit states another root, under a signature that is no longer its own."""
    path = workspace / "ledger" / COMMITS
    *before, last = path.read_text().splitlines()
    document = json.loads(last)
    (entry,) = [document["streams"][name] for name in list(document["streams"])[:1]]
    note = entry["checkpoint"].split("\n")
    note[2] = base64.b64encode(hashlib.sha256(b"another history").digest()).decode()
    entry["checkpoint"] = "\n".join(note)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    path.write_text("\n".join([*before, text, ""]))


@pytest.mark.parametrize(
    ("tamper", "where", "what"),
    [
        (edited_value, r"events/segment-\S+", "records 0 to 1\\d\\d was changed"),
        (dropped_record, r"events/segment-\S+", "was changed"),
        (reordered_records, r"events/segment-\S+", "was changed"),
        (dropped_segment, r"events/segment-\S+", "is missing"),
        (exchanged_segments, r"(events|people)/segment-\S+", "was changed"),
        (truncated_segment, r"events/segment-\S+", "was changed"),
        (edited_tail, r"lookups/tail-\S+", "do not add up to the signed root"),
        (truncated_tail, r"products/tail-\S+", "whole lines where"),
        (edited_manifest, r"people/manifest-\S+", ""),
        (dropped_commit, COMMITS, ""),
        (forged_checkpoint, r"\S+", ""),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_verify_finds_it_and_says_where(
    workspace: Path, quick: Program, tamper: Tamper, where: str, what: str
) -> None:
    sealed(workspace)
    tamper(workspace)
    code, document, _ = quick("verify", "--workspace", workspace)
    assert code == 3
    faults = [fault for fault in document["faults"] if re.match(where, fault["where"])]
    assert faults and re.search(what, faults[0]["what"]), document["faults"]


def test_an_untouched_workspace_holds(workspace: Path, quick: Program) -> None:
    sealed(workspace)
    witness = workspace.parent / "witness.json"
    code, document, said = quick("verify", "--deep", "--witness", witness, "--workspace", workspace)
    assert (code, document["ok"], document["faults"], document["leftovers"]) == (0, True, [], []), said


# Rewritten with the right key: only what is kept elsewhere tells. ------------------------------------------


def test_a_rollback_is_found_against_a_witness(workspace: Path, quick: Program) -> None:
    older = workspace.parent / "older"
    shutil.copytree(workspace, older)
    witness = workspace.parent / "newer.json"
    assert quick("trace", "R1", "--workspace", workspace)[0] == 0
    assert quick("checkpoint", "--out", witness, "--workspace", workspace)[0] == 0
    assert quick("verify", "--deep", "--workspace", older)[0] == 0
    code, document, _ = quick("verify", "--witness", witness, "--workspace", older)
    assert code == 3
    told = {fault["where"]: fault["what"] for fault in document["faults"]}
    assert "rolled back" in told[COMMITS] and "rolled back" in told["lookups"]
    code, _, said = quick(
        "proof", "lookups", "--consistency", witness, "--out", workspace.parent / "p.json", "--workspace", older
    )
    assert code == 3 and "rolled back" in said


def test_a_rewritten_history_is_found_against_a_witness(workspace: Path, files: Path, quick: Program) -> None:
    """Everything is told again with one event less, and signed with the workspace's own key."""
    forged = workspace.parent / "forged"
    assert quick("init", "--workspace", forged)[0] == 0
    shutil.rmtree(forged / "ledger")
    shutil.rmtree(forged / "keys")
    shutil.copytree(workspace / "keys", forged / "keys")
    assert quick("init", "--workspace", forged)[0] == 0
    events = files / "first" / "events.jsonl"
    events.write_text("".join(events.read_text().splitlines(keepends=True)[1:]))
    witness = workspace.parent / "witness.json"
    for path in (files / "first", files / "second"):
        assert quick("load", path, "--workspace", forged)[0] == 0
    assert quick("verify", "--deep", "--workspace", forged)[0] == 0
    code, document, _ = quick("verify", "--witness", witness, "--workspace", forged)
    assert code == 3
    told = {fault["where"]: fault["what"] for fault in document["faults"]}
    assert "rewritten" in told["products"] and "people" in told, told
    code, _, said = quick(
        "proof", "products", "--consistency", witness, "--out", forged / "p.json", "--workspace", forged
    )
    assert code == 3 and "rewritten" in said and not (forged / "p.json").exists()


def test_a_swapped_key_is_found_against_the_pinned_one(workspace: Path, quick: Program) -> None:
    pinned = (workspace / "keys" / "ledger.vkey").read_text().strip()
    assert quick("verify", "--key", pinned, "--workspace", workspace)[0] == 0
    other = workspace.parent / "other"
    assert quick("init", "--workspace", other)[0] == 0
    code, document, _ = quick("verify", "--key", pinned, "--workspace", other)
    assert code == 3 and document["faults"]
    for name in ("keys", "ledger"):
        shutil.rmtree(workspace / name)
        shutil.copytree(other / name, workspace / name)
    assert quick("verify", "--workspace", workspace)[0] == 0
    code, document, _ = quick("verify", "--key", pinned, "--workspace", workspace)
    assert code == 3 and any("key" in fault["what"] or "sign" in fault["what"] for fault in document["faults"])


def test_an_answer_is_refused_where_the_record_does_not_hold(workspace: Path, quick: Program) -> None:
    edited = workspace / "ledger" / "products"
    (path,) = edited.glob("tail-*.jsonl")
    path.write_bytes(path.read_bytes()[:-40])
    code, _, said = quick("trace", "R1", "--workspace", workspace)
    assert code == 3 and "products/tail-" in said


# Files that batches refer to by hash. -----------------------------------------------------------------------


def quarantine_files(workspace: Path) -> list[Path]:
    return sorted((workspace / "quarantine").glob("*.jsonl"))


@pytest.mark.parametrize("harm", ["edited", "dropped"])
def test_what_was_refused_is_evidence_too(workspace: Path, quick: Program, harm: str) -> None:
    path = quarantine_files(workspace)[0]
    if harm == "edited":
        path.write_bytes(path.read_bytes().replace(b'"lossy":false', b'"lossy":true ', 1))
    else:
        path.unlink()
    code, document, _ = quick("verify", "--workspace", workspace)
    assert code == 3
    (fault,) = document["faults"]
    assert fault["where"] == f"quarantine/{path.name}"
    assert fault["what"].endswith("was changed" if harm == "edited" else "is missing")


def test_a_leftover_of_quarantine_is_told_and_no_fault(workspace: Path, quick: Program) -> None:
    (workspace / "quarantine" / "B-20250101-0000000000.jsonl.part").write_text("{")
    code, document, _ = quick("verify", "--workspace", workspace)
    assert (code, document["leftovers"]) == (0, ["quarantine/B-20250101-0000000000.jsonl.part"])


MAIL = """From: clerk@svc.example
To: intake@review-body.example
Subject: a complaint
Date: Mon, 10 Mar 2025 10:00:00 +0000
Message-ID: <1@svc.example>

Something about S-1.
"""


@pytest.mark.parametrize("harm", ["edited", "dropped"])
def test_sealed_mail_is_evidence_too(workspace: Path, quick: Program, harm: str) -> None:
    key = bytes(PrivateKey.generate().public_key).hex()
    (workspace / "protected.toml").write_text(f'addresses = ["@review-body.example"]\nindependent_key = "{key}"\n')
    mail = workspace.parent / "mail.eml"
    mail.write_text(MAIL)
    code, document, said = quick("intake", mail, "--workspace", workspace)
    assert code == 0 and document["sealed"] == 1, said
    assert quick("verify", "--workspace", workspace)[0] == 0
    (box,) = (workspace / "sealed").glob("*.box")
    if harm == "edited":
        content = bytearray(box.read_bytes())
        content[-1] ^= 1
        box.write_bytes(content)
    else:
        box.unlink()
    code, document, _ = quick("verify", "--workspace", workspace)
    assert code == 3
    assert [fault["where"] for fault in document["faults"]] == [f"sealed/{box.name}"]


# Proofs, checked with nothing of Tearline. ------------------------------------------------------------------


@pytest.fixture(scope="session")
def check_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = (SOURCE.parent / "docs" / "ledger.md").read_text(encoding="utf-8")
    (page,) = [m[1] for m in re.finditer(r"```python\n(.*?)```", text, re.DOTALL) if "check.py" in m[1]]
    path = tmp_path_factory.mktemp("page") / "check.py"
    path.write_text(page, encoding="utf-8")
    return path


def checked(page: Path, proof: Path, key: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", str(page), str(proof), key], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_a_record_is_proved_without_tearline(workspace: Path, quick: Program, check_page: Path) -> None:
    out, key = workspace.parent / "proof.json", (workspace / "keys" / "ledger.vkey").read_text().strip()
    for record in ("e17", "people:3"):
        words = ("proof", record, "--out", out)
        code, _, said = quick(*words, "--workspace", workspace)
        assert code == 4 and "--unmask" in said
        code, document, said = quick(*words, "--unmask", "for the court", "--workspace", workspace)
        assert code == 0, said
        proof = json.loads(out.read_text())
        assert f'"id":"{"e17" if record == "e17" else "p2"}"' in proof["record"]
        assert (proof["stream"], proof["first"]) == (document["stream"], document["index"])
        code, said = checked(check_page, out, key)
        assert code == 0 and "holds" in said
        for name, change in (("record", str.upper), ("leaf", lambda leaf: "00" * 32)):
            out.write_text(json.dumps({**proof, name: change(proof[name])}))
            assert checked(check_page, out, key)[0] != 0
        other = Keys.load(workspace / "keys").verifier.name + "+00000000+" + key.split("+", 2)[2]
        out.write_text(json.dumps(proof))
        assert checked(check_page, out, other)[0] != 0
    code, _, said = quick("proof", "e4711", "--out", out, "--unmask", "why not", "--workspace", workspace)
    assert code == 2 and "no event" in said
    lookups = Ledger.open(workspace / "ledger", Keys.load(workspace / "keys")).bodies(Stream.LOOKUPS)
    assert [(one["command"], one["unmask"]) for one in lookups[-3:-1]] == [("proof", "for the court")] * 2


def test_growth_is_proved_without_tearline(workspace: Path, quick: Program, check_page: Path) -> None:
    out, key = workspace.parent / "proof.json", (workspace / "keys" / "ledger.vkey").read_text().strip()
    witness = workspace.parent / "witness.json"
    assert quick("trace", "R1", "--workspace", workspace)[0] == 0
    for stream in ("lookups", "events", "custody"):
        words = ("proof", stream, "--consistency", witness, "--out", out, "--workspace", workspace)
        code, document, said = quick(*words)
        assert code == 0, said
        assert checked(check_page, out, key)[0] == 0
        assert document["size"] - document["first"] == (stream == "lookups")
    proof = json.loads(out.read_text())
    assert proof["older"] == json.loads(witness.read_text())["checkpoints"]["custody"]
    assert quick("proof", "letters", "--consistency", witness, "--out", out, "--workspace", workspace)[0] == 2
