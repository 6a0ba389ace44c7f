"""Questions across products, asked of one scene; many products are read a few hundred at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa

from tearline.investigation.scene import Scene
from tearline.pathway import across
from tearline.pathway.cast import standing_for
from tearline.records.errors import BadInput
from tearline.records.parties import Party, PartyKind
from tearline.records.readerships import Common, Readership, Told

_AT_ONCE = 200

_NAMES = "SELECT DISTINCT unnest([actor, recipient]) AS name FROM events"
_PRODUCTS = (
    "SELECT DISTINCT product FROM events "
    "WHERE actor IN (SELECT name FROM named) OR recipient IN (SELECT name FROM named) ORDER BY product"
)


def common_holders(scene: Scene, products: Sequence[str], before: datetime | None, least: int | None) -> Common:
    """Who could have held all of these products by then, or at least `least` of them. Raises BadInput."""
    chosen = list(dict.fromkeys(scene.product(product).id for product in products))
    if len(chosen) < 2:
        raise BadInput("two products at the least", field="PRODUCT", remedy="Name those to compare")
    if least is not None and not 1 <= least <= len(chosen):
        raise BadInput(
            f"{least} of {len(chosen)} products cannot be", field="--least", remedy=f"Give 1 to {len(chosen)}"
        )
    members = dict.fromkeys(member for product in chosen for member in scene.register.family(product))
    events = scene.events_of(list(members))
    return across.common(scene.register, chosen, events, before=before, least=least or len(chosen))


def readership(scene: Scene, products: Sequence[str], before: datetime | None) -> tuple[Readership, ...]:
    """The readers of these products, or of all, against their distribution lists. Raises BadInput."""
    chosen = list(dict.fromkeys(scene.product(product).id for product in products)) or sorted(
        scene.register.products
    )
    found: list[Readership] = []
    for start in range(0, len(chosen), _AT_ONCE):
        some = chosen[start : start + _AT_ONCE]
        found += across.readerships(scene.register, some, scene.events_of(some), before=before)
    return tuple(found)


def told(
    scene: Scene, *, person: str | None, organisation: str | None, since: datetime | None, until: datetime | None
) -> tuple[Told, ...]:
    """What a person, or the people of an organisation at the time, were told, and what shows it. Raises BadInput.

    `person` is an id, or a name that nobody has resolved.
    """
    if (person is None) is (organisation is None):
        raise BadInput(
            "either a person or an organisation", field="--person, --organisation", remedy="Name one of the two"
        )
    if since is not None and until is not None and until <= since:
        raise BadInput("the time ends before it has begun", field="--until", remedy="Correct one of the two")
    if organisation is not None and organisation not in scene.register.organisations:
        raise BadInput(
            f"no organisation {organisation!r} is registered", field="--organisation", remedy="Look for its id"
        )

    people = scene.register.people
    parties = (
        {_party(scene, person)}
        if person is not None
        else {
            Party(PartyKind.PERSON, one.id)
            for one in people.values()
            if any(period.organisation == organisation for period in one.periods)
        }
    )

    def wanted(party: Party, moment: datetime) -> bool:
        return party in parties and (
            organisation is None or people[party.id].organisation_at(moment) == organisation
        )

    found: list[Told] = []
    chosen = _concerning(scene, parties)
    for start in range(0, len(chosen), _AT_ONCE):
        some = chosen[start : start + _AT_ONCE]
        found += across.told(scene.register, some, scene.events_of(some), wanted=wanted, since=since, until=until)
    return tuple(sorted(found, key=lambda one: (one.at_earliest, one.product, one.person, one.event or "")))


def names_on_record(scene: Scene) -> list[str]:
    """Whoever an event names, as written."""
    found: list[str] = _ask(scene, _NAMES)["name"].drop_null().to_pylist()
    return found


def _party(scene: Scene, person: str) -> Party:
    return Party(PartyKind.PERSON if person in scene.register.people else PartyKind.NAME, person)


def _ask(scene: Scene, sql: str, **relations: pa.Table) -> pa.Table:
    return scene.view.query(sql, scene.state, scene.register.retracted, relations=relations)


def _concerning(scene: Scene, parties: set[Party]) -> list[str]:
    """The products with an event that names one of the parties or a group that ever held one; and their own."""
    groups = {group for group in scene.register.groups if parties & standing_for(scene.register, group).keys()}
    named = [
        name
        for name in names_on_record(scene)
        if (party := scene.register.resolve(name)) in parties
        or (party.kind is PartyKind.GROUP and party.id in groups)
    ]
    rows = _ask(scene, _PRODUCTS, named=pa.table({"name": pa.array(named, pa.string())}))
    written = {
        product.id
        for product in scene.register.products.values()
        for author in product.authors
        if (party := scene.register.resolve(author)) in parties or party.id in groups
    }
    return sorted({*rows["product"].to_pylist(), *written} & scene.register.products.keys())
