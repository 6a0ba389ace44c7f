"""Intake for registrars: upload, mapping with preview, batches, quarantine, retraction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tearline.desk.accounts.models import User
from tearline.desk.acts import Act
from tearline.desk.doors import Asked, door
from tearline.desk.evidence import charge, workspace
from tearline.desk.pages import show
from tearline.desk.taking_in.jobs import LOAD, take_in_later
from tearline.desk.taking_in.models import Upload
from tearline.desk.taking_in.uploads import keep_upload
from tearline.records.errors import BadInput

TABLE: Final = "table"
MOST_ROWS: Final = 500

WAYS: Final = (
    ("", gettext_lazy("Find out")),
    (LOAD, gettext_lazy("Register files: organisations, people, groups, products, events, published items")),
    (TABLE, gettext_lazy("A table with a mapping: a reading log, a binder's contents, a log of receipts")),
)


class UploadForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File"))
    way = forms.ChoiceField(label=gettext_lazy("What it is"), choices=WAYS, required=False)
    organisation = forms.ChoiceField(label=gettext_lazy("Whose records they are"), required=False)

    def __init__(self, *args: Any, organisations: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [  # type: ignore[attr-defined]
            ("", _("several, or it says so itself")),
            *organisations.items(),
        ]


@dataclass(frozen=True, slots=True)
class UploadPage:
    form: UploadForm
    waiting: list[Upload]


@door(Act.INTAKE_TAKE)
def upload(request: Asked) -> HttpResponse:
    form = UploadForm(
        request.POST or None, request.FILES or None, organisations=dict(workspace().organisation_names())
    )
    if request.method == "POST" and form.is_valid():
        kept = keep_upload(form.cleaned_data["file"])
        way, organisation = form.cleaned_data["way"], form.cleaned_data["organisation"]
        if way == TABLE:
            made = Upload.objects.create(
                owner=request.user, name=kept.name[:200], path=str(kept), organisation=organisation
            )
            return redirect("taking-in:mapping", upload=made.pk)
        job = take_in_later(request.user, [kept], organisation=organisation, way=way)
        return redirect("work:job", job=job.pk)
    waiting = list(Upload.objects.filter(owner=request.user, taken_at=None)[:20])
    return show(request, "taking_in/upload.html", UploadPage(form, waiting), section="intake")


class MappingForm(forms.Form):
    """Answers to what the proposal asks, and the mapping itself, which can be changed by hand."""

    kind = forms.CharField(label=gettext_lazy("What happened"), required=False, max_length=40)
    date_format = forms.CharField(label=gettext_lazy("How dates read"), required=False, max_length=60)
    mapping = forms.CharField(
        label=gettext_lazy("Mapping"),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 18, "class": "mono-input", "spellcheck": "false"}),
    )


@dataclass(frozen=True, slots=True)
class MappingPage:
    upload: Upload
    form: MappingForm
    columns: list[str]
    rows: list[list[str]]
    unsure: list[str]
    questions: list[dict[str, Any]]


@door(Act.INTAKE_TAKE)
def mapping(request: Asked, upload: UUID) -> HttpResponse:
    """Propose a mapping, show ten records as they would read, and take the file in when somebody says so."""
    one = Upload.objects.filter(pk=upload, owner=request.user, taken_at=None).first()
    if one is None:
        raise Http404
    given = MappingForm(request.POST or None)
    answers = given.cleaned_data if request.method == "POST" and given.is_valid() else {}
    if "take" in request.POST and answers.get("mapping"):
        job = take_in_later(
            request.user, [Path(one.path)], organisation=one.organisation, mapping=answers["mapping"]
        )
        one.taken_at = timezone.now()
        one.save(update_fields=["taken_at"])
        return redirect("work:job", job=job.pk)
    proposed = workspace().suggest(
        Path(one.path),
        organisation=one.organisation or None,
        kind=answers.get("kind") or None,
        date_format=answers.get("date_format") or None,
    )
    rows = proposed["rows"][:10]
    columns = list(dict.fromkeys(name for row in rows for name, value in row.items() if value not in (None, "")))
    page = MappingPage(
        upload=one,
        form=MappingForm(initial={**answers, "mapping": proposed["mapping"]}),
        columns=columns,
        rows=[[_cell(row.get(name)) for name in columns] for row in rows],
        unsure=proposed["unsure"],
        questions=proposed["questions"],
    )
    return show(request, "taking_in/mapping.html", page, marking=_marking(), section="intake")


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {item}" for name, item in value.items())
    return "" if value is None else str(value)


def _marking() -> str:
    """What came in may deserve as much as anything in the register."""
    return workspace().highest_marking(register=True)


def hidden_from(user: User) -> list[str]:
    """Whose batches are not shown to `user`: those of accounts of other bodies, whose work is their own."""
    return list(User.objects.exclude(body_id=user.body_id).values_list("username", flat=True))


@dataclass(frozen=True, slots=True)
class BatchesPage:
    batches: list[dict[str, Any]]
    more: int


@door(Act.INTAKE_TAKE)
def batches(request: Asked) -> HttpResponse:
    found = workspace().batches(without_by=hidden_from(request.user))
    return show(request, "taking_in/batches.html", BatchesPage(**found), marking=_marking(), section="intake")


class RetractForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


@dataclass(frozen=True, slots=True)
class RetractPage:
    batch: dict[str, Any]
    form: RetractForm


@door(Act.INTAKE_TAKE)
def retract(request: Asked, batch: str) -> HttpResponse:
    """Say that a batch no longer counts. Nothing is erased."""
    shown = workspace().batches(without_by=hidden_from(request.user))["batches"]
    found = next((one for one in shown if one["batch"] == batch and not one["retracted"]), None)
    if found is None:
        raise Http404
    form = RetractForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = workspace().retract(batch, form.cleaned_data["reason"], by=request.user.username)
        messages.success(
            request, _("%(records)s records no longer count. Nothing was erased.") % {"records": done["records"]}
        )
        return redirect("taking-in:batches")
    return show(request, "taking_in/retract.html", RetractPage(found, form), marking=_marking(), section="intake")


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    rows: list[dict[str, Any]]
    reasons: list[tuple[str, int]]
    total: int
    retried: dict[str, Any] | None


def _quarantine(request: Asked, *, retry: bool) -> HttpResponse:
    shown = {one["batch"] for one in workspace().batches(without_by=hidden_from(request.user))["batches"]}
    found = workspace().quarantine(charge(request.user, "quarantine"), retry=retry)
    rows = [row for row in found["records"] if row["batch"] in shown]
    page = QuarantinePage(
        rows=rows[:MOST_ROWS],
        reasons=Counter(row["reason"].split(";")[0] for row in rows).most_common(12),
        total=len(rows),
        retried=found.get("retried"),
    )
    return show(request, "taking_in/quarantine.html", page, marking=_marking(), section="intake")


@door(Act.INTAKE_TAKE)
def quarantine(request: Asked) -> HttpResponse:
    """What was not understood, and why; nothing is lost. Rows name people: reading them is a look-up."""
    return _quarantine(request, retry=False)


@door(Act.INTAKE_TAKE)
@require_POST
def retry(request: Asked) -> HttpResponse:
    try:
        return _quarantine(request, retry=True)
    except BadInput as error:
        messages.warning(request, str(error))
        return redirect("taking-in:quarantine")
