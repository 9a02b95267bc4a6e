from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from .examples import example
from .examples_of_analysis import PEAKS, PREDICTIONS


class ScoreSerializer(serializers.Serializer[Any]):
    tag = serializers.CharField(help_text="The model's own label.")
    score = serializers.FloatField(
        help_text="Mean over all segments in which anything sounds, 0 to 1."
    )
    threshold = serializers.FloatField(help_text="From here on it counts as a tag.")


class SegmentSerializer(serializers.Serializer[Any]):
    start = serializers.FloatField(help_text="seconds")
    end = serializers.FloatField(help_text="seconds")
    silent = serializers.BooleanField(
        help_text="Nothing sounds in it: it is no part of the mean scores."
    )
    scores = serializers.ListField(
        child=serializers.FloatField(), help_text="In the order of the labels in `scores` above."
    )


@extend_schema_serializer(examples=example("predictions", PREDICTIONS))
class PredictionsSerializer(serializers.Serializer[Any]):
    model = serializers.CharField(help_text="The version that heard.")
    stale = serializers.BooleanField(help_text="The active model has not heard the track yet.")
    heard_at = serializers.DateTimeField()
    segment_seconds = serializers.FloatField()
    hop_seconds = serializers.FloatField()
    scores = ScoreSerializer(many=True)
    segments = SegmentSerializer(many=True, required=False)


@extend_schema_serializer(examples=example("peaks", PEAKS))
class PeaksSerializer(serializers.Serializer[Any]):
    duration = serializers.FloatField(help_text="seconds")
    peaks = serializers.ListField(
        child=serializers.IntegerField(min_value=-127, max_value=127),
        help_text="Minimum and maximum in turn, equally long stretches of the track.",
    )
