"""What a case's narrative embeds, looked up for whoever reads it: each embedding is a look-up of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from tearline.desk.acts import Act
from tearline.desk.cases import narrative
from tearline.desk.doors import OpenCase
from tearline.desk.evidence import inquiry, workspace
from tearline.records.errors import BadInput

LEVELS: Final = ("extracted", "opened", "delivered")


@dataclass(frozen=True, slots=True)
class Shown:
    """A block as the page shows it. `found`: what was looked up; None where it is not on record, is beyond the
    scope, or the case is not open for looking."""

    block: narrative.Block
    found: Any = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class PathwaySummary:
    """A product's pathway as a picture, and how many held it, by level and in how many organisations."""

    product: str
    title: str
    marking: str
    holders: int
    organisations: int
    gaps: int
    picture: str
    levels: list[tuple[str, int]] = field(default_factory=list)


def narrative_of(case: OpenCase) -> list[Shown]:
    """The narrative with what it embeds, as far as its reader may look."""
    text = case.case.narrative
    if not text.strip():
        return []
    if not case.may(Act.EVIDENCE_SEE):
        return [
            Shown(block, closed=block.kind in {"pathway", "event", "disclosure"})
            for block in narrative.blocks(text)
        ]
    found: dict[tuple[str, str], Any] = {}
    events, items = narrative.embedded(text, "event"), narrative.embedded(text, "disclosure")
    if events:
        lines = workspace().event_lines(inquiry(case), events)["events"]
        found |= {("event", one["id"]): one for one in lines}
    if items:
        lines = workspace().named_lines(inquiry(case), disclosures=items)["disclosures"]
        found |= {("disclosure", one["id"]): one for one in lines}
    for product in narrative.embedded(text, "pathway"):
        found["pathway", product] = _summary(case, product)
    return [Shown(block, found.get((block.kind, block.text))) for block in narrative.blocks(text)]


def _summary(case: OpenCase, product: str) -> PathwaySummary | None:
    named = workspace().named_lines(inquiry(case), products=[product])["products"]
    if not named:
        return None
    try:
        answer = workspace().trace(inquiry(case), product)
    except BadInput:
        return None
    levels = Counter(holder["level"] for holder in answer["holders"])
    return PathwaySummary(
        product=product,
        title=named[0]["title"],
        marking=named[0]["marking"],
        holders=len(answer["holders"]),
        organisations=len({holder["organisation"] for holder in answer["holders"]} - {None}),
        gaps=len(answer["gaps"]),
        picture=workspace().pathway_picture(inquiry(case), product)["picture"],
        levels=[(level, levels[level]) for level in LEVELS if levels[level]],
    )
