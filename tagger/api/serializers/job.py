from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tagger.models import Job

from .bulk import BulkResultSerializer
from .examples import JOB, example


class ProgressSerializer(serializers.Serializer[Any]):
    stage = serializers.CharField()
    done = serializers.FloatField()
    total = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()


class JobErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(source="error_code")
    detail = serializers.CharField(source="error_detail")


@extend_schema_serializer(examples=example("job", JOB))
class JobSerializer(serializers.ModelSerializer[Job]):
    track = serializers.PrimaryKeyRelatedField[Any](read_only=True, allow_null=True)
    progress = ProgressSerializer(source="*", read_only=True)
    error = serializers.SerializerMethodField()
    result = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields: ClassVar[list[str]] = [
            "id",
            "kind",
            "trigger",
            "state",
            "track",
            "progress",
            "attempts",
            "cancel_requested",
            "error",
            "result",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, job: Job) -> dict[str, Any] | None:
        return dict(JobErrorSerializer(job).data) if job.error_code else None

    @extend_schema_field(BulkResultSerializer(allow_null=True))
    def get_result(self, job: Job) -> dict[str, Any] | None:
        """Of bulk jobs; what other jobs make is found where it belongs."""
        has_one = job.kind == Job.Kind.BULK and job.result
        return dict(BulkResultSerializer(job.result).data) if has_one else None
