"""The pages of unmasking: asking for a name, and deciding on what others asked."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tearline.desk.acts import Act
from tearline.desk.cases import unmasking
from tearline.desk.cases.models import Unmasking
from tearline.desk.doors import Asked, OpenCase, case_door
from tearline.desk.pages import show


class AskForm(forms.Form):
    person = forms.CharField(
        label=gettext_lazy("Person"),
        max_length=200,
        help_text=gettext_lazy("the pseudonym, as the pages of this case show it"),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Why the name is needed in this case. It stays on record."),
    )


@dataclass(frozen=True, slots=True)
class AskPage:
    form: AskForm


@dataclass(frozen=True, slots=True)
class UnmaskingsPage:
    waiting: list[Unmasking]
    decided: list[Unmasking]
    deciding: bool
    asking: bool


@case_door(Act.NAME_ASK)
def ask(request: Asked, case: OpenCase) -> HttpResponse:
    form = AskForm(request.POST or None, initial={"person": request.GET.get("person", "")[:200]})
    if request.method == "POST" and form.is_valid():
        unmasking.ask(case.case, request.user, form.cleaned_data["person"], form.cleaned_data["reason"])
        messages.success(request, _("Asked. An approver of your body decides; you find the decision here."))
        return redirect("cases:unmaskings", case=case.pk)
    return show(request, "cases/unmask.html", AskPage(form), marking=case.case.marking, case=case, section="cases")


@case_door(Act.CASE_SEE)
def unmaskings(request: Asked, case: OpenCase) -> HttpResponse:
    found = list(case.case.unmaskings.select_related("asked_by", "decided_by")[:500])
    page = UnmaskingsPage(
        waiting=[one for one in found if one.approved is None],
        decided=[one for one in found if one.approved is not None],
        deciding=case.may(Act.NAME_APPROVE),
        asking=case.may(Act.NAME_ASK),
    )
    return show(request, "cases/unmaskings.html", page, marking=case.case.marking, case=case, section="cases")


@case_door(Act.NAME_APPROVE)
@require_POST
def decide(request: Asked, case: OpenCase, asked: int) -> HttpResponse:
    found = case.case.unmaskings.filter(pk=asked).first()
    if found is None:
        raise Http404
    unmasking.decide(
        found, request.user, approve="approve" in request.POST, answer=request.POST.get("answer", "")[:2000]
    )
    return redirect("cases:unmaskings", case=case.pk)
