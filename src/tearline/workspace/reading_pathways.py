"""What the desk's pages read of handling: a pathway with its picture, one holder's ways, a person's holdings, and
how each organisation stands against the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import pyarrow.compute as pc

from tearline.investigation import main_job
from tearline.investigation.scene import Scene
from tearline.pathway import exposures
from tearline.records.errors import BadInput
from tearline.records.kinds import Basis, Level
from tearline.records.naming import Who
from tearline.records.pathways import Pathway
from tearline.report import Publication
from tearline.workspace.base import Opened
from tearline.workspace.described import (
    brief,
    by_organisation,
    drawn,
    faces,
    highest,
    levels,
    organisation,
    over_time,
)
from tearline.workspace.inquiry import Document, Inquiry

ROWS: Final = 200
"""Holders that a page's table lists; the exported table has all of them."""

_HOLDING: Final = ["product", "organisation", "level", "basis", "first_possible", "first_certain"]


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which holders of a pathway are shown: of these levels, bases and organisations (empty: of any)."""

    levels: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()

    def of(self, pathway: Pathway) -> Pathway:
        """The pathway with these holders, and the transfers that reach them."""
        if self == Sieve():
            return pathway
        holders = tuple(
            holder
            for holder in pathway.holders
            if (not self.levels or holder.level.word in self.levels)
            and (not self.bases or holder.basis.word in self.bases)
            and (not self.organisations or holder.organisation in self.organisations)
        )
        kept = {holder.person for holder in holders}
        gone = {holder.person for holder in pathway.holders} - kept
        return replace(
            pathway,
            holders=holders,
            transfers=tuple(t for t in pathway.transfers if t.to not in gone and t.from_ not in gone),
            gaps=tuple(
                gap
                for gap in pathway.gaps
                if (gap.person is None or gap.person in kept)
                and (not self.organisations or gap.organisation in self.organisations)
            ),
        )


class ReadingPathways(Opened):
    """Pathways, people and organisations as they stand on the desk."""

    def pathway_picture(
        self,
        inquiry: Inquiry,
        product: str,
        *,
        before: datetime | None = None,
        sieve: Sieve | None = None,
        unfolded: bool = False,
        disclosure: str | None = None,
        holder: str | None = None,
        every_row: bool = False,
    ) -> Document:
        """A pathway as picture and as table. `disclosure`: whose publication stands in it, and before which it
        ends where `before` is not given. `holder` (a pseudonym): the ways by which this one can have come by it,
        and the gaps that concern them."""
        answering = self._look_up(
            inquiry,
            "pathway",
            product=product,
            before=before,
            disclosure=disclosure,
            holder=Who(holder) if holder else None,
        )
        scene = answering.scene
        published = _publications(scene, product, disclosure)
        cut = before or (published[0].at.latest if disclosure and published else None)
        traced = main_job.trace_product(scene, product, before=cut)
        within, names = answering.part(traced)
        shown = (sieve or Sieve()).of(within)
        # Its time axis stays that of the whole pathway, so that moving the slider moves nothing else.
        question = ("pathway picture", product, cut, sieve, unfolded, disclosure, inquiry.unmask, inquiry.scope)
        picture = scene.kept.lately(
            question, lambda: drawn(scene, shown, names, publications=published, unfolded=unfolded)
        )
        item = scene.product(product)
        rows = shown.holders if every_row else shown.holders[:ROWS]
        witnesses: dict[str, Any] = {}
        if holder is not None:
            whom = next((one for one in within.holders if holder in (names.field(one.person), one.person)), None)
            if whom is None:
                raise BadInput(
                    "nobody of that name holds it by then", field="holder", remedy="Choose from the table"
                )
            ways = main_job.witnesses_of(scene, product, whom.person, before=cut)
            witnesses = {
                "holder": {**_fields(whom), "organisation": organisation(scene, whom.organisation)},
                "ways": ways,
                "steps": _steps(within, whom.path),
                "gaps": [
                    {**_fields(gap), "organisation_name": organisation(scene, gap.organisation)}
                    for gap in within.gaps
                    if gap.id in whom.gaps
                ],
            }
        return answering.document(
            {
                "product": brief(item, scene),
                "before": cut,
                "span": _span(traced, item.issued_at, published),
                "publications": [{"label": one.label, "at": one.at.earliest} for one in published],
                "picture": picture,
                "total": len(within.holders),
                "shown": len(shown.holders),
                "holders": [
                    {
                        **_fields(one),
                        "organisation_name": organisation(scene, one.organisation),
                        "steps": len(one.path),
                        "gaps": len(one.gaps),
                    }
                    for one in rows
                ],
                "levels": levels(shown.holders),
                "by_organisation": by_organisation(shown, scene),
                "organisations": sorted(
                    {
                        (h.organisation, organisation(scene, h.organisation))
                        for h in within.holders
                        if h.organisation
                    }
                ),
                "gaps": [
                    {**_fields(gap), "organisation_name": organisation(scene, gap.organisation)}
                    for gap in sorted(shown.gaps, key=lambda gap: (gap.expires is None, str(gap.expires), gap.id))
                ],
                "witnesses": witnesses,
                "over_time": over_time(shown.holders),
                "marking": highest(scene.scheme, [item.marking]),
            }
        )

    def person(self, inquiry: Inquiry, pseudonym: str) -> Document:
        """What one person holds within the scope. With a reason to unmask, their name too, and nobody else's."""
        answering = self._look_up(inquiry, "person", person=Who(pseudonym))
        scene = answering.scene
        known = scene.kept.once("faces", lambda: faces(scene, answering.masked))
        who = known.get(pseudonym)
        holdings = _holdings(scene, who) if who is not None and answering.admits(who) else []
        if who is None or not (holdings or (scene.whole is None and answering.admits(who))):
            raise BadInput(
                "nobody is known under this pseudonym", field="person", remedy="Copy it from a table of holders"
            )
        masked = replace(answering, names=answering.masked)
        person = scene.register.people.get(who)
        return masked.document(
            {
                "person": pseudonym,
                "registered": person is not None,
                "name": ((person.name if person else who) if inquiry.unmask else None),
                "holdings": [
                    {
                        **row,
                        "product": brief(scene.register.products[row["product"]], scene),
                        "organisation": organisation(scene, row["organisation"]),
                    }
                    for row in holdings
                ],
                "posts": [
                    {
                        "organisation": organisation(scene, period.organisation),
                        "valid_from": period.valid_from,
                        "valid_to": period.valid_to,
                    }
                    for period in (person.periods if person else ())
                    if answering.scope is None
                    or answering.scope.organisations is None
                    or period.organisation in answering.scope.organisations
                ],
                "marking": highest(
                    scene.scheme, (scene.register.products[row["product"]].marking for row in holdings)
                ),
            }
        )

    def handling_board(self, inquiry: Inquiry, organisations: Collection[str] = ()) -> Document:
        """Each organisation's scorecard and findings, most findings first; those named alone where any is."""
        answering = self._look_up(inquiry, "handling", organisations=sorted(organisations) or None)
        scene = answering.scene
        found = scene.kept.once("handling", lambda: main_job.examine_handling(scene))
        part: dict[str, list[Any]] = {"findings": list(found.findings), "cards": list(found.scorecards)}
        part, _names = answering.part(part)
        grouped = defaultdict(list)
        for finding in part["findings"]:
            grouped[finding.organisation].append(finding)
        wanted = set(organisations)
        products = {finding.product for finding in part["findings"]} & scene.register.products.keys()
        return answering.document(
            {
                "organisations": [
                    {
                        "organisation": card.organisation,
                        "name": organisation(scene, card.organisation),
                        "card": card,
                        "findings": sorted(grouped[card.organisation], key=_severity),
                    }
                    for card in sorted(part["cards"], key=lambda one: (-one.findings, one.organisation))
                    if not wanted or card.organisation in wanted
                ],
                "titles": {one: brief(scene.register.products[one], scene)["number"] for one in products},
                "rules_not_run": found.rules_not_run,
                "marking": highest(
                    scene.scheme, (scene.register.products[one].marking for one in sorted(products))
                ),
            }
        )


