"""Starting long work, doing it in the worker, and stopping it.

The worker gives a sign of life while it works (`Job.beat_at`); where that stops, the work shows as interrupted and
can be run again. What work changes in the ledger it changes in one transaction, so half of it is never kept.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, Final
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from tearline.desk.accounts.models import User
from tearline.desk.cases.models import Case
from tearline.desk.work.kinds import KINDS
from tearline.desk.work.models import AGAIN, Job, JobState
from tearline.records.errors import TearlineError

BEAT: Final = 5.0
"""Seconds between two signs of life."""
SHOWN: Final = 0.4
"""Seconds between two updates of how far the work is."""


class Cancelled(Exception):
    """Somebody asked for the work to stop."""


def start(kind: str, owner: User, label: str, asked: dict[str, Any], case: Case | None = None) -> Job:
    """Hand work to the worker; it can be watched, left and found again."""
    with transaction.atomic():
        job = Job.objects.create(kind=kind, owner=owner, label=label[:300], asked=asked, case=case)
        run.enqueue(str(job.pk))
    return job


def again(job: Job, by: User) -> Job | None:
    """The same work once more, by whoever asks. None where it has not ended so that it could be."""
    with transaction.atomic():
        held = Job.objects.select_for_update().get(pk=job.pk)
        if held.standing(timezone.now()) not in AGAIN:
            return None
        if held.state == JobState.RUNNING:
            Job.objects.filter(pk=held.pk).update(state=JobState.INTERRUPTED, ended_at=timezone.now())
        return start(held.kind, by, held.label, held.asked, held.case)


def cancel(job: Job) -> None:
    """Ask for the work to stop. What waits stops at once, what runs at its next step."""
    now = timezone.now()
    Job.objects.filter(pk=job.pk, state=JobState.WAITING).update(state=JobState.CANCELLED, ended_at=now)
    Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_asked=True)


@task()
def run(identifier: str) -> None:
    """Do one job. Called by the worker, with an id alone: everything else is read afresh."""
    key = UUID(identifier)
    now = timezone.now()
    taken = Job.objects.filter(pk=key, state=JobState.WAITING).update(
        state=JobState.RUNNING, started_at=now, beat_at=now
    )
    if not taken:  # cancelled while it waited
        return
    job = Job.objects.select_related("owner", "case").get(pk=key)
    kind = KINDS[job.kind]
    try:
        with _alive(key):
            result = kind.do(job, _Watched(key))
    except Cancelled:
        _end(key, JobState.CANCELLED)
    except TearlineError as error:
        _end(key, JobState.FAILED, error=str(error))
    except Exception:
        logging.getLogger("tearline.desk").exception("job %s (%s)", key, job.kind)
        _end(
            key,
            JobState.FAILED,
            error=_("The program itself failed; nothing of this was kept. Its log says more."),
        )
    else:
        _end(key, JobState.DONE, result=result)
        if kind.ended is not None:
            kind.ended(job)


def _end(key: UUID, state: JobState, **more: Any) -> None:
    Job.objects.filter(pk=key).update(state=state, ended_at=timezone.now(), **more)


class _Watched:
    """Progress that others can watch, and through which they can stop the work."""

    def __init__(self, key: UUID) -> None:
        self._key = key
        self._last = 0.0

    def __call__(self, label: str, done: int, total: int | None) -> None:
        now = monotonic()
        if now - self._last < SHOWN and done != total:
            return
        self._last = now
        found = Job.objects.filter(pk=self._key)
        found.update(step=label[:120], done=done, total=total, beat_at=timezone.now())
        if found.filter(cancel_asked=True).exists():
            raise Cancelled


@contextmanager
def _alive(key: UUID) -> Iterator[None]:
    """Signs of life from beside the work, which may take long between two steps."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(BEAT):
                with suppress(OperationalError):  # a busy database: the next sign will do
                    Job.objects.filter(pk=key).update(beat_at=timezone.now())
        finally:
            connection.close()

    beside = threading.Thread(target=beat, daemon=True)
    beside.start()
    try:
        yield
    finally:
        over.set()
        beside.join()
