"""Long work: done by the worker, watched, stopped, found again after its worker died, and walled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tearline.desk.accounts.models import User
from tearline.desk.work import running
from tearline.desk.work.kinds import KINDS, Kind, register
from tearline.desk.work.models import SILENT, Job, JobState
from tearline.records.errors import BadInput

ClientOf = Callable[[User], Client]


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A kind of work that counts to three; `asked` may say at which step it fails."""
    steps: list[str] = []
    monkeypatch.setattr(running, "SHOWN", 0.0)

    def count(job, progress):
        for step in range(3):
            progress("counting", step, 3)
            steps.append(str(step))
            if job.asked.get("stop") == step:
                running.cancel(job)
            if job.asked.get("bad") == step:
                raise BadInput("a line is at fault", line=step, remedy="Correct it")
            if job.asked.get("wrong") == step:
                raise ZeroDivisionError
        return {"counted": 3}

    monkeypatch.setitem(KINDS, "counting", Kind("counting", count, lambda job: f"/cases/?from={job.pk}"))
    return steps


def settled(job: Job) -> Job:
    """The job after the worker has had it."""
    running.run.call(str(job.pk))
    job.refresh_from_db()
    return job


@pytest.mark.usefixtures("counting")
def test_a_job_is_done_and_leads_to_what_came_of_it(make_user, client_of: ClientOf) -> None:
    ada = make_user("ada")
    job = running.start("counting", ada, "Count", {})
    client = client_of(ada)
    assert 'hx-get="/jobs/' in client.get(f"/jobs/{job.pk}/").content.decode()
    job = settled(job)
    assert (job.state, job.result, job.done, job.total) == ("done", {"counted": 3}, 2, 3)
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert f"/cases/?from={job.pk}" in page and "hx-get" not in page
    assert "Count" in client.get("/jobs/").content.decode()


def test_a_running_job_stops_at_its_next_step_and_a_waiting_one_never_begins(make_user, counting) -> None:
    ada = make_user("ada")
    assert settled(running.start("counting", ada, "Count", {"stop": 0})).state == "cancelled"
    assert counting == ["0"]
    waiting = running.start("counting", ada, "Count", {})
    running.cancel(waiting)
    assert settled(waiting).state == "cancelled"
    assert counting == ["0"]


@pytest.mark.usefixtures("counting")
def test_a_failure_says_what_to_do_and_never_shows_a_traceback(make_user) -> None:
    ada = make_user("ada")
    assert "Correct it" in settled(running.start("counting", ada, "Count", {"bad": 1})).error
    wrong = settled(running.start("counting", ada, "Count", {"wrong": 1}))
    assert wrong.state == "failed" and "ZeroDivision" not in wrong.error


@pytest.mark.usefixtures("counting")
def test_work_whose_worker_died_shows_as_interrupted_and_runs_again(make_user, client_of: ClientOf) -> None:
    ada = make_user("ada")
    job = running.start("counting", ada, "Count", {})
    late = timezone.now() - SILENT - timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, beat_at=late)
    client = client_of(ada)
    assert "Run it again" in client.get(f"/jobs/{job.pk}/").content.decode()
    fresh = Job.objects.exclude(pk=job.pk)
    assert client.post(f"/jobs/{job.pk}/again/").headers["Location"] == f"/jobs/{fresh.get().pk}/"
    job.refresh_from_db()
    assert job.state == JobState.INTERRUPTED
    assert settled(fresh.get()).state == "done"
    assert running.again(fresh.get(), ada) is None


@pytest.mark.usefixtures("counting")
def test_work_is_walled_like_its_case(make_user, make_case, client_of: ClientOf) -> None:
    ada, colleague, other = make_user("ada"), make_user("bea"), make_user("paul", body="Police")
    case = make_case(ada)
    of_case = running.start("counting", ada, "Harbour count", {}, case)
    own = running.start("counting", ada, "Own count", {})
    assert client_of(colleague).get(f"/jobs/{of_case.pk}/").status_code == 200
    assert client_of(colleague).get(f"/jobs/{own.pk}/").status_code == 404
    for job in (of_case, own):
        for address in ("", "state/"):
            assert client_of(other).get(f"/jobs/{job.pk}/{address}").status_code == 404
        for address in ("cancel/", "again/"):
            assert client_of(other).post(f"/jobs/{job.pk}/{address}").status_code == 404
    assert "Harbour" not in client_of(other).get("/jobs/").content.decode()


@pytest.mark.django_db(transaction=True)  # a worker drops a connection that stands in somebody else's transaction
@pytest.mark.usefixtures("counting")
def test_what_waits_is_done_by_whichever_worker_comes_next(make_user) -> None:
    """Started with no worker there, as after a restart of everything: the database keeps what is to be done."""
    job = running.start("counting", make_user("ada"), "Count", {})
    call_command("db_worker", "--batch", "--interval", "0", "--no-startup-delay", verbosity=0)
    job.refresh_from_db()
    assert job.state == "done" and job.ended_at is not None


def test_a_kind_registers_itself() -> None:
    kind = Kind("once", lambda _job, _progress: {}, lambda _job: "/")
    register(kind)
    assert KINDS.pop("once") is kind
