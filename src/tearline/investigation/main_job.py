"""The main job as one composition: match, trace, examine, weigh, propose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow as pa

from tearline.handling import examine
from tearline.investigation.scene import Scene
from tearline.leads import Candidate, Item, propose, weigh
from tearline.pathway import silences, trace, witnesses
from tearline.pathway.clocks import beside_gaps
from tearline.records.errors import BadInput
from tearline.records.explanations import LeadsAnswer
from tearline.records.findings import HandlingAnswer
from tearline.records.investigations import Declaration, Investigation, Sourced
from tearline.records.kinds import Grade
from tearline.records.matches import MatchAnswer
from tearline.records.pathways import Pathway
from tearline.records.products import Disclosure
from tearline.records.times import Interval, parse_instant
from tearline.records.witnesses import Witnesses

Progress = Callable[[str, int, int | None], None]

MOST_SOURCES = 5
"""Products that one item is followed into: beyond the fifth, a text draws on a subject rather than on reports."""

DECLARED = 0.95
"""How far an analyst's own recognition is taken as certain: people err too, and say so in the reason they give."""


def declarations_on(scene: Scene, disclosure: str) -> tuple[Declaration, ...]:
    return tuple(found for found in scene.register.declarations if found.disclosure == disclosure)


def sources(
    scene: Scene, answer: MatchAnswer, declared: Sequence[Declaration], published_at: datetime | None
) -> tuple[Sourced, ...]:
    """The products an item is taken to draw on: those declared, and those matched better than inconclusively.

    An edition derived from another of them is left out unless declared: its readers are on the other's pathway.
    """
    found: dict[str, Sourced] = {}
    for product in answer.products:
        if product.grade is not Grade.INCONCLUSIVE and len(found) < MOST_SOURCES:
            portion = product.portions[0] if product.portions else None
            found[product.product] = Sourced(
                answer.disclosure, product.product, portion, product.probability, published_at
            )
    for one in declared:
        held = found.get(one.product)
        probability = max(DECLARED, held.probability if held else 0.0)
        portion = one.portion or (held.portion if held else None)
        found[one.product] = Sourced(answer.disclosure, one.product, portion, probability, published_at)
    derived = {
        member
        for product in found
        for member in scene.register.family(product)[1:]
        if product not in scene.register.family(member)  # a circle of declarations leaves nobody out
    }
    kept = [s for s in found.values() if s.product not in derived - {one.product for one in declared}]
    return tuple(sorted(kept, key=lambda source: (-source.probability, source.product)))


def trace_product(
    scene: Scene, product: str, *, before: datetime | None, portion: str | None = None, supported: bool = False
) -> Pathway:
    """Who could have held the product, or what is declared as derived from it, by then."""
    question = ("trace", product, before, portion, supported)
    return scene.kept.lately(question, lambda: _traced(scene, product, before, portion, supported))


def _traced(scene: Scene, product: str, before: datetime | None, portion: str | None, supported: bool) -> Pathway:
    events = scene.events_of(scene.register.family(scene.product(product).id))
    return trace(
        product,
        scene.register,
        events,
        before=before,
        portion=portion,
        supported=supported,
        lineage=scene.lineage,
        logs=scene.logs,
        confirmed=scene.confirmed,
    )


def witnesses_of(
    scene: Scene, product: str, holder: str, *, before: datetime | None = None, paths: int = 3
) -> Witnesses:
    """The ways by which one holder can have come by the product by then. Raises BadInput for whoever is none."""
    events = scene.events_of(scene.register.family(scene.product(product).id))
    return witnesses(product, holder, scene.register, events, before=before, paths=paths)


def pathways_of(scene: Scene, sourced: Sequence[Sourced]) -> Mapping[tuple[str, datetime | None], Pathway]:
    """One pathway for each product and cut-off asked for."""
    wanted = dict.fromkeys((source.product, source.published_at) for source in sourced)
    return {(product, cut): trace_product(scene, product, before=cut) for product, cut in wanted}


def _with_clocks(scene: Scene, pathway: Pathway) -> Pathway:
    """The pathway with what is known of the clocks that bear on its gaps."""
    if not any(one.matters for one in scene.clocks):
        return pathway
    return beside_gaps(pathway, scene.events_of(pathway.family), scene.clocks)


