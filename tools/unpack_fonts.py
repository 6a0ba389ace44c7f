"""Unpacks web fonts (WOFF 1.0, W3C Recommendation 2012) into TrueType, which the letters' typesetting reads.

python tools/unpack_fonts.py FOLDER FILE.woff...    write FOLDER/FILE.ttf for each
"""

from __future__ import annotations

import struct
import sys
import zlib
from pathlib import Path


def unpacked(woff: bytes) -> bytes:
    """The font as TrueType: the same tables, unpacked, behind a table directory of its own."""
    signature, flavour, _length, count = struct.unpack(">4sIIH", woff[:14])
    if signature != b"wOFF":
        raise ValueError("not a WOFF file")
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(">IHHHH", flavour, count, power * 16, power.bit_length() - 1, (count - power) * 16)
    directory, body = b"", b""
    start = len(head) + 16 * count
    for n in range(count):
        tag, offset, packed, size, checksum = struct.unpack(">4sIIII", woff[44 + 20 * n : 64 + 20 * n])
        table = woff[offset : offset + packed]
        if packed < size:
            table = zlib.decompress(table)
        directory += struct.pack(">4sIII", tag, checksum, start + len(body), size)
        body += table + b"\0" * (-len(table) % 4)
    return head + directory + body


def main(folder: str, *files: str) -> None:
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    for file in map(Path, files):
        (home / f"{file.stem}.ttf").write_bytes(unpacked(file.read_bytes()))


if __name__ == "__main__":
    main(*sys.argv[1:])
