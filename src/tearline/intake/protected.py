"""Protected communications: recognised by their addresses before anything else, and sealed unread.

Their raw bytes are encrypted to the public key of an independent body (a PyNaCl SealedBox), if the workspace has
one; nobody here can open them. Without such a key they are not kept. Either way a count, a hash and the reason
remain. The list lies in `WORKSPACE/protected.toml`; each change of it becomes a record in `settings`.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import PublicKey, SealedBox

from tearline.ledger import Ledger, LedgerState
from tearline.records.errors import BadInput, CouldNot
from tearline.records.kinds import Stream

FILE = "protected.toml"
SETTING = "protected communications"

_ADDRESS = re.compile(r"[^\s@]*@[^\s@]+")


@dataclass(frozen=True, slots=True)
class ProtectedList:
    """Addresses and domains (lower case) whose mail stays unread; the independent key (hex), if there is one."""

    addresses: frozenset[str]
    domains: frozenset[str]
    independent_key: str | None

    def match(self, addresses: tuple[str, ...]) -> str | None:
        """Which entry of the list one of these addresses falls under; a subdomain falls under its domain."""
        for address in addresses:
            if address in self.addresses:
                return address
            parts = address.rpartition("@")[2].split(".")
            for at in range(len(parts)):
                if (domain := ".".join(parts[at:])) in self.domains:
                    return f"@{domain}"
        return None

    def document(self) -> dict[str, object]:
        """The body of its record in `settings`."""
        entries = sorted(self.addresses) + sorted(f"@{domain}" for domain in self.domains)
        return {"setting": SETTING, "addresses": entries, "independent_key": self.independent_key}


def protected_list(folder: Path) -> Path:
    """Where the workspace's list lies; the shipped one is put there if there is none."""
    path = folder / FILE
    if not path.exists():
        text = files("tearline.intake").joinpath(FILE).read_text(encoding="utf-8")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, text.encode())
        except OSError as error:
            raise CouldNot(f"the list cannot be written ({error.strerror})", where=str(path)) from error
    return path


def read_protected(folder: Path) -> ProtectedList:
    """The workspace's list. Raises BadInput where it does not hold: nothing is taken in without it."""
    path = protected_list(folder)
    remedy = "Correct the list of protected addresses; without it nothing is taken in"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"the list cannot be read: {error}", where=path.name, remedy=remedy) from error
    entries, key = document.get("addresses"), document.get("independent_key") or None
    if not isinstance(entries, list) or not all(isinstance(e, str) and _ADDRESS.fullmatch(e) for e in entries):
        raise BadInput("not a list of addresses", where=path.name, field="addresses", remedy=remedy)
    if key is not None and (not isinstance(key, str) or not re.fullmatch(r"[0-9a-fA-F]{64}", key)):
        raise BadInput(
            "not a key of 64 hexadecimal digits", where=path.name, field="independent_key", remedy=remedy
        )
    lowered = [entry.casefold() for entry in entries]
    return ProtectedList(
        frozenset(entry for entry in lowered if not entry.startswith("@")),
        frozenset(entry[1:] for entry in lowered if entry.startswith("@")),
        key,
    )


def changed(protected: ProtectedList, ledger: Ledger, state: LedgerState) -> bool:
    """Is the list other than the one last recorded in `settings`?"""
    recorded = [body for body in ledger.bodies(Stream.SETTINGS, state) if body.get("setting") == SETTING]
    said = protected.document()
    return not recorded or any(recorded[-1].get(name) != value for name, value in said.items())


def seal(data: bytes, reason: str, protected: ProtectedList, folder: Path) -> tuple[str, str | None]:
    """Seal raw bytes unread; returns their SHA-256 (hex) and, where they were kept, that of the file they are
    sealed in. The same bytes are sealed once.

    Writes `<hash>.json` (hash, size, reason, whether the bytes were kept) and, with a key, `<hash>.box`.
    """
    digest = sha256(data).hexdigest()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = protected.independent_key is not None
        sealed_as = None
        if protected.independent_key is not None:
            box = SealedBox(PublicKey(bytes.fromhex(protected.independent_key)))
            path = folder / f"{digest}.box"
            _write(path, box.encrypt(data))
            sealed_as = sha256(path.read_bytes()).hexdigest()
        note = {"sha256": digest, "size": len(data), "reason": reason, "kept": kept}
        _write(folder / f"{digest}.json", (json.dumps(note) + "\n").encode())
    except CryptoError as error:
        raise BadInput("the independent key is no X25519 key", where=FILE, field="independent_key") from error
    except OSError as error:
        raise CouldNot(
            f"a protected communication could not be sealed: {error.strerror or error}",
            where=str(folder),
            remedy="Nothing was kept. Check free space and permissions, then try again",
        ) from error
    return digest, sealed_as


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        return
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
