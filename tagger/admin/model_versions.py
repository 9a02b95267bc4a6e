from __future__ import annotations

import json
from typing import cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..actions.effective_tags import active_model
from ..actions.model_versions import activate_model
from ..models import Job, ModelVersion, Track, User
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
        """Asks first: every track's tags may change with the model."""
        versions = list(queryset[:2])
        if len(versions) != 1:
            self.message_user(request, _("Choose one model version."), messages.WARNING)
            return None
        if "confirmed" not in request.POST:
            return self._ask(request, versions[0])
        activate_model(versions[0], by=cast(User, request.user), trigger=Job.Trigger.ADMIN)
        said = _("%(model)s is now the active model.") % {"model": versions[0]}
        self.message_user(request, said, messages.SUCCESS)
        return None

    @admin.action(description=gettext_lazy("Train further…"), permissions=["act"])
    def train(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> HttpResponse | None:
        """Goes to the form, which asks what it is to learn from."""
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, _("Choose one model version."), messages.WARNING)
            return None
        return redirect(f"{reverse('admin:tagger_training_add')}?base={chosen[0].pk}")

    def _ask(self, request: HttpRequest, version: ModelVersion) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Make %(model)s the active model?") % {"model": version},
            "opts": self.opts,
            "version": version,
            "active": active_model(),
            "unheard": Track.objects.filter(deleted_at=None)
            .exclude(analyses__model=version)
            .count(),
        }
        return TemplateResponse(request, "admin/tagger/modelversion/activate.html", context)
