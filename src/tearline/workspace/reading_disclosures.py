"""What the desk's pages read of public items: the list, one beside the portions it may draw on, and the leads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tearline.intake.document_files import document_row
from tearline.intake.lines import SourceFile
from tearline.investigation import main_job
from tearline.investigation.scene import Scene
from tearline.leads import variants
from tearline.records.errors import BadInput
from tearline.records.explanations import Hypothesis, LeadsAnswer, Variant
from tearline.records.frequencies import frequency
from tearline.records.investigations import Declaration, Investigation
from tearline.records.kinds import Grade
from tearline.records.matches import MatchAnswer, ProductMatch
from tearline.records.products import Disclosure
from tearline.records.times import EPOCH
from tearline.report import evidence_words, side_by_side
from tearline.workspace.base import Opened
from tearline.workspace.described import brief, highest, organisation
from tearline.workspace.inquiry import Document, Inquiry, silent

_OTHERS = 6  # products named that were compared and are not shown


class ReadingDisclosures(Opened):
    """Public items as they stand on the desk."""

    def disclosures_listed(self, inquiry: Inquiry) -> Document:
        """Every public item within the scope, latest first, and how often each was recognised by an analyst."""
        answering = self._look_up(inquiry, "disclosures")
        register = answering.scene.register
        items = sorted(
            register.disclosures.values(),
            key=lambda one: (one.published_at.latest if one.published_at else EPOCH, one.id),
            reverse=True,
        )
        return answering.document(
            {
                "disclosures": [
                    {
                        **_item(one),
                        "declared": sum(found.disclosure == one.id for found in register.declarations),
                        "words": len(one.text.split()),
                    }
                    for one in items
                ]
            }
        )

    def text_of(self, path: Path) -> str:
        """The text of a document (.txt, .html, .pdf, .docx) that is about to be brought in. Raises BadInput."""
        row = document_row(SourceFile(path, path.name))
        return str(row.fields["text"])

    def disclosure(self, inquiry: Inquiry, disclosure: str) -> Document:
        """A public item beside the portions it may draw on: both texts cut for marking, what pairs and why, what
        had been public, the grade of each product, and analysts' own recognitions."""
        answering = self._look_up(inquiry, "disclosure", disclosure=disclosure)
        scene = answering.scene
        item = scene.disclosure(disclosure)
        answer = scene.kept.lately(("match", disclosure), lambda: scene.matcher.match(item))
        declared = main_job.declarations_on(scene, disclosure)
        return answering.document(_beside(scene, item, answer, declared))

    def leads_board(self, inquiry: Inquiry, disclosures: list[str]) -> Document:
        """Which explanations fit these items, outside first; how the answer changes with what it assumes; and what
        to ask next. Items without a date are refused with BadInput."""
        answering = self._look_up(inquiry, "leads", disclosures=disclosures)
        scene = answering.scene
        question = ("investigated", tuple(disclosures))
        found, table = scene.kept.lately(question, lambda: _weighed(scene, disclosures))
        leads, names = answering.part(found.leads)
        people = [h for h in leads.hypotheses if h.kind == "person"]
        return answering.document(
            {
                "disclosures": [_item(item) for item in found.disclosures],
                "sources": [
                    {**brief(scene.register.products[one.product], scene), "likely": frequency(one.probability)}
                    for one in found.sourced
                ],
                "sufficient": leads.sufficient,
                "says": leads.says,
                "searched": leads.searched,
                "outside": [_explained(h) for h in leads.hypotheses if h.kind == "outside"],
                "systems": [_explained(h) for h in leads.hypotheses if h.kind == "system"],
                "people": sorted(
                    ({**_explained(h), "person": names.field(h.id)} for h in people), key=_order(leads)
                ),
                "together": _together(people),
                "groups": [
                    {
                        "id": group.id,
                        "kind": group.id.partition(":")[0],
                        "name": organisation(scene, group.id.partition(":")[2]),
                        "members": len(group.members),
                        "frequency": frequency(group.probability),
                        "probability": group.probability,
                    }
                    for group in leads.groups
                ],
                "variants": [_varied(one) for one in table] if answering.withholding is None else [],
                "next_evidence": [
                    {
                        "request": one.request,
                        "organisation": one.organisation,
                        "name": organisation(scene, one.organisation),
                        "expected_bits": one.expected_bits,
                        "gaps": one.gaps,
                    }
                    for one in leads.next_evidence
                ],
                "assumptions": leads.assumptions,
                "marking": highest(
                    scene.scheme, (scene.register.products[one.product].marking for one in found.sourced)
                ),
            }
        )


