from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tagger.models import Webhook, WebhookAttempt, WebhookDelivery
from tagger.platform.net.ssrf_guard import LONGEST

from .examples import DELIVERY, EVENT, NEW_WEBHOOK, WEBHOOK, WEBHOOK_WISH, example
from .library import LimitField


@extend_schema_serializer(
    examples=[
        *example("webhook", WEBHOOK),
        *example("webhook wish", WEBHOOK_WISH, request=True),
    ]
)
class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    url = serializers.CharField(
        max_length=LONGEST, help_text="https:// or http://; never followed elsewhere."
    )
    events = serializers.ListField(
        child=serializers.ChoiceField(Webhook.Event.choices),
        allow_empty=False,
        max_length=len(Webhook.Event),
        help_text="training.finished and model.activated are for staff.",
    )
    library = LimitField(help_text="The only one that it is told of; null for all of yours.")
    active = serializers.BooleanField(
        source="is_active", required=False, help_text="False: switched off, nothing is sent."
    )

    disabled_reason = serializers.SerializerMethodField()

    class Meta:
        model = Webhook
        fields: ClassVar[list[str]] = [
            "id",
            "url",
            "events",
            "library",
            "active",
            "failing_since",
            "disabled_at",
            "disabled_reason",
            "created_at",
        ]
        read_only_fields: ClassVar[list[str]] = [
            name for name in fields if name not in ("url", "events", "library", "active")
        ]

    @extend_schema_field(serializers.ChoiceField(Webhook.Off.choices, allow_null=True))
    def get_disabled_reason(self, webhook: Webhook) -> str | None:
        return webhook.disabled_reason or None


@extend_schema_serializer(examples=example("new webhook", NEW_WEBHOOK))
class NewWebhookSerializer(WebhookSerializer):
    secret = serializers.CharField(read_only=True, help_text="Shown this once.")

    class Meta(WebhookSerializer.Meta):
        fields: ClassVar[list[str]] = [*WebhookSerializer.Meta.fields, "secret"]


class AttemptSerializer(serializers.ModelSerializer[WebhookAttempt]):
    class Meta:
        model = WebhookAttempt
        fields: ClassVar[list[str]] = ["made_at", "status", "milliseconds", "excerpt", "error"]
        read_only_fields = fields


@extend_schema_serializer(examples=example("delivery", DELIVERY))
class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    payload = serializers.CharField(source="body", read_only=True, help_text="As it is signed.")
    attempts = AttemptSerializer(many=True, read_only=True)

    class Meta:
        model = WebhookDelivery
        fields: ClassVar[list[str]] = [
            "id",
            "event",
            "payload",
            "state",
            "next_try_at",
            "created_at",
            "attempts",
        ]
        read_only_fields = fields


class EventDataSerializer(serializers.Serializer[Any]):
    """Ids only; which of them depends on the event."""

    track = serializers.UUIDField(required=False, allow_null=True)
    job = serializers.UUIDField(required=False)
    tag = serializers.SlugField(required=False)
    verdict = serializers.CharField(
        required=False, allow_null=True, help_text="accepted, rejected, or null once withdrawn."
    )
    code = serializers.CharField(required=False, help_text="Why the job failed.")
    training = serializers.UUIDField(required=False)
    model = serializers.CharField(required=False)
    webhook = serializers.UUIDField(required=False)


@extend_schema_serializer(examples=example("event", EVENT, request=True))
class EventSerializer(serializers.Serializer[Any]):
    type = serializers.CharField(help_text="One of the events, or webhook.test.")
    timestamp = serializers.DateTimeField()
    data = EventDataSerializer()  # type: ignore[assignment]
