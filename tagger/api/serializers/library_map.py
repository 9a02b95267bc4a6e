from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from .examples import TRACK, example

MAP = {
    "model": "verdicts of March",
    "drawn_at": "2026-03-14T09:26:53.589793Z",
    "total": 1,
    "points": [{"track": TRACK["id"], "x": 0.4121, "y": -0.2714, "tag": "rock"}],
}


class PointSerializer(serializers.Serializer[Any]):
    track = serializers.UUIDField()
    x = serializers.FloatField(help_text="-1 to 1")
    y = serializers.FloatField(help_text="-1 to 1")
    tag = serializers.SlugField(allow_null=True)


@extend_schema_serializer(examples=example("map", MAP))
class MapSerializer(serializers.Serializer[Any]):
    model = serializers.CharField(source="drawn.model.name")
    drawn_at = serializers.DateTimeField(source="drawn.drawn_at")
    total = serializers.IntegerField(source="found.total", help_text="Also beyond the most shown.")
    points = serializers.SerializerMethodField()

    @extend_schema_field(PointSerializer(many=True))
    def get_points(self, whole: dict[str, Any]) -> list[dict[str, Any]]:
        points = whole["found"]
        slugs = [tag.slug for tag in points.tags]
        return [
            {
                "track": track,
                "x": round(x, 4),
                "y": round(y, 4),
                "tag": slugs[at] if at >= 0 else None,
            }
            for track, _, _, x, y, at in points.points
        ]
