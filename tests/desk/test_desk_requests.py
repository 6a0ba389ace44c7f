"""From gaps to letters to answers: proposals, notices first, letters read back, answers that become gaps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import docx
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tearline.desk.accounts.models import Role, User
from tearline.desk.cases.models import Case, ScopeItem, ScopeKind
from tearline.desk.requests import asking
from tearline.desk.requests.letters import letter
from tearline.desk.requests.models import Answer, Request, RequestKind, State
from tearline.desk.requests.setting import docx as as_docx
from tearline.desk.requests.setting import pdf
from tearline.desk.work.models import Job
from tearline.desk.work.running import run
from tearline.records.errors import BadInput
from tearline.workspace import Inquiry, Workspace

ClientOf = Callable[[User], Client]
TODAY = timezone.now().date()


@pytest.fixture
def case(make_user, make_case, desk_workspace: Workspace) -> Case:
    """A case on every product, with the example's first published item in its scope."""
    ada = make_user("ada")
    made = make_case(ada, marking="SECRET//SI")
    item = desk_workspace.register_lines(Inquiry(purpose="test"))["disclosures"][0]["id"]
    ScopeItem.objects.create(case=made, kind=ScopeKind.DISCLOSURE, item=item, added_by=ada)
    return made


def written(case: Case, **more: object) -> Request:
    """A draft to the example's first organisation."""
    fields = {
        "organisation": "MIN",
        "addressee": "Ministry",
        "authority": "Order 7",
        "items": "The access log of the portal\nThe badge log, 1–30 June",
        "reason": "Two records contradict each other.",
        "due": TODAY + timedelta(days=21),
        "marking": case.marking,
        **more,
    }
    return asking.write(case, case.opened_by, fields)


def test_proposals_are_worked_out_beside_and_become_drafts_with_the_notice_first(
    case: Case, client_of: ClientOf
) -> None:
    client = client_of(case.opened_by)
    home = f"/cases/{case.pk}/requests/"
    item = case.scope_items.get().item
    address = client.post(f"{home}propose/", {"disclosures": [item]}).headers["Location"]
    job = Job.objects.get()
    assert address == f"/jobs/{job.pk}/"
    run.call(str(job.pk))
    job.refresh_from_db()
    assert job.state == "done", job.error
    found = job.result["proposals"]
    assert len(found) > 1
    found[0]["preserve_first"] = True  # the example's own logs have expired long ago
    job.save()
    page = client.get(f"{home}proposals/{job.pk}/").content.decode()
    assert "A preservation notice goes first" in page
    client.post(f"{home}proposals/{job.pk}/", {"choose": ["0", "1"], "language": "fr"})
    made = list(Request.objects.order_by("number"))
    first = found[0]
    assert [one.kind for one in made[:2]] == [RequestKind.NOTICE, RequestKind.REQUEST]
    assert made[1].after == made[0] and made[0].language == "fr"
    assert made[1].closes == list(first["closes"]) and made[0].item_lines() == list(first["items"])
    with pytest.raises(BadInput):
        asking.send(made[1], case.opened_by)
    client.post(f"{home}{made[0].pk}/send/")
    client.post(f"{home}{made[1].pk}/send/")
    assert {one.state for one in Request.objects.filter(pk__in=[made[0].pk, made[1].pk])} == {State.SENT}
    assert case.entries.filter(act="request:send").count() == 2


def test_a_proposal_is_not_worked_out_for_somebody_who_lost_the_case(case: Case, client_of: ClientOf) -> None:
    item = case.scope_items.get().item
    client_of(case.opened_by).post(f"/cases/{case.pk}/requests/propose/", {"disclosures": [item]})
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now())
    job = Job.objects.get()
    run.call(str(job.pk))
    job.refresh_from_db()
    assert job.state == "failed" and "no longer open to you" in job.error


@pytest.mark.parametrize(
    ("language", "title", "last"),
    [("en", "Request for records", "Page 1 of 1"), ("fr", "Demande de documents", "Page 1 sur 1")],
)
def test_letters_read_back_in_both_languages(case: Case, language: str, title: str, last: str) -> None:
    one = written(case, items="Le registre d'accès « été »\n#panic() *not* markup")
    made = letter(one, language, TODAY)
    pages = pypdfium2.PdfDocument(pdf(made))
    said = " ".join(pages[0].get_textpage().get_text_bounded().split())
    for part in (title, "Ministry", "Order 7", "« été »", "#panic() *not* markup", last, one.reference):
        assert part in said, part
    assert said.count("SECRET//SI") >= 2
    word = docx.Document(BytesIO(as_docx(made)))
    text = "\n".join(line.text for line in word.paragraphs)
    assert title in text and "« été »" in text
    assert word.sections[0].header.paragraphs[0].text == word.sections[0].footer.paragraphs[0].text == "SECRET//SI"
    assert "Order 7" in word.tables[0].cell(1, 1).text


