"""Makes EVTX files for tests: one chunk, records in BinXML without templates.

The layout is that of the EVTX file format: a file header of 4096 bytes, chunks of 65536 bytes with a header of
512, records of magic, size, number, FILETIME, BinXML and size again.
"""

from __future__ import annotations

import struct
import zlib
from xml.etree import ElementTree

_CHUNK = 65_536


def evtx(*events: str) -> bytes:
    """An EVTX file of these events, given as XML without namespaces."""
    body, offsets = b"", []
    for number, text in enumerate(events, 1):
        begin = 512 + len(body)
        xml = _fragment(ElementTree.fromstring(text), begin + 24)
        size = 24 + len(xml) + 4
        body += struct.pack("<IIQQ", 0x2A2A, size, number, 133_000_000_000_000_000) + xml + struct.pack("<I", size)
        offsets.append(begin)
    at = 512 + len(body)
    assert at < _CHUNK
    count = len(events)
    head = b"ElfChnk\x00" + struct.pack("<QQQQIIII", 1, count, 1, count, 128, offsets[-1], at, zlib.crc32(body))
    head = head.ljust(120, b"\0") + struct.pack("<I", 1)
    tables = b"\0" * (512 - 128)
    head += struct.pack("<I", zlib.crc32(head[:120] + tables))
    chunk = (head + tables + body).ljust(_CHUNK, b"\0")
    front = b"ElfFile\x00" + struct.pack("<QQQIHHHH", 0, 0, count + 1, 128, 1, 3, 4096, 1)
    front = front.ljust(120, b"\0")
    return (front + struct.pack("<II", 0, zlib.crc32(front))).ljust(4096, b"\0") + chunk


def _fragment(root: ElementTree.Element, at: int) -> bytes:
    return b"\x0f\x01\x01\x00" + _element(root, at + 4) + b"\x00"


def _element(element: ElementTree.Element, at: int) -> bytes:
    """`at` is where the token stands in the chunk: names are stored in place and pointed to."""
    attributed = bool(element.attrib)
    head = 1 + 4 + 4
    name = _name(element.tag, at + head)
    rest = b""
    base = at + head + len(name)
    if attributed:
        listed = b""
        pairs = list(element.attrib.items())
        for place, (key, value) in enumerate(pairs):
            token = 0x46 if place < len(pairs) - 1 else 0x06
            start = base + 4 + len(listed)
            listed += struct.pack("<BI", token, start + 5) + _name(key, start + 5) + _text(value)
        rest += struct.pack("<I", len(listed)) + listed
    rest += b"\x02"
    if element.text and element.text.strip():
        rest += _text(element.text.strip())
    for child in element:
        rest += _element(child, base + len(rest))
    rest += b"\x04"
    token = 0x41 if attributed else 0x01
    return struct.pack("<BII", token, 4 + len(name) + len(rest), at + head) + name + rest


def _name(name: str, at: int) -> bytes:
    value = 0
    for letter in name:
        value = (value * 65_599 + ord(letter)) & 0xFFFFFFFF
    return struct.pack("<IHH", 0, value & 0xFFFF, len(name)) + name.encode("utf-16-le") + b"\0\0"


def _text(text: str) -> bytes:
    return struct.pack("<BBH", 0x05, 0x01, len(text)) + text.encode("utf-16-le")
