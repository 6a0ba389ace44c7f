"""From the text of an address field to its addressees, one by one.

Order of the rules:
1. Semicolons separate; so does a wide gap, where a release removed an address.
2. Commas separate only where the parts are clearly addresses (they bear an `@`); `Last, First M` is one person,
   with or without an address behind it.
3. What cannot be told apart stays together as written. Nothing is invented: a removed addressee is absent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_ADDRESSEES = 5_000

_GAP = re.compile(r"\s{4,}")
_MAILTO = re.compile(r"\[ma\w{1,3}to:\s*([^\]]*)\]?", re.IGNORECASE)  # "malito": scanning reads letters wrongly
_ANGLE = re.compile(r"<\s*([^<>]{1,320}?)\s*>?\s*$")
_BARE = re.compile(r"[^\s<>()\[\]'\",;:]{1,64}@[^\s<>()\[\]'\",;:]{1,255}")
_SEPARATOR = re.compile(r"(?<=>)\s?[.:•]\s|•\s")
_EDGE = " \t,;|•"
_HAS_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Addressee:
    """One person, group or address as written. `role` is `to`, `cc` or `bcc`."""

    role: str
    raw: str


def tidy(raw: str) -> str | None:
    """One name or address with its blanks and stray marks put right, or None where nothing legible is left."""
    text = " ".join(raw.split()).strip(_EDGE)
    text = re.sub(r"\s+>", ">", re.sub(r"<\s+", "<", text))
    text = re.sub(r"\s*(?:<>?|[\[<(]\s?(?:mailto\W?)?|(?<=['\"> ])\.)$", "", text)
    if text.startswith("<") and text.find(">") in (-1, len(text) - 1):
        text = text.strip("<>")
    for mark in "'\"":
        if len(text) > 1 and text.startswith(mark) and text.endswith(mark):
            text = text[1:-1].strip()
        elif text.count(mark) == 1 and (text.startswith(mark) or text.endswith(mark)):
            text = text.strip(mark).strip()
    if "<" not in text:
        text = text.rstrip("> ")
    # One small letter or a figure is what scanning left of something else; a capital may be a person.
    return text if _HAS_WORD.search(text) and (len(text) > 1 or text.isupper()) else None


def split_address(raw: str) -> tuple[str | None, str | None]:
    """The name and the address in one addressee as written; each None where absent."""
    raw = " ".join(raw.split())
    if found := _MAILTO.search(raw):
        return tidy(raw[: found.start()]), tidy(found[1])
    if found := _ANGLE.search(raw):
        return tidy(raw[: found.start()]), tidy(found[1])
    if found := _BARE.search(raw):
        return tidy(raw[: found.start()] + raw[found.end() :]), found[0].strip(".'")
    return tidy(raw), None


def split_addressees(value: str) -> tuple[str, ...]:
    """The addressees in a field, in order, as written. At most MAX_ADDRESSEES; linear in the field's length."""
    pieces: list[str] = []
    value = _SEPARATOR.sub("; ", value)
    for part in _outside(value, ";"):
        for spaced in _gaps(part):
            pieces.extend(_commas(spaced))
            if len(pieces) >= MAX_ADDRESSEES:
                break
    found = (tidy(piece) for piece in pieces[:MAX_ADDRESSEES])
    return tuple(piece for piece in found if piece)


def split_header_addressees(value: str) -> tuple[str, ...]:
    """The addressees in a mail's own header field, where commas separate; encoded words are not yet read."""
    pieces = _commas(value) if "," in value else _outside(value, ";")
    return tuple(piece for piece in pieces[:MAX_ADDRESSEES] if piece.strip())


def _outside(value: str, mark: str) -> list[str]:
    """Split at `mark` outside of double quotes and angle brackets; one that never closes does not count."""
    if '"' not in value and "<" not in value:
        return value.split(mark)
    parts: list[str] = []
    begin, at, size = 0, 0, len(value)
    last_quote, last_angle = value.rfind('"'), value.rfind(">")
    while at < size:
        char = value[at]
        if char == '"' and at < last_quote:
            close = value.find('"', at + 1)
            if 0 < close - at < 200:
                at = close
        elif char == "<" and at < last_angle:
            close = value.find(">", at + 1)
            if 0 < close - at < 200 and mark not in value[at:close]:
                at = close
        elif char == mark:
            parts.append(value[begin:at])
            begin = at + 1
        at += 1
    parts.append(value[begin:])
    return parts


def _gaps(part: str) -> list[str]:
    """Split at a wide gap, where something was removed; an address belongs to the name before it."""
    joined: list[str] = []
    for piece in _GAP.split(part.strip()):
        if joined and piece.startswith(("<", "[")) and "<" not in joined[-1]:
            joined[-1] = f"{joined[-1]} {piece}"
        else:
            joined.append(piece)
    return joined


def _commas(part: str) -> list[str]:
    if "," not in part or "@" not in part:
        return [part]
    parts = _outside(part, ",")
    addressed = sum("@" in piece for piece in parts)
    if addressed < 2 and not (addressed == 1 and len(parts) == 2 and "@" in parts[0]):
        return [part]
    merged: list[str] = []
    held = ""
    for piece in parts:
        if "@" not in piece:
            # A name's own comma: `Last, First <address>`.
            held = f"{held},{piece}" if held else piece
            continue
        merged.append(f"{held},{piece}" if held else piece)
        held = ""
    if held:
        merged.append(held)
    return merged
