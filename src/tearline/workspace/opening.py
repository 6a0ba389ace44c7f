"""Making, opening and checking a workspace, and the demonstration."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from tearline import example, intake
from tearline.intake.kept_files import check_kept_files
from tearline.ledger import (
    BadNote,
    Fault,
    Keys,
    VerifierKey,
    create_keys,
    create_ledger,
    is_ledger,
    load_verifier,
    read_bodies,
    read_witness,
    verify,
)
from tearline.records.documents import document
from tearline.records.errors import BadInput, TearlineError
from tearline.records.kinds import Stream
from tearline.workspace.across import Across
from tearline.workspace.asking import Asking
from tearline.workspace.batches import Batches
from tearline.workspace.comparing import Comparing
from tearline.workspace.inquiry import Document, Inquiry, Progress, silent
from tearline.workspace.keeping import Keeping
from tearline.workspace.picking import Picking
from tearline.workspace.reading import Reading
from tearline.workspace.reading_disclosures import ReadingDisclosures
from tearline.workspace.reading_pathways import ReadingPathways
from tearline.workspace.reading_series import ReadingSeries
from tearline.workspace.recusal import Recusing
from tearline.workspace.reviewing import Reviewing
from tearline.workspace.taking import Taking


class Workspace(
    Taking,
    Asking,
    Across,
    Comparing,
    Reading,
    ReadingDisclosures,
    ReadingPathways,
    ReadingSeries,
    Keeping,
    Picking,
    Recusing,
    Batches,
    Reviewing,
):
    """A workspace: records come in, questions are answered, the evidence is kept."""


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
    key = _pinned(pinned) if pinned else load_verifier(folder / "keys")
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


def _pinned(written: str) -> VerifierKey:
    try:
        return VerifierKey.parse(written)
    except BadNote as error:
        raise BadInput(
            f"not a verifier key: {error}", field="--key", remedy="Give it as `tearline init` printed it"
        ) from error


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
