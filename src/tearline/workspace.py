"""The only door from delivery to analysis: opens a workspace, and records a look-up before it is answered.

    from tearline import Inquiry, open_workspace
    workspace = open_workspace(Path("tearline-workspace"))
    document = workspace.trace(Inquiry(purpose="review"), "VX-2026-014")

Every method returns the JSON document of the contract as plain values. There is no ambient user: an `Inquiry` says
who asks, why, and under which case. Whoever has the workspace's files and its keys is outside these rules.
"""

from __future__ import annotations

import getpass
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tearline import __version__, example, exports, intake
from tearline.engine import LocalEngine
from tearline.engine.spark import SparkEngine
from tearline.exports import ExportFormat
from tearline.intake import Decide, Place
from tearline.intake.choices import Choices, choices
from tearline.intake.event_keys import keys_covered, rebuild_keys
from tearline.intake.kept_files import check_kept_files
from tearline.investigation import main_job
from tearline.investigation.cases import read_cases
from tearline.investigation.scene import READ, Scene
from tearline.ledger import (
    Fault,
    Keys,
    Ledger,
    LedgerState,
    VerifierKey,
    continuation_document,
    create_keys,
    create_ledger,
    is_ledger,
    load_verifier,
    read_bodies,
    read_witness,
    verify,
    write_witness,
)
from tearline.pathway import exposures, exposures_on
from tearline.records.documents import AnswerBasis, document
from tearline.records.errors import BadInput, NotPermitted, TearlineError
from tearline.records.kinds import Stream
from tearline.records.markings import shipped_scheme
from tearline.records.naming import Names, Who
from tearline.records.times import format_instant, parse_instant
from tearline.report import Asked, render_report
from tearline.views.events import EventsView
from tearline.views.passage_files import load_index, rebuild_index
from tearline.views.pseudonyms import pseudonyms, real_names
from tearline.views.register import Register

Document = dict[str, Any]
Progress = Callable[[str, int, int | None], None]

__all__ = [
    "Document",
    "ExportFormat",
    "Inquiry",
    "Workspace",
    "create_workspace",
    "open_workspace",
    "run_demo",
    "verify_workspace",
]


def silent(_label: str, _done: int, _total: int | None) -> None:
    """Progress that nobody watches."""


def operating_system_user() -> str:
    """Who runs the program, as the operating system says."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Who asks, why, and under which case; `unmask` is the reason for showing names.

    `as_of` is a time, or a size of the events stream, to answer from the ledger as it then was.
    """

    purpose: str
    case: str | None = None
    unmask: str | None = None
    as_of: str | None = None
    actor: str = field(default_factory=operating_system_user)


@dataclass(frozen=True, slots=True)
class _Answering:
    """A look-up that has been recorded and may now be answered."""

    scene: Scene
    names: Names
    basis: AnswerBasis

    def document(self, answer: Any, **more: Any) -> Document:
        found: Document = document(answer, self.names)
        return {**found, **document(more, self.names), "basis": document(self.basis)}


