from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from .examples import example
from .examples_of_analysis import SIMILAR
from .track import TrackSerializer


class MomentSerializer(serializers.Serializer[Any]):
    """Seconds from the beginning: of the track found, and of the track it is like."""

    start = serializers.FloatField()
    end = serializers.FloatField()
    like = serializers.UUIDField()
    like_start = serializers.FloatField()


class LikenessSerializer(serializers.Serializer[Any]):
    likeness = serializers.FloatField(
        source="value", help_text="Cosine of the angle between the embeddings; 1 is the same sound."
    )
    moment = MomentSerializer(
        allow_null=True, help_text="The ten seconds of both whose tags match best."
    )
    track = TrackSerializer()


@extend_schema_serializer(examples=example("similar", SIMILAR))
class SimilarSerializer(serializers.Serializer[Any]):
    """The tracks nearest to one, nearest first, and the model that says so."""

    model = serializers.CharField(source="model.name")
    results = LikenessSerializer(source="nearest", many=True)
