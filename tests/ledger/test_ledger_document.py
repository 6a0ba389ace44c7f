"""The page in docs/ledger.md that checks proofs without Tearline does what it says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ledger_place import Place

from tearline.ledger.notes import Signer
from tearline.records.kinds import Stream

E = Stream.EVENTS
DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "ledger.md"

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")


def run(place: Place, document: dict[str, Any], key: str | None = None) -> tuple[int, str]:
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S)
    assert found is not None
    (place.folder / "check.py").write_text(found[1], encoding="utf-8")
    (place.folder / "proof.json").write_text(json.dumps(document), encoding="utf-8")
    done = subprocess.run(
        # -I: nothing of this project, only the standard library.
        [sys.executable, "-I", "check.py", "proof.json", key or str(place.keys.verifier)],
        cwd=place.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("index", [0, 99, 306])
def test_the_page_accepts_a_record_and_refuses_a_changed_one(filled: Place, index: int) -> None:
    document = filled.ledger.inclusion_document(E, index)
    assert run(filled, document) == (0, f"record {index} of 307 in {filled.keys.verifier.name}/events: holds\n")
    document["record"] = document["record"].replace("é", "e")
    code, says = run(filled, document)
    assert code == 1 and "DOES NOT HOLD" in says


@pytest.mark.parametrize("old", [0, 250, 300, 307])
def test_the_page_accepts_growth_and_refuses_another_history(filled: Place, old: int) -> None:
    document = filled.ledger.consistency_document(E, filled.ledger.state_as_of({E: old}))
    code, says = run(filled, document)
    assert (code, says) == (0, f"{old} records begin the 307 in {filled.keys.verifier.name}/events: holds\n")
    document["steps"] = [*document["steps"], "00" * 32]
    assert run(filled, document)[0] == 1


def test_the_page_refuses_a_changed_checkpoint_and_another_key(filled: Place) -> None:
    document = filled.ledger.inclusion_document(E, 3)
    forged = {**document, "checkpoint": document["checkpoint"].replace("\n307\n", "\n308\n")}
    code, says = run(filled, forged)
    assert code == 1 and "signature does not fit" in says
    other = Signer(filled.keys.verifier.name, Ed25519PrivateKey.generate()).verifier
    code, says = run(filled, document, str(other))
    assert code == 1 and "another key" in says
    assert b64encode(b"\x01" + other.public).decode() in str(other)


def test_an_erased_record_is_proved_by_its_leaf(filled: Place) -> None:
    filled.ledger.erase(E, 3, {"by": "court"})
    document = filled.ledger.inclusion_document(E, 3)
    assert document["record"] is None
    code, says = run(filled, document)
    assert code == 0 and "was erased" in says and says.endswith("holds\n")
    document["leaf"] = "00" * 32
    assert run(filled, document)[0] == 1