class Workspace:
    """A folder with a ledger, its keys, and what can be rebuilt from them."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder = folder
        self._keys = keys
        self._ledger = Ledger.open(folder / "ledger", keys)
        self._view = EventsView(folder / "views" / "events", self._ledger, LocalEngine(folder / "tmp"))
        self._passages = folder / "views" / "passages"

    def described(self) -> Document:
        """Where the workspace is, the key to pin elsewhere, and the list of protected addresses."""
        return {
            "workspace": str(self.folder),
            "verifier_key": str(self._keys.verifier),
            "protected_list": str(intake.protected_list(self.folder)),
        }

    # Bringing records in -----------------------------------------------------------------------------------

    def load(self, paths: Sequence[Path], progress: Progress = silent) -> Document:
        """Register the contract's files: all of them or, where one is unreadable, none."""
        return intake.load(self._place(), paths, progress).document()

    def intake(
        self,
        files: Sequence[Path],
        *,
        format_name: str | None = None,
        organisation: str | None = None,
        mapping: Path | None = None,
        progress: Progress = silent,
    ) -> Document:
        """Take in handling records in their native format."""
        return intake.take_in(
            self._place(),
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

    def record(self, entry: Mapping[str, Any], scan: Path | None = None) -> Document:
        """Make one entry by hand; `scan` is the paper it was typed from, kept as received."""
        return {"event": intake.record(self._place(), entry, scan)}

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

    def retract(self, batch: str, reason: str) -> Document:
        """Say that a batch no longer counts. Nothing is erased."""
        return intake.retract(self._place(), batch, reason)

    def quarantine(self, *, retry: bool = False) -> Document:
        """What was not accepted and why; with `retry`, after trying it again."""
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
            intake.join(self._place(), names)
            answering = self._answering(inquiry, answering.basis.parameters)
        scene = answering.scene
        return answering.document(intake.list_identities(self._ledger, scene.state, scene.register, names))

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

    def _place(self) -> Place:
        return Place(self._ledger, self.folder, operating_system_user())

    # Asking ------------------------------------------------------------------------------------------------

    def match(self, inquiry: Inquiry, disclosure: str, published_at: datetime | None = None) -> Document:
        """Which portions of which products a public item draws on."""
        answering = self._look_up(inquiry, "match", disclosure=disclosure, published_at=published_at)
        return self._matched(answering, disclosure, published_at)

    def match_all(self, inquiry: Inquiry, progress: Progress = silent) -> Iterator[Document]:
        """The same for every registered public item, one document each."""
        answering = self._look_up(inquiry, "match", all=True)
        items = list(answering.scene.register.disclosures)
        for number, item in enumerate(items):
            progress("matching", number, len(items))
            yield self._matched(answering, item, None)
        progress("matching", len(items), len(items))

    def _matched(self, answering: _Answering, disclosure: str, published_at: datetime | None) -> Document:
        scene = answering.scene
        item = main_job.dated(scene.disclosure(disclosure), published_at)
        declared = main_job.declarations_on(scene, disclosure)
        return answering.document(scene.matcher.match(item), declared=declared)

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
    ) -> Document:
        """Who could have held a product, or anything declared as derived from it, by then, and how."""
        answering = self._look_up(
            inquiry, "trace", product=product, before=before, portion=portion, supported=supported
        )
        return answering.document(
            main_job.trace_product(answering.scene, product, before=before, portion=portion, supported=supported)
        )

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
        scene = answering.scene
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
            asked = Asked(inquiry.purpose, inquiry.case, inquiry.actor, parse_instant(scene.state.at))
            page = render_report(
                found, scene.register, answering.names, basis=answering.basis, asked=asked, scheme=scene.scheme
            )
            _write_whole(report, page)
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

    # The evidence itself -----------------------------------------------------------------------------------

    def checkpoint(self, out: Path) -> Document:
        """Write a witness of the ledger as it stands, to be kept elsewhere."""
        write_witness(self._ledger, out)
        return {"file": str(out)}

    def prove(self, inquiry: Inquiry, named: str, out: Path) -> Document:
        """Write a record with the proof that it is in its stream, to be checked without Tearline.

        `named`: an event's id, or `STREAM:INDEX`. A proof holds the record just as it stands, names included: it
        asks for a reason to unmask (NotPermitted), and is a look-up.
        """
        if not inquiry.unmask:
            raise NotPermitted(
                "a proof shows the record as it stands, names included", remedy='Add --unmask "..." to say why'
            )
        state = self._look_up(inquiry, "proof", record=named).scene.state
        stream, index = self._located(named, state)
        proof = self._ledger.inclusion_document(stream, index, state)
        _write_whole(out, f"{json.dumps(proof, ensure_ascii=False, indent=1)}\n")
        return {"file": str(out), "stream": stream.value, "index": index, "size": state.size(stream)}

    def _located(self, named: str, state: LedgerState) -> tuple[Stream, int]:
        stream, _, index = named.rpartition(":")
        if stream in tuple(Stream) and index.isdecimal():
            return Stream(stream), int(index)
        position = self._view.position(named, state)
        if position is None:
            raise BadInput(
                f"no event {named!r} is on record",
                field="RECORD",
                remedy="Name an event by its id, or any record as STREAM:INDEX, such as people:0",
            )
        return Stream.EVENTS, position

    def prove_growth(self, named: str, witness: Path, out: Path) -> Document:
        """Write the proof that a stream still begins with what a witness saw, to be checked without Tearline."""
        if named not in tuple(Stream):
            raise BadInput(f"no stream {named!r}", field="RECORD", remedy=f"One of: {', '.join(Stream)}")
        stream = Stream(named)
        proof = continuation_document(self._ledger, stream, read_witness(witness))
        _write_whole(out, f"{json.dumps(proof, ensure_ascii=False, indent=1)}\n")
        return {"file": str(out), "stream": stream.value, "first": proof["first"], "size": proof["size"]}

    def views(self, *, rebuild: bool = False, progress: Progress = silent) -> Document:
        """What can be built anew from the ledger: what each view covers (null: it would not be used as it is).

        With `rebuild`, each is dropped and built from scratch first.
        """
        state = self._ledger.state()
        scene = Scene(
            state,
            Register.read(self._ledger, state),
            self._view,
            shipped_scheme(),
            self._passages,
            self._keys.salt,
        )
        place = self._place()
        if rebuild:
            progress("events", 0, 3)
            self._view.rebuild()
            progress("event-keys", 1, 3)
            rebuild_keys(place.spill, place.event_keys, self._ledger)
            progress("passages", 2, 3)
            rebuild_index(scene.register.products.values, self._passages, scene.fingerprint, self._keys.salt)
            progress("views", 3, 3)
        index = load_index(self._passages, scene.fingerprint, self._keys.salt)
        events = state.size(Stream.EVENTS)
        found = (
            ("events", self._view.folder, self._view.covered(), events),
            ("event-keys", place.event_keys, keys_covered(place.event_keys, self._ledger), events),
            ("passages", self._passages, None if index is None else index.products, len(scene.register.products)),
        )
        return {
            "views": [
                {"view": name, "covers": covers, "of": of, "bytes": _size(home)}
                for name, home, covers, of in found
            ],
            "rebuilt": rebuild,
        }

    def export(self, inquiry: Inquiry, format_name: ExportFormat, folder: Path) -> Document:
        """Write the record in one of others' formats, under pseudonyms unless unmasked."""
        answering = self._look_up(inquiry, "export", format=format_name.value)
        scene = answering.scene
        pathways = (main_job.trace_product(scene, product, before=None) for product in scene.register.products)
        events = scene.view.scan(scene.state, scene.register.retracted)
        files = exports.export(format_name, folder, scene.register, pathways, events, answering.names)
        return answering.document({"files": [str(file) for file in files]})

    # ---------------------------------------------------------------------------------------------------------

    def _look_up(self, inquiry: Inquiry, command: str, **parameters: Any) -> _Answering:
        """Record the look-up; only then can it be answered. Where it cannot be recorded, nothing is shown."""
        given = {name: document(value) for name, value in parameters.items() if value is not None}
        body = {
            "actor": inquiry.actor,
            "purpose": inquiry.purpose,
            "case": inquiry.case,
            "command": command,
            "parameters": given,
            "as_of": inquiry.as_of,
            "unmask": inquiry.unmask,
        }
        self._ledger.append(Stream.LOOKUPS, [json.dumps(body, ensure_ascii=False)])
        return self._answering(inquiry, {"command": command, **given})

    def _answering(self, inquiry: Inquiry, parameters: Mapping[str, Any]) -> _Answering:
        state = self._state(inquiry.as_of)
        scene = Scene(
            state,
            Register.read(self._ledger, state),
            self._view,
            shipped_scheme(),
            self._passages,
            self._keys.salt,
        )
        return _Answering(
            scene=scene,
            names=real_names(scene.register.people) if inquiry.unmask else pseudonyms(self._keys.pseudonym),
            basis=AnswerBasis(
                streams=tuple(state.basis(READ)),
                version=__version__,
                parameters={**parameters, "as_of": inquiry.as_of},
            ),
        )

    def _state(self, as_of: str | None) -> LedgerState:
        if as_of is None:
            return self._ledger.state()
        return self._ledger.state_as_of(int(as_of) if as_of.isdecimal() else parse_instant(as_of, field="--as-of"))


