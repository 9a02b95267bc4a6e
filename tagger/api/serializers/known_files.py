from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from .examples import FILES_ASKED, FILES_CHECKED, example

MOST = 1000


class DigestField(serializers.RegexField):
    def __init__(self, **options: Any) -> None:
        super().__init__(r"\A[0-9a-fA-F]{64}\Z", **options)
        self.error_messages["invalid"] = "A SHA-256 has 64 hexadecimal digits."

    def to_internal_value(self, data: Any) -> str:
        return str(super().to_internal_value(data)).lower()


@extend_schema_serializer(examples=example("files", FILES_ASKED, request=True))
class FileCheckSerializer(serializers.Serializer[Any]):
    file_sha256 = serializers.ListField(
        child=DigestField(), allow_empty=False, max_length=MOST, help_text="Of the whole files."
    )


class KnownFileSerializer(serializers.Serializer[Any]):
    file_sha256 = serializers.CharField()
    track = serializers.UUIDField()


@extend_schema_serializer(examples=example("checked", FILES_CHECKED))
class FilesCheckedSerializer(serializers.Serializer[Any]):
    known = KnownFileSerializer(many=True)
    unknown = serializers.ListField(child=serializers.CharField())
