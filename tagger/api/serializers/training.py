from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from ml.runtime import DEVICES
from tagger.models import Job, ModelVersion, Training, TrainingEpoch
from tagger.training.options import BLOCKS, LONGEST

from .examples import TRAINING, TRAINING_IN_FULL, TRAINING_WISH, example
from .job import JobErrorSerializer, ProgressSerializer


class EpochSerializer(serializers.ModelSerializer[TrainingEpoch]):
    """`training_loss` on what is learnt from; the other figures on what is held out."""

    class Meta:
        model = TrainingEpoch
        fields: ClassVar[list[str]] = [
            "epoch",
            "training_loss",
            "loss",
            "roc_auc",
            "average_precision",
            "learning_rate",
            "segments_per_second",
            "seconds",
            "best",
        ]
        read_only_fields = fields


@extend_schema_serializer(examples=example("training", TRAINING))
class TrainingSerializer(serializers.ModelSerializer[Training]):
    job = serializers.PrimaryKeyRelatedField[Any](read_only=True)
    state = serializers.ChoiceField(Job.State.choices, source="job.state", read_only=True)
    progress = ProgressSerializer(source="job", read_only=True)
    attempts = serializers.IntegerField(source="job.attempts", read_only=True)
    error = serializers.SerializerMethodField()
    base = serializers.SlugRelatedField[Any]("name", read_only=True, allow_null=True)
    model = serializers.SlugRelatedField[Any]("name", read_only=True, allow_null=True)
    expected_end = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Training
        fields: ClassVar[list[str]] = [
            "id",
            "name",
            "job",
            "state",
            "progress",
            "attempts",
            "error",
            "base",
            "from_scratch",
            "folder",
            "verdicts",
            "preset",
            "block",
            "epochs",
            "seed",
            "device",
            "device_reason",
            "expected_end",
            "model",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, training: Training) -> dict[str, Any] | None:
        job = training.job
        return dict(JobErrorSerializer(job).data) if job.error_code else None


@extend_schema_serializer(examples=example("training", TRAINING_IN_FULL))
class TrainingDetailSerializer(TrainingSerializer):
    epochs_done = EpochSerializer(many=True, read_only=True)
    labels = serializers.ListField(child=serializers.CharField(), read_only=True)
    data = serializers.DictField(read_only=True)  # type: ignore[assignment]
    recipe = serializers.DictField(read_only=True)
    log = serializers.CharField(read_only=True)

    class Meta(TrainingSerializer.Meta):
        fields: ClassVar[list[str]] = [
            *TrainingSerializer.Meta.fields,
            "labels",
            "data",
            "recipe",
            "epochs_done",
            "log",
        ]
        read_only_fields = fields


@extend_schema_serializer(examples=example("wish", TRAINING_WISH, request=True))
class TrainingWishSerializer(serializers.Serializer[Any]):
    """What is left out is chosen as on the page: the active model learns from all there is."""

    base = serializers.SlugRelatedField[Any](
        "name",
        queryset=ModelVersion.objects.all(),
        allow_null=True,
        required=False,
        help_text="The model to start from; null: from scratch.",
    )
    folder = serializers.CharField(allow_blank=True, required=False, max_length=255)
    verdicts = serializers.BooleanField(required=False)
    name = serializers.CharField(allow_blank=True, required=False, max_length=90)
    preset = serializers.CharField(allow_blank=True, required=False, max_length=50)
    block = serializers.ChoiceField(list(BLOCKS), allow_blank=True, required=False)
    epochs = serializers.IntegerField(
        allow_null=True, required=False, min_value=1, max_value=LONGEST
    )
    device = serializers.ChoiceField(list(DEVICES), required=False)
    seed = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