def _span(pathway: Pathway, issued: datetime, published: Collection[Publication]) -> list[datetime]:
    """From the first to the last of what a pathway shows."""
    times = [issued, *(h.first_possible for h in pathway.holders), *(t.at_latest for t in pathway.transfers)]
    times += [edge for one in published for edge in (one.at.earliest, one.at.latest)]
    return [min(times), max(times)]


def _severity(finding: Any) -> tuple[int, str]:
    return {"high": 0, "medium": 1}.get(finding.severity, 2), finding.id


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _steps(pathway: Pathway, path: Collection[str]) -> list[Any]:
    """The transfers of a path, in its order; a step that is no transfer has its event's id alone."""
    by_event = {transfer.event: transfer for transfer in pathway.transfers}
    return [by_event.get(event, {"event": event}) for event in path]


def _publications(scene: Scene, product: str, disclosure: str | None) -> list[Publication]:
    """Publications that stand in a pathway: the one asked about, and those declared to draw on the product."""
    wanted = [disclosure] if disclosure else []
    wanted += [one.disclosure for one in scene.register.declarations if one.product == product]
    found = []
    for identifier in dict.fromkeys(wanted):
        item = scene.disclosure(identifier)
        if item.published_at is not None:
            found.append(Publication(item.title or item.id, item.published_at))
    return found


def _holdings(scene: Scene, who: str) -> list[dict[str, Any]]:
    """Of every product within the scene what this person holds, by first possible time."""
    if scene.period is not None or scene.whole is not None:
        rows = [
            {
                "product": product,
                "organisation": holder.organisation,
                "level": holder.level,
                "basis": holder.basis,
                "first_possible": holder.first_possible,
                "first_certain": holder.first_certain,
            }
            for product in scene.register.products
            for holder in main_job.trace_product(scene, product, before=None).holders
            if holder.person == who
        ]
        return sorted(rows, key=lambda row: (row["first_possible"], row["product"]))
    found: list[dict[str, Any]] = []
    for batch in exposures(scene.register, scene.view, scene.state):
        here = batch.filter(pc.equal(batch["person"], who))
        found += here.select(_HOLDING).to_pylist()
    for row in found:
        row["level"], row["basis"] = Level[row["level"].upper()], Basis[row["basis"].upper()]
    return sorted(found, key=lambda row: (row["first_possible"], row["product"]))
