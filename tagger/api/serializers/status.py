from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tagger.models import Job, Worker

from .examples import RETRIED, STATUS, example
from .job import JobSerializer


class QueueSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    queued = serializers.IntegerField()
    running = serializers.IntegerField()
    oldest = serializers.DateTimeField(
        allow_null=True, help_text="When the job was made that has waited longest."
    )


class WorkerSerializer(serializers.ModelSerializer[Worker]):
    queues = serializers.ListField(
        child=serializers.CharField(), source="serving", help_text="Empty: it has fallen silent."
    )
    device = serializers.CharField(help_text="Where it hears; empty before its first track.")

    class Meta:
        model = Worker
        fields = ["name", "queues", "device", "device_reason", "seen_at"]
        read_only_fields = fields


class DiskSerializer(serializers.Serializer[Any]):
    """Bytes, where uploads are taken in."""

    free = serializers.IntegerField(source="disk_free")
    total = serializers.IntegerField(source="disk_total")


class KeptSerializer(serializers.Serializer[Any]):
    """What the network has made of each segment, kept so that the next model need not hear it."""

    tracks = serializers.IntegerField(source="kept.tracks")
    size = serializers.IntegerField(source="kept.size", help_text="bytes")
    missing = serializers.IntegerField(
        source="unkept", help_text="Tracks that are heard again for it, while nothing else waits."
    )


class FailedJobSerializer(JobSerializer):
    owner = serializers.SlugRelatedField[Any]("username", read_only=True, allow_null=True)

    class Meta(JobSerializer.Meta):
        model = Job
        fields = [*JobSerializer.Meta.fields, "owner"]
        read_only_fields = fields


@extend_schema_serializer(examples=example("status", STATUS))
class StatusSerializer(serializers.Serializer[Any]):
    """What the status page shows."""

    queues = QueueSerializer(many=True)
    workers = WorkerSerializer(many=True)
    broker_reachable = serializers.BooleanField()
    model = serializers.CharField(
        source="model.name", allow_null=True, read_only=True, help_text="The active one."
    )
    disk = DiskSerializer(source="*")
    kept_activations = KeptSerializer(source="*")
    decoders_fenced = serializers.BooleanField(
        help_text="Uploaded files are read behind limits that the system enforces."
    )
    failed = FailedJobSerializer(many=True, help_text="The last fifty that nobody has retried.")
    versions = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_versions(self, status: Any) -> dict[str, str]:
        return dict(self.context["versions"])


@extend_schema_serializer(examples=example("retried", RETRIED))
class RetriedSerializer(serializers.Serializer[Any]):
    retried = serializers.IntegerField(help_text="How many jobs are queued again.")
