"""Questions across products. Each records the look-up, then answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tearline.investigation import across
from tearline.records.naming import Who
from tearline.workspace.base import Opened
from tearline.workspace.inquiry import Document, Inquiry


class Across(Opened):
    """What several products have in common, and what somebody was told."""

    def common(
        self,
        inquiry: Inquiry,
        products: Sequence[str],
        *,
        before: datetime | None = None,
        least: int | None = None,
    ) -> Document:
        """Who could have held all of these products, or at least so many of them, by then."""
        answering = self._look_up(inquiry, "common", products=list(products), before=before, least=least)
        return answering.document(across.common_holders(answering.scene, products, before, least))

    def readership(
        self, inquiry: Inquiry, products: Sequence[str] = (), *, before: datetime | None = None
    ) -> Document:
        """How broad the readership of these products, or of all, was against their lists, and who never opened."""
        answering = self._look_up(inquiry, "readership", products=list(products) or None, before=before)
        found = across.readership(answering.scene, products, before)
        return answering.document({"before": before, "readership": found})

    def told(
        self,
        inquiry: Inquiry,
        *,
        person: str | None = None,
        organisation: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Document:
        """What a person, or the people of an organisation at the time, were told, when, and what shows it."""
        answering = self._look_up(
            inquiry,
            "told",
            person=Who(person) if person else None,
            organisation=organisation,
            since=since,
            until=until,
        )
        scene = answering.scene
        if person is not None:
            whom = answering.called(person, scene.register.people)
            person = answering.called(person, across.names_on_record(scene)) if whom == person else whom
        found = across.told(scene, person=person, organisation=organisation, since=since, until=until)
        return answering.document(
            {
                "person": Who(person) if person else None,
                "organisation": organisation,
                "since": since,
                "until": until,
                "products": len({one.product for one in found}),
                "told": found,
            }
        )
