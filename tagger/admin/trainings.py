from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tagger.jobs import lifecycle
from tagger.models import Job, Training, TrainingEpoch
from tagger.training.manage import TrainingRuns, start_training
from tagger.training.options import TrainingRefused, default_choices
from tagger.web.training_form import TrainingForm

from .read_only import ReadOnlyAdmin


class EpochInline(admin.TabularInline):
    model = TrainingEpoch
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Training)
class TrainingAdmin(ReadOnlyAdmin):
    """Adding one starts it: it asks first, with a form, for what and from which data."""

    list_display = ("name", "state", "base", "folder", "verdicts", "model", "created_at")
    list_filter = ("job__state", "preset", "verdicts", "created_at")
    list_select_related = ("job", "base", "model")
    search_fields = ("id", "name", "log")
    date_hierarchy = "created_at"
    inlines = (EpochInline,)
    actions = ("cancel",)

    @admin.display(description=gettext_lazy("state"), ordering="job__state")
    def state(self, training: Training) -> str:
        return training.job.get_state_display()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    @admin.action(description=gettext_lazy("Cancel"), permissions=["act"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Training]) -> None:
        going_on = queryset.filter(job__state__in=Job.OPEN_STATES).select_related("job")
        count = len([lifecycle.cancel(training.job) for training in going_on])
        said = ngettext("%d training is told to stop.", "%d trainings are told to stop.", count)
        self.message_user(request, said % count, messages.SUCCESS)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            form = TrainingForm.of(default_choices())
            form.initial["base"] = request.GET.get("base", form.initial["base"])
            return self._ask(request, form)
        form = TrainingForm(request.POST)
        return self._start(request, form) if form.is_valid() else self._ask(request, form)

    def _start(self, request: HttpRequest, form: TrainingForm) -> HttpResponse:
        by = request.user if request.user.is_authenticated else None
        try:
            training = start_training(form.chosen(), by=by, trigger=Job.Trigger.ADMIN)
        except TrainingRuns as refusal:
            training = refusal.training
            self.message_user(request, str(refusal), messages.WARNING)
        except TrainingRefused as refusal:
            form.add_error(None, str(refusal))
            return self._ask(request, form)
        return redirect("admin:tagger_training_change", training.pk)

    def _ask(self, request: HttpRequest, form: TrainingForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Start a training?"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/tagger/training/start.html", context)
