"""The screens of whoever keeps the accounts. Nothing here leads to a case or to the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tearline.desk.accounts import keeping
from tearline.desk.accounts.models import AccountEvent, Body, Role, User
from tearline.desk.acts import Act
from tearline.desk.doors import Asked, door
from tearline.desk.pages import show

A_PAGE: Final = 100
FIELDS: Final = ("name", "body", "role", "person", "organisation", "certificate")


class AccountForm(forms.ModelForm[User]):
    """What an administrator says of an account. A liaison records for one organisation: it must be named."""

    class Meta:
        model = User
        fields: tuple[str, ...] = FIELDS
        help_texts = {
            "person": gettext_lazy(
                "The id of their record in the ledger. Whoever held a case's product is kept out of it by this."
            ),
            "organisation": gettext_lazy(
                "Of a liaison: whose readings they record. Of a registrar: whose products are in their charge."
            ),
            "certificate": gettext_lazy("As the proxy says it, where certificates are in use."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("role") == Role.LIAISON and not cleaned.get("organisation"):
            self.add_error("organisation", _("A liaison records the readings of one organisation: name it."))
        return cleaned


class NewAccountForm(AccountForm):
    class Meta(AccountForm.Meta):
        fields: tuple[str, ...] = ("username", *FIELDS)


class BodyForm(forms.ModelForm[Body]):
    class Meta:
        model = Body
        fields = ("name", "kind")


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=500)


@dataclass(frozen=True, slots=True)
class ListPage:
    accounts: Sequence[User]
    bodies: Sequence[Body]
    administrators: int


@door(Act.ACCOUNTS_KEEP)
def accounts(request: Asked) -> HttpResponse:
    found = list(User.objects.select_related("body").annotate(factors=Count("authenticator")))
    left = sum(one.is_active and one.role == Role.ADMINISTRATOR for one in found)
    bodies = list(Body.objects.annotate(people=Count("users", filter=Q(users__is_active=True))).order_by("name"))
    return show(request, "accounts/list.html", ListPage(found, bodies, left), section="accounts")


@dataclass(frozen=True, slots=True)
class FormPage:
    title: str
    form: forms.Form | forms.ModelForm[Any]
    button: str


@dataclass(frozen=True, slots=True)
class OncePage:
    account: User
    password: str


@door(Act.ACCOUNTS_KEEP)
def new(request: Asked) -> HttpResponse:
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.save(commit=False)
        password = keeping.make(user, request.user, request)
        return show(request, "accounts/once.html", OncePage(user, password), section="accounts")
    page = FormPage(_("Make an account"), form, _("Make the account"))
    return show(request, "accounts/form.html", page, section="accounts")


@dataclass(frozen=True, slots=True)
class AccountPage:
    account: User
    form: AccountForm
    events: list[AccountEvent]
    factors: list[str]


@door(Act.ACCOUNTS_KEEP)
def account(request: Asked, account: int) -> HttpResponse:
    user = get_object_or_404(User.objects.select_related("body"), pk=account)
    before = {name: str(getattr(user, name)) for name in FIELDS}
    form = AccountForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        keeping.change(form.save(commit=False), before, request.user, request)
        messages.success(request, _("The account was changed."))
        return redirect("account", account=user.pk)
    page = AccountPage(
        account=User.objects.select_related("body").get(pk=account),
        form=form,
        events=list(user.events.select_related("by")[:50]),
        factors=[str(one.get_type_display()) for one in Authenticator.objects.filter(user=user)],
    )
    return show(request, "accounts/account.html", page, section="accounts")


@door(Act.ACCOUNTS_KEEP)
def act(request: Asked, account: int, act: str) -> HttpResponse:
    """Stop or resume an account, or give it a new one-time password or room for a new second factor. Each wants a
    reason, which is kept."""
    user = get_object_or_404(User, pk=account)
    if act not in ("stop", "resume", "password", "factors"):
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        if request.method == "POST":
            messages.warning(request, _("Nothing was done: give a reason."))
        return redirect("account", account=user.pk)
    reason = form.cleaned_data["reason"]
    if act == "password":
        password = keeping.reset_password(user, request.user, request, reason)
        return show(request, "accounts/once.html", OncePage(user, password), section="accounts")
    if act == "stop":
        keeping.stop(user, request.user, request, reason)
        messages.success(request, _("The account was stopped."))
    elif act == "resume":
        keeping.resume(user, request.user, request, reason)
        messages.success(request, _("The account can be used again."))
    else:
        keeping.reset_factors(user, request.user, request, reason)
        messages.success(request, _("The next sign-in asks for a new second factor."))
    return redirect("account", account=user.pk)


@door(Act.ACCOUNTS_KEEP)
def new_body(request: Asked) -> HttpResponse:
    form = BodyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("accounts")
    page = FormPage(_("Add a body"), form, _("Add the body"))
    return show(request, "accounts/form.html", page, section="accounts")


@dataclass(frozen=True, slots=True)
class RecordPage:
    page: Page[AccountEvent]


@door(Act.ACCOUNTS_KEEP)
def record(request: Asked) -> HttpResponse:
    """What happened to accounts, latest first."""
    events = Paginator(AccountEvent.objects.select_related("user", "by"), A_PAGE)
    page = RecordPage(events.get_page(request.GET.get("page")))
    return show(request, "accounts/record.html", page, section="accounts")
