"""The questions. Each records the look-up, then answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tearline import exports
from tearline.engine.spark import SparkEngine
from tearline.investigation import main_job
from tearline.investigation.cases import read_cases
from tearline.pathway import exposures, exposures_on
from tearline.records.documents import document
from tearline.records.errors import NotPermitted
from tearline.records.kinds import Stream
from tearline.records.naming import Who
from tearline.records.times import format_instant, parse_instant
from tearline.report import Asked, render_report
from tearline.workspace.base import Opened
from tearline.workspace.inquiry import Answering, Document, Inquiry, Progress, silent
from tearline.workspace.writing import write_whole


class Asking(Opened):
    """What may be asked of the record."""

    def match(
        self,
        inquiry: Inquiry,
        disclosure: str,
        published_at: datetime | None = None,
        *,
        exhaustive: bool = False,
    ) -> Document:
        """Which portions of which products a public item draws on.

        `exhaustive`: nothing is cut off before the full comparison.
        """
        answering = self._look_up(
            inquiry, "match", disclosure=disclosure, published_at=published_at, exhaustive=exhaustive or None
        )
        return self._matched(answering, disclosure, published_at, exhaustive)

    def match_all(
        self, inquiry: Inquiry, progress: Progress = silent, *, exhaustive: bool = False
    ) -> Iterator[Document]:
        """The same for every registered public item, one document each."""
        answering = self._look_up(inquiry, "match", all=True, exhaustive=exhaustive or None)
        items = list(answering.scene.register.disclosures)
        for number, item in enumerate(items):
            progress("matching", number, len(items))
            yield self._matched(answering, item, None, exhaustive)
        progress("matching", len(items), len(items))

    def _matched(
        self, answering: Answering, disclosure: str, published_at: datetime | None, exhaustive: bool = False
    ) -> Document:
        scene = answering.scene
        item = main_job.dated(scene.disclosure(disclosure), published_at)
        declared = main_job.declarations_on(scene, disclosure)
        return answering.document(scene.matcher.match(item, exhaustive=exhaustive), declared=declared)

    def declare(self, inquiry: Inquiry, disclosure: str, named: str, reason: str) -> Document:
        """Keep an analyst's own recognition of `PRODUCT` or `PRODUCT:PORTION` beside the machine's score."""
        answering = self._look_up(inquiry, "match --declare", disclosure=disclosure, declares=named, reason=reason)
        scene = answering.scene
        scene.disclosure(disclosure)
        product, portion = main_job.named_portion(scene, named)
        body = {
            "id": disclosure,
            "batch": None,
            "declares": {
                "product": product,
                "portion": portion,
                "reason": reason,
                "by": inquiry.actor,
                "at": format_instant(datetime.now(UTC)),
                "case": inquiry.case,
            },
        }
        self._ledger.append(Stream.DISCLOSURES, [json.dumps(body, ensure_ascii=False)])
        return self._matched(self._answering(inquiry, answering.basis.parameters), disclosure, None)

    def trace(
        self,
        inquiry: Inquiry,
        product: str,
        *,
        before: datetime | None = None,
        portion: str | None = None,
        supported: bool = False,
        holder: str | None = None,
        paths: int = 3,
    ) -> Document:
        """Who could have held a product, or anything declared as derived from it, by then, and how.

        With `holder` (as answers call somebody, or an id) the document has `witnesses`: the ways by which just
        this holder can have come by it, at most `paths` of them.
        """
        answering = self._look_up(
            inquiry,
            "trace",
            product=product,
            before=before,
            portion=portion,
            supported=supported,
            holder=Who(holder) if holder else None,
            paths=paths if holder else None,
        )
        scene = answering.scene
        found = main_job.trace_product(scene, product, before=before, portion=portion, supported=supported)
        if holder is None:
            return answering.document(found)
        whom = answering.called(holder, (one.person for one in found.holders))
        shown = main_job.witnesses_of(scene, product, whom, before=before, paths=paths)
        return answering.document(found, witnesses=shown)

    def answers(self, inquiry: Inquiry, organisation: str | None = None) -> Document:
        """What organisations answered when they were asked for records, latest first."""
        answering = self._look_up(inquiry, "answers", organisation=organisation)
        found = [
            reply
            for reply in answering.scene.register.replies
            if organisation is None or reply.organisation == organisation
        ]
        return answering.document({"answers": sorted(found, key=lambda reply: reply.given_at, reverse=True)})

    def exposures(
        self,
        inquiry: Inquiry,
        out: Path,
        *,
        before: datetime | None = None,
        supported: bool = False,
        master: str | None = None,
        progress: Progress = silent,
    ) -> Document:
        """Write the trace of every product at once to a Parquet file; with `master`, worked out on Spark there.

        A cluster's machines must see the workspace's folder under the same path.
        """
        answering = self._look_up(inquiry, "exposures", before=before, supported=supported, master=master)
        answering.whole("the exposures of all products")
        scene = answering.scene
        if scene.period is not None:
            raise NotPermitted("the exposures of all products cannot be limited to a period")
        asked = scene.register, scene.view, scene.state
        if master is None:
            found = exposures(*asked, before=before, supported=supported)
            rows = exports.write_exposures(found, out, answering.names, progress)
        else:
            with SparkEngine(master, self.folder / "tmp") as cluster:
                found = exposures_on(cluster, *asked, before=before, supported=supported)
                rows = exports.write_exposures(found, out, answering.names, progress)
        return answering.document({"file": str(out), "rows": rows})

    def handling(
        self, inquiry: Inquiry, *, organisation: str | None = None, product: str | None = None
    ) -> Document:
        """How the record of handling stands against the rules."""
        answering = self._look_up(inquiry, "handling", organisation=organisation, product=product)
        return answering.document(main_job.examine_handling(answering.scene, organisation, product))

    def leads(
        self, inquiry: Inquiry, disclosures: Sequence[str], published_at: datetime | None = None
    ) -> Document:
        """Which explanations fit these public items together."""
        answering = self._look_up(inquiry, "leads", disclosures=list(disclosures), published_at=published_at)
        found = main_job.investigate(answering.scene, disclosures, published_at, silent)
        return answering.document(found.leads)

    def leads_of_cases(self, inquiry: Inquiry, file: Path, progress: Progress = silent) -> Iterator[Document]:
        """The same for cases from a file, one document a case."""
        answering = self._look_up(inquiry, "leads", cases=str(file))
        cases = read_cases(file, answering.scene.register)
        for number, (case, rows) in enumerate(cases.items()):
            progress("weighing", number, len(cases))
            yield answering.document(main_job.leads_on(answering.scene, rows), case=case)
        progress("weighing", len(cases), len(cases))

    def investigate(
        self,
        inquiry: Inquiry,
        disclosures: Sequence[str],
        *,
        report: Path | None = None,
        published_at: datetime | None = None,
        progress: Progress = silent,
    ) -> Document:
        """All of it, with a report where a file for it is named."""
        answering = self._look_up(inquiry, "investigate", disclosures=list(disclosures), published_at=published_at)
        scene = answering.scene
        found = main_job.investigate(scene, disclosures, published_at, progress)
        if report is not None:
            answering.whole("a report")
            asked = Asked(inquiry.purpose, inquiry.case, inquiry.actor, parse_instant(scene.state.at))
            page = render_report(
                found, scene.register, answering.names, basis=answering.basis, asked=asked, scheme=scene.scheme
            )
            write_whole(report, page)
        return answering.document(
            {
                "match": [
                    {
                        **document(answer, answering.names),
                        "declared": main_job.declarations_on(scene, answer.disclosure),
                    }
                    for answer in found.matches
                ],
                "trace": found.pathways,
                "handling": found.handling,
                "leads": found.leads,
                "requests": found.requests,
                "report": str(report) if report else None,
            }
        )

    def requests(
        self, inquiry: Inquiry, disclosures: Sequence[str], published_at: datetime | None = None
    ) -> Document:
        """What to ask of whom, soonest-expiring first."""
        answering = self._look_up(
            inquiry, "requests propose", disclosures=list(disclosures), published_at=published_at
        )
        found = main_job.investigate(answering.scene, disclosures, published_at, silent)
        return answering.document({"requests": found.requests})
