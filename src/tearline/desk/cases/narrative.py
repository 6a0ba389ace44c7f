"""The case's narrative: plain paragraphs in which pictures, events and public items can be embedded.

    ## A heading
    A paragraph. One more sentence.

    - a point
    - another

    [[pathway VAS-2025-118]]
    [[event EV-17]]
    [[disclosure art-1]]

Nothing else is markup: what people write is shown as they wrote it. Pure; the page looks up what is embedded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

EMBEDDED: Final = re.compile(r"\[\[(pathway|event|disclosure) +([^\[\]\s][^\[\]]{0,199}?)\s*\]\]")
MOST_EMBEDDED: Final = 12
"""Embeddings that one page looks up: each is a look-up on record."""


@dataclass(frozen=True, slots=True)
class Block:
    """`kind`: heading, paragraph, points, pathway, event or disclosure; of the last three, `text` is the id."""

    kind: str
    text: str = ""
    points: tuple[str, ...] = ()


def blocks(narrative: str) -> Iterator[Block]:
    """The narrative in order."""
    for part in re.split(r"\n\s*\n", narrative.replace("\r\n", "\n")):
        position = 0
        for found in EMBEDDED.finditer(part):
            yield from _words(part[position : found.start()])
            yield Block(found[1], found[2])
            position = found.end()
        yield from _words(part[position:])


def embedded(narrative: str, kind: str) -> list[str]:
    """The ids of one kind that are embedded, each once, as many as a page looks up."""
    found = dict.fromkeys((one[1], one[2]) for one in EMBEDDED.finditer(narrative))
    return [item for one, item in list(found)[:MOST_EMBEDDED] if one == kind]


def _words(text: str) -> Iterator[Block]:
    text = text.strip()
    if not text:
        return
    if text.startswith("## "):
        heading, _, rest = text.partition("\n")
        yield Block("heading", heading[3:].strip())
        yield from _words(rest)
        return
    lines = text.split("\n")
    if all(line.lstrip().startswith("- ") for line in lines):
        yield Block("points", points=tuple(line.lstrip()[2:] for line in lines))
    else:
        yield Block("paragraph", text)
