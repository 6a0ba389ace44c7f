"""The evidence itself: witnesses, proofs, views that can be built anew, others' formats."""

from __future__ import annotations

import json
from pathlib import Path

from tearline import exports
from tearline.exports import ExportFormat
from tearline.intake.event_keys import keys_covered, rebuild_keys
from tearline.investigation import main_job
from tearline.ledger import LedgerState, continuation_document, read_witness, write_witness
from tearline.records.errors import BadInput, NotPermitted
from tearline.records.kinds import Stream
from tearline.report import picture
from tearline.views.passage_files import load_index, rebuild_index
from tearline.views.reuse_files import load_reuse, reuse_view
from tearline.workspace.base import Opened
from tearline.workspace.inquiry import Document, Inquiry, Progress, silent
from tearline.workspace.writing import write_whole


class Keeping(Opened):
    """What keeps the record and what is made of it."""

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
        write_whole(out, f"{json.dumps(proof, ensure_ascii=False, indent=1)}\n")
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
        write_whole(out, f"{json.dumps(proof, ensure_ascii=False, indent=1)}\n")
        return {"file": str(out), "stream": stream.value, "first": proof["first"], "size": proof["size"]}

    def views(self, *, rebuild: bool = False, progress: Progress = silent) -> Document:
        """What can be built anew from the ledger: what each view covers (null: it would not be used as it is).

        With `rebuild`, each is dropped and built from scratch first.
        """
        state = self._ledger.state()
        scene = self._scene(state)
        place = self._place()
        if rebuild:
            progress("events", 0, 4)
            self._view.rebuild()
            progress("event-keys", 1, 4)
            rebuild_keys(place.event_keys, self._ledger)
            progress("passages", 2, 4)
            rebuild_index(scene.register.products.values, self._passages, scene.fingerprint, self._keys.salt)
            progress("reuse", 3, 4)
            reuse_view(scene.register.products.values, self._reuse, scene.fingerprint, self._keys.salt, anew=True)
            progress("views", 4, 4)
        index = load_index(self._passages, scene.fingerprint, self._keys.salt)
        reuse = load_reuse(self._reuse, scene.fingerprint, self._keys.salt)
        events = state.size(Stream.EVENTS)
        found = (
            ("events", self._view.folder, self._view.covered(), events),
            ("event-keys", place.event_keys, keys_covered(place.event_keys, self._ledger), events),
            ("passages", self._passages, None if index is None else index.products, len(scene.register.products)),
            (
                "reuse",
                self._reuse,
                None if reuse is None else len(set(reuse.portions.product)),
                len(scene.register.products),
            ),
        )
        return {
            "views": [
                {"view": name, "covers": covers, "of": of, "bytes": _size(home)}
                for name, home, covers, of in found
            ],
            "rebuilt": rebuild,
        }

    @property
    def _reuse(self) -> Path:
        return self._passages.parent / "reuse"

    def export(self, inquiry: Inquiry, format_name: ExportFormat, folder: Path) -> Document:
        """Write the record in one of others' formats, under pseudonyms unless unmasked."""
        answering = self._look_up(inquiry, "export", format=format_name.value)
        answering.whole("an export")
        scene = answering.scene
        pathways = (main_job.trace_product(scene, product, before=None) for product in scene.register.products)
        events = scene.scan()
        files = exports.export(
            format_name,
            folder,
            scene.register,
            pathways,
            events,
            answering.names,
            lambda pathway: picture(pathway, scene.register, answering.names),
        )
        return answering.document({"files": [str(file) for file in files]})


def _size(folder: Path) -> int:
    """Bytes of a folder's files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
