"""What the desk's pages read of products: the list, one product with its readers, and a search over all of it."""

from __future__ import annotations

from typing import Any, Final

from tearline.investigation import main_job
from tearline.investigation.scene import Scene
from tearline.records.errors import BadInput
from tearline.workspace.base import Opened
from tearline.workspace.described import brief, drawn, faces, highest, levels, over_time, readership
from tearline.workspace.inquiry import Answering, Document, Inquiry

MOST_FOUND: Final = 50
"""Hits of each kind that a search gives back."""

_LEAST_OF_A_PSEUDONYM: Final = 5  # characters, `P-` included, below which a search would list people
_AROUND: Final = 60  # characters either side of what was found


class Reading(Opened):
    """Products as they stand on the desk."""

    def products(self, inquiry: Inquiry) -> Document:
        """Every product within the scope, latest first, and the highest marking among them."""
        answering = self._look_up(inquiry, "products")
        scene = answering.scene
        return answering.document(scene.kept.once("products", lambda: _listed(scene)))

    def product(self, inquiry: Inquiry, product: str) -> Document:
        """One product: its text by portion, editions, who on its list has it and who beyond it, and a picture of
        its pathway."""
        answering = self._look_up(inquiry, "product", product=product)
        scene = answering.scene
        item = scene.product(product)
        pathway, names = answering.part(main_job.trace_product(scene, product, before=None))
        register = scene.register
        carried = {member: scene.lineage.carried(product, member) for member in register.family(product)[1:]}
        return answering.document(
            {
                "product": {
                    **brief(item, scene),
                    "portions": item.portions,
                    "caveat_text": item.caveat_text,
                    "handling": item.handling,
                    "authors": len(item.authors),
                },
                "editions": [
                    {**brief(register.products[member], scene), "carries": list(kept)}
                    for member, kept in carried.items()
                ],
                "parents": [brief(register.products[parent], scene) for parent in item.derived_from],
                "related": [
                    {**brief(register.products[one.product], scene), "portions": one.portions}
                    for one in pathway.related
                ],
                "readership": readership(item, pathway, scene, answering.admits),
                "levels": levels(pathway.holders),
                "over_time": over_time(pathway.holders),
                "holders": len(pathway.holders),
                "gaps": len(pathway.gaps),
                "marking": highest(scene.scheme, [item.marking, *(p.marking for p in item.portions)]),
                "picture": scene.kept.lately(
                    ("picture", product, inquiry.unmask, inquiry.scope), lambda: drawn(scene, pathway, names)
                ),
            }
        )

    def product_findings(self, inquiry: Inquiry, product: str) -> Document:
        """How one product was handled: findings, the most serious first, and the rules that could not be run."""
        answering = self._look_up(inquiry, "handling", product=product)
        scene = answering.scene
        found = scene.kept.lately(
            ("handling", product), lambda: main_job.examine_handling(scene, product=scene.product(product).id)
        )
        order = {"high": 0, "medium": 1, "low": 2}
        return answering.document(
            {
                "findings": sorted(found.findings, key=lambda one: (order.get(one.severity, 3), one.id)),
                "rules_not_run": found.rules_not_run,
                "marking": highest(scene.scheme, [scene.product(product).marking]),
            }
        )

    def search(self, inquiry: Inquiry, text: str) -> Document:
        """Products, public items and people (by pseudonym) within the scope in which every word of `text` is."""
        answering = self._look_up(inquiry, "search", text=text)
        words = _folded(text).split()
        if not words:
            raise BadInput("there is nothing to look for", field="text", remedy="Write a word or a number")
        scene = answering.scene
        register = scene.register
        texts = scene.kept.once("texts", lambda: _texts(scene))
        items = {
            item.id: " ".join(filter(None, (item.id, item.title, item.outlet, item.text)))
            for item in register.disclosures.values()
        }
        found = [one for one, (folded, _) in texts.items() if all(word in folded for word in words)]
        shown = [register.products[identifier] for identifier in found[:MOST_FOUND]]
        return answering.document(
            {
                "products": [{**brief(one, scene), "around": _around(texts[one.id][1], words)} for one in shown],
                "more": max(0, len(found) - MOST_FOUND),
                "disclosures": [
                    {
                        "id": identifier,
                        "title": register.disclosures[identifier].title or identifier,
                        "outlet": register.disclosures[identifier].outlet,
                        "around": _around(said, words),
                    }
                    for identifier, said in items.items()
                    if all(word in _folded(said) for word in words)
                ][:MOST_FOUND],
                "people": _people(answering, words),
                "marking": highest(scene.scheme, (one.marking for one in shown)),
            }
        )


def _listed(scene: Scene) -> dict[str, Any]:
    products = sorted(scene.register.products.values(), key=lambda one: (one.issued_at, one.id), reverse=True)
    return {
        "products": [brief(one, scene) for one in products],
        "marking": highest(scene.scheme, (one.marking for one in products)),
    }


def _people(answering: Answering, words: list[str]) -> list[str]:
    """Pseudonyms that begin as the one word looked for does; a shorter word would list everybody."""
    if len(words) != 1 or not words[0].startswith("p-") or len(words[0]) < _LEAST_OF_A_PSEUDONYM:
        return []
    scene = answering.scene
    known = scene.kept.once("faces", lambda: faces(scene, answering.masked))
    return [
        pseudonym
        for pseudonym, who in known.items()
        if pseudonym.casefold().startswith(words[0]) and answering.admits(who)
    ][:MOST_FOUND]


def _texts(scene: Scene) -> dict[str, tuple[str, str]]:
    """Of every product all that can be looked for in it, folded and as it stands; the latest first."""
    products = sorted(scene.register.products.values(), key=lambda one: (one.issued_at, one.id), reverse=True)
    said = {
        one.id: " ".join([one.number or one.id, one.title, *(p.text for p in one.portions)]) for one in products
    }
    return {identifier: (_folded(f"{identifier} {text}"), text) for identifier, text in said.items()}


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _around(said: str, words: list[str]) -> dict[str, str]:
    """The first word found and what stands beside it."""
    said = " ".join(said.split())
    at = max(said.lower().find(words[0]), 0)
    start, end = max(0, at - _AROUND), at + len(words[0])
    return {
        "before": ("…" if start else "") + said[start:at],
        "found": said[at:end],
        "after": said[end : end + _AROUND] + ("…" if end + _AROUND < len(said) else ""),
    }
