from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tagger.library.rows import chips_of
from tagger.models import MusicKey, Track
from tagger.uploads.ingest import LONGEST_PATH

from .examples import KNOWN, TRACK, UPLOADED, example, form_example
from .job import JobSerializer
from .tag import ChipSerializer


@extend_schema_serializer(
    examples=[*example("track", TRACK), *example("words", {"title": "Blue hour"}, request=True)]
)
class TrackSerializer(serializers.ModelSerializer[Track]):
    """A track. Its tags must be fetched along (`queries.rows.WITH_TAGS`)."""

    tags = serializers.SerializerMethodField()
    key = serializers.SerializerMethodField()
    has_cover = serializers.SerializerMethodField()

    class Meta:
        model = Track
        fields: ClassVar[list[str]] = [
            "id",
            "library",
            "title",
            "artist",
            "album",
            "album_artist",
            "genre",
            "track_number",
            "track_total",
            "disc_number",
            "disc_total",
            "year",
            "has_cover",
            "state",
            "missing_since",
            "tags",
            "duration",
            "bpm",
            "bpm_confidence",
            "key",
            "key_confidence",
            "loudness",
            "true_peak",
            "rating",
            "music_state",
            "file_name",
            "file_size",
            "file_sha256",
            "codec",
            "sample_rate",
            "channels",
            "bit_rate",
            "notes",
            "created_at",
            "updated_at",
        ]
        read_only_fields: ClassVar[list[str]] = [
            name for name in fields if name not in ("title", "artist", "album")
        ]

    @extend_schema_field(serializers.ChoiceField(MusicKey.choices, allow_null=True))
    def get_key(self, track: Track) -> str | None:
        return track.key or None

    def get_has_cover(self, track: Track) -> bool:
        return track.cover_id is not None

    @extend_schema_field(ChipSerializer(many=True))
    def get_tags(self, track: Track) -> Any:
        return ChipSerializer(chips_of(track.track_tags.all()), many=True).data


class MetadataSerializer(serializers.Serializer[Any]):
    """What the file says of itself is taken where a word is left out."""

    title = serializers.CharField(max_length=255, required=False, default="", allow_blank=True)
    artist = serializers.CharField(max_length=255, required=False, default="", allow_blank=True)
    album = serializers.CharField(max_length=255, required=False, default="", allow_blank=True)
    path = serializers.CharField(
        max_length=LONGEST_PATH,
        required=False,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="Where the file lies below the folder it comes from; playlists name it so.",
    )


@extend_schema_serializer(
    examples=form_example("upload", {"file": "blue hour.flac", "artist": "Mira"})
)
class UploadSerializer(MetadataSerializer):
    """A file, and what is said of it."""

    file = serializers.FileField(max_length=1000, allow_empty_file=True)


@extend_schema_serializer(
    examples=[
        *example("uploaded", UPLOADED, statuses=[202]),
        *example("known", KNOWN, statuses=[200]),
    ]
)
class UploadedSerializer(serializers.Serializer[Any]):
    track = TrackSerializer()
    job = JobSerializer(allow_null=True)
    duplicate = serializers.BooleanField()
