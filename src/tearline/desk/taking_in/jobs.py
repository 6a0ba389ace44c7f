"""Intake as long work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from tearline.desk.accounts.models import User
from tearline.desk.cases.models import Case
from tearline.desk.evidence import workspace
from tearline.desk.taking_in.uploads import drop_upload
from tearline.desk.work.kinds import Kind, register
from tearline.desk.work.models import Job
from tearline.desk.work.running import start
from tearline.workspace import Progress

KIND: Final = "intake"
LOAD: Final = "load"
"""The way of register files; every other word is a reader's name, or empty for: find out."""


def register_kinds() -> None:
    register(Kind(KIND, _take_in, _way_on, _ended))


def take_in_later(
    owner: User,
    files: Sequence[Path],
    *,
    organisation: str = "",
    way: str = "",
    mapping: str = "",
    case: Case | None = None,
) -> Job:
    """Take these uploads in, beside whatever else one does. `mapping`: the text of a mapping file."""
    asked = {"files": [str(file) for file in files], "organisation": organisation, "way": way, "mapping": mapping}
    label = _("Intake of %(files)s") % {"files": ", ".join(file.name for file in files)}
    return start(KIND, owner, label, asked, case)


def _take_in(job: Job, progress: Progress) -> dict[str, Any]:
    asked = job.asked
    files = [Path(file) for file in asked["files"]]
    by = job.owner.username
    if asked["way"] == LOAD:
        return {"counts": workspace().load(files, progress, by=by)}
    mapping: Path | None = None
    if asked["mapping"]:
        mapping = files[0].parent / "mapping.toml"
        mapping.write_text(asked["mapping"], encoding="utf-8")
    counts = workspace().intake(
        files,
        format_name=asked["way"] or None,
        organisation=asked["organisation"] or None,
        mapping=mapping,
        progress=progress,
        by=by,
    )
    return {"counts": counts}


def _ended(job: Job) -> None:
    for file in job.asked["files"]:
        drop_upload(Path(file))


def _way_on(job: Job) -> str:
    if job.case_id is not None:
        return reverse("requests:of-case", args=[job.case_id])
    return reverse("taking-in:batches")
