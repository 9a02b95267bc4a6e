"""A person's own jobs: what runs, what failed and why, and how to go on."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tagger.jobs import lifecycle
from tagger.jobs.queries import jobs_in, jobs_of, need_for_job, retriable
from tagger.libraries.members import Role, RoleError
from tagger.library.bulk import undoable
from tagger.models import Job
from tagger.web.access import PageRequest, allowed_to, signed_in
from tagger.web.bulk_summary import outcome, title

PAGE_SIZE = 50


@require_safe
@signed_in
def jobs_page(request: PageRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    own = jobs_in(request.library, request.user)
    narrowed = own.filter(state=state) if state in Job.State else own
    page = Paginator(narrowed, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "state": state,
        "states": Job.State.choices,
        "rows": [(job, title(job)) for job in page],
        "failed": retriable(own).count(),
        "poll": any(job.is_open for job in page),
    }
    return render(request, "tagger/status/jobs.html", context)


@require_safe
@signed_in
def job_page(request: PageRequest, job_id: UUID) -> HttpResponse:
    job = _own(request, job_id)
    if job.kind == Job.Kind.TRAIN:
        return redirect("web:training", training_id=job.training.pk)
    if job.kind != Job.Kind.BULK:
        return (
            redirect("web:track", track_id=job.track_id) if job.track_id else redirect("web:jobs")
        )
    context = {
        "job": job,
        "title": title(job),
        "said": outcome(job),
        "undoable": undoable(job) and job.owner_id == request.user.pk,
        "mine": _may_change(request, job),
        "poll": job.is_open,
    }
    return render(request, "tagger/status/job.html", context)


@require_POST
@signed_in
def cancel_job(request: PageRequest, job_id: UUID) -> HttpResponse:
    lifecycle.cancel(_own(request, job_id, Role.EDITOR))
    return redirect("web:job", job_id=job_id)


@require_POST
@signed_in
def retry_own_job(request: PageRequest, job_id: UUID) -> HttpResponse:
    try:
        lifecycle.retry(_own(request, job_id, Role.EDITOR), trigger=Job.Trigger.WEB)
    except lifecycle.JobStateError as error:
        messages.error(request, str(error))
    return redirect("web:jobs")


@require_POST
@signed_in
@allowed_to(Role.EDITOR)
def retry_failed_jobs(request: PageRequest) -> HttpResponse:
    retried = lifecycle.retry_all(
        retriable(jobs_in(request.library, request.user)), trigger=Job.Trigger.WEB
    )
    said = ngettext("%d job is queued again.", "%d jobs are queued again.", retried)
    messages.success(request, said % retried if retried else _("There was nothing to retry."))
    return redirect("web:jobs")


def _may_change(request: PageRequest, job: Job) -> bool:
    try:
        need_for_job(request.user, job, Role.EDITOR)
    except RoleError:
        return False
    return True


def _own(request: PageRequest, job_id: UUID, role: Role = Role.LISTENER) -> Job:
    job = get_object_or_404(jobs_of(request.user), pk=job_id)
    need_for_job(request.user, job, role)
    return job
