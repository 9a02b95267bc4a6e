"""What the API says of changes of the active model, of comparisons and of reanalyses."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from tagger.models import Activation, Reanalysis

from .examples import ACTIVATION, COMPARISON, REANALYSIS, example
from .job import JobSerializer


@extend_schema_serializer(
    examples=example("reason", {"reason": "It hears harpsichords better."}, request=True)
)
class ActivateSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=500,
        help_text="Needed where the gate has concerns; it is kept in the log.",
    )


@extend_schema_serializer(examples=example("activation", ACTIVATION))
class ActivationSerializer(serializers.ModelSerializer[Activation]):
    model = serializers.CharField(source="model_name")
    former = serializers.CharField(source="former_name", help_text="Empty: there was none.")
    by = serializers.SlugRelatedField[Any]("username", read_only=True, allow_null=True)
    job = serializers.PrimaryKeyRelatedField[Any](
        read_only=True, allow_null=True, help_text="Switches the tags of lists in the background."
    )
    concerns = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Activation
        fields: ClassVar[list[str]] = [
            "model", "former", "rollback", "by", "trigger", "reason", "concerns", "at",
            "job", "switched_at",
        ]  # fmt: skip
        read_only_fields = fields


@extend_schema_serializer(examples=example("stale", {"selection": "stale"}, request=True))
class ReanalysisWishSerializer(serializers.Serializer[Any]):
    selection = serializers.ChoiceField(choices=Reanalysis.Scope.choices)
    tracks = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        default=list,
        max_length=10_000,
        help_text="Of your own library, for `chosen`.",
    )
    model = serializers.CharField(
        required=False, max_length=100, help_text="The version that hears a sample, for `sample`."
    )


@extend_schema_serializer(examples=example("reanalysis", REANALYSIS))
class ReanalysisSerializer(serializers.ModelSerializer[Reanalysis]):
    id = serializers.UUIDField(source="pk", read_only=True)
    selection = serializers.ChoiceField(
        choices=Reanalysis.Scope.choices, source="scope", read_only=True
    )
    model = serializers.SlugRelatedField[Any]("name", read_only=True)
    job = JobSerializer(read_only=True)

    class Meta:
        model = Reanalysis
        fields: ClassVar[list[str]] = ["id", "selection", "model", "planned", "job"]
        read_only_fields = fields


@extend_schema_serializer(examples=example("folder", {"folder": "magnatagatune"}, request=True))
class EvaluationWishSerializer(serializers.Serializer[Any]):
    folder = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=255,
        help_text="A data set of TONEMARK_TRAINING_DATA. Without it: the first that is there.",
    )


class DifferenceSerializer(serializers.Serializer[Any]):
    value = serializers.FloatField(help_text="Candidate less active model.")
    interval = serializers.ListField(
        child=serializers.FloatField(), min_length=2, max_length=2, allow_null=True
    )


class TagDifferenceSerializer(serializers.Serializer[Any]):
    tag = serializers.CharField()
    positives = serializers.IntegerField()
    roc_auc = DifferenceSerializer(source="roc_auc.difference", allow_null=True)
    average_precision = DifferenceSerializer(source="average_precision.difference", allow_null=True)


class SplitSerializer(serializers.Serializer[Any]):
    split = serializers.CharField()
    paired = serializers.BooleanField(help_text="Each clip was compared with itself.")
    clips = serializers.IntegerField(source="candidate.clips")
    roc_auc = DifferenceSerializer()
    average_precision = DifferenceSerializer()
    per_tag = TagDifferenceSerializer(many=True)


class TagChangeSerializer(serializers.Serializer[Any]):
    tag = serializers.SlugField(source="tag.slug")
    gained = serializers.IntegerField()
    lost = serializers.IntegerField()
    shift = serializers.FloatField(help_text="Mean change of the score.")


class TrackChangeSerializer(serializers.Serializer[Any]):
    track = serializers.UUIDField(source="track.pk")
    gained = serializers.ListField(child=serializers.CharField())
    lost = serializers.ListField(child=serializers.CharField())


class AgreementSerializer(serializers.Serializer[Any]):
    words = serializers.IntegerField(help_text="Verdicts of listeners on these tracks.")
    candidate = serializers.FloatField(help_text="The share of them it agrees with.")
    baseline = serializers.FloatField()
    difference = DifferenceSerializer()


class LibrarySerializer(serializers.Serializer[Any]):
    tracks = serializers.IntegerField(help_text="Heard by both.")
    unchanged = serializers.IntegerField()
    tags = TagChangeSerializer(many=True)
    to_hear = TrackChangeSerializer(many=True, help_text="Tracks of yours that change most.")
    agreement = AgreementSerializer(allow_null=True)


@extend_schema_serializer(examples=example("comparison", COMPARISON))
class ComparisonSerializer(serializers.Serializer[Any]):
    candidate = serializers.CharField()
    active = serializers.CharField()
    outcome = serializers.ChoiceField(choices=["better", "worse", "undecided"])
    sentence = serializers.CharField()
    split = SplitSerializer(allow_null=True)
    library = LibrarySerializer(allow_null=True)
