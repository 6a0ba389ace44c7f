"""Makes Outlook `.msg` files for tests: a compound file of 512-byte sectors, without a mini stream.

Every stream is padded to 4096 bytes, below which it would have to lie in the mini stream: texts with blanks,
properties with empty entries.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime

_SECTOR, _SMALLEST = 512, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)

Tree = dict[str, "bytes | Tree"]


def msg(
    subject: str,
    body: str,
    sender: tuple[str, str] = ("Chen, Li", "l.chen@beta.example"),
    recipients: Sequence[tuple[int, str, str]] = ((1, "Haddad, Omar", "o.haddad@beta.example"),),
    attachments: Sequence[tuple[str, bytes]] = (),
    headers: str = "",
    embedded: bool = False,
) -> bytes:
    """Recipients are (1 to, 2 cc, 3 bcc), name and address. `embedded` attaches a message."""
    texts = {0x0037: subject, 0x1000: body, 0x0C1A: sender[0], 0x5D01: sender[1], 0x007D: headers}
    sent = struct.pack(
        "<Q", (datetime(2025, 3, 2, 9, 15, 16, tzinfo=UTC) - _EPOCH).days * 86_400 * 10**7 + 333_160_000_000
    )
    tree = _properties(32, texts, {0x0039: (0x0040, sent)})
    for number, (role, name, address) in enumerate(recipients):
        fixed = {0x0C15: (0x0003, struct.pack("<I4x", role))}
        tree[f"__recip_version1.0_#{number:08X}"] = _properties(8, {0x3001: name, 0x39FE: address}, fixed)
    for number, (name, content) in enumerate(attachments):
        tree[f"__attach_version1.0_#{number:08X}"] = _properties(
            8, {0x3707: name}, {0x3705: (0x0003, struct.pack("<I4x", 1))}, {0x3701: content}
        )
    if embedded:
        inner = _properties(8, {0x3001: "A message"}, {0x3705: (0x0003, struct.pack("<I4x", 5))})
        inner["__substg1.0_3701000D"] = {"__properties_version1.0": b"\0" * _SMALLEST}
        tree["__attach_version1.0_#00000099"] = inner
    return compound(tree)


def _properties(
    head: int,
    texts: dict[int, str],
    fixed: dict[int, tuple[int, bytes]] | None = None,
    binary: dict[int, bytes] | None = None,
) -> Tree:
    tree: Tree = {}
    listed = b"\0" * head
    for number, text in texts.items():
        if text:
            data = text.ljust(_SMALLEST // 2).encode("utf-16-le")
            tree[f"__substg1.0_{number:04X}001F"] = data
            listed += struct.pack("<HHIII", 0x001F, number, 6, len(data) + 2, 0)
    for number, content in (binary or {}).items():
        tree[f"__substg1.0_{number:04X}0102"] = content.ljust(_SMALLEST, b"\0")
        listed += struct.pack("<HHIII", 0x0102, number, 6, max(len(content), _SMALLEST), 0)
    for number, (kind, value) in (fixed or {}).items():
        listed += struct.pack("<HHI", kind, number, 6) + value
    tree["__properties_version1.0"] = listed.ljust(_SMALLEST, b"\0")
    return tree


def compound(tree: Tree, *, claim: int = 1) -> bytes:
    """A compound file. With `claim`, every stream says it is so many times as long as it is."""
    entries: list[list[object]] = []
    sectors: list[bytes] = []
    chain: list[int] = []

    def add(name: str, kind: int, content: bytes | Tree) -> int:
        place = len(entries)
        entry: list[object] = [name, kind, _FREE, _FREE, _END, 0]
        entries.append(entry)
        if isinstance(content, bytes):
            pieces = [content[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(content), _SECTOR)]
            entry[4], entry[5] = len(sectors), len(content) * claim
            chain.extend([*range(len(sectors) + 1, len(sectors) + len(pieces)), _END])
            sectors.extend(pieces)
            return place
        last: list[object] | None = None
        for inner, value in content.items():
            child = add(inner, _STREAM if isinstance(value, bytes) else _STORAGE, value)
            if last is None:
                entry[3] = child
            else:
                last[2] = child
            last = entries[child]
        return place

    add("Root Entry", _ROOT, tree)
    directory = b"".join(_entry(*entry) for entry in entries)
    directory += b"\0" * (-len(directory) % _SECTOR)
    first = len(sectors)
    pieces = [directory[at : at + _SECTOR] for at in range(0, len(directory), _SECTOR)]
    chain.extend([*range(first + 1, first + len(pieces)), _END])
    sectors.extend(pieces)
    fats = -(-(len(sectors) + 1) // 127)
    places = list(range(len(sectors), len(sectors) + fats))
    table = [*chain, *[_FAT] * fats]
    table += [_FREE] * (fats * 128 - len(table))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH6xIII", 0x3E, 3, 0xFFFE, 9, 6, 0, fats, first)
    head += struct.pack("<IIIIII", 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<109I", *places, *[_FREE] * (109 - fats))
    return head + b"".join(sectors) + struct.pack(f"<{len(table)}I", *table)


def _entry(name: object, kind: object, right: object, child: object, start: object, size: object) -> bytes:
    text = str(name).encode("utf-16-le") + b"\0\0"
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII16xI16xIQ", len(text), kind, 1, _FREE, right, child, 0, start, size)
    )  # fmt: skip
