"""Who stands in which lane of a pathway's picture.

One lane an organisation, the originator's on top, the others by first arrival. Where there are too many, units are
folded into their parents, and then what is left into one lane.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from tearline.records.pathways import Holder, Pathway
from tearline.report.outside import plain
from tearline.report.wording import LISTS, NO_ORGANISATION
from tearline.views.register import Register

MOST_LANES: Final = 14
LONGEST_LANE: Final = 12  # people in a lane before it is folded into counts
SHORTEST_FOLD: Final = 5  # the same, where all lanes together would not stand on one printed page
MOST_ROWS: Final = 48
_ELSEWHERE: Final = "\x00elsewhere"
_Lanes: TypeAlias = Mapping[str | None, str | None]


@dataclass(slots=True)
class Crew:
    """Who and what stands in one lane: its organisations, its holders and other parties to transfers."""

    name: str = ""
    note: str = ""
    organisations: list[str] = field(default_factory=list)
    holders: list[Holder] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.holders) + len(self.others)


def first_holdings(pathway: Pathway) -> dict[str, Holder]:
    """Person -> their holding; the first, should a person have several."""
    found: dict[str, Holder] = {}
    for holder in pathway.holders:
        found.setdefault(holder.person, holder)
    return found


def crews(pathway: Pathway, register: Register) -> tuple[Crew, ...]:
    """The lanes of a pathway, top to bottom."""
    product = register.products.get(pathway.product)
    originator = product.originator if product else None
    lanes = _lanes(pathway, register, originator)
    found: dict[str | None, Crew] = {}
    if originator is not None:
        found[lanes[originator]] = Crew(organisations=[originator])
    for _, _, key, item in sorted(_arrivals(pathway, register, lanes), key=lambda a: (a[0], a[1], str(a[2]))):
        crew = found.setdefault(key, Crew())
        if isinstance(item, Holder):
            crew.holders.append(item)
            organisation = item.organisation
        elif item in register.organisations:
            organisation = item
        else:
            crew.others.append(item)
            organisation = None
        if organisation is not None and organisation not in crew.organisations:
            crew.organisations.append(organisation)
    for key, crew in found.items():
        crew.name, crew.note = _called(key, crew, register, originator)
    last = found.pop(_ELSEWHERE, None)
    return (*found.values(), last) if last else tuple(found.values())


def _present(pathway: Pathway, register: Register, originator: str | None) -> dict[str | None, None]:
    """Every organisation that needs a lane."""
    present: dict[str | None, None] = dict.fromkeys([originator] if originator else [])
    present |= dict.fromkeys(holder.organisation for holder in pathway.holders)
    parties = (party for transfer in pathway.transfers for party in (transfer.from_, transfer.to))
    return present | dict.fromkeys(party for party in parties if party in register.organisations)


def _lanes(pathway: Pathway, register: Register, originator: str | None) -> _Lanes:
    """Organisation -> the organisation in whose lane it stands."""
    lanes = {organisation: organisation for organisation in _present(pathway, register, originator)}
    while len(set(lanes.values())) > MOST_LANES:
        shown = set(lanes.values()) - {originator, None}
        parents = {
            organisation: known.parent
            for organisation in shown
            if (known := register.organisations.get(organisation or ""))
            and known.parent not in (None, organisation)
        }
        folded = {organisation: parents.get(lane, lane) for organisation, lane in lanes.items()}
        if len(set(folded.values())) >= len(set(lanes.values())):
            break
        lanes = folded
    weight = Counter(lanes[holder.organisation] for holder in pathway.holders)
    ranked = sorted(set(lanes.values()), key=lambda lane: (lane != originator, -weight[lane], lane or "~"))
    rest = set(ranked[MOST_LANES - 1 :]) if len(ranked) > MOST_LANES else set()
    return {organisation: _ELSEWHERE if lane in rest else lane for organisation, lane in lanes.items()}


def _arrivals(
    pathway: Pathway, register: Register, lanes: _Lanes
) -> Iterator[tuple[datetime, int, str | None, Holder | str]]:
    """When each first appears, in which lane: holders, organisations as parties, and parties that hold nothing."""
    holders = first_holdings(pathway)
    for holder in holders.values():
        yield holder.first_possible, 0, lanes[holder.organisation], holder
    seen: set[str | None] = {None, *holders}
    for transfer in pathway.transfers:
        for party in (transfer.from_, transfer.to):
            if party is None or party in seen or (party in register.groups and party == transfer.to):
                continue  # a list that is only written to is drawn as its members
            seen.add(party)
            if party in register.organisations:
                yield transfer.at_earliest, 1, lanes[party], party
            elif party in register.groups:
                yield transfer.at_earliest, 2, LISTS, party
            else:
                person = register.people.get(party)
                own = person.organisation_at(transfer.at_earliest) if person else None
                yield transfer.at_earliest, 2, lanes.get(own, own), party


def _called(key: str | None, crew: Crew, register: Register, originator: str | None) -> tuple[str, str]:
    """A lane's name, and a note on what is folded into it."""
    if key is None:
        return NO_ORGANISATION, ""
    if key == LISTS:
        return LISTS, ""
    if key == _ELSEWHERE:
        return f"{len(crew.organisations)} further organisations", ""
    known = register.organisations.get(key)
    units = sum(organisation != key for organisation in crew.organisations)
    notes = ["originator"] if key == originator else []
    if units:
        notes.append(f"with {units} {'unit' if units == 1 else 'units'}")
    return plain(known.name if known else key), ", ".join(notes)


def wrapped(text: str, width: int) -> tuple[str, ...]:
    """`text` on at most three lines of `width` characters; what does not fit is cut with an ellipsis."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    kept = [line if len(line) <= width else line[: width - 1] + "…" for line in lines[:3]]
    if len(lines) > 3:
        kept[2] = kept[2][: width - 1] + "…"
    return tuple(kept) or ("",)
