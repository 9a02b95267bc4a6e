from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tagger.models import User, Webhook
from tagger.platform.net.ssrf_guard import LONGEST


class WebhookForm(forms.Form):
    url = forms.CharField(
        max_length=LONGEST,
        label=_("Address"),
        widget=forms.URLInput(attrs={"placeholder": "https://example.org/tonemark"}),
        help_text=_("It receives a POST for each event, signed with the webhook's secret."),
    )
    events = forms.MultipleChoiceField(
        label=_("Events"), choices=Webhook.Event.choices, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            event for event in Webhook.Event if person.is_staff or event not in Webhook.STAFF_EVENTS
        ]
        self.fields["events"].choices = [  # type: ignore[attr-defined]
            (event.value, event.label) for event in offered
        ]
