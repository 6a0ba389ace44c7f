"""`intake`: takes handling records in their native format, in one ledger transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tearline.intake import protected
from tearline.intake.batches import Counts
from tearline.intake.known import retracted
from tearline.intake.lines import SourceFile
from tearline.intake.maildir import is_in_maildir, maildir_files
from tearline.intake.mapping import TableMapping, read_mapping
from tearline.intake.native import Reader, Readers, Told, shipped_readers
from tearline.intake.native_records import NativeRecords
from tearline.intake.place import Place, Progress, quiet
from tearline.intake.products_in import ProductFinder
from tearline.intake.quarantine import Source
from tearline.intake.registers import unknown_organisation
from tearline.intake.taking import Taking, taking
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream
from tearline.views.register import Register

STREAMS = (Stream.EVENTS, Stream.IDENTITIES, Stream.SETTINGS)


def take_in(
    place: Place,
    files: Sequence[Path],
    *,
    format_name: str | None = None,
    organisation: str | None = None,
    mapping: Path | None = None,
    progress: Progress = quiet,
) -> Counts:
    """Take in files, and the files of folders, as handling records.

    `format_name` says what they are where it cannot be told; `mapping` which column means what; `organisation`
    whose records they are. Raises BadInput for a fault of a file, mapping or argument; nothing is kept then.
    """
    readers = shipped_readers()
    table = read_mapping(mapping) if mapping is not None else None
    chosen = [(path, _reader(readers, path, format_name, table)) for path in _files(files)]
    with taking(place, STREAMS) as one:
        if organisation is not None and one.known.lacks_organisation(organisation):
            raise unknown_organisation(organisation, "--organisation")
        told = told_for(one, table, organisation)
        records = NativeRecords(one, told)
        sources = [_take_file(records, path, reader, told, progress) for path, reader in chosen]
        records.finish()
        clocks = [{"file": path.name, "format": r.name, **r.clock.told(told.mapping)} for path, r in chosen]
        return one.conclude("intake", sources, more={"clocks": clocks})


def told_for(one: Taking, mapping: TableMapping | None, organisation: str | None) -> Told:
    """What every reader of this batch is told. A changed list of protected addresses becomes a record first."""
    ledger, state = one.place.ledger, one.state
    shielded = protected.read_protected(one.place.folder)
    if protected.changed(shielded, ledger, state):
        one.add(Stream.SETTINGS, {**shielded.document(), "by": one.place.by})
    register = Register.read(ledger, state)
    gone = retracted(ledger, state)
    known_files = (
        (file["sha256"], body["id"])
        for body in ledger.bodies(Stream.PRODUCTS, state)
        if body.get("batch") not in gone
        for file in body.get("files") or ()
    )
    return Told(
        ProductFinder(register.products.values(), known_files),
        shielded,
        mapping,
        organisation,
        who=lambda raw: register.resolve(raw).id,
    )


def _files(paths: Sequence[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise BadInput("there is no such file", where=str(path), remedy="Check the name")
        inside: Iterable[Path] = [path]
        if path.is_dir():
            inside = maildir_files(path) or sorted(p for p in path.iterdir() if p.is_file())
        found.update(dict.fromkeys(inside))
    if not found:
        raise BadInput("no file was named", remedy="Name the files to take in")
    return list(found)


def _reader(readers: Readers, path: Path, format_name: str | None, mapping: TableMapping | None) -> Reader:
    if format_name is None and is_in_maildir(path):
        format_name = "mail"
    return readers.named(format_name) if format_name is not None else readers.of(path, mapping)


def _take_file(records: NativeRecords, path: Path, reader: Reader, told: Told, progress: Progress) -> SourceFile:
    file = SourceFile(path, path.name)
    source = Source(
        file.name,
        reader.name,
        {
            "organisation": told.organisation,
            "mapping": told.mapping.document() if told.mapping is not None else None,
        },
    )
    done = 0
    for done, item in enumerate(reader.read(file, told), 1):
        records.take(source, item)
        if done % 500 == 0:
            progress(file.name, done, None)
    progress(file.name, done, None)
    return file
