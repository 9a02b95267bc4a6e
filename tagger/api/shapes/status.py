from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tagger.models import Job, Worker

from .examples import RETRIED, STATUS, example
from .job import JobShape


class QueueShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    queued = serializers.IntegerField()
    running = serializers.IntegerField()
    oldest = serializers.DateTimeField(
        allow_null=True, help_text="When the job was made that has waited longest."
    )


class WorkerShape(serializers.ModelSerializer[Worker]):
    queues = serializers.ListField(
        child=serializers.CharField(), source="serving", help_text="Empty: it has fallen silent."
    )
    device = serializers.CharField(help_text="Where it hears; empty before its first track.")

    class Meta:
        model = Worker
        fields = ["name", "queues", "device", "device_reason", "seen_at"]
        read_only_fields = fields


class DiskShape(serializers.Serializer[Any]):
    """Bytes, where uploads are taken in."""

    free = serializers.IntegerField(source="disk_free")
    total = serializers.IntegerField(source="disk_total")


class FailedJobShape(JobShape):
    owner = serializers.SlugRelatedField[Any]("username", read_only=True, allow_null=True)

    class Meta(JobShape.Meta):
        model = Job
        fields = [*JobShape.Meta.fields, "owner"]
        read_only_fields = fields


@extend_schema_serializer(examples=example("status", STATUS))
class StatusShape(serializers.Serializer[Any]):
    """What the status page shows."""

    queues = QueueShape(many=True)
    workers = WorkerShape(many=True)
    broker_reachable = serializers.BooleanField()
    model = serializers.CharField(
        source="model.name", allow_null=True, read_only=True, help_text="The active one."
    )
    disk = DiskShape(source="*")
    decoders_fenced = serializers.BooleanField(
        help_text="Uploaded files are read behind limits that the system enforces."
    )
    failed = FailedJobShape(many=True, help_text="The last fifty that nobody has retried.")
    versions = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_versions(self, status: Any) -> dict[str, str]:
        return dict(self.context["versions"])


@extend_schema_serializer(examples=example("retried", RETRIED))
class RetriedShape(serializers.Serializer[Any]):
    retried = serializers.IntegerField(help_text="How many jobs are queued again.")
