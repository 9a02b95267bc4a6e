from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tagger.models import ModelVersion

from .examples import example
from .examples_of_analysis import MODEL, MODEL_CARD


@extend_schema_serializer(examples=example("model", MODEL))
class ModelSerializer(serializers.ModelSerializer[ModelVersion]):
    class Meta:
        model = ModelVersion
        fields: ClassVar[list[str]] = ["name", "state", "sha256", "created_at", "activated_at"]
        read_only_fields = fields


class LabelSerializer(serializers.Serializer[Any]):
    tag = serializers.CharField()
    threshold = serializers.FloatField()


@extend_schema_serializer(examples=example("card", MODEL_CARD))
class ModelCardSerializer(ModelSerializer):
    labels = serializers.SerializerMethodField()
    card = serializers.DictField(read_only=True)

    class Meta(ModelSerializer.Meta):
        fields: ClassVar[list[str]] = [*ModelSerializer.Meta.fields, "labels", "card"]
        read_only_fields = fields

    @extend_schema_field(LabelSerializer(many=True))
    def get_labels(self, model: ModelVersion) -> list[dict[str, Any]]:
        pairs = zip(model.labels, model.thresholds, strict=True)
        return [{"tag": label, "threshold": threshold} for label, threshold in pairs]
