"""Intake at the desk: an upload becomes a job, counts are reconciled, a batch is taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tearline.desk.accounts.models import Role, User
from tearline.desk.taking_in import uploads
from tearline.desk.work.models import Job
from tearline.desk.work.running import run
from tearline.workspace import Inquiry, Workspace

ClientOf = Callable[[User], Client]


@pytest.fixture
def registrar(make_user, desk_workspace: Workspace) -> User:
    return make_user("reg", Role.REGISTRAR)


def done() -> Job:
    job = Job.objects.latest("made_at")
    run.call(str(job.pk))
    job.refresh_from_db()
    return job


def test_register_files_are_counted_quarantined_and_taken_back(
    registrar: User, make_user, client_of: ClientOf, desk_workspace: Workspace
) -> None:
    product = desk_workspace.register_lines(Inquiry(purpose="test"))["products"][0]["id"]
    rows = [
        {"id": "Q-1", "kind": "opened", "product": product, "at": "2025-06-02", "actor": "New Person"},
        {"id": "Q-2", "kind": "opened", "product": "no such product", "at": "2025-06-02", "actor": "New Person"},
    ]
    file = SimpleUploadedFile("events.jsonl", "\n".join(map(json.dumps, rows)).encode())
    client = client_of(registrar)
    client.post("/intake/", {"file": file, "way": "load"})
    kept = Path(Job.objects.get().asked["files"][0])
    assert kept.is_file()
    job = done()
    counts = job.result["counts"]
    assert (counts["read"], counts["accepted"], counts["quarantined"]) == (2, 1, 1)
    assert not kept.exists(), "an upload that was taken in is put away"
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert counts["batch"] in page and "quarantined" in page
    assert counts["batch"] in client.get("/intake/batches/").content.decode()
    assert "no such product" in client.get("/intake/quarantine/").content.decode()
    assert "Read again: 1" in client.post("/intake/quarantine/retry/").content.decode()
    other = client_of(make_user("rex", Role.REGISTRAR, body="Another Keeper"))
    assert counts["batch"] not in other.get("/intake/batches/").content.decode()
    assert "no such product" not in other.get("/intake/quarantine/").content.decode()
    assert other.get(f"/intake/batches/{counts['batch']}/retract/").status_code == 404
    client.post(f"/intake/batches/{counts['batch']}/retract/", {"reason": "a test"})
    assert "taken back by reg: a test" in client.get("/intake/batches/").content.decode()
    batch = desk_workspace.batches()["batches"][0]
    assert batch["by"] == "reg" and batch["retracted"]["by"] == "reg"


def test_a_table_is_shown_as_it_would_read_before_anything_is_taken_in(
    registrar: User, client_of: ClientOf, desk_workspace: Workspace
) -> None:
    product = desk_workspace.register_lines(Inquiry(purpose="test"))["products"][0]["id"]
    table = f"Date read,Report,Reader\n2025-06-03,{product},Ann Reader\n2025-06-04,{product},Ben Reader\n"
    client = client_of(registrar)
    organisation = next(iter(desk_workspace.organisation_names()))
    file = SimpleUploadedFile("reading log.csv", table.encode())
    address = client.post("/intake/", {"file": file, "way": "table", "organisation": organisation}).headers[
        "Location"
    ]
    before = desk_workspace.batches()["batches"]
    page = client.get(address)
    text = page.content.decode()
    assert "Ann Reader" in text and product in text
    assert desk_workspace.batches()["batches"] == before
    assert "reading_log.csv" in client.get("/").content.decode(), "it waits on Today"
    proposed = page.context["form"].initial["mapping"]
    assert client.post(address, {"take": "1", "mapping": proposed}).status_code == 302
    job = done()
    assert job.state == "done", job.error
    assert job.result["counts"]["accepted"] == 2
    desk_workspace.retract(job.result["counts"]["batch"], "a test")
    assert client.get(address).status_code == 404


def test_a_bad_file_fails_with_what_to_do_and_can_be_run_again(registrar: User, client_of: ClientOf) -> None:
    client_of(registrar).post("/intake/", {"file": SimpleUploadedFile("people.csv", b"\x00\x01"), "way": "load"})
    job = done()
    assert job.state == "failed" and job.error
    assert "Run it again" in client_of(registrar).get(f"/jobs/{job.pk}/").content.decode()


def test_uploads_are_bounded_and_named_safely(
    registrar: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, make_user
) -> None:
    assert uploads.safe_name("../../etc/pass wd.csv") == "pass_wd.csv"
    assert uploads.safe_name("..") == "upload" and uploads.safe_name("a\\b\\.hid.csv") == "hid.csv"
    monkeypatch.setattr(uploads, "LARGEST", 10)
    file = SimpleUploadedFile("events.jsonl", b"x" * 200)
    client_of(registrar).post("/intake/", {"file": file, "way": "load"})
    assert not Job.objects.exists()
    assert client_of(make_user("ada")).get("/intake/").status_code == 403
