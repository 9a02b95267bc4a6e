from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from tagger.models import Rating

from .examples import RATING, RATING_WISH, example


@extend_schema_serializer(examples=example("rating", RATING))
class RatingSerializer(serializers.Serializer[Any]):
    """How much people like a track, in stars."""

    stars = serializers.IntegerField(
        allow_null=True, min_value=1, max_value=Rating.MOST, help_text="Your own."
    )
    mean = serializers.FloatField(
        allow_null=True, help_text="Of all who have rated the track: its `rating`."
    )
    people = serializers.IntegerField(min_value=0, help_text="How many those are.")


@extend_schema_serializer(
    component_name="RatingWish", examples=example("wish", RATING_WISH, request=True)
)
class RatingWishSerializer(serializers.Serializer[Any]):
    stars = serializers.IntegerField(min_value=1, max_value=Rating.MOST)
