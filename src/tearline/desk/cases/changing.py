"""Changing a case: its words, its scope, its narrative, its term, its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tearline.desk.acts import Act
from tearline.desk.cases import doing, recusal
from tearline.desk.cases.forms import EditCaseForm, NarrativeForm, ReasonForm, RenewForm
from tearline.desk.cases.models import Case, ScopeItem, ScopeKind
from tearline.desk.doors import Asked, OpenCase, case_door
from tearline.desk.evidence import brought_in_elsewhere, workspace
from tearline.desk.pages import show
from tearline.workspace import Inquiry, Scope

MOST_ITEMS: Final = 500


@dataclass(frozen=True, slots=True)
class FormPage:
    """A form of its own page. `heading` and `lede` say what it is for."""

    form: forms.BaseForm
    heading: str
    lede: str
    button: str


def form_page(request: Asked, case: OpenCase, page: FormPage, template: str = "cases/form.html") -> HttpResponse:
    return show(request, template, page, marking=case.case.marking, case=case, section="cases")


@case_door(Act.CASE_CHANGE)
def edit(request: Asked, case: OpenCase) -> HttpResponse:
    form = EditCaseForm(request.POST or None, instance=Case.objects.get(pk=case.pk))
    if request.method == "POST" and form.is_valid():
        doing.change(case.case, request.user, form.cleaned_data)
        return redirect("cases:case", case=case.pk)
    lede = _("What is changed stays in the case's history, with what it said before.")
    return form_page(request, case, FormPage(form, _("Purpose and authority"), lede, _("Keep")))


@case_door(Act.CASE_CHANGE)
def narrative(request: Asked, case: OpenCase) -> HttpResponse:
    form = NarrativeForm(request.POST or None, initial={"narrative": case.case.narrative})
    if request.method == "POST" and form.is_valid():
        doing.change(case.case, request.user, form.cleaned_data)
        return redirect("cases:case", case=case.pk)
    page = FormPage(form, _("Narrative"), "", _("Keep"))
    return form_page(request, case, page, "cases/narrative.html")


@case_door(Act.CASE_RENEW)
def renew(request: Asked, case: OpenCase) -> HttpResponse:
    form = RenewForm(request.POST or None, initial={"authority": case.case.authority})
    if request.method == "POST" and form.is_valid():
        doing.renew(case.case, request.user, form.cleaned_data["until"], form.cleaned_data["authority"])
        return redirect("cases:case", case=case.pk)
    lede = _("An approver says on what ground the case goes on, and until when.")
    return form_page(request, case, FormPage(form, _("Renew the case"), lede, _("Renew")))


@case_door(Act.CASE_CLOSE)
def close(request: Asked, case: OpenCase) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        doing.close(case.case, request.user, form.cleaned_data["reason"])
        return redirect("cases:case", case=case.pk)
    lede = _("A closed case stays readable and is never changed again. This cannot be undone.")
    return form_page(request, case, FormPage(form, _("Close the case"), lede, _("Close for good")))


class ScopeForm(forms.Form):
    every_product = forms.BooleanField(label=gettext_lazy("Every product in the register"), required=False)


@dataclass(frozen=True, slots=True)
class ScopePage:
    form: ScopeForm
    items: list[ScopeItem]
    labels: dict[str, str]
    text: str
    found: dict[str, list[dict[str, str]]]
    looked: bool
    widens: bool


@case_door(Act.CASE_CHANGE)
def scope(request: Asked, case: OpenCase) -> HttpResponse:
    """What is within the scope; looking into the register for more is itself a look-up under the case."""
    one = case.case
    items = list(one.scope_items.filter(ended_at=None).order_by("kind", "item"))
    looking = _looking(request, one)
    text = request.GET.get("q", "").strip()[:200]
    looked = "q" in request.GET
    found = workspace().register_lines(looking, text) if looked else {}
    there = {(item.kind, item.item) for item in items}
    page = ScopePage(
        form=ScopeForm(initial={"every_product": one.every_product}),
        items=items,
        labels=_labels(looking, items),
        text=text,
        found={
            kind: [_line(line) for line in found.get(f"{kind}s", []) if (kind, line["id"]) not in there]
            for kind in ScopeKind.values
        },
        looked=looked,
        widens=one.every_product or bool(items),
    )
    shown = [line["marking"] for lines in page.found.values() for line in lines if line["marking"]]
    marking = workspace().highest_marking([one.marking, *shown])
    return show(request, "cases/scope.html", page, marking=marking, case=case, section="cases")


@case_door(Act.CASE_CHANGE)
@require_POST
def set_scope(request: Asked, case: OpenCase) -> HttpResponse:
    add = [
        (kind, item[:200])
        for kind in ScopeKind
        for item in request.POST.getlist(f"add-{kind.value}")[:MOST_ITEMS]
        if item
    ]
    looking = _looking(request, case.case)
    named = {f"{kind.value}s": [item for one, item in add if one is kind] for kind in ScopeKind}
    known = workspace().named_lines(looking, **named) if add else {}
    held = {(kind, line["id"]) for kind in ScopeKind for line in known.get(f"{kind.value}s", [])}
    if missing := [item for kind, item in add if (kind, item) not in held]:
        messages.warning(request, _("Not in the register: %(ids)s") % {"ids": ", ".join(missing[:5])})
    doing.set_scope(
        case.case,
        request.user,
        every_product="every_product" in request.POST if "whole" in request.POST else case.case.every_product,
        add=[one for one in add if one in held],
        end=[int(pk) for pk in request.POST.getlist("end")[:MOST_ITEMS] if pk.isdecimal()],
    )
    recusal.check_case(case.case)
    return redirect("cases:scope", case=case.pk)


def _looking(request: Asked, case: Case) -> Inquiry:
    """Looking into the whole register, but for what other cases brought in."""
    return Inquiry(
        purpose=f"scope: {case.purpose}",
        case=str(case.pk),
        actor=request.user.username,
        scope=Scope(**brought_in_elsewhere(case)),
    )


def _line(found: dict[str, Any]) -> dict[str, str]:
    """A line of the register as the page shows it, of whatever kind."""
    return {
        "id": found["id"],
        "label": found.get("title") or found.get("name") or "",
        "marking": found.get("marking") or "",
        "more": found.get("outlet") or found.get("kind") or "",
        "at": (found.get("issued_at") or found.get("published_at") or "")[:10],
    }


def _labels(looking: Inquiry, items: list[ScopeItem]) -> dict[str, str]:
    """What the items of the scope are called."""
    if not items:
        return {}
    named = {f"{kind.value}s": [item.item for item in items if item.kind == kind] for kind in ScopeKind}
    found = workspace().named_lines(looking, **named)
    return {
        f"{kind}:{line['id']}": line.get("title") or line.get("name") or ""
        for kind in ScopeKind.values
        for line in found[f"{kind}s"]
    }
