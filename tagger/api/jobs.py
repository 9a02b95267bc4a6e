from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters as filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.job import JobSerializer
from tagger.api.serializers.status import RetriedSerializer
from tagger.jobs import lifecycle
from tagger.jobs import queries as found_jobs
from tagger.libraries.members import Role
from tagger.models import Job

from .accepted import accepted, ask_again
from .base import ApiView
from .conditional import ETAG, IF_NONE_MATCH, tagged
from .documentation import LOCATION, RETRY_AFTER, changes, later, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, nothing
from .lists import ListView
from .problems import Problem

LATER = later(200, 304)


class JobFilter(filters.FilterSet):
    state = filters.MultipleChoiceFilter(choices=Job.State.choices)
    kind = filters.ChoiceFilter(choices=Job.Kind.choices)
    track = filters.UUIDFilter(field_name="track_id")

    class Meta:
        model = Job
        fields: ClassVar[list[str]] = []


class JobList(ListView):
    of_library = True
    serializer_class = JobSerializer
    queryset = Job.objects.none()
    filterset_class = JobFilter

    def get_queryset(self) -> QuerySet[Job]:
        return found_jobs.all_jobs_in(self.library, self.person)

    @extend_schema(
        summary="List my jobs",
        description="Newest first, in pages: follow `next` until it is null.",
        responses=problems({200: JobSerializer(many=True)}, "invalid"),
    )
    def get(self, request: Request) -> Response:
        return self.listed()


class JobView(ApiView):
    def named(self, job_id: UUID, role: Role = Role.LISTENER) -> Job:
        job = get_object_or_404(found_jobs.jobs_of(self.person), pk=job_id)
        found_jobs.need_for_job(self.person, job, role)
        return job


class JobDetail(JobView):
    @extend_schema(
        summary="Show a job",
        description=(
            "Ask again after the seconds of Retry-After, until its state is succeeded, failed or "
            "cancelled and the header is gone."
        ),
        parameters=[IF_NONE_MATCH, ETAG, LATER],
        responses=problems({200: JobSerializer, 304: None}, "not-found", "precondition-failed"),
    )
    def get(self, request: Request, job_id: UUID) -> Response:
        job = self.named(job_id)
        return tagged(request, JobSerializer(job).data, ask_again(job))


class JobCancel(JobView):
    @extend_schema(
        summary="Cancel a job",
        description="202 while its worker is asked to stop, 200 when it has ended.",
        request=None,
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes({200: JobSerializer, 202: JobSerializer}, *KEY_PROBLEMS, "not-found"),
    )
    @idempotent(nothing)
    def post(self, request: Request, job_id: UUID) -> Response:
        job = lifecycle.cancel(self.named(job_id, Role.EDITOR))
        body: Any = JobSerializer(job).data
        return accepted(request, job, body) if job.is_open else Response(body)


class JobRetry(JobView):
    @extend_schema(
        summary="Try a failed or cancelled job again",
        description="Answers with a new job.",
        request=None,
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes({202: JobSerializer}, *KEY_PROBLEMS, "not-found", "job-state"),
    )
    @idempotent(nothing)
    def post(self, request: Request, job_id: UUID) -> Response:
        try:
            job = lifecycle.retry(self.named(job_id, Role.EDITOR), trigger=Job.Trigger.API)
        except lifecycle.JobStateError as error:
            raise Problem("job-state", str(error)) from error
        return accepted(request, job, JobSerializer(job).data)


class FailedRetry(ApiView):
    of_library = True

    @extend_schema(
        operation_id="jobs_retry_all",
        summary="Try all my failed jobs again",
        description="All on tracks that were not tried again since.",
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({202: RetriedSerializer}, *KEY_PROBLEMS),
    )
    @idempotent(nothing)
    def post(self, request: Request) -> Response:
        self.need(Role.EDITOR)
        failed = found_jobs.retriable(found_jobs.jobs_in(self.library, self.person))
        retried = lifecycle.retry_all(failed, trigger=Job.Trigger.API)
        return Response(RetriedSerializer({"retried": retried}).data, status=202)
