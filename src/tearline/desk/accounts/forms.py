"""Forms of one's own account."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm
from django import forms
from django.utils.translation import gettext as _


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """A password of one's own: not the one that was handed over."""

    def clean(self) -> Any:
        cleaned = super().clean()
        new = self.cleaned_data.get("password1")
        if new and new == self.cleaned_data.get("oldpassword"):
            raise forms.ValidationError({"password1": _("Choose another password than the one you have now.")})
        return cleaned
