"""What is asked for in a reading session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tearline.desk.reading.models import After

MOST_PRODUCTS: Final = 40
LONGEST: Final = timedelta(hours=24)


class OpenForm(forms.Form):
    place = forms.CharField(label=_("Place"), max_length=200, help_text=_("room, office, or with whom"))
    products = forms.CharField(
        label=_("Product, or the products of the binder"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono-input"}),
        help_text=_("one id or number a line, as on the paper itself"),
    )

    def clean_products(self) -> list[str]:
        found = list(
            dict.fromkeys(line.strip() for line in self.cleaned_data["products"].splitlines() if line.strip())
        )
        if len(found) > MOST_PRODUCTS:
            raise forms.ValidationError(_("At most %(most)s products a session."), params={"most": MOST_PRODUCTS})
        return found


def _time() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class LineForm(forms.Form):
    reader = forms.CharField(
        label=_("Who read"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    products = forms.MultipleChoiceField(label=_("What"), widget=forms.CheckboxSelectMultiple)
    since = forms.DateTimeField(label=pgettext_lazy("a time", "From"), widget=_time())
    until = forms.DateTimeField(label=pgettext_lazy("a time", "To"), widget=_time())
    after = forms.ChoiceField(label=_("Afterwards"), choices=After.choices, widget=forms.RadioSelect)
    sheet = forms.IntegerField(
        label=_("Line of the printed sheet"),
        required=False,
        min_value=1,
        max_value=999,
        help_text=_("if typed from one"),
    )

    def __init__(self, *args: Any, products: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["products"].choices = [(one, one) for one in products]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until:
            if until < since:
                self.add_error("until", _("That is before it began."))
            elif until - since > LONGEST:
                self.add_error("until", _("That is longer than a day: enter it as two readings."))
            elif since > timezone.now() + timedelta(minutes=10):
                self.add_error("since", _("That is still to come: enter readings when they have been."))
        return found


class UndoForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)
