from __future__ import annotations

from typing import Any

from rest_framework import serializers

from .track import TrackShape


class LikenessShape(serializers.Serializer[Any]):
    likeness = serializers.FloatField(
        source="value", help_text="Cosine of the angle between the embeddings; 1 is the same sound."
    )
    track = TrackShape()


class SimilarShape(serializers.Serializer[Any]):
    """The tracks nearest to one, nearest first, and the model that says so."""

    model = serializers.CharField(source="model.name")
    results = LikenessShape(source="nearest", many=True)
