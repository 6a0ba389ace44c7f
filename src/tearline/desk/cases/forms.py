"""What is asked for about a case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tearline.desk.accounts.models import Role, User
from tearline.desk.cases.models import Case, ReadIn, Task

LONGEST_TERM: Final = timedelta(days=180)
"""A case runs at most this long before somebody has to say again why."""
LONGEST_TEXT: Final = 200_000


def _day(**more: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **more)


def _moment(**more: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"), **more
    )


def _until(until: Any) -> Any:
    """A day on which a term may end."""
    today = timezone.now().date()
    if not today < until <= today + LONGEST_TERM:
        raise forms.ValidationError(
            _("Choose a day after today and at most %(days)s days ahead."), params={"days": LONGEST_TERM.days}
        )
    return until


class OpenCaseForm(forms.ModelForm[Case]):
    """Purpose, authority and expiry are asked for at once: nothing about people opens before they are set."""

    until = _day(
        label=_("Runs until"), help_text=_("After this day the case can be read only, until it is renewed.")
    )

    class Meta:
        model = Case
        fields = ("title", "purpose", "authority", "marking", "restricted")
        widgets = {"purpose": forms.Textarea(attrs={"rows": 3}), "authority": forms.Textarea(attrs={"rows": 2})}

    def clean_until(self) -> Any:
        return _until(self.cleaned_data["until"])


class EditCaseForm(forms.ModelForm[Case]):
    """What may be changed while the case is a draft or open."""

    purpose = forms.CharField(label=_("Purpose"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    authority = forms.CharField(
        label=_("Authority"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("the law, warrant or mandate"),
    )
    period_from = _moment(
        label=_("Period from"), required=False, help_text=_("Events before it are not looked at.")
    )
    period_to = _moment(label=_("Period to"), required=False)

    class Meta:
        model = Case
        fields = ("title", "purpose", "authority", "marking", "period_from", "period_to", "restricted")

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        start, end = self.cleaned_data.get("period_from"), self.cleaned_data.get("period_to")
        if start and end and end <= start:
            raise forms.ValidationError(_("The period ends before it begins."))
        return found


class NarrativeForm(forms.Form):
    narrative = forms.CharField(
        label=_("Narrative"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 22, "class": "serif"}),
    )


class RenewForm(forms.Form):
    until = _day(label=_("Runs until"))
    authority = forms.CharField(
        label=_("Authority"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("on what ground the case goes on"),
    )

    def clean_until(self) -> Any:
        return _until(self.cleaned_data["until"])


class ReasonForm(forms.Form):
    """Whatever is done on somebody's word, with a reason."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class ReadInForm(forms.ModelForm[ReadIn]):
    told_at = _moment(label=_("Told at"))

    class Meta:
        model = ReadIn
        fields = ("who", "office", "told_at", "told_by")

    def clean_told_at(self) -> Any:
        told = self.cleaned_data["told_at"]
        if told > timezone.now() + timedelta(minutes=5):
            raise forms.ValidationError(_("That is still to come: enter people when they have been told."))
        return told


class TaskForm(forms.ModelForm[Task]):
    due = _day(label=_("Until"), required=False)

    class Meta:
        model = Task
        fields = ("what", "assignee", "due")

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = colleagues  # type: ignore[attr-defined]


class PaperForm(forms.Form):
    """One of the case's own papers, to be registered like any other product."""

    title = forms.CharField(label=_("Title"), max_length=200)
    number = forms.CharField(label=_("Number"), max_length=100)
    originator = forms.ChoiceField(
        label=_("Originator"), help_text=_("the organisation in the register that your body is")
    )
    marking = forms.CharField(label=_("Marking"), max_length=200)
    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("An empty line begins a new portion."),
    )

    def __init__(self, *args: Any, organisations: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["originator"].choices = list(organisations.items())  # type: ignore[attr-defined]


class PinForm(forms.Form):
    event = forms.CharField(
        label=_("Event"), max_length=200, help_text=_("its id, as the pages of evidence show it")
    )


class MemberForm(forms.Form):
    user = forms.ModelChoiceField(User.objects.none(), label=_("Colleague"))

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = colleagues  # type: ignore[attr-defined]


class KeepOutForm(MemberForm):
    ground = forms.CharField(label=_("Ground"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class HandOverForm(forms.Form):
    """To whom: by user name, because whoever gives a case away does not see other bodies' accounts."""

    to = forms.CharField(
        label=_("To"), max_length=60, help_text=_("the user name of an investigator, of your own or another body")
    )
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    keep_sight = forms.BooleanField(
        label=_("I keep sight of it"),
        required=False,
        help_text=_("Within your own body. Another body's case is never in your sight."),
    )

    def clean_to(self) -> User:
        found = User.objects.filter(
            username=self.cleaned_data["to"], is_active=True, role=Role.INVESTIGATOR
        ).select_related("body")
        user = found.first()
        if user is None:
            raise forms.ValidationError(_("There is no investigator of that user name."))
        return user
