"""A piece of long work as it is kept: what was asked, how far it is, what came of it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tearline.desk.accounts.models import User
from tearline.desk.cases.models import Case
from tearline.desk.walls import visible_cases

SILENT: Final = timedelta(seconds=25)
"""A worker gives a sign of life every few seconds; one that was silent this long has died."""


class JobState(models.TextChoices):
    WAITING = "waiting", _("waiting for the worker")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("could not be done")
    CANCELLED = "cancelled", _("cancelled")
    INTERRUPTED = "interrupted", _("interrupted")


ENDED: Final = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED})
AGAIN: Final = frozenset({JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED})
"""After these it can be run again: what it had begun in the record was never kept by half."""


class Job(models.Model):
    """One piece of long work. `asked` and `result` hold plain values; `error` is what a person is told."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    case = models.ForeignKey(Case, models.PROTECT, related_name="jobs", null=True, blank=True)
    kind = models.CharField(max_length=40)
    label = models.CharField(max_length=300)
    asked: models.JSONField[Any, Any] = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=JobState, default=JobState.WAITING)
    step = models.CharField(max_length=120, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True, blank=True)
    cancel_asked = models.BooleanField(default=False)
    result: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-made_at"]

    def __str__(self) -> str:
        return self.label

    def standing(self, now: datetime) -> JobState:
        """Its state, or INTERRUPTED where its worker has fallen silent."""
        state = JobState(self.state)
        if state is JobState.RUNNING and (self.beat_at is None or now - self.beat_at > SILENT):
            return JobState.INTERRUPTED
        return state


def visible_jobs(user: User) -> models.QuerySet[Job]:
    """The work whose existence `user` may know of: their own, and that of cases they may see. One query."""
    seen = visible_cases(user)
    return Job.objects.filter(Q(case=None, owner=user) | Q(case__in=seen))
