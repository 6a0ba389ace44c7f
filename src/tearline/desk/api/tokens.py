"""One's own access tokens: made for one purpose, shown once, ended at any time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tearline.desk.accounts.models import Role, User, What
from tearline.desk.accounts.recording import write
from tearline.desk.acts import Act
from tearline.desk.api.bearer import fresh
from tearline.desk.api.models import Token
from tearline.desk.cases.models import Case
from tearline.desk.doors import Asked, door
from tearline.desk.pages import show
from tearline.desk.walls import IN_CASE, WITHOUT_CASE, visible_cases

LONGEST: Final = 90
"""Days after which a token ends at the latest."""
OFFERED: Final = {
    Act.DESK_USE: gettext_lazy("list cases"),
    Act.CASE_SEE: gettext_lazy("see the purpose and scope of a case"),
    Act.EVIDENCE_SEE: gettext_lazy("see products, public items and matches"),
    Act.PEOPLE_SEE: gettext_lazy("see pathways, handling and leads, under pseudonyms"),
}
"""What the interface answers; it changes nothing, so that no token can."""


def offered(user: User) -> list[tuple[str, Any]]:
    """What of it this user may do."""
    role = Role(user.role)
    may = WITHOUT_CASE[role] | IN_CASE.get(role, frozenset())
    return [(act.value, words) for act, words in OFFERED.items() if act in may]


class TokenForm(forms.Form):
    label = forms.CharField(label=gettext_lazy("What it is for"), max_length=100)
    acts = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"), widget=forms.CheckboxSelectMultiple, choices=()
    )
    case: forms.ModelChoiceField[Case] = forms.ModelChoiceField(
        label=gettext_lazy("Case"),
        queryset=Case.objects.none(),
        required=False,
        empty_label=gettext_lazy("every case that I may see"),
    )
    days = forms.IntegerField(label=gettext_lazy("Days until it ends"), min_value=1, max_value=LONGEST, initial=30)

    def __init__(self, user: User, *args: Any) -> None:
        super().__init__(*args)
        acts, case = self.fields["acts"], self.fields["case"]
        assert isinstance(acts, forms.MultipleChoiceField) and isinstance(case, forms.ModelChoiceField)
        acts.choices = offered(user)
        case.queryset = visible_cases(user)


@dataclass(frozen=True, slots=True)
class TokensPage:
    tokens: list[Token]
    form: TokenForm
    made: str
    words: dict[str, Any]


@door(Act.DESK_USE)
def tokens(request: Asked) -> HttpResponse:
    """The list, and making and ending one."""
    ending = request.POST.get("end")
    if request.method == "POST" and ending:
        _end(request, ending)
        messages.success(request, _("The token was ended. Programs that use it are refused from now on."))
        return redirect("own_tokens")
    form = TokenForm(request.user, request.POST or None)
    made = ""
    if request.method == "POST" and form.is_valid():
        made = _make(request, form.cleaned_data)
        form = TokenForm(request.user)
    mine = list(Token.objects.filter(user=request.user).select_related("case"))
    seen = set(visible_cases(request.user).values_list("pk", flat=True))
    for token in mine:
        if token.case_id is not None and token.case_id not in seen:
            token.case = None  # its owner may no longer know of the case
    page = TokensPage(mine, form, made, {act.value: words for act, words in OFFERED.items()})
    return show(request, "api/tokens.html", page)


@transaction.atomic
def _make(request: Asked, told: dict[str, Any]) -> str:
    token, digest = fresh()
    Token.objects.create(
        user=request.user,
        label=told["label"],
        digest=digest,
        acts=told["acts"],
        case=told["case"],
        until=timezone.now() + timedelta(days=told["days"]),
    )
    write(What.TOKEN_MADE, request.user, request, reason=told["label"], acts=told["acts"])
    return token


@transaction.atomic
def _end(request: Asked, which: str) -> None:
    try:
        key = UUID(which)
    except ValueError:
        raise Http404 from None
    token = Token.objects.filter(pk=key, user=request.user, ended_at=None).first()
    if token is None:
        raise Http404
    token.ended_at = timezone.now()
    token.save(update_fields=["ended_at"])
    write(What.TOKEN_ENDED, request.user, request, reason=token.label)
