from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.utils import timezone
from rest_framework import serializers

from ...models import ApiToken, User


class MeShape(serializers.ModelSerializer[User]):
    email = serializers.CharField(read_only=True, help_text="Empty where none was given.")

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["username", "email", "is_staff", "date_joined"]
        read_only_fields = fields


class TokenShape(serializers.ModelSerializer[ApiToken]):
    class Meta:
        model = ApiToken
        fields: ClassVar[list[str]] = [
            "id",
            "name",
            "scope",
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


class NewTokenShape(TokenShape):
    secret = serializers.CharField(read_only=True, help_text="Shown this once.")

    class Meta(TokenShape.Meta):
        fields: ClassVar[list[str]] = [*TokenShape.Meta.fields, "secret"]
