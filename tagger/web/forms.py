from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tagger.models import ApiToken, Membership, Track, User


class TrackMetadataForm(forms.ModelForm):
    class Meta:
        model = Track
        fields: ClassVar = ["title", "artist", "album"]
        labels: ClassVar = {"title": _("Title"), "artist": _("Artist"), "album": _("Album")}

    def _post_clean(self) -> None:
        """Only checks: the words are written by the action, not by the form."""


class LimitChoice(forms.TypedChoiceField):
    """One of the libraries that somebody is in, as its row, or None: all of them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Library"), required=False, empty_value=None, **kwargs)


def offer(field: forms.Field, memberships: Sequence[Membership]) -> None:
    limit = cast(LimitChoice, field)
    by_id = {str(one.library_id): one.library for one in memberships}
    limit.choices = [("", _("all of mine")), *((pk, one.name) for pk, one in by_id.items())]
    limit.coerce = by_id.__getitem__


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

    library = LimitChoice(help_text=_("The only one in which it may act."))

    def __init__(self, memberships: Sequence[Membership], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["library"], memberships)

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