def examine_handling(scene: Scene, organisation: str | None = None, product: str | None = None) -> HandlingAnswer:
    """The record of handling against the rules, of one organisation or one product's family if asked."""
    if organisation is not None and organisation not in scene.register.organisations:
        raise BadInput(
            f"no organisation {organisation!r} is registered", field="--organisation", remedy="Look for its id"
        )
    if product is None:
        return _examined(scene, scene.all_events(), organisation)
    return _examined(scene, scene.events_of(scene.register.family(scene.product(product).id)), organisation)


def _examined(scene: Scene, events: pa.Table, organisation: str | None = None) -> HandlingAnswer:
    """Every examination knows the same silences, so that a finding weighs the same in whichever it appears."""
    return examine(
        scene.register, events, scene.scheme, organisation=organisation, gaps=silences(scene.register, scene.logs)
    )


def items_of(
    sourced: Sequence[Sourced],
    pathways: Mapping[tuple[str, datetime | None], Pathway],
    disclosures: Sequence[str],
) -> tuple[Item, ...]:
    """What the weighing takes in: each public item with the products it may draw on and who held them."""
    return tuple(
        Item(
            disclosure=disclosure,
            published_at=next((s.published_at for s in sourced if s.disclosure == disclosure), None),
            candidates=tuple(
                Candidate(s.product, s.portion, s.probability, pathways[s.product, s.published_at])
                for s in sourced
                if s.disclosure == disclosure
            ),
        )
        for disclosure in disclosures
    )


def leads_on(scene: Scene, rows: Sequence[Sourced]) -> LeadsAnswer:
    """Which explanations fit items whose sources are given rather than matched."""
    return weigh(items_of(rows, pathways_of(scene, rows), [row.disclosure for row in rows]), scene.register)


def named_portion(scene: Scene, named: str) -> tuple[str, str | None]:
    """`PRODUCT` or `PRODUCT:PORTION`, both registered. Raises BadInput; ids may themselves hold colons."""
    for product, found in scene.register.products.items():
        for portion in found.portions:
            if named == f"{product}:{portion.id}":
                return product, portion.id
    if named in scene.register.products:
        return named, None
    raise BadInput(
        f"no product or portion {named!r} is registered",
        field="--declare",
        remedy="Write PRODUCT, or PRODUCT:PORTION with the portion's id",
    )


def publication(disclosure: Disclosure, given: datetime | None) -> datetime | None:
    """The cut-off an item sets: the latest reading of its own date, or the one given; None where neither is known.

    The latest reading, because whoever could have held it at any time before publication has to stay in view.
    """
    return disclosure.published_at.latest if disclosure.published_at else given


def dated(disclosure: Disclosure, given: datetime | None) -> Disclosure:
    """The item with the date given for it, where it has none of its own."""
    if disclosure.published_at is None and given is not None:
        return replace(disclosure, published_at=Interval(given, given))
    return disclosure


def investigate(
    scene: Scene,
    disclosures: Sequence[str],
    published_at: datetime | None,
    progress: Progress,
) -> Investigation:
    """All of it for these public items together. Raises BadInput where one has no date and none is given."""
    items = tuple(dated(scene.disclosure(identifier), published_at) for identifier in disclosures)
    for item in items:
        if item.published_at is None:
            raise BadInput(
                f"no date of publication is known for {item.id!r}",
                field="published_at",
                remedy="Give it with --published-at; a day will do",
            )
    matches: list[MatchAnswer] = []
    for number, item in enumerate(items):
        progress("matching", number, len(items))
        matches.append(scene.matcher.match(item))
    progress("matching", len(items), len(items))
    declared = tuple(found for item in items for found in declarations_on(scene, item.id))
    sourced = tuple(
        source
        for item, answer in zip(items, matches, strict=True)
        for source in sources(
            scene, answer, [found for found in declared if found.disclosure == item.id], publication(item, None)
        )
    )
    progress("tracing", 0, None)
    pathways = {key: _with_clocks(scene, pathway) for key, pathway in pathways_of(scene, sourced).items()}
    progress("weighing", 0, None)
    products = list(dict.fromkeys(source.product for source in sourced))
    members = dict.fromkeys(member for product in products for member in scene.register.family(product))
    handling = _examined(scene, scene.events_of(list(members))) if products else HandlingAnswer((), (), ())
    leads = weigh(items_of(sourced, pathways, [item.id for item in items]), scene.register)
    return Investigation(
        disclosures=items,
        matches=tuple(matches),
        declarations=declared,
        sourced=sourced,
        pathways=tuple(pathways.values()),
        handling=handling,
        leads=leads,
        requests=propose(tuple(pathways.values()), scene.register, leads=leads, now=parse_instant(scene.state.at)),
    )
