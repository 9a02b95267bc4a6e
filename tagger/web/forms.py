from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tagger.models import ApiToken, Track, User


class TrackMetadataForm(forms.ModelForm):
    class Meta:
        model = Track
        fields: ClassVar = ["title", "artist", "album"]
        labels: ClassVar = {"title": _("Title"), "artist": _("Artist"), "album": _("Album")}

    def _post_clean(self) -> None:
        """Only checks: the words are written by the action, not by the form."""


class TokenForm(forms.Form):
    name = forms.CharField(
        max_length=100, label=_("Name"), help_text=_("What will use it, so that you know it later.")
    )
    scope = forms.ChoiceField(choices=ApiToken.Scope.choices, label=_("Access"))
    days = forms.TypedChoiceField(
        label=_("Expires"),
        coerce=int,
        initial=90,
        choices=[
            (30, _("in 30 days")),
            (90, _("in 90 days")),
            (365, _("in a year")),
            (0, _("never")),
        ],
    )

    def expires_at(self) -> Any:
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None


class RegistrationForm(BaseUserCreationForm):
    class Meta:
        model = User
        fields: ClassVar = ["username"]


class ModelPackageForm(forms.Form):
    package = forms.FileField(
        label=_("Package"), help_text=_("A .zip file that another installation has exported.")
    )
