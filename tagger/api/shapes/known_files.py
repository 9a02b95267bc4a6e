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
class FileCheckShape(serializers.Serializer[Any]):
    file_sha256 = serializers.ListField(
        child=DigestField(), allow_empty=False, max_length=MOST, help_text="Of the whole files."
    )


class KnownFileShape(serializers.Serializer[Any]):
    file_sha256 = serializers.CharField()
    track = serializers.UUIDField()


@extend_schema_serializer(examples=example("checked", FILES_CHECKED))
class FilesCheckedShape(serializers.Serializer[Any]):
    known = KnownFileShape(many=True)
    unknown = serializers.ListField(child=serializers.CharField())
