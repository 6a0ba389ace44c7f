"""The workspace's ledger keys: made once, kept beside the ledger and never in it."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tearline.ledger.files import disk_faults, sync_folder
from tearline.ledger.notes import BadNote, Signer, VerifierKey
from tearline.records.errors import BadInput, CouldNot

SIGNING, SALT, PSEUDONYM, VERIFIER = "ledger.key", "salt.key", "pseudonym.key", "ledger.vkey"


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """`signer` signs checkpoints; `salt` (32 bytes) salts records; `pseudonym` (32 bytes) names people."""

    signer: Signer
    salt: bytes
    pseudonym: bytes

    @property
    def verifier(self) -> VerifierKey:
        return self.signer.verifier

    @classmethod
    def load(cls, folder: Path) -> Keys:
        """Read the keys that `create_keys` made. Raises BadInput where one is missing or malformed."""
        raw = {name: _read(folder / name) for name in (SIGNING, SALT, PSEUDONYM)}
        verifier = load_verifier(folder)
        for name, value in raw.items():
            if len(value) != 32:
                raise BadInput("not a key of 32 bytes", where=str(folder / name), remedy=_RESTORE)
        signer = Signer(verifier.name, Ed25519PrivateKey.from_private_bytes(raw[SIGNING]))
        if signer.verifier != verifier:
            raise BadInput(
                f"the signing key is not the one that {VERIFIER} names", where=str(folder), remedy=_RESTORE
            )
        return cls(signer, raw[SALT], raw[PSEUDONYM])


_RESTORE = "Restore the keys folder from a safe copy"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BadInput("the key is missing", where=str(path), remedy=_RESTORE) from error
    except OSError as error:
        raise CouldNot(f"the key cannot be read ({error.strerror})", where=str(path)) from error


def load_verifier(folder: Path) -> VerifierKey:
    """The public half alone, which is all that checking needs. Raises BadInput."""
    path = folder / VERIFIER
    try:
        return VerifierKey.parse(_read(path).decode())
    except (BadNote, UnicodeDecodeError) as error:
        raise BadInput(f"not a verifier key: {error}", where=str(path), remedy=_RESTORE) from error


def create_keys(folder: Path) -> Keys:
    """Make a workspace's keys (files of mode 0600 in a folder of mode 0700) and its random identity.

    The verifier key's name is `tearline/<workspace id>`. Raises BadInput where keys already lie there:
    replacing them would orphan the ledger they signed. All are there or none: an interrupted creation leaves a
    folder of another name, which the next one clears away.
    """
    if any((folder / name).exists() for name in (SIGNING, SALT, PSEUDONYM, VERIFIER)):
        raise BadInput("keys are already here", where=str(folder), remedy="Choose a new workspace folder")
    signer = Signer(f"tearline/{secrets.token_hex(8)}", Ed25519PrivateKey.generate())
    keys = Keys(signer, secrets.token_bytes(32), secrets.token_bytes(32))
    with disk_faults(folder):
        part = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700, parents=True)
        _write(part / SIGNING, signer.private.private_bytes_raw())
        _write(part / SALT, keys.salt)
        _write(part / PSEUDONYM, keys.pseudonym)
        _write(part / VERIFIER, f"{keys.verifier}\n".encode())
        sync_folder(part)
        part.replace(folder)
        sync_folder(folder.parent)
    return keys


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
