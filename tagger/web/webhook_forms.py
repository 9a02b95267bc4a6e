from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tagger.models import Membership, User, Webhook
from tagger.platform.net.ssrf_guard import LONGEST
from tagger.web.forms import LimitChoice, offer


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

    library = LimitChoice(help_text=_("The only one that it is told of."))

    def __init__(
        self, person: User, memberships: Sequence[Membership], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["library"], memberships)
        offered = [
            event for event in Webhook.Event if person.is_staff or event not in Webhook.STAFF_EVENTS
        ]
        self.fields["events"].choices = [  # type: ignore[attr-defined]
            (event.value, event.label) for event in offered
        ]
