"""How the clocks of the record stand to one another."""

from __future__ import annotations

from tearline.pathway.clocks import survey_clocks
from tearline.records.errors import NotPermitted
from tearline.views.stated_clocks import stated_clocks
from tearline.workspace.base import Opened
from tearline.workspace.inquiry import Document, Inquiry
from tearline.workspace.scope import Scope


class Comparing(Opened):
    """What may be asked of the logs themselves."""

    def clocks(self, inquiry: Inquiry) -> Document:
        """Every log's precision, and how far the clocks of two logs stand apart. Nothing is corrected by it.

        Raises NotPermitted where a scope shows a part of the record alone: logs are compared over all of it.
        """
        answering = self._look_up(inquiry, "clocks")
        scene = answering.scene
        if inquiry.scope is not None and inquiry.scope != Scope():
            raise NotPermitted(
                "logs are compared over the whole record, of which this scope shows a part",
                remedy="Ask whoever keeps the record",
            )
        stated = stated_clocks(self._ledger, scene.state)
        return answering.document(survey_clocks(scene.register, scene.view, scene.state, stated))
