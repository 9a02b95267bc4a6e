from __future__ import annotations

from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from tagger.library.bulk_actions import BulkAction
from tagger.library.reread import CodePage
from tagger.library.search import LibraryFilter

from .examples import BULK_PREVIEW, BULK_WISH, example

MOST = 1000


class FailureSerializer(serializers.Serializer[Any]):
    track = serializers.UUIDField()
    title = serializers.CharField()
    reason = serializers.CharField()


class BulkResultSerializer(serializers.Serializer[Any]):
    """What became of many tracks so far."""

    total = serializers.IntegerField(allow_null=True)
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    failed = serializers.IntegerField()
    failures = FailureSerializer(many=True, help_text="The first fifty, each with its reason.")


@extend_schema_serializer(examples=example("bulk wish", BULK_WISH, request=True))
class BulkSerializer(serializers.Serializer[Any]):
    """Which tracks, by `ids`, by `query`, or by the `deletion` or `job` that is to be undone."""

    action = serializers.ChoiceField(BulkAction.choices)
    ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, allow_empty=False, max_length=MOST
    )
    query = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=2000,
        help_text="As the list of tracks takes it, such as tag=piano&tag_min=0.5. Empty: all.",
    )
    deletion = serializers.UUIDField(required=False, help_text="A bulk job that has deleted.")
    job = serializers.UUIDField(
        required=False, help_text="A bulk job of yours that is undone; with `undo` alone."
    )
    code_page = serializers.ChoiceField(CodePage.choices, required=False, help_text="For `reread`.")
    target = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31, help_text="The library; for `move`."
    )
    tag = serializers.SlugField(
        required=False, default="", help_text="The tag to accept or reject."
    )
    dry_run = serializers.BooleanField(
        required=False, default=False, help_text="Only count what would be done."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len({"ids", "query", "deletion", "job"} & attrs.keys()) != 1:
            raise serializers.ValidationError(
                "Give one of ids, query, deletion and job.", code="selection"
            )
        if ("job" in attrs) != (attrs["action"] == BulkAction.UNDO):
            raise serializers.ValidationError(
                "undo is told its job, and no other action is.", code="selection"
            )
        return attrs

    def validate_query(self, query: str) -> str:
        unknown = QueryDict(query).keys() - LibraryFilter.base_filters.keys()
        if unknown:
            raise serializers.ValidationError(
                f"Not known here: {', '.join(sorted(unknown))}.", code="unknown"
            )
        return query


class SampleSerializer(serializers.Serializer[Any]):
    track = serializers.UUIDField(source="track.pk")
    title = serializers.CharField()
    artist = serializers.CharField()
    album = serializers.CharField()


@extend_schema_serializer(examples=example("preview", BULK_PREVIEW))
class BulkPreviewSerializer(serializers.Serializer[Any]):
    matched = serializers.IntegerField()
    unchanged = serializers.IntegerField(help_text="Of those, how many stay as they are.")
    missing = serializers.IntegerField(help_text="Ids that are not in your library.")
    samples = SampleSerializer(
        many=True, required=False, help_text="What the first tracks would be called; of `reread`."
    )
