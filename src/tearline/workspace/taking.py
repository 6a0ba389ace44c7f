"""Bringing records in, and deciding who a name is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tearline import intake
from tearline.intake import Decide, Place
from tearline.intake.choices import Choices, choices
from tearline.investigation.scene import Scene
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream
from tearline.records.naming import Who
from tearline.views.register import Register
from tearline.workspace.base import Opened
from tearline.workspace.inquiry import Document, Inquiry, Progress, silent


class Taking(Opened):
    """What comes in: registers, handling records, entries by hand, decisions on names."""

    def _place_of(self, by: str | None) -> Place:
        """Where intake works, on behalf of `by`; of whoever runs the program where nobody is named."""
        place = self._place()
        return replace(place, by=by) if by else place

    def load(self, paths: Sequence[Path], progress: Progress = silent, *, by: str | None = None) -> Document:
        """Register the contract's files: all of them or, where one is unreadable, none.

        Text reuse between the products that came and all others is found at once.
        """
        return self._reuse_found(intake.load(self._place_of(by), paths, progress).document(), progress)

    def _reuse_found(self, counts: Document, progress: Progress) -> Document:
        if counts["by_stream"].get(Stream.PRODUCTS.value, {}).get("accepted"):
            progress("text reuse", 0, 1)
            self._scene(self._ledger.state()).reuse  # noqa: B018 -- finding it keeps it
            progress("text reuse", 1, 1)
        return counts

    def relate(self, inquiry: Inquiry, derived: str, source: str, reason: str) -> Document:
        """Declare a product as derived from another, such as one that was found by content."""
        answering = self._look_up(inquiry, "relate", product=derived, source=source, reason=reason)
        for product in (derived, source):
            answering.scene.product(product)
        return {"relation": intake.relate(self._place(), derived, source, reason, inquiry.actor)}

    def intake(
        self,
        files: Sequence[Path],
        *,
        format_name: str | None = None,
        organisation: str | None = None,
        mapping: Path | None = None,
        progress: Progress = silent,
        by: str | None = None,
    ) -> Document:
        """Take in handling records in their native format."""
        return intake.take_in(
            self._place_of(by),
            files,
            format_name=format_name,
            organisation=organisation,
            mapping=mapping,
            progress=progress,
        ).document()

    def suggest(
        self,
        file: Path,
        *,
        organisation: str | None = None,
        kind: str | None = None,
        date_format: str | None = None,
    ) -> Document:
        """Propose a mapping for a table: text, first rows as they would read, what is unsure, questions."""
        return intake.suggest(
            self._place(), file, organisation=organisation, kind=kind, date_format=date_format
        ).document()

    def record(self, entry: Mapping[str, Any], scan: Path | None = None, *, by: str | None = None) -> Document:
        """Make one entry by hand; `scan` is the paper it was typed from, kept as received."""
        with self._one_at_a_time:
            return {"event": intake.record(self._place_of(by), entry, scan)}

    def answer(self, fields: Mapping[str, Any], *, by: str | None = None) -> Document:
        """Record what an organisation answered when it was asked for records.

        `fields` as in answers.csv: organisation, asked, answer (full, partial, refused, no record, overwritten,
        held by another body), date; reason, system, product, since, until, held_by, gaps, id.
        """
        with self._one_at_a_time:
            return {"answer": intake.answer(self._place_of(by), fields)}

    def confirm(self, event: str, by: str) -> Document:
        """Record that a second person confirms an entry by hand."""
        found = intake.find_event(self._view, self._ledger.state(), event)
        return {"confirmation": intake.confirm(self._place(), found, by)}

    def entry(self, inquiry: Inquiry, event: str) -> Document:
        """An entry by hand as it stands: from which paper, by whom, and who has confirmed it."""
        answering = self._look_up(inquiry, "record --show", event=event)
        scene, unmasked = answering.scene, inquiry.unmask is not None
        found = intake.describe_entry(
            self._place(), self._view, scene.register, scene.state, event, unmasked=unmasked
        )
        shown = answering.document(found)
        shown["basis"]["streams"] += scene.state.basis([Stream.CUSTODY])
        return shown

    def choices(self, inquiry: Inquiry) -> Choices:
        """Every name and number on record, for completion at the keyboard: names are shown, so it is a look-up."""
        return choices(self._look_up(inquiry, "record").scene.register)

    def retract(self, batch: str, reason: str, *, by: str | None = None) -> Document:
        """Say that a batch no longer counts. Nothing is erased."""
        with self._one_at_a_time:
            return intake.retract(self._place_of(by), batch, reason)

    def quarantine(self, inquiry: Inquiry, *, retry: bool = False) -> Document:
        """What was not accepted and why, as it came; with `retry`, after trying it again.

        Raw rows name people, so this is a look-up.
        """
        self._look_up(inquiry, "quarantine", retry=retry or None)
        with self._one_at_a_time:
            tried = intake.retry(self._place()).document() if retry else None
            return {"records": intake.quarantined(self._place()), **({"retried": tried} if tried else {})}

    def disclosures(self) -> list[str]:
        """The ids of all registered public items."""
        return list(Register.read(self._ledger, self._ledger.state()).disclosures)

    def identities(self, inquiry: Inquiry, *, join: bool = False) -> Document:
        """Which names are whose, on what ground, and what stays open; with `join`, all are compared first."""
        answering = self._look_up(inquiry, "identities", join=join or None)
        names = _names_on_record(answering.scene)
        if join:
            intake.join(self._place(), names, _beside_identifiers(answering.scene))
            answering = self._answering(inquiry, answering.basis.parameters)
        scene = answering.scene
        found = intake.list_identities(
            self._ledger, scene.state, scene.register, names, _beside_identifiers(scene)
        )
        return answering.document(found)

    def decide_same(self, inquiry: Inquiry, name: str, other: str, reason: str) -> Document:
        """Record that `name` is a person, or the same as another name."""
        return self._decide(inquiry, intake.decide_same, name, other, reason)

    def decide_different(self, inquiry: Inquiry, name: str, other: str, reason: str) -> Document:
        """Record that `name` is not that person, or not the same as that other name."""
        return self._decide(inquiry, intake.decide_different, name, other, reason)

    def _decide(self, inquiry: Inquiry, decide: Decide, name: str, other: str, reason: str) -> Document:
        command = "identities --same" if decide is intake.decide_same else "identities --different"
        answering = self._look_up(inquiry, command, name=Who(name), other=Who(other), reason=reason)
        if name not in _names_on_record(answering.scene):
            raise BadInput(
                "no event names anybody so",
                where=name,
                remedy="Copy the name as `tearline identities --unmask` shows it",
            )
        links = decide(self._place(), name, other, reason)
        return self._answering(inquiry, answering.basis.parameters).document({"links": links})


def _beside_identifiers(scene: Scene) -> dict[tuple[str, str], int]:
    """Whoever acted, as written, beside the identifier of an account that the event shows, and how often."""
    found = scene.view.query(
        "SELECT actor, json_extract_string(detail, '$.sid') AS sid, count(*) AS times FROM events "
        "WHERE actor IS NOT NULL AND detail LIKE '%\"sid\"%' GROUP BY ALL HAVING sid IS NOT NULL ORDER BY ALL",
        scene.state,
        scene.register.retracted,
    )
    columns = (found[name].to_pylist() for name in ("actor", "sid", "times"))
    return {(actor, sid): times for actor, sid, times in zip(*columns, strict=True)}


def _names_on_record(scene: Scene) -> dict[str, int]:
    """Whoever the events name, as written, and how often."""
    found = scene.view.query(
        "SELECT name, count(*) AS times FROM (SELECT unnest([actor, recipient]) AS name FROM events) "
        "WHERE name IS NOT NULL GROUP BY name ORDER BY name",
        scene.state,
        scene.register.retracted,
    )
    return dict(zip(found["name"].to_pylist(), found["times"].to_pylist(), strict=True))
