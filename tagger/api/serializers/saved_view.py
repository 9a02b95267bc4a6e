from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from tagger.library.saved_views import LONGEST_QUERY
from tagger.models import SavedView

from .examples import VIEW, VIEW_WISH, example


@extend_schema_serializer(
    component_name="SavedView",
    examples=[*example("view", VIEW), *example("view wish", VIEW_WISH, request=True)],
)
class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    query = serializers.CharField(
        allow_blank=True,
        max_length=LONGEST_QUERY,
        help_text="As the list of tracks takes it, such as tag=piano&tag_min=0.5. Empty: all.",
    )

    class Meta:
        model = SavedView
        fields: ClassVar[list[str]] = ["id", "name", "query", "created_at"]
        read_only_fields: ClassVar[list[str]] = ["id", "created_at"]
