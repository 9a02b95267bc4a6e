from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tagger.models import ResumableUpload

from .examples import RESUMABLE_UPLOAD, example
from .track import UploadedSerializer


@extend_schema_serializer(examples=example("resumable upload", RESUMABLE_UPLOAD))
class ResumableUploadSerializer(serializers.ModelSerializer[ResumableUpload]):
    result = serializers.SerializerMethodField()

    class Meta:
        model = ResumableUpload
        fields: ClassVar[list[str]] = [
            "id",
            "file_name",
            "length",
            "offset",
            "created_at",
            "expires_at",
            "result",
        ]
        read_only_fields = fields

    @extend_schema_field(UploadedSerializer(allow_null=True))
    def get_result(self, upload: ResumableUpload) -> Any:
        """As an upload in one piece is answered. `uploaded` is given by the view once complete."""
        uploaded = self.context.get("uploaded")
        return UploadedSerializer(uploaded).data if uploaded else None
