"""Does the ledger hold? Every file against its seal, every seal against its signature; deep: every record.

Checking needs the public key alone and opens nothing through `Ledger`, so that a broken ledger is described
and not merely refused. Faults are collected; nothing here raises for a ledger that does not hold.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from tearline.ledger.commits import COMMITS, CommitLog
from tearline.ledger.files import digest, disk_faults
from tearline.ledger.lines import leaves
from tearline.ledger.manifest import Manifest, manifest_file, read_manifest
from tearline.ledger.notes import BadNote, VerifierKey
from tearline.ledger.proofs import prove_consistency
from tearline.ledger.reading import Reader
from tearline.ledger.state import StreamState
from tearline.ledger.store import OURS, as_column, referred, tail_lines
from tearline.ledger.tree import extend, verify_consistency
from tearline.ledger.verify_commits import Fault, LogReport, check_commits
from tearline.ledger.verify_records import check_records, erasure_orders
from tearline.ledger.witness import Witness
from tearline.records.errors import IntegrityFailure, TearlineError
from tearline.records.kinds import Stream

PATIENCE = 1000
"""How often a check begins again beside a writer who never rests."""


@dataclass(frozen=True, slots=True)
class Verification:
    """`ok` where there is no fault. `leftovers` are traces of an interrupted writer: they are no part of the
    ledger, and the next writer removes them."""

    ok: bool
    streams: tuple[StreamState, ...]
    faults: tuple[Fault, ...]
    leftovers: tuple[str, ...] = field(default=())


def verify(
    folder: Path,
    key: VerifierKey,
    *,
    deep: bool = False,
    witness: Witness | None = None,
    pinned: VerifierKey | None = None,
) -> Verification:
    """Check a ledger folder against its verifier key.

    Plain: the commit log, manifests, the SHA-256 of every sealed file, the tail's records against the
    signed root, and that no file is missing or unknown. `deep`: every record is hashed again and every
    root that was ever signed recomputed. `witness`: the ledger must be a continuation of it. `pinned`: the
    key must be this one. Raises CouldNot where the disk cannot be read.
    """
    log = folder / COMMITS
    with disk_faults(folder):
        for again in range(PATIENCE, -1, -1):
            before = _length(log)
            try:
                found = _verify(folder, key, deep, witness, pinned)
            except FileNotFoundError:
                # It was listed, and a writer that replaced or swept it up has removed it since.
                if not again:
                    raise
                continue
            # A writer that sealed a tail meanwhile removed files this pass was about to read: look again.
            if found.ok or _length(log) == before:
                break
        return found


def _length(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def _verify(
    folder: Path, key: VerifierKey, deep: bool, witness: Witness | None, pinned: VerifierKey | None
) -> Verification:
    report = check_commits(folder, key, deep=deep)
    faults, leftovers = report.faults, report.leftovers
    if pinned is not None and pinned != key:
        faults.append(Fault("keys", f"the ledger's key is {key}, not the pinned {pinned}"))
    faults += _strangers(folder)
    sound: dict[Stream, Manifest] = {}
    for stream, state in report.streams.items():
        manifest, found, left = _check_files(folder, state, key)
        faults += found
        leftovers += left
        if manifest is not None:
            sound[stream] = manifest
    if deep:
        orders = erasure_orders(folder, report, sound)
        for stream, manifest in sound.items():
            faults += check_records(folder, report.streams[stream], manifest, report.history[stream], orders)
    if witness is not None:
        faults += _against(witness, folder, key, report)
    return Verification(not faults, tuple(report.streams.values()), tuple(faults), tuple(leftovers))


def _strangers(folder: Path) -> list[Fault]:
    """Anything beside the commit log and the streams' folders."""
    expected = {COMMITS, *Stream}
    found = {path.name: path for path in folder.iterdir()} if folder.is_dir() else {}
    faults = [Fault(name, "does not belong in a ledger") for name in sorted(found.keys() - expected)]
    for stream in Stream:
        path = folder / stream.value
        if path.is_symlink() or not path.is_dir():
            faults.append(Fault(stream.value, "the stream's folder is missing"))
    return faults


