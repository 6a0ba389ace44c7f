"""Damage done to sound files: bytes changed, put in, left out, said twice."""

from __future__ import annotations

import random
from collections.abc import Iterator

PIECES = (
    b'"', b"{", b"}", b"[", b"]", b"\\", b"\0", b"\n", b"\r\n", b"\xff", b"\xef\xbb\xbf", b"<", b"</", b"=", b"|",
    b",", b";", b":", b"@", b"9" * 20, b"-1", b"1e999", b"NaN", b"null", b"true", b"\\ud800", b"\xed\xa0\x80",
    b"0x", b"%00",
    b"=?utf-8?q?=00?=", b"../", b"&lt;", b"<!DOCTYPE a>", b"From ", b"[" * 40, b"{\"a\":" * 40, b"2025-02-30",
    b"0000-00-00", b"99:99", b"T", b"Z", b"+99:99",
)  # fmt: skip


def mutations(content: bytes, chance: random.Random, count: int) -> Iterator[bytes]:
    """`count` damaged copies of `content`, each with one to sixteen faults."""
    for _ in range(count):
        data = bytearray(content)
        for _ in range(chance.choice((1, 1, 2, 4, 16))):
            at = chance.randrange(len(data))
            draw = chance.random()
            if draw < 0.35:
                data[at] = chance.randrange(256)
            elif draw < 0.65:
                data[at:at] = chance.choice(PIECES)
            else:
                end = min(len(data), at + chance.randrange(1, 40))
                data[at:end] = data[at:end] * 2 if chance.random() < 0.3 else b""
            if not data:
                data = bytearray(b" ")
        yield bytes(data)
