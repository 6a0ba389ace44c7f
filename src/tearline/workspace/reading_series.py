"""Many public items read as one."""

from __future__ import annotations

from collections.abc import Sequence

from tearline.investigation.series import series_of
from tearline.workspace.base import Opened
from tearline.workspace.inquiry import Document, Inquiry, Progress, silent


class ReadingSeries(Opened):
    """What may be asked of several public items together."""

    def series(self, inquiry: Inquiry, disclosures: Sequence[str], progress: Progress = silent) -> Document:
        """Which claims recur and where first, the fewest products that explain the items, and a timeline."""
        answering = self._look_up(inquiry, "series", disclosures=list(disclosures))
        return answering.document(series_of(answering.scene, disclosures, progress))
