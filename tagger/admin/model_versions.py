from __future__ import annotations

import json

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tagger.models import ModelVersion

from .read_only import ReadOnlyAdmin


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "created_at", "activated_at")
    list_filter = ("state", "created_at")
    search_fields = ("name", "sha256")
    exclude = ("card", "labels", "thresholds")
    readonly_fields = ("readable_card",)
    actions = ("activate", "train")

    @admin.display(description=gettext_lazy("card"))
    def readable_card(self, version: ModelVersion) -> str:
        return format_html("<pre>{}</pre>", json.dumps(version.card, indent=2, ensure_ascii=False))

    @admin.action(description=gettext_lazy("Make active…"), permissions=["act"])
    def activate(
        self, request: HttpRequest, queryset: QuerySet[ModelVersion]
    ) -> HttpResponse | None:
        """On to the page that asks, with what the gate has to say."""
        versions = list(queryset[:2])
        if len(versions) != 1:
            self.message_user(request, _("Choose one model version."), messages.WARNING)
            return None
        return redirect("web:promote-model", pk=versions[0].pk)

    @admin.action(description=gettext_lazy("Train further…"), permissions=["act"])
    def train(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> HttpResponse | None:
        """Goes to the form, which asks what it is to learn from."""
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, _("Choose one model version."), messages.WARNING)
            return None
        return redirect(f"{reverse('admin:tagger_training_add')}?base={chosen[0].pk}")
