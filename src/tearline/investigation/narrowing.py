"""A part of a scene: some products, their descendants, a period. The rest is as if it were not registered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from tearline.investigation.keeping import Kept
from tearline.investigation.scene import Scene
from tearline.records.times import Interval
from tearline.views.register import Register

_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


def narrowed(
    scene: Scene,
    *,
    products: Collection[str] | None = None,
    originators: Collection[str] | None = None,
    hidden_disclosures: Collection[str] = (),
    hidden_products: Collection[str] = (),
    case: str | None = None,
    earliest: datetime | None = None,
    latest: datetime | None = None,
) -> Scene:
    """The scene as somebody sees it for whom there are only these products (and what is declared as derived from
    them), those of these originators, and this period. `hidden_disclosures` and `hidden_products` are as if not
    registered; of analysts' declarations those made under `case`, or under none, are left."""
    register = scene.register
    wanted = {
        identifier
        for identifier, product in register.products.items()
        if (products is None or identifier in products)
        and (originators is None or product.originator in originators)
    }
    inside = {member for identifier in wanted for member in register.family(identifier)} - set(hidden_products)
    if len(inside) == len(register.products):
        inside = set(register.products)
    period = Interval(earliest or _FIRST, latest or _LAST) if earliest or latest else None
    return replace(
        scene,
        register=_part(register, inside, frozenset(hidden_disclosures), case),
        period=period,
        whole=scene if len(inside) < len(register.products) or period else None,
        kept=Kept() if len(inside) < len(register.products) or period else scene.kept,
    )


def _part(register: Register, inside: set[str], hidden: frozenset[str], case: str | None) -> Register:
    products = register.products
    if len(inside) < len(products):
        products = {
            identifier: replace(product, derived_from=tuple(p for p in product.derived_from if p in inside))
            for identifier, product in register.products.items()
            if identifier in inside
        }
    return register.part(
        products=products,
        disclosures={key: item for key, item in register.disclosures.items() if key not in hidden},
        declarations=tuple(
            one
            for one in register.declarations
            if one.product in inside and one.disclosure not in hidden and one.case in (None, case)
        ),
        replies=tuple(reply for reply in register.replies if reply.product is None or reply.product in inside),
    )
