"""C2SP signed notes and tlog checkpoints: everything the ledger signs is one of these.

A note is a text ending in a newline, an empty line, and a signature line
`— <name> base64(key id || Ed25519 signature)`. A verifier key is `<name>+<key id>+base64(0x01 || key)`.
The key id is the first four bytes of SHA-256(name || newline || 0x01 || key). See c2sp.org/signed-note and
c2sp.org/tlog-checkpoint. Base64 is accepted only in its one canonical spelling, so that no byte of a note
can change without notice.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"


class BadNote(ValueError):
    """The note, key or checkpoint is not what its format says, or its signature does not hold."""


def _decoded(text: str) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("not base64") from error
    if b64encode(raw).decode() != text:
        raise BadNote("base64 in a spelling that is not canonical")
    return raw


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A named Ed25519 public key (32 bytes)."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read `name+id+base64`. Raises BadNote where the parts do not fit each other."""
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = _decoded(encoded)
        if not name or any(mark.isspace() for mark in name) or len(raw) != 33 or raw[:1] != ED25519:
            raise BadNote("not an Ed25519 verifier key")
        key = cls(name, raw[1:])
        if key.key_id.hex() != key_id:
            raise BadNote("the verifier key's id does not fit its name and key")
        return key

    def check(self, text: bytes, signature_line: str) -> None:
        """Raise BadNote unless `signature_line` (without its newline) is this key's signature of `text`."""
        start = f"— {self.name} "
        if not signature_line.startswith(start):
            raise BadNote("not signed by this ledger's key")
        raw = _decoded(signature_line[len(start) :])
        if raw[:4] != self.key_id:
            raise BadNote("signed by another key than this ledger's")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(raw[4:], text)
        except InvalidSignature as error:
            raise BadNote("the signature does not fit the text") from error


@dataclass(frozen=True, slots=True)
class Signer:
    """A named Ed25519 private key."""

    name: str
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.private.public_key().public_bytes_raw())

    def signature_line(self, text: bytes) -> str:
        """The signature line of a text (which ends in a newline), without the line's own newline."""
        raw = self.verifier.key_id + self.private.sign(text)
        return f"— {self.name} {b64encode(raw).decode()}"

    def sign(self, text: str) -> str:
        """The whole note: text, empty line, signature line."""
        return f"{text}\n{self.signature_line(text.encode())}\n"


def opened(note: str, key: VerifierKey) -> str:
    """The text of a note that carries exactly one signature, this key's. Raises BadNote otherwise."""
    text, gap, signature = note.rpartition("\n\n")
    if not gap or not signature.endswith("\n") or "\n" in signature[:-1]:
        raise BadNote("not a note with one signature")
    key.check(f"{text}\n".encode(), signature[:-1])
    return f"{text}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: whose tree, how many records, its root (32 bytes), and when it was signed (RFC 3339)."""

    origin: str
    size: int
    root: bytes
    at: str

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\ntime {self.at}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a checkpoint's text (not the signed note around it). Raises BadNote."""
        lines = text.split("\n")
        if len(lines) != 5 or lines[4] or not lines[3].startswith("time ") or not lines[0]:
            raise BadNote("not a checkpoint of a Tearline ledger")
        root = _decoded(lines[2])
        if not lines[1].isascii() or not lines[1].isdigit() or str(int(lines[1])) != lines[1] or len(root) != 32:
            raise BadNote("not a checkpoint: its size or root is malformed")
        return cls(lines[0], int(lines[1]), root, lines[3][5:])
