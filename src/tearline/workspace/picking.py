"""What the register holds, for picking a case's scope and for showing single records; people are never listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tearline.intake.products_in import ProductFinder
from tearline.records.products import Disclosure, Product
from tearline.records.times import format_instant
from tearline.views.register import Register
from tearline.workspace.base import Opened
from tearline.workspace.described import highest
from tearline.workspace.inquiry import Document, Inquiry

MOST: Final = 50
"""Lines that one look into the register shows: enough to pick from, too few to copy it."""

_EVENTS: Final = (
    "SELECT id, kind, product, at_earliest, at_latest, organisation, system, basis FROM events "
    "WHERE list_contains($ids, id) ORDER BY at_earliest, id"
)


class Picking(Opened):
    """Looking into the register itself."""

    def register_lines(self, inquiry: Inquiry, text: str = "") -> Document:
        """Products, organisations and public items whose id, number, title or name has `text` in it, at most
        `MOST` of each, by id. Nothing of what they say, and nobody's name."""
        scene = self._look_up(inquiry, "register", text=text or None).scene
        wanted = text.casefold()
        return {
            "products": _chosen(
                scene.register.products, wanted, lambda one: (one.id, one.number, one.title), product_line
            ),
            "organisations": _chosen(
                scene.register.organisations,
                wanted,
                lambda one: (one.id, one.name),
                lambda one: {"id": one.id, "name": one.name, "kind": one.kind.value},
            ),
            "disclosures": _chosen(
                scene.register.disclosures,
                wanted,
                lambda one: (one.id, one.title, one.outlet),
                disclosure_line,
            ),
        }

    def named_lines(
        self,
        inquiry: Inquiry,
        *,
        products: Sequence[str] = (),
        organisations: Sequence[str] = (),
        disclosures: Sequence[str] = (),
    ) -> Document:
        """The same lines for known ids; those not on record, or beyond the scope, are left out."""
        scene = self._look_up(
            inquiry,
            "register",
            products=list(products) or None,
            organisations=list(organisations) or None,
            disclosures=list(disclosures) or None,
        ).scene
        return _lines(scene.register, products, organisations, disclosures)

    def highest_marking(self, markings: Iterable[str] = (), *, register: bool = False) -> str:
        """What a page has to carry that shows all of these; with `register`, whatever the register may hold. No
        look-up: it tells nothing of any product."""
        with self._one_at_a_time:
            scene = self._scene(self._state(None))
        known = [product.marking for product in scene.register.products.values()] if register else []
        return highest(scene.scheme, [*markings, *known])

    def products_named(self, inquiry: Inquiry, written: Sequence[str]) -> Document:
        """Whatever a paper calls itself, by id, number or title.

        `{"products": {as written: id or None}, "marking": the highest of those found}`."""
        scene = self._look_up(inquiry, "register", products=list(written)).scene
        finder = ProductFinder(scene.register.products.values())
        found = {
            one: one if one in scene.register.products else finder.named(one) for one in dict.fromkeys(written)
        }
        shown = [scene.register.products[one].marking for one in found.values() if one is not None]
        return {"products": found, "marking": highest(scene.scheme, shown)}

    def event_lines(self, inquiry: Inquiry, events: Sequence[str]) -> Document:
        """Single events by id: what kind, of which product, when, where; not who. Unknown ones are left out."""
        scene = self._look_up(inquiry, "events", events=list(events)).scene
        found = scene.view.query(_EVENTS, scene.state, scene.register.retracted, {"ids": list(events)})
        scope = inquiry.scope
        within = scope.organisations if scope is not None else None
        return {
            "events": [
                {
                    **row,
                    "at_earliest": format_instant(row["at_earliest"]),
                    "at_latest": format_instant(row["at_latest"]),
                }
                for row in found.to_pylist()
                if row["product"] in scene.register.products
                and (within is None or row["organisation"] is None or row["organisation"] in within)
            ]
        }

    def organisation_names(self) -> Mapping[str, str]:
        """Every registered organisation's name by its id: whom letters can be addressed to. No look-up, for it
        tells nothing of any report or person."""
        with self._one_at_a_time:
            register = self._scene(self._state(None)).register
        return {one.id: one.name for one in sorted(register.organisations.values(), key=lambda o: o.name)}


def product_line(product: Product) -> Document:
    return {
        "id": product.id,
        "number": product.number,
        "title": product.title,
        "originator": product.originator,
        "marking": product.marking,
        "issued_at": format_instant(product.issued_at),
    }


def disclosure_line(disclosure: Disclosure) -> Document:
    at = disclosure.published_at
    return {
        "id": disclosure.id,
        "title": disclosure.title,
        "outlet": disclosure.outlet,
        "published_at": format_instant(at.earliest) if at else None,
    }


def _lines(
    register: Register, products: Sequence[str], organisations: Sequence[str], disclosures: Sequence[str]
) -> Document:
    return {
        "products": [product_line(register.products[one]) for one in products if one in register.products],
        "organisations": [
            {"id": one, "name": register.organisations[one].name}
            for one in organisations
            if one in register.organisations
        ],
        "disclosures": [
            disclosure_line(register.disclosures[one]) for one in disclosures if one in register.disclosures
        ],
    }


def _chosen(found: Mapping[str, Any], wanted: str, words: Any, line: Any) -> list[Document]:
    kept = (
        one
        for _, one in sorted(found.items())
        if not wanted or any(wanted in word.casefold() for word in words(one) if word)
    )
    return [line(one) for one, _ in zip(kept, range(MOST), strict=False)]
