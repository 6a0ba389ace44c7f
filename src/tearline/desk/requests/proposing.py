"""Working out whom to ask for what, as long work."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tearline.desk.acts import Act
from tearline.desk.evidence import inquiry, workspace
from tearline.desk.work.kinds import Kind, register
from tearline.desk.work.models import Job
from tearline.desk.work.walled import case_of
from tearline.workspace import Progress

KIND = "proposals"


def register_kinds() -> None:
    register(Kind(KIND, _propose, _way_on))


def _propose(job: Job, progress: Progress) -> dict[str, Any]:
    case = case_of(job, Act.EVIDENCE_SEE)
    progress("tracing", 0, None)
    found = workspace().requests(inquiry(case), job.asked["disclosures"])
    return {"proposals": found["requests"]}


def _way_on(job: Job) -> str:
    return reverse("requests:proposals", args=[job.case_id, job.pk])
