"""Public items: the list, one beside the portions it may draw on, bringing one in, declaring a match."""

from __future__ import annotations

import json
import shutil
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tearline.desk.acts import Act
from tearline.desk.cases.doing import note
from tearline.desk.cases.models import ScopeItem, ScopeKind
from tearline.desk.doors import Asked, OpenCase, case_door
from tearline.desk.evidence import workspace
from tearline.desk.pages import UNMARKED, show
from tearline.desk.registry.looks import Look, or_nothing
from tearline.workspace import Document

LARGEST: Final = 20 << 20
"""Bytes of an article's file."""
LONGEST: Final = 500_000
"""Characters of a text that is pasted."""
ENDINGS: Final = (".txt", ".html", ".htm", ".pdf", ".docx")


@dataclass(frozen=True, slots=True)
class ListPage:
    look: Look
    disclosures: Sequence[Document]
    may_add: bool
    scope: str


@case_door(Act.EVIDENCE_SEE)
def disclosures(request: Asked, case: OpenCase) -> HttpResponse:
    look = Look(request.user, case)
    found = workspace().disclosures_listed(look.inquiry())
    page = ListPage(look, found["disclosures"], case.may(Act.MATCH_DECLARE), found.get("scope", ""))
    return show(request, "registry/disclosures.html", page, marking=UNMARKED, case=case, section="disclosures")


class DeclareForm(forms.Form):
    """An analyst's own recognition, kept beside the machine's."""

    named = forms.CharField(
        label=gettext_lazy("Product, or product:portion"),
        max_length=200,
        help_text=gettext_lazy("By its id, as the list of products shows it."),
    )
    reason = forms.CharField(
        label=gettext_lazy("What you recognise"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


@dataclass(frozen=True, slots=True)
class DisclosurePage:
    look: Look
    found: Document
    form: DeclareForm | None
    scope: str


@case_door(Act.EVIDENCE_SEE)
def disclosure(request: Asked, case: OpenCase, disclosure: str) -> HttpResponse:
    return _shown(request, case, disclosure, DeclareForm())


def _shown(request: Asked, case: OpenCase, disclosure: str, form: DeclareForm) -> HttpResponse:
    look = Look(request.user, case)
    with or_nothing():
        found = workspace().disclosure(look.inquiry(), disclosure)
    page = DisclosurePage(look, found, form if case.may(Act.MATCH_DECLARE) else None, found.get("scope", ""))
    return show(
        request, "registry/disclosure.html", page, marking=found["marking"], case=case, section="disclosures"
    )


@case_door(Act.MATCH_DECLARE)
def declare(request: Asked, case: OpenCase, disclosure: str) -> HttpResponse:
    """Keep a recognition in the ledger, and in the case's history."""
    if request.method != "POST":
        return redirect("registry:disclosure", case=case.pk, disclosure=disclosure)
    form = DeclareForm(request.POST)
    if not form.is_valid():
        return _shown(request, case, disclosure, form)
    named, reason = form.cleaned_data["named"].strip(), form.cleaned_data["reason"].strip()
    with or_nothing():
        workspace().declare(Look(request.user, case).inquiry(), disclosure, named, reason)
    note(case.case, request.user, Act.MATCH_DECLARE, disclosure=disclosure, declares=named, reason=reason)
    messages.success(request, _("Your recognition is on record, beside the machine's comparison."))
    return redirect("registry:disclosure", case=case.pk, disclosure=disclosure)


class AddForm(forms.Form):
    """A public item: pasted, or as a file."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=300)
    outlet = forms.CharField(
        label=gettext_lazy("Outlet"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("For citation alone; outlets and authors are never looked up."),
    )
    published_at = forms.DateField(
        label=gettext_lazy("Published on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Who could have held it is asked up to this day."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("not known")), ("en", gettext_lazy("English")), ("fr", gettext_lazy("French"))],
        required=False,
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy("Paste it here, or choose a file below."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy(".txt, .html, .pdf or .docx, at most 20 MB"),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file is not None and (file.size > LARGEST or Path(file.name).suffix.lower() not in ENDINGS):
            raise forms.ValidationError(gettext_lazy("Choose a .txt, .html, .pdf or .docx file of at most 20 MB."))
        return file

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("text", "").strip()) == bool(given.get("file")):
            raise forms.ValidationError(gettext_lazy("Paste the text, or choose a file: one of the two."))
        return given


@dataclass(frozen=True, slots=True)
class AddPage:
    look: Look
    form: AddForm


@case_door(Act.MATCH_DECLARE)
def add(request: Asked, case: OpenCase) -> HttpResponse:
    """Bring a public item into the record, for this case."""
    form = AddForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        identifier = _brought_in(form.cleaned_data, case)
        return redirect("registry:disclosure", case=case.pk, disclosure=identifier)
    page = AddPage(Look(request.user, case), form)
    return show(request, "registry/add_disclosure.html", page, case=case, section="disclosures")


def _brought_in(given: dict[str, Any], case: OpenCase) -> str:
    """Load the item under an id that nobody else can have. Raises BadInput where its file cannot be read.

    That it belongs to this case is written first: at no moment can another case see it.
    """
    identifier = f"article-{uuid.uuid4().hex[:12]}"
    home: Path = settings.WORKSPACE / "tmp"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=home, prefix="article-"))
    try:
        fields = {
            "id": identifier,
            "title": given["title"].strip(),
            "outlet": given["outlet"].strip() or None,
            "published_at": given["published_at"].isoformat(),
            "language": given["language"] or None,
        }
        file = given["file"]
        with transaction.atomic():
            ScopeItem.objects.create(
                case=case.case,
                kind=ScopeKind.DISCLOSURE,
                item=identifier,
                added_by=case.viewer,
                brought_in=True,
            )
            note(case.case, case.viewer, Act.CASE_CHANGE, disclosure=identifier, title=fields["title"])
        text = given["text"]
        if file is not None:
            received = folder / f"{identifier}{Path(file.name).suffix.lower()}"
            with received.open("wb") as out:
                for chunk in file.chunks():
                    out.write(chunk)
            text = workspace().text_of(received)
        line = {**{name: value for name, value in fields.items() if value}, "text": text}
        path = folder / "disclosures.jsonl"
        path.write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
        workspace().load([path], by=case.viewer.username)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return identifier
