from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tagger.models import ApiToken, User
from tagger.uploads.quota import Storage

from .examples import example
from .examples_of_people import ME, NEW_TOKEN, TOKEN, TOKEN_WISH
from .library import LimitField


class StorageSerializer(serializers.Serializer[Storage]):
    used = serializers.IntegerField(help_text="Bytes of the files they have added, Trash included.")
    limit = serializers.IntegerField(allow_null=True, help_text="null for no limit")


@extend_schema_serializer(examples=example("me", ME))
class MeSerializer(serializers.ModelSerializer[User]):
    email = serializers.CharField(read_only=True, help_text="Empty where none was given.")
    storage = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["username", "email", "is_staff", "date_joined", "storage"]
        read_only_fields = fields

    @extend_schema_field(StorageSerializer)
    def get_storage(self, person: User) -> dict[str, int | None]:
        return asdict(self.context["storage"])


@extend_schema_serializer(
    examples=[*example("token", TOKEN), *example("token wish", TOKEN_WISH, request=True)]
)
class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    library = LimitField(help_text="The only one in which it may act; null for all of yours.")

    class Meta:
        model = ApiToken
        fields: ClassVar[list[str]] = [
            "id",
            "name",
            "scope",
            "library",
            "prefix",
            "created_at",
            "expires_at",
            "last_used_at",
        ]
        read_only_fields: ClassVar[list[str]] = ["id", "prefix", "created_at", "last_used_at"]

    def validate_expires_at(self, moment: datetime | None) -> datetime | None:
        if moment is not None and moment <= timezone.now():
            raise serializers.ValidationError("This moment has passed.", code="past")
        return moment


@extend_schema_serializer(examples=example("new token", NEW_TOKEN))
class NewTokenSerializer(TokenSerializer):
    secret = serializers.CharField(read_only=True, help_text="Shown this once.")

    class Meta(TokenSerializer.Meta):
        fields: ClassVar[list[str]] = [*TokenSerializer.Meta.fields, "secret"]