def test_the_marking_stands_on_every_page_of_a_long_letter(case: Case) -> None:
    one = written(case, items="\n".join(f"Item {n}: the log of reader {n} in full" for n in range(120)))
    pages = pypdfium2.PdfDocument(pdf(letter(one, "en", TODAY)))
    assert len(pages) > 2
    for page in pages:
        assert page.get_textpage().get_text_bounded().count("SECRET//SI") == 2


def test_a_notice_says_when_records_expire(case: Case) -> None:
    one = written(case, kind=RequestKind.NOTICE, expires=TODAY + timedelta(days=9))
    said = " ".join(letter(one, "en", TODAY).opening)
    assert "preserve" in said and "expire on" in said


def test_letters_are_downloaded_by_those_who_see_the_case_alone(
    case: Case, client_of: ClientOf, make_user
) -> None:
    one = written(case)
    for ending, head in (("pdf", b"%PDF"), ("docx", b"PK")):
        reply = client_of(case.opened_by).get(f"/cases/{case.pk}/requests/{one.pk}/letter-fr.{ending}")
        assert reply.content.startswith(head) and reply["Cache-Control"] == "no-store"
    other = client_of(make_user("paul", body="Police"))
    assert other.get(f"/cases/{case.pk}/requests/{one.pk}/letter-fr.pdf").status_code == 404
    assert other.get(f"/cases/{case.pk}/requests/{one.pk}/").status_code == 404
    assert client_of(case.opened_by).get(f"/cases/{case.pk}/requests/{one.pk}/letter-de.pdf").status_code == 404


def test_a_refusal_is_entered_into_the_ledger_and_ends_the_asking(
    case: Case, client_of: ClientOf, desk_workspace: Workspace
) -> None:
    organisation = next(iter(desk_workspace.organisation_names()))
    one = written(case, organisation=organisation, closes=["G-1"])
    client = client_of(case.opened_by)
    home = f"/cases/{case.pk}/requests/{one.pk}/"
    given = {"kind": "refused", "given_on": TODAY.isoformat(), "reason": "Section 12"}
    assert client.post(f"{home}answer/", given).status_code == 403, "nothing was sent"
    client.post(f"{home}send/")
    assert "Say which reason" in client.post(f"{home}answer/", {**given, "reason": ""}).content.decode()
    client.post(f"{home}answer/", given)
    answer = Answer.objects.get()
    held = desk_workspace.answers(Inquiry(purpose="test"))["answers"]
    kept = next(reply for reply in held if reply["id"] == answer.record)
    assert kept["kind"] == "refused" and kept["reason"] == "Section 12" and kept["gaps"] == ["G-1"]
    one.refresh_from_db()
    assert one.state == State.ANSWERED
    assert "Section 12" in client.get(home).content.decode()
    desk_workspace.retract(desk_workspace.batches()["batches"][0]["batch"], "a test")


def test_what_came_with_an_answer_goes_through_intake(
    case: Case, client_of: ClientOf, desk_workspace: Workspace
) -> None:
    organisation = next(iter(desk_workspace.organisation_names()))
    one = written(case, organisation=organisation)
    asking.send(one, case.opened_by)
    product = desk_workspace.register_lines(Inquiry(purpose="test"))["products"][0]["id"]
    came = SimpleUploadedFile(
        "../../prov.csv",
        b"id,kind,product,at,actor\nZZ-1,opened," + product.encode() + b",2025-06-02,Somebody New\n",
    )
    given = {"kind": "full", "given_on": TODAY.isoformat(), "reason": "", "file": came}
    address = (
        client_of(case.opened_by).post(f"/cases/{case.pk}/requests/{one.pk}/answer/", given).headers["Location"]
    )
    job = Job.objects.get()
    assert address == f"/jobs/{job.pk}/" and job.case == case
    path = job.asked["files"][0]
    assert path.startswith(str(desk_workspace.folder / "tmp" / "uploads")) and path.endswith("/prov.csv")
    desk_workspace.retract(desk_workspace.batches()["batches"][0]["batch"], "a test")


def test_overdue_and_expiring_requests_show_today(case: Case, client_of: ClientOf, make_user) -> None:
    late = written(case, due=TODAY - timedelta(days=1))
    asking.send(late, case.opened_by)
    written(case, expires=TODAY + timedelta(days=3))
    page = client_of(case.opened_by).get("/").content.decode()
    assert "Answers that are overdue" in page and "Records about to expire" in page
    assert "overdue" in client_of(case.opened_by).get("/requests/").content.decode()
    other = client_of(make_user("paul", body="Police")).get("/").content.decode()
    assert late.reference not in other and "Nothing needs you" in other
    chief = client_of(make_user("chief", Role.APPROVER))
    assert chief.get(f"/cases/{case.pk}/requests/new/").status_code == 403
