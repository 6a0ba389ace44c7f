"""Who among given people held or wrote a case's products: the ground on which somebody keeps out of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from tearline.investigation import main_job
from tearline.investigation.scene import READ, Scene
from tearline.pathway import exposures
from tearline.records.kinds import Stream
from tearline.records.times import format_instant
from tearline.workspace.base import Opened
from tearline.workspace.inquiry import Document, Inquiry

_BEARING = tuple(stream for stream in READ if stream not in {Stream.CUSTODY, Stream.ANSWERS, Stream.SETTINGS})
"""The streams that can change who held what."""


class Recusing(Opened):
    """Working out who keeps out."""

    def recusal_basis(self) -> str:
        """A digest of the record as far as it bears on who held what: while it is the same, so is the answer."""
        with self._one_at_a_time:
            state = self._state(None)
        roots = " ".join(f"{state.size(stream)}:{state.streams[stream].root}" for stream in _BEARING)
        return hashlib.sha256(roots.encode()).hexdigest()

    def involvements(self, inquiry: Inquiry, people: Sequence[str], disclosures: Sequence[str]) -> Document:
        """What each of these people (ids of their records) had to do with the products of the inquiry's scope.

        Held counts where it is possible that it was before the latest publication of `disclosures`; ever, where
        none is named or one has no date. Writing counts always. `{"involvements": [{"person", "product", "how",
        "level", "since"}]}`: how is `wrote` or `held`.
        """
        scene = self._look_up(inquiry, "recusal", people=len(people), disclosures=list(disclosures) or None).scene
        wanted = frozenset(people)
        before = _latest_publication(scene, disclosures)
        found = [
            {"person": person, "product": product.id, "how": "wrote", "level": None, "since": None}
            for product in scene.register.products.values()
            for person in product.authors
            if person in wanted
        ]
        wrote = {(one["person"], one["product"]) for one in found}
        named = inquiry.scope.products if inquiry.scope is not None else None
        held = _held_all(scene, wanted, before) if named is None else _held(scene, sorted(named), wanted, before)
        found += [one for one in held if (one["person"], one["product"]) not in wrote]
        return {"involvements": found}


def _latest_publication(scene: Scene, disclosures: Sequence[str]) -> datetime | None:
    """Before when a holding matters: none of several publications must have been open to whoever judges them."""
    latest: list[datetime] = []
    for identifier in disclosures:
        item = scene.register.disclosures.get(identifier)
        if item is None or item.published_at is None:
            return None
        latest.append(item.published_at.latest)
    return max(latest, default=None)


def _held(
    scene: Scene, products: Sequence[str], wanted: frozenset[str], before: datetime | None
) -> list[Document]:
    return [
        {
            "person": str(holder.person),
            "product": product,
            "how": "held",
            "level": holder.level.word,
            "since": format_instant(holder.first_possible),
        }
        for product in products
        if product in scene.register.products
        for holder in main_job.trace_product(scene, product, before=before).holders
        if holder.person in wanted
    ]


def _held_all(scene: Scene, wanted: frozenset[str], before: datetime | None) -> list[Document]:
    """The same for every product at once."""
    found: list[Document] = []
    for batch in exposures(scene.register, scene.view, scene.state, before=before):
        found += [
            {
                "person": row["person"],
                "product": row["product"],
                "how": "held",
                "level": row["level"],
                "since": format_instant(row["first_possible"]),
            }
            for row in batch.to_pylist()
            if row["person"] in wanted
        ]
    return found
