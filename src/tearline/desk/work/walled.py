"""The walls around long work: decided again when it begins, for whoever asked may have lost the case meanwhile."""

from __future__ import annotations

from django.http import Http404
from django.utils import timezone

from tearline.desk.acts import Act
from tearline.desk.cases import recusal
from tearline.desk.doors import OpenCase, find_case
from tearline.desk.work.models import Job
from tearline.records.errors import NotPermitted


def case_of(job: Job, act: Act) -> OpenCase:
    """The case of a job, as its owner sees it now. Raises NotPermitted where they may not do `act` there."""
    if job.case_id is None:
        raise NotPermitted("this work belongs to a case")
    recusal.keep_current(job.owner)
    try:
        case = find_case(job.owner, job.case_id, timezone.now())
    except Http404 as error:
        raise NotPermitted("this is no longer open to you") from error
    if not case.may(act):
        raise NotPermitted("this is no longer open to you", remedy="Look at the case's page for the reason")
    return case
