from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from tagger.models import Tag

from .examples import OWN_TAG, example


@extend_schema_serializer(
    examples=example("new tag", {"name": "chiptune", "group": "genre"}, request=True)
)
class NewTagSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=64)
    group = serializers.ChoiceField(Tag.Group.choices)


@extend_schema_serializer(examples=example("own tag", OWN_TAG))
class OwnTagSerializer(serializers.Serializer[Any]):
    """`learnt`: the active model gives it; `ready`: the next training learns it."""

    slug = serializers.SlugField(source="tag.slug")
    name = serializers.CharField(source="tag.name")
    group = serializers.ChoiceField(Tag.Group.choices, source="tag.group")
    accepted = serializers.IntegerField(source="support.accepted")
    rejected = serializers.IntegerField(source="support.rejected")
    wanted = serializers.IntegerField(source="support.wanted")
    ready = serializers.BooleanField()
    learnt = serializers.BooleanField()