def _check_files(
    folder: Path, state: StreamState, key: VerifierKey
) -> tuple[Manifest | None, list[Fault], list[str]]:
    """One stream's files. Returns its manifest where that can be trusted, the faults and the leftovers."""
    name = state.stream.value
    home = folder / name
    present = {path.name: path for path in home.iterdir()} if home.is_dir() else {}
    faults: list[Fault] = []
    try:
        manifest = Manifest()
        if state.manifest is not None:
            note = (home / manifest_file(state.manifest)).read_bytes()
            manifest = read_manifest(note, state.manifest, state.stream, key)
    except (FileNotFoundError, BadNote) as error:
        what = str(error) if isinstance(error, BadNote) else "the manifest is missing"
        return None, [Fault(f"{name}/{manifest_file(state.manifest or '')}", what)], []
    for segment in manifest.segments:
        where = f"{name}/{segment.file}"
        holding = f"the segment with records {segment.first} to {segment.stop - 1}"
        path = present.get(segment.file)
        if path is None or path.is_symlink() or not path.is_file():
            faults.append(Fault(where, f"{holding} is missing"))
        elif path.stat().st_size != segment.bytes or digest(path) != segment.sha256:
            faults.append(Fault(where, f"{holding} was changed"))
    found, leftovers = _check_tail(home, state, manifest)
    faults += found
    for stray in sorted(present.keys() - referred(manifest, state.manifest)):
        if OURS.fullmatch(stray) and present[stray].is_file():
            leftovers.append(f"{name}/{stray}")
        elif os.path.lexists(present[stray]):  # a writer may have renamed its own since the folder was listed
            faults.append(Fault(f"{name}/{stray}", "does not belong in a ledger"))
    return manifest, faults, leftovers


def _check_tail(home: Path, state: StreamState, manifest: Manifest) -> tuple[list[Fault], list[str]]:
    """The tail's faults, and what lies behind its committed lines."""
    where = f"{home.name}/{manifest.tail}"
    path = home / manifest.tail
    if state.size < manifest.sealed:
        return [Fault(where, f"{manifest.sealed} records are sealed where {state.size} were committed")], []
    if path.is_symlink():
        return [Fault(where, "a link instead of a file")], []
    try:
        lines, length = tail_lines(path, state.size - manifest.sealed)
        frontier, _ = extend(manifest.frontier, leaves(as_column(lines, path)))
    except IntegrityFailure as error:
        return [Fault(where, error.what)], []
    behind = path.stat().st_size - length if path.exists() else 0
    leftovers = [f"{where}: {behind} bytes that were not committed"] if behind else []
    if frontier.root().hex() == state.root:
        return [], leftovers
    if not lines:
        return [Fault(home.name, "the root of the sealed records is not the signed one")], leftovers
    what = f"records {manifest.sealed} to {state.size - 1} do not add up to the signed root"
    return [Fault(where, what)], leftovers


def _against(witness: Witness, folder: Path, key: VerifierKey, report: LogReport) -> list[Fault]:
    """Is the ledger what the witness saw, with more behind it?"""
    if witness.key != key:
        return [Fault("keys", f"the witness knows another key: {witness.key}")]
    faults = []
    if witness.number > report.number:
        what = f"the witness saw commit {witness.number}; the last one here is {report.number}: rolled back"
        faults.append(Fault(COMMITS, what))
    reader = Reader(folder, key, CommitLog(folder, key))
    for stream, point in witness.checkpoints.items():
        state = report.streams.get(stream)
        if state is None or state.size < point.size:
            held = 0 if state is None else state.size
            faults.append(
                Fault(stream.value, f"the witness saw {point.size} records; {held} are here: rolled back")
            )
            continue
        try:
            steps = prove_consistency(reader, stream, point.size, state.size).steps
        except TearlineError as error:
            faults.append(Fault(stream.value, f"cannot be compared with the witness: {error.what}"))
            continue
        if not verify_consistency(point.size, state.size, point.root, bytes.fromhex(state.root), steps):
            what = f"the first {point.size} records are not those the witness saw: rewritten"
            faults.append(Fault(stream.value, what))
    return faults
