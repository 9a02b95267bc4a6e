"""The machine room, for the people who run it."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.job import JobSerializer
from tagger.api.serializers.status import RetriedSerializer, StatusSerializer
from tagger.jobs import lifecycle
from tagger.jobs.queries import retriable
from tagger.models import Job
from tagger.operations.software_versions import versions
from tagger.operations.status import status

from .documentation import changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, nothing
from .problems import Problem
from .staff import StaffView


class Status(StaffView):
    @extend_schema(
        operation_id="status_retrieve",
        summary="Queues, workers, devices, failures, disk",
        description="For staff. What the status page shows.",
        responses=problems({200: StatusSerializer}, "forbidden"),
    )
    def get(self, request: Request) -> Response:
        return Response(StatusSerializer(status(), context={"versions": versions()}).data)


class FailedRetry(StaffView):
    @extend_schema(
        operation_id="status_jobs_retry_all",
        summary="Try everybody's failed jobs again",
        description="For staff. All on tracks that nobody has tried again since.",
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({202: RetriedSerializer}, *KEY_PROBLEMS),
    )
    @idempotent(nothing)
    def post(self, request: Request) -> Response:
        failed = retriable(Job.objects.filter(track__deleted_at=None))
        retried = lifecycle.retry_all(failed, trigger=Job.Trigger.API)
        return Response(RetriedSerializer({"retried": retried}).data, status=202)


class AnyJobRetry(StaffView):
    @extend_schema(
        operation_id="status_jobs_retry",
        summary="Try anybody's failed job again",
        description="For staff. Answers with a new job, which belongs to the owner of the first.",
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({202: JobSerializer}, *KEY_PROBLEMS, "not-found", "job-state"),
    )
    @idempotent(nothing)
    def post(self, request: Request, job_id: UUID) -> Response:
        failed = get_object_or_404(
            Job.objects.select_related("track", "library", "owner"), pk=job_id
        )
        try:
            job = lifecycle.retry(failed, trigger=Job.Trigger.API)
        except lifecycle.JobStateError as error:
            raise Problem("job-state", str(error)) from error
        return Response(JobSerializer(job).data, status=202)
