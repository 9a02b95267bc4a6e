from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tagger.libraries.members import libraries_of
from tagger.models import Invitation, Library, Membership

from .examples import example
from .examples_of_people import (
    INVITATION,
    INVITATION_ANSWER,
    INVITATION_WISH,
    LIBRARY,
    LIBRARY_WISH,
    MEMBER,
    ROLE_WISH,
)


class LimitField(serializers.PrimaryKeyRelatedField[Library]):
    """A library that the person is in (`context["person"]`), or null for no limit."""

    def __init__(self, **values: Any) -> None:
        super().__init__(required=False, allow_null=True, **values)

    def get_queryset(self) -> QuerySet[Library]:
        person = self.context.get("person")
        return libraries_of(person) if person else Library.objects.none()


@extend_schema_serializer(
    component_name="Library",
    examples=[*example("library", LIBRARY), *example("library wish", LIBRARY_WISH, request=True)],
)
class LibrarySerializer(serializers.ModelSerializer[Membership]):
    """A library as one of its members sees it."""

    id = serializers.IntegerField(source="library_id", read_only=True)
    name = serializers.CharField(source="library.name", max_length=80)
    personal = serializers.SerializerMethodField(help_text="Your own, which you cannot leave.")

    class Meta:
        model = Membership
        fields: ClassVar[list[str]] = ["id", "name", "role", "personal"]
        read_only_fields: ClassVar[list[str]] = ["role"]

    @extend_schema_field(serializers.BooleanField())
    def get_personal(self, membership: Membership) -> bool:
        return membership.library.personal_of_id == membership.person_id


@extend_schema_serializer(
    component_name="Member",
    examples=[*example("member", MEMBER), *example("role wish", ROLE_WISH, request=True)],
)
class MemberSerializer(serializers.ModelSerializer[Membership]):
    account = serializers.CharField(source="person.username", read_only=True)

    class Meta:
        model = Membership
        fields: ClassVar[list[str]] = ["account", "role", "created_at"]
        read_only_fields: ClassVar[list[str]] = ["created_at"]


@extend_schema_serializer(
    component_name="Invitation",
    examples=[
        *example("invitation", INVITATION),
        *example("invitation wish", INVITATION_WISH, request=True),
    ],
)
class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    account = serializers.CharField(source="person.username", max_length=150)
    library_name = serializers.CharField(source="library.name", read_only=True)
    invited_by = serializers.CharField(
        source="invited_by.username", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = Invitation
        fields: ClassVar[list[str]] = [
            "id",
            "library",
            "library_name",
            "account",
            "role",
            "invited_by",
            "created_at",
        ]
        read_only_fields: ClassVar[list[str]] = ["id", "library", "created_at"]


@extend_schema_serializer(examples=example("invitation answer", INVITATION_ANSWER, request=True))
class InvitationAnswerSerializer(serializers.Serializer[Any]):
    answer = serializers.ChoiceField(["accept", "decline"])
