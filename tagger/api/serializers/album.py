from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from .examples import example

ARTIST = {"name": "Mira", "count": 23}
ALBUM = {
    "title": "Low tide",
    "artist": "Mira",
    "tracks": 11,
    "year": 2019,
    "duration": 2531.4,
    "has_cover": True,
}


def _page(one: dict[str, Any]) -> dict[str, Any]:
    return {"count": 1, "next": None, "previous": None, "results": [one]}


class AlbumSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    artist = serializers.CharField(allow_blank=True)
    tracks = serializers.IntegerField()
    year = serializers.IntegerField(allow_null=True)
    duration = serializers.FloatField(allow_null=True, help_text="Seconds.")
    has_cover = serializers.SerializerMethodField()

    def get_has_cover(self, album: Any) -> bool:
        return album.cover_id is not None


class ArtistSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    count = serializers.IntegerField(help_text="Tracks.")


class _PageSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


@extend_schema_serializer(examples=example("albums", _page(ALBUM)))
class AlbumPageSerializer(_PageSerializer):
    results = AlbumSerializer(many=True)


@extend_schema_serializer(examples=example("artists", _page(ARTIST)))
class ArtistPageSerializer(_PageSerializer):
    results = ArtistSerializer(many=True)
