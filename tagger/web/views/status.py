from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tagger.jobs import lifecycle
from tagger.jobs.queries import retriable
from tagger.models import Job
from tagger.operations.software_versions import versions
from tagger.operations.status import status
from tagger.web.access import PageRequest, staff_only


@require_safe
@staff_only
def status_page(request: PageRequest) -> HttpResponse:
    failed = retriable(Job.objects.filter(track__deleted_at=None)).count()
    now = status()
    context = {
        "status": now,
        "waiting": sum(queue.queued for queue in now.queues),
        "running": sum(queue.running for queue in now.queues),
        "working": sum(1 for worker in now.workers if worker.serving),
        "retriable": failed,
        "versions": versions(),
    }
    return render(request, "tagger/status/status.html", context)


@require_POST
@staff_only
def retry_all_jobs(request: PageRequest) -> HttpResponse:
    failed = retriable(Job.objects.filter(track__deleted_at=None))
    retried = lifecycle.retry_all(failed, trigger=Job.Trigger.ADMIN)
    said = ngettext("%d job is queued again.", "%d jobs are queued again.", retried)
    messages.success(request, said % retried)
    return redirect("web:status")


@require_POST
@staff_only
def retry_job(request: PageRequest, job_id: UUID) -> HttpResponse:
    job = get_object_or_404(Job.objects.select_related("track", "library", "owner"), pk=job_id)
    try:
        lifecycle.retry(job, trigger=Job.Trigger.ADMIN)
    except lifecycle.JobStateError as error:
        messages.error(request, str(error))
    return redirect("web:status")
