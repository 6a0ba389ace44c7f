"""What is asked for about a request and its answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tearline.desk.requests.models import LANGUAGES, AnswerKind, Request


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RequestForm(forms.ModelForm[Request]):
    organisation = forms.ChoiceField(label=_("Addressee"))

    class Meta:
        model = Request
        fields = ("kind", "organisation", "language", "authority", "items", "reason", "due", "expires", "marking")
        widgets = {
            "authority": forms.Textarea(attrs={"rows": 2}),
            "items": forms.Textarea(attrs={"rows": 8}),
            "reason": forms.Textarea(attrs={"rows": 3}),
            "due": _day(),
            "expires": _day(),
        }

    def __init__(self, *args: Any, organisations: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._names = organisations
        self.fields["organisation"].choices = list(organisations.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        if "organisation" in self.cleaned_data:
            self.cleaned_data["addressee"] = self._names[self.cleaned_data["organisation"]]
        for name in ("authority", "items", "reason"):
            if len(self.cleaned_data.get(name, "")) > 20_000:
                self.add_error(name, _("This is too long for a letter."))
        return found


class ProposeForm(forms.Form):
    disclosures = forms.MultipleChoiceField(
        label=_("Published items"), widget=forms.CheckboxSelectMultiple, required=True
    )

    def __init__(self, *args: Any, items: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["disclosures"].choices = list(items.items())  # type: ignore[attr-defined]


class ChooseForm(forms.Form):
    """Which proposals become letters, and in which language."""

    language = forms.ChoiceField(label=_("Language of the letters"), choices=LANGUAGES)


class AnswerForm(forms.Form):
    kind = forms.ChoiceField(label=_("Answer"), choices=AnswerKind.choices)
    given_on = forms.DateField(label=_("Date of the answer"), widget=_day())
    reason = forms.CharField(
        label=_("Reason given"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    held_by = forms.ChoiceField(label=_("Body that holds them"), required=False)
    system = forms.CharField(
        label=_("System it is about"), max_length=200, required=False, help_text=_("empty: all of its systems")
    )
    file = forms.FileField(
        label=_("Records that came with it"), required=False, help_text=_("one file; it goes through intake")
    )

    def __init__(self, *args: Any, organisations: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_by"].choices = [("", "–"), *organisations.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        kind = self.cleaned_data.get("kind")
        if kind in {AnswerKind.PARTIAL, AnswerKind.REFUSED, AnswerKind.OVERWRITTEN} and not self.cleaned_data.get(
            "reason"
        ):
            self.add_error("reason", _("Say which reason was given, or that none was."))
        if kind == AnswerKind.HELD_ELSEWHERE and not self.cleaned_data.get("held_by"):
            self.add_error("held_by", _("Name the body that holds them."))
        given = self.cleaned_data.get("given_on")
        if given and given > timezone.now().date():
            self.add_error("given_on", _("That day is still to come."))
        return found
