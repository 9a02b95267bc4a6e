from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from ml.audio import Field
from tagger.folders.manage import counts
from tagger.models import Folder, Place

from .examples import example

SETTABLE = ("every", "writable", "write_fields", "write_always", "keep_times", "playlists")
# What is written into files. The description calls it `WrittenField` by this name.
FIELDS = [one.value for one in Field]

FOLDER = {
    "id": "6c1b6b1e-5b0e-4d0e-9b57-1f0b8a7d2c44",
    "library": 7,
    "path": "/srv/music",
    "every": 60,
    "writable": False,
    "write_fields": ["tonemark", "bpm", "key"],
    "write_always": False,
    "keep_times": True,
    "playlists": False,
    "files": {"new": 0, "present": 1200, "missing": 3, "refused": 1},
    "scanned_at": "2026-03-14T09:26:53.589793Z",
    "away_since": None,
    "created_at": "2026-03-01T10:00:00.000000Z",
}
PLACE = {
    "path": "Mira/Nights/03 Blue hour.flac",
    "state": "missing",
    "fault": "",
    "track": "0b9f3a52-5d0e-4a55-8d53-0d1f6b2f3c11",
    "missing_since": "2026-03-14T09:26:53.589793Z",
}


class FileCountsSerializer(serializers.Serializer[Any]):
    """Files by their state."""

    new = serializers.IntegerField()
    present = serializers.IntegerField()
    missing = serializers.IntegerField()
    refused = serializers.IntegerField()


@extend_schema_serializer(
    examples=[*example("folder", FOLDER), *example("changed", {"every": 15}, request=True)]
)
class FolderSerializer(serializers.ModelSerializer[Folder]):
    path = serializers.CharField(source="__str__", read_only=True)
    every = serializers.ChoiceField(Folder.Every.choices, help_text="Minutes; 0: only when asked.")
    files = serializers.SerializerMethodField()
    write_fields = serializers.ListField(
        source="fields",
        child=serializers.ChoiceField(FIELDS),
        required=False,
        help_text="What is written into files of a folder that is `writable`.",
    )

    class Meta:
        model = Folder
        fields: ClassVar[list[str]] = [
            "id",
            "library",
            "path",
            "every",
            "files",
            "writable",
            "write_fields",
            "write_always",
            "keep_times",
            "playlists",
            "scanned_at",
            "away_since",
            "created_at",
        ]
        read_only_fields: ClassVar[list[str]] = [name for name in fields if name not in SETTABLE]

    @extend_schema_field(FileCountsSerializer)
    def get_files(self, folder: Folder) -> dict[str, int]:
        return counts(folder)


@extend_schema_serializer(examples=example("new-folder", {"path": "/srv/music"}, request=True))
class NewFolderSerializer(serializers.Serializer[Any]):
    path = serializers.CharField(max_length=4096, help_text="On the server, absolute.")
    library = serializers.IntegerField(
        required=False, min_value=1, help_text="Whose; your own if it is left out."
    )
    every = serializers.ChoiceField(
        Folder.Every.choices, default=Folder.Every.HOUR, help_text="Minutes; 0: only when asked."
    )


class PlaceSerializer(serializers.ModelSerializer[Place]):
    path = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = Place
        fields: ClassVar[list[str]] = ["path", "state", "fault", "track", "missing_since"]


@extend_schema_serializer(
    examples=example("files", {"count": 1, "next": None, "previous": None, "results": [PLACE]})
)
class PlacePageSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = PlaceSerializer(many=True)


BRANCH = {
    "folder": "3f0c9a5e-7d1b-4c1e-9a53-6a4d2a1f6b10/Mira/Nights",
    "name": "Nights",
    "tracks": 11,
}


@extend_schema_serializer(examples=example("branch", BRANCH))
class BranchSerializer(serializers.Serializer[Any]):
    folder = serializers.CharField(help_text="What lists of tracks take as `folder`.")
    name = serializers.CharField()
    tracks = serializers.IntegerField(help_text="In it and below.")


CHANGE = {
    "path": "Mira/Nights/03 Blue hour.flac",
    "changes": [{"field": "genre", "before": ["Other"], "after": ["rock"]}],
}


class FieldChangeSerializer(serializers.Serializer[Any]):
    field = serializers.ChoiceField(FIELDS)
    before = serializers.ListField(child=serializers.CharField())
    after = serializers.ListField(child=serializers.CharField())


@extend_schema_serializer(examples=example("change", CHANGE))
class FileChangeSerializer(serializers.Serializer[Any]):
    """What would be written into one file."""

    path = serializers.CharField(source="place.__str__")
    changes = serializers.SerializerMethodField()

    @extend_schema_field(FieldChangeSerializer(many=True))
    def get_changes(self, change: Any) -> list[dict[str, Any]]:
        return [
            {"field": name.value, "before": list(change.before[name]), "after": list(values)}
            for name, values in change.after.items()
        ]
