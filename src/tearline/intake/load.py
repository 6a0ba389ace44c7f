"""`load`: registers the files of the contract, all of an invocation or nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tearline.intake import registers
from tearline.intake.batches import Counts
from tearline.intake.document_files import document_row
from tearline.intake.event_files import load_events, refusal, register_table, told_of
from tearline.intake.events import event
from tearline.intake.known import REGISTERS, Body, Known
from tearline.intake.place import Place, Progress, quiet
from tearline.intake.quarantine import Refused, Source
from tearline.intake.register_files import REQUIRED, FileKind, RegisterFile, is_json_lines, register_files
from tearline.intake.rows import Row, Unread, json_rows
from tearline.intake.taking import Taking, taking
from tearline.intake.texts import Fields
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream
from tearline.records.markings import MarkingScheme

Check = Callable[[Fields, Known], Body]
Read = tuple[Source, Row | Unread]

_NO_ORGANISATIONS = "no organisations are registered, so names of organisations were not checked"
REGISTER_STREAMS = REGISTERS


def load(place: Place, paths: Sequence[Path], progress: Progress = quiet) -> Counts:
    """Register files and folders of them, in one ledger transaction.

    Whatever the order given: organisations, people, groups, products, events, disclosures, public reporting.
    Raises BadInput for a fault of a file (nothing is kept then); faults of rows go to quarantine.
    """
    files = register_files(paths)
    with taking(place, [*REGISTER_STREAMS, Stream.EVENTS, Stream.IDENTITIES]) as one:
        for kind, group in groupby(files, key=lambda file: file.kind):
            if kind is FileKind.EVENTS:
                if not one.known.ids[Stream.ORGANISATIONS]:
                    one.warn(_NO_ORGANISATIONS)
                load_events(one, list(group), progress)
            else:
                rows = _counted((read for file in group for read in _rows(one, file)), kind.value, progress)
                register_rows(one, kind, rows)
        return one.conclude("load", [file.source for file in files])


def check_of(kind: FileKind, scheme: MarkingScheme) -> Check:
    """How a row of this kind of file is checked."""
    if kind is FileKind.EVENTS:
        return event
    if kind is FileKind.PRODUCTS:
        return registers.product(scheme)
    if kind.stream is Stream.DISCLOSURES:
        return registers.disclosure(public=kind is FileKind.PUBLIC)
    return registers.CHECKS[kind.stream]


@dataclass(frozen=True, slots=True)
class _Candidate:
    source: Source
    row: Row
    body: Body


def register_rows(one: Taking, kind: FileKind, rows: Iterable[Read]) -> None:
    """Check the rows of one register, then take in those whose references within it hold."""
    check = check_of(kind, one.place.scheme)
    candidates: list[_Candidate] = []
    for source, row in rows:
        if isinstance(row, Unread):
            one.refuse(kind.stream, refusal(source, row))
            continue
        try:
            candidates.append(_Candidate(source, row, check(row.fields, one.known)))
        except BadInput as fault:
            one.refuse(kind.stream, Refused.because(source, row.line, row.raw, fault))
    for candidate in _with_references(one, kind.stream, candidates):
        one.register(kind.stream, candidate.body)


def _with_references(one: Taking, stream: Stream, candidates: list[_Candidate]) -> list[_Candidate]:
    """Refuse rows that refer to nothing on record and nothing among the candidates, until all that are left do."""
    while True:
        present = one.known.ids[stream] | {candidate.body["id"] for candidate in candidates}
        kept: list[_Candidate] = []
        for candidate in candidates:
            fault = registers.missing_references(stream, candidate.body, present)
            if fault is None:
                kept.append(candidate)
            else:
                one.refuse(stream, Refused.because(candidate.source, candidate.row.line, candidate.row.raw, fault))
        if len(kept) == len(candidates):
            return kept
        candidates = kept


def _counted(rows: Iterable[Read], label: str, progress: Progress) -> Iterator[Read]:
    for done, row in enumerate(rows, 1):
        if done % 1000 == 0:
            progress(label, done, None)
        yield row


def _rows(one: Taking, file: RegisterFile) -> Iterator[Read]:
    kind, source = file.kind, file.source
    if file.is_document:
        yield Source(source.name, kind.value), document_row(source)
        return
    if kind not in REQUIRED or is_json_lines(source.path):
        plain = Source(source.name, kind.value)
        yield from ((plain, row) for row in json_rows(source, once=True))
        return
    table = register_table(one, file)
    if kind is not FileKind.ORGANISATIONS and not one.known.ids[Stream.ORGANISATIONS]:
        one.warn(_NO_ORGANISATIONS)
    told = told_of(file, table)
    empty = True
    for row in table.rows:
        empty = False
        yield told, row
    if empty:
        one.warn(f"{source.name}: a header and no records")
