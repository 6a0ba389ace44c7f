"""Parts of the answers that the desk's pages are made of: pure, over one scene."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from tearline.investigation import main_job
from tearline.investigation.scene import Scene
from tearline.records.errors import BadInput
from tearline.records.kinds import Basis, Level
from tearline.records.markings import MarkingScheme
from tearline.records.naming import Names, Who
from tearline.records.parties import PartyKind
from tearline.records.pathways import Holder, Pathway
from tearline.records.products import Product
from tearline.report import Publication, picture

UNMARKED: Final = "UNCLASSIFIED"


def brief(product: Product, scene: Scene) -> dict[str, Any]:
    """A product in one line of a list."""
    return {
        "id": product.id,
        "number": product.number or product.id,
        "title": product.title,
        "originator": organisation(scene, product.originator),
        "issued_at": product.issued_at,
        "marking": product.marking,
        "language": product.language,
        "derived_from": product.derived_from,
        "editions": len(scene.register.family(product.id)) - 1,
    }


def organisation(scene: Scene, identifier: str | None) -> str | None:
    """An organisation by its name."""
    known = scene.register.organisations.get(identifier or "")
    return known.name if known else identifier


def highest(scheme: MarkingScheme, markings: Iterable[str]) -> str:
    """The marking of a page that shows all of these; what the scheme does not know follows as written."""
    known, unknown = [], []
    for text in dict.fromkeys(markings):
        try:
            known.append(scheme.parse(text))
        except BadInput:
            unknown.append(text)
    return " · ".join([scheme.highest(known).print(), *unknown])


def levels(holders: Sequence[Holder]) -> list[dict[str, Any]]:
    """How many hold it at each level, the furthest first."""
    found = Counter(holder.level for holder in holders)
    return [{"level": level, "holders": found[level]} for level in reversed(Level)]


def over_time(holders: Sequence[Holder]) -> dict[str, list[Any]]:
    """By day of first possible holding, how many could have held it by then, and how many of them opened it."""
    held = Counter(holder.first_possible.date() for holder in holders)
    opened = Counter(h.first_possible.date() for h in holders if h.level >= Level.OPENED)
    days = sorted(held)
    counts: list[int] = []
    reading: list[int] = []
    for day in days:
        counts.append(held[day] + (counts[-1] if counts else 0))
        reading.append(opened[day] + (reading[-1] if reading else 0))
    return {"days": [day.isoformat() for day in days], "held": counts, "opened": reading}


def readership(product: Product, pathway: Pathway, scene: Scene, within: Callable[[str], bool]) -> dict[str, Any]:
    """Who is on the distribution list and never opened it, and which organisations hold it without being on it.

    `within`: does an organisation's or somebody's id lie within the scope? Entries that do not are left out; of a
    list, the holders within are counted.
    """
    register = scene.register
    by_organisation: dict[str | None, list[Holder]] = defaultdict(list)
    of_person: dict[str, Holder] = {}
    for holder in pathway.holders:
        by_organisation[holder.organisation].append(holder)
        of_person.setdefault(holder.person, holder)
    listed = []
    reached: set[str | None] = set()
    for entry in product.distribution:
        party = register.resolve(entry)
        if party.kind is not PartyKind.GROUP and not within(party.id):
            continue
        if party.kind is PartyKind.ORGANISATION:
            held = by_organisation[party.id]
            reached.add(party.id)
            name: Any = organisation(scene, party.id)
        elif party.kind is PartyKind.GROUP:
            members = register.members(party.id, product.issued_at, product.issued_at)
            held = [of_person[member.id] for member in members if member.id in of_person]
            reached |= {member.id for member in members if member.kind is PartyKind.ORGANISATION}
            reached |= {holder.organisation for holder in held}
            name = register.groups[party.id].name
        else:
            held = [of_person[party.id]] if party.id in of_person else []
            reached |= {holder.organisation for holder in held}
            name = Who(party.id)
        listed.append(
            {
                "name": name,
                "kind": party.kind,
                "holders": len(held),
                "opened": sum(holder.level >= Level.OPENED for holder in held),
            }
        )
    beyond = [
        {
            "organisation": organisation(scene, identifier),
            "holders": len(held),
            "opened": sum(holder.level >= Level.OPENED for holder in held),
        }
        for identifier, held in by_organisation.items()
        if held and identifier is not None and identifier not in reached and identifier != product.originator
    ]
    return {"listed": listed, "beyond": sorted(beyond, key=lambda row: (-row["holders"], row["organisation"]))}


def by_organisation(pathway: Pathway, scene: Scene) -> list[dict[str, Any]]:
    """A row an organisation: how many hold it at each level, on what, and since when."""
    held: dict[str | None, list[Holder]] = defaultdict(list)
    for holder in pathway.holders:
        held[holder.organisation].append(holder)
    gaps = Counter(gap.organisation for gap in pathway.gaps)
    rows = [
        {
            "id": identifier,
            "organisation": organisation(scene, identifier),
            "extracted": sum(h.level is Level.EXTRACTED for h in holders),
            "opened": sum(h.level is Level.OPENED for h in holders),
            "delivered": sum(h.level is Level.DELIVERED for h in holders),
            "holders": len(holders),
            "addressed": sum(h.basis is Basis.ADDRESSED for h in holders),
            "first_possible": min(h.first_possible for h in holders),
            "first_certain": min((h.first_certain for h in holders if h.first_certain), default=None),
            "gaps": gaps[identifier],
        }
        for identifier, holders in held.items()
    ]
    return sorted(rows, key=lambda row: (row["first_possible"], str(row["organisation"])))


def drawn(
    scene: Scene,
    pathway: Pathway,
    names: Names,
    *,
    publications: Sequence[Publication] = (),
    unfolded: bool = False,
) -> str:
    """A pathway as SVG, without style sheet or script."""
    return str(picture(pathway, scene.register, names, publications=publications, unfolded=unfolded))


def faces(scene: Scene, names: Names) -> Mapping[str, str]:
    """Pseudonym -> whom it stands for: everybody registered or named where the scope leaves every product open,
    else whoever holds one of its products."""
    if scene.whole is None:
        found = scene.view.query(
            "SELECT DISTINCT unnest([actor, recipient]) AS name FROM events", scene.state, scene.register.retracted
        )
        raw = (name for name in found["name"].to_pylist() if name)
        parties = (scene.register.resolve(name) for name in raw)
        unresolved = {party.id for party in parties if party.kind is PartyKind.NAME}
        return {names.field(who): who for who in (*scene.register.people, *sorted(unresolved))}
    return {names.field(who): who for who in scene.kept.once("holders", lambda: _holders(scene))}


def _holders(scene: Scene) -> list[str]:
    found: dict[str, None] = {}
    for product in scene.register.products:
        found |= dict.fromkeys(h.person for h in main_job.trace_product(scene, product, before=None).holders)
    return list(found)
