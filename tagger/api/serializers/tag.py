from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from tagger.models import Tag, TrackTag, Verdict
from tagger.tags.confidence import STRENGTHS

from .examples import example
from .examples_of_analysis import REJECTED_TAG, TAG, TRACK_TAG


@extend_schema_serializer(examples=example("tag", TAG))
class TagSerializer(serializers.Serializer[Any]):
    """A tag of the vocabulary, as shown, with how many of your tracks carry it."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    group = serializers.ChoiceField(Tag.Group.choices)
    count = serializers.IntegerField()
    synonyms = serializers.ListField(child=serializers.SlugField())


class PassageSerializer(serializers.Serializer[Any]):
    """A part of a track in which the model is sure of a tag."""

    start = serializers.FloatField(help_text="seconds")
    end = serializers.FloatField(help_text="seconds")
    score = serializers.FloatField(help_text="Mean over these segments, 0 to 1.")


SCORE_HELP = "The model's raw mean over the whole track."
CONFIDENCE_HELP = (
    "The share of tags with such a score that were right on validation clips, the same measure for "
    "every tag; empty where a person gave it, or the model is not calibrated."
)
STRENGTH_HELP = "The confidence in a word: sure from 0.8 on, likely from 0.5 on."
PASSAGES_HELP = "Where the tag is, in order, if it is not one of the whole track; else empty."


class ChipSerializer(serializers.Serializer[Any]):
    """An effective tag of a track, in short. Its score is empty when the model gave none."""

    slug = serializers.SlugField(source="tag.slug")
    name = serializers.CharField(source="tag.name")
    score = serializers.FloatField(allow_null=True, help_text=SCORE_HELP)
    confidence = serializers.FloatField(allow_null=True, help_text=CONFIDENCE_HELP)
    strength = serializers.ChoiceField(list(STRENGTHS), allow_null=True, help_text=STRENGTH_HELP)
    source = serializers.SerializerMethodField()  # type: ignore[assignment]
    passages = PassageSerializer(many=True, help_text=PASSAGES_HELP)

    def get_source(self, chip: Any) -> TrackTag.Source:
        return TrackTag.Source.PERSON if chip.by_person else TrackTag.Source.MODEL


class RawTagSerializer(serializers.Serializer[Any]):
    """One of the model's own labels, before synonyms are merged."""

    slug = serializers.SlugField(source="tag.slug")
    name = serializers.CharField(source="tag.name")
    score = serializers.FloatField(allow_null=True)
    effective = serializers.BooleanField()


@extend_schema_serializer(
    examples=[*example("heard", TRACK_TAG), *example("rejected", REJECTED_TAG)]
)
class TrackTagSerializer(serializers.Serializer[Any]):
    """What the active model and you say of one tag of a track."""

    slug = serializers.SlugField(source="tag.slug")
    name = serializers.CharField(source="tag.name")
    group = serializers.ChoiceField(Tag.Group.choices, source="tag.group")
    score = serializers.FloatField(allow_null=True, help_text=SCORE_HELP)
    confidence = serializers.FloatField(allow_null=True, help_text=CONFIDENCE_HELP)
    strength = serializers.ChoiceField(list(STRENGTHS), allow_null=True, help_text=STRENGTH_HELP)
    effective = serializers.BooleanField()
    source = serializers.ChoiceField(  # type: ignore[assignment]
        TrackTag.Source.choices, allow_null=True
    )
    verdict = serializers.ChoiceField(
        Verdict.Answer.choices, allow_null=True, help_text="What people's words come to."
    )
    own_verdict = serializers.ChoiceField(
        Verdict.Answer.choices, allow_null=True, help_text="Your own word."
    )
    disputed = serializers.BooleanField(
        help_text="People differ, and those who keep the library have not settled it."
    )
    passages = PassageSerializer(many=True, help_text=PASSAGES_HELP)
    raw = RawTagSerializer(many=True)


@extend_schema_serializer(examples=example("verdict", {"verdict": "rejected"}, request=True))
class VerdictSerializer(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(Verdict.Answer.choices)