def _item(item: Disclosure) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title or item.id,
        "outlet": item.outlet,
        "published_at": item.published_at,
        "language": item.language,
        "url": item.url,
    }


def _beside(
    scene: Scene, item: Disclosure, answer: MatchAnswer, declared: tuple[Declaration, ...]
) -> dict[str, Any]:
    sourced = main_job.sources(scene, answer, declared, main_job.publication(item, None))
    matches = {match.product: match for match in answer.products}
    wanted = [one.product for one in sourced] or [
        match.product for match in answer.products if match.grade is not Grade.INCONCLUSIVE
    ][:1]
    products = scene.register.products
    side = side_by_side(item, answer, wanted, products)
    words = {pair.number: evidence_words(pair.evidence, pair.quoted) for pair in side.pairs}
    return {
        "disclosure": _item(item),
        "segments": side.segments,
        "portions": [
            {
                "product": brief(shown.product, scene),
                "id": shown.portion.id,
                "marking": shown.portion.marking,
                "segments": shown.segments,
                "pairs": [{"number": number, "says": words[number]} for number in shown.pairs],
            }
            for shown in side.portions
        ],
        "drawn": [_drawn(scene, one.product, matches.get(one.product), one.probability) for one in sourced],
        "others": [
            {**brief(products[match.product], scene), "grade": match.grade, "likely": frequency(match.probability)}
            for match in answer.products
            if match.product not in {one.product for one in sourced}
        ][:_OTHERS],
        "earlier": [
            {"disclosure": text, "title": _title(scene, text), "published_at": at} for text, at in side.earlier
        ],
        "declared": declared,
        "notes": answer.notes,
        "marking": highest(
            scene.scheme,
            [
                *(shown.portion.marking for shown in side.portions),
                *(products[one.product].marking for one in sourced),
            ],
        ),
    }


def _drawn(scene: Scene, product: str, match: ProductMatch | None, probability: float) -> dict[str, Any]:
    carried = match is not None and match.grade is not Grade.INCONCLUSIVE
    return {
        **brief(scene.register.products[product], scene),
        "grade": match.grade if match is not None and carried else "declared",
        "form": match.form if match is not None else None,
        "why": match.why if match is not None else (),
        "likely": frequency(match.probability if match is not None else probability),
    }


def _title(scene: Scene, disclosure: str) -> str:
    known = scene.register.public.get(disclosure) or scene.register.disclosures.get(disclosure)
    return (known.title if known else None) or disclosure


def _weighed(scene: Scene, disclosures: list[str]) -> tuple[Investigation, tuple[Variant, ...]]:
    if not disclosures:
        raise BadInput("no public item is named", field="disclosures", remedy="Choose one")
    found = main_job.investigate(scene, disclosures, None, silent)
    pathways = {(one.product, one.before): one for one in found.pathways}
    items = main_job.items_of(found.sourced, pathways, disclosures)
    return found, variants(items, scene.register)


def _explained(hypothesis: Hypothesis) -> dict[str, Any]:
    return {
        "id": hypothesis.id if hypothesis.kind != "person" else "",
        "probability": hypothesis.probability,
        "low": hypothesis.interval[0],
        "high": hypothesis.interval[1],
        "frequency": frequency(hypothesis.probability),
        "verbal": hypothesis.verbal,
        "for": hypothesis.for_,
        "against": hypothesis.against,
    }


def _order(leads: LeadsAnswer) -> Any:
    """By how well they fit, where the record is sufficient to say so; else by pseudonym, which ranks nobody."""
    if leads.sufficient:
        return lambda row: (-row["probability"], row["person"])
    return lambda row: row["person"]


def _together(people: list[Hypothesis]) -> dict[str, Any] | None:
    """All recorded holders as one explanation."""
    if not people:
        return None
    total = min(1.0, sum(one.probability for one in people))
    return {"count": len(people), "probability": total, "frequency": frequency(total)}


def _varied(one: Variant) -> dict[str, Any]:
    return {
        "says": one.says,
        "holders": one.holders,
        "outside": frequency(one.outside),
        "outside_low": one.outside_interval[0],
        "outside_middle": one.outside,
        "outside_high": one.outside_interval[1],
        "best": frequency(one.best),
        "best_low": one.best_interval[0],
        "best_middle": one.best,
        "best_high": one.best_interval[1],
    }
