"""Analysing many tracks again, for staff."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tagger.analysis.reanalysis import NothingToAnalyseError, cancel_reanalysis, reanalyse_stale
from tagger.models import Job, Reanalysis
from tagger.web.access import PageRequest, staff_only


@require_POST
@staff_only
def start(request: PageRequest) -> HttpResponse:
    try:
        reanalyse_stale(by=request.user, trigger=Job.Trigger.WEB)
    except NothingToAnalyseError as error:
        messages.success(request, str(error))
    return redirect("web:models")


@require_POST
@staff_only
def cancel(request: PageRequest, job_id: UUID) -> HttpResponse:
    run = get_object_or_404(Reanalysis.objects.select_related("job"), pk=job_id)
    cancel_reanalysis(run)
    messages.success(request, _("Stopped. What has been heard stays."))
    return redirect("web:models")
