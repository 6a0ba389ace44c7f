"""How the clocks of the record stand to one another."""

from __future__ import annotations

from tearline.pathway.clocks import survey_clocks
from tearline.views.stated_clocks import stated_clocks
from tearline.workspace.base import Opened
from tearline.workspace.inquiry import Document, Inquiry


class Comparing(Opened):
    """What may be asked of the logs themselves."""

    def clocks(self, inquiry: Inquiry) -> Document:
        """Every log's precision, and how far the clocks of two logs stand apart. Nothing is corrected by it."""
        answering = self._look_up(inquiry, "clocks")
        scene = answering.scene
        stated = stated_clocks(self._ledger, scene.state)
        return answering.document(survey_clocks(scene.register, scene.view, scene.state, stated))
