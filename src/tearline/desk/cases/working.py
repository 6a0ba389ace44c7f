"""What is done within a case: tasks, the timeline, the case's own papers."""

from __future__ import annotations

import json
import re
import secrets
import tempfile
from pathlib import Path

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tearline.desk.acts import Act
from tearline.desk.cases.changing import FormPage, form_page
from tearline.desk.cases.doing import note
from tearline.desk.cases.forms import PaperForm, PinForm, TaskForm
from tearline.desk.cases.models import Paper, Pin
from tearline.desk.cases.people import colleagues
from tearline.desk.doors import Asked, OpenCase, case_door
from tearline.desk.evidence import inquiry, workspace
from tearline.records.errors import BadInput


@case_door(Act.CASE_CHANGE)
@require_POST
@transaction.atomic
def add_task(request: Asked, case: OpenCase) -> HttpResponse:
    form = TaskForm(request.POST, colleagues=colleagues(case.case))
    if form.is_valid():
        task = form.save(commit=False)
        task.case, task.made_by = case.case, request.user
        task.save()
        note(case.case, request.user, Act.CASE_CHANGE, task=task.what)
    else:
        messages.warning(request, _("A task needs words, and a day that can be read."))
    return redirect("cases:case", case=case.pk)


@case_door(Act.CASE_CHANGE)
@require_POST
@transaction.atomic
def end_task(request: Asked, case: OpenCase, task: int) -> HttpResponse:
    found = case.case.tasks.filter(pk=task, done_at=None).first()
    if found is None:
        raise Http404
    found.done_at, found.done_by = timezone.now(), request.user
    found.save(update_fields=["done_at", "done_by"])
    note(case.case, request.user, Act.CASE_CHANGE, task_done=found.what)
    return redirect("cases:case", case=case.pk)


@case_door(Act.EVIDENCE_SEE)
@require_POST
def pin(request: Asked, case: OpenCase) -> HttpResponse:
    """Put an event of the record on the timeline: what kind, of which product, when; not who."""
    form = PinForm(request.POST)
    if not case.may(Act.CASE_CHANGE) or not form.is_valid():
        raise Http404
    event = form.cleaned_data["event"].strip()
    found = workspace().event_lines(inquiry(case), [event])["events"]
    if not found:
        messages.warning(request, _("There is no event %(id)s within the scope of this case.") % {"id": event})
        return redirect("cases:case", case=case.pk)
    one = found[0]
    at = parse_datetime(one["at_earliest"])
    assert at is not None  # the record's own time
    said = " · ".join(part for part in (one["kind"], one["product"], one["organisation"], one["system"]) if part)
    with transaction.atomic():
        _pin, fresh = Pin.objects.get_or_create(
            case=case.case,
            event=event,
            ended_at=None,
            defaults={"at": at, "says": said[:500], "pinned_by": request.user},
        )
        if fresh:
            note(case.case, request.user, Act.CASE_CHANGE, pinned=event)
    return redirect("cases:case", case=case.pk)


@case_door(Act.CASE_CHANGE)
@require_POST
@transaction.atomic
def unpin(request: Asked, case: OpenCase, pin: int) -> HttpResponse:
    found = case.case.pins.filter(pk=pin, ended_at=None).first()
    if found is None:
        raise Http404
    found.ended_at = timezone.now()
    found.save(update_fields=["ended_at"])
    note(case.case, request.user, Act.CASE_CHANGE, unpinned=found.event)
    return redirect("cases:case", case=case.pk)


@case_door(Act.CASE_CHANGE)
def paper(request: Asked, case: OpenCase) -> HttpResponse:
    """Register one of the case's own papers as a product: whoever reads it is on record like for any other."""
    form = PaperForm(
        request.POST or None,
        organisations=dict(workspace().organisation_names()),
        initial={"marking": case.case.marking},
    )
    if request.method == "POST" and form.is_valid():
        _register(request, case, form)
        return redirect("cases:case", case=case.pk)
    lede = _("A paper that leaves this desk can get out like any other. Registered, its readers are on record.")
    return form_page(request, case, FormPage(form, _("Register a paper of the case"), lede, _("Register")))


def _register(request: Asked, case: OpenCase, form: PaperForm) -> None:
    given = form.cleaned_data
    identifier = f"DOC-{secrets.token_hex(5)}"
    portions = [part.strip() for part in re.split(r"\n\s*\n", given["text"].replace("\r\n", "\n")) if part.strip()]
    body = {
        "id": identifier,
        "title": given["title"],
        "number": given["number"],
        "originator": given["originator"],
        "issued_at": timezone.now().isoformat(),
        "marking": given["marking"],
        "portions": [{"id": f"p{n}", "text": text} for n, text in enumerate(portions, 1)],
    }
    with transaction.atomic():  # first: from the moment it is registered, no other case sees it
        paper = Paper.objects.create(
            case=case.case,
            product=identifier,
            title=given["title"],
            marking=given["marking"],
            registered_by=request.user,
        )
    home = workspace().folder / "tmp"
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as folder:
        file = Path(folder) / "products.jsonl"
        file.write_text(json.dumps(body, ensure_ascii=False) + "\n", encoding="utf-8")
        counts = workspace().load([file], by=request.user.username)
    if not counts["accepted"]:
        paper.delete()
        raise BadInput(
            "the register did not take this paper",
            field="marking",
            remedy="Look at its marking and its number; the registrar sees the reason in quarantine",
        )
    note(case.case, request.user, Act.CASE_CHANGE, paper=f"{identifier} {given['title']}")
