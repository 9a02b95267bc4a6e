from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tagger.jobs import lifecycle
from tagger.models import Job

from .read_only import ReadOnlyAdmin


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "kind",
        "state",
        "track",
        "library",
        "owner",
        "attempts",
        "error_code",
        "created_at",
    )
    list_filter = ("state", "kind", "trigger", "queue", "error_code", "created_at")
    list_select_related = ("track", "library", "owner")
    search_fields = (
        "id",
        "track__title",
        "track__id",
        "library__name",
        "owner__username",
        "error_detail",
    )
    date_hierarchy = "created_at"
    actions = ("cancel", "retry")

    @admin.action(description=_("Cancel"), permissions=["act"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        open_jobs = queryset.filter(state__in=Job.OPEN_STATES)
        count = len([lifecycle.cancel(job) for job in open_jobs])
        said = ngettext("%d job is told to stop.", "%d jobs are told to stop.", count) % count
        self.message_user(request, said, messages.SUCCESS)

    @admin.action(description=_("Try again"), permissions=["act"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        count = 0
        for job in queryset:
            try:
                lifecycle.retry(job, trigger=Job.Trigger.ADMIN)
            except lifecycle.JobStateError as error:
                self.message_user(request, f"{job.pk}: {error}", messages.WARNING)
            else:
                count += 1
        said = ngettext("%d job is queued again.", "%d jobs are queued again.", count) % count
        self.message_user(request, said, messages.SUCCESS if count else messages.WARNING)
