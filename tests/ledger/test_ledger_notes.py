"""Signed notes, verifier keys, checkpoints and the files that hold the keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tearline.ledger import BadNote, Checkpoint, Keys, VerifierKey, create_keys, load_verifier
from tearline.ledger.notes import Signer, opened
from tearline.records.errors import BadInput

# The example of the Go checksum database's note format: a key and a note that others signed.
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


@pytest.fixture
def signer() -> Signer:
    return Signer("tearline/0011223344556677", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def test_a_note_signed_by_others_is_read() -> None:
    key = VerifierKey.parse(KEY)
    assert str(key) == KEY
    assert opened(NOTE, key).startswith("If you think")
    with pytest.raises(BadNote):
        opened(NOTE.replace("cryptography", "Cryptography"), key)


def test_no_byte_of_a_note_changes_unnoticed(signer: Signer) -> None:
    point = Checkpoint(f"{signer.name}/events", 7, bytes(range(32)), "2024-01-01T00:00:00.000000Z")
    note = signer.sign(point.text()).encode()
    assert Checkpoint.parse(opened(note.decode(), signer.verifier)) == point
    for at in range(len(note)):
        for flip in (0x01, 0x20):
            changed = note[:at] + bytes([note[at] ^ flip]) + note[at + 1 :]
            with pytest.raises((BadNote, UnicodeDecodeError)):
                opened(changed.decode(), signer.verifier)


def test_another_key_of_the_same_name_is_another_key(signer: Signer) -> None:
    other = Signer(signer.name, Ed25519PrivateKey.generate())
    with pytest.raises(BadNote, match="another key"):
        opened(other.sign("text\n"), signer.verifier)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000+AQ==",
        KEY.replace("c74f20a3", "c74f20a4"),
        KEY.replace("Peter", "Pater"),
        "a b+00000000+" + KEY.split("+")[2],
        KEY[:-1] + "*",
    ],
)
def test_malformed_verifier_keys_are_refused(text: str) -> None:
    with pytest.raises(BadNote):
        VerifierKey.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        "o\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\ntime x\n",
        "o\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\ntime x\n",
        "o\n1\nAAAA\ntime x\n",
        "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\ntime x\n",
        "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\ntime x\n",
    ],
)
def test_malformed_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


def test_keys_are_private_and_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keys = create_keys(folder)
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "ledger.key": 0o600,
        "salt.key": 0o600,
        "pseudonym.key": 0o600,
        "ledger.vkey": 0o600,
    }
    loaded = Keys.load(folder)
    assert (loaded.verifier, loaded.salt, loaded.pseudonym) == (keys.verifier, keys.salt, keys.pseudonym)
    assert load_verifier(folder) == keys.verifier
    assert "salt" not in repr(keys)
    with pytest.raises(BadInput, match="already here"):
        create_keys(folder)


@pytest.mark.parametrize("name", ["ledger.key", "salt.key", "pseudonym.key", "ledger.vkey"])
def test_a_missing_or_short_key_is_named(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "keys"
    create_keys(folder)
    (folder / name).write_bytes(b"short")
    with pytest.raises(BadInput):
        Keys.load(folder)
    (folder / name).unlink()
    with pytest.raises(BadInput, match="missing"):
        Keys.load(folder)


def test_a_signing_key_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    create_keys(folder)
    (folder / "ledger.key").write_bytes(bytes(32))
    with pytest.raises(BadInput, match="not the one"):
        Keys.load(folder)
