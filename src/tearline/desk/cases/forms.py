"""Opening a case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tearline.desk.cases.models import Case

LONGEST_TERM: Final = timedelta(days=180)
"""A case runs at most this long before somebody has to say again why."""


class OpenCaseForm(forms.ModelForm[Case]):
    """Purpose, authority and expiry are asked for at once: nothing about people opens before they are set."""

    until = forms.DateField(
        label=_("Runs until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("After this day the case can be read only, until it is renewed."),
    )

    class Meta:
        model = Case
        fields = ("title", "purpose", "authority", "restricted")
        widgets = {"purpose": forms.Textarea(attrs={"rows": 3}), "authority": forms.Textarea(attrs={"rows": 2})}

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        today = timezone.now().date()
        if not today < until <= today + LONGEST_TERM:
            raise forms.ValidationError(
                _("Choose a day after today and at most %(days)s days ahead."),
                params={"days": LONGEST_TERM.days},
            )
        return until
