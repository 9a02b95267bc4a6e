from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from tagger.feedback.answers import ReviewAnswer

from .examples import example
from .examples_of_analysis import REVIEW


class QuestionSerializer(serializers.Serializer[Any]):
    """Whether this tag belongs to this track; the seconds are those that tell."""

    id = serializers.IntegerField(source="question.pk")
    track = serializers.UUIDField(source="question.track_id")
    tag = serializers.SlugField(source="question.tag.slug")
    score = serializers.FloatField()
    threshold = serializers.FloatField()
    start = serializers.FloatField()
    end = serializers.FloatField()


@extend_schema_serializer(examples=example("review", REVIEW))
class ReviewSerializer(serializers.Serializer[Any]):
    question = QuestionSerializer(
        allow_null=True, help_text="The most telling one; null: none is left."
    )
    left = serializers.IntegerField(help_text="How many are open, counted up to 1,001.")
    skipped = serializers.IntegerField(help_text="The same of those that were skipped.")


@extend_schema_serializer(examples=example("answer", {"answer": "yes"}, request=True))
class AnswerSerializer(serializers.Serializer[Any]):
    answer = serializers.ChoiceField([answer.value for answer in ReviewAnswer])