def create_workspace(folder: Path) -> Workspace:
    """Make a new workspace in an empty or new folder. Raises BadInput where one is already there.

    One whose making was interrupted is finished. Keys beside which somebody has already worked are never given a
    new ledger: there the old one was lost.
    """
    if is_ledger(folder / "ledger"):
        raise BadInput(
            "a workspace is already here", where=str(folder), remedy="Use it as it is, or name another folder"
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    interrupted = (folder / "keys").is_dir() and not (folder / "locks").exists()
    keys = Keys.load(folder / "keys") if interrupted else create_keys(folder / "keys")
    create_ledger(folder / "ledger", keys)
    intake.protected_list(folder)
    return Workspace(folder, keys)


def open_workspace(folder: Path) -> Workspace:
    """Open the workspace in `folder`. Raises BadInput where none is."""
    if not (folder / "ledger").is_dir():
        raise BadInput("there is no workspace here", where=str(folder), remedy="Make one with `tearline init`")
    return Workspace(folder, Keys.load(folder / "keys"))


def verify_workspace(
    folder: Path, *, deep: bool = False, witness: Path | None = None, pinned: str | None = None
) -> Document:
    """Recompute seals and proofs, and the hashes of the files that batches name (quarantine, sealed mail, scans).

    Needs the public key alone; finds fault rather than raising.
    """
    key = VerifierKey.parse(pinned) if pinned else load_verifier(folder / "keys")
    found = verify(
        folder / "ledger",
        key,
        deep=deep,
        witness=read_witness(witness) if witness else None,
    )
    try:
        faults, leftovers = check_kept_files(folder, read_bodies(folder / "ledger", key, Stream.BATCHES))
    except TearlineError as error:
        what = f"cannot be checked, because the batches cannot be read: {error.what}"
        faults, leftovers = [Fault("quarantine", what)], []
    every: Document = document(
        replace(
            found,
            ok=found.ok and not faults,
            faults=(*found.faults, *faults),
            leftovers=(*found.leftovers, *leftovers),
        )
    )
    return every


def run_demo(folder: Path, report: Path | None, progress: Progress = silent) -> Document:
    """The main job on the bundled example, from nothing to the report, in a workspace made afresh.

    A workspace that an earlier demonstration made is replaced; any other is left alone with BadInput.
    """
    files = folder / "example"
    if (folder / "ledger").exists():
        if not files.is_dir():
            raise BadInput(
                "this workspace holds something else than the example",
                where=str(folder),
                remedy="Name another folder with --workspace",
            )
        shutil.rmtree(folder)
    workspace = create_workspace(folder)
    example.generate(files, progress=progress)
    workspace.load([files], progress)
    for path in sorted((files / "native").iterdir()):
        mapping = path.with_suffix(".toml")
        if path != mapping:
            workspace.intake([path], mapping=mapping if mapping.exists() else None, progress=progress)
    return workspace.investigate(
        Inquiry(purpose="demonstration", case="demo"),
        workspace.disclosures(),
        report=report or folder / "report.html",
        progress=progress,
    )


def _names_on_record(scene: Scene) -> dict[str, int]:
    """Whoever the events name, as written, and how often."""
    found = scene.view.query(
        "SELECT name, count(*) AS times FROM (SELECT unnest([actor, recipient]) AS name FROM events) "
        "WHERE name IS NOT NULL GROUP BY name ORDER BY name",
        scene.state,
        scene.register.retracted,
    )
    return dict(zip(found["name"].to_pylist(), found["times"].to_pylist(), strict=True))


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def _size(folder: Path) -> int:
    """Bytes of a folder's files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
