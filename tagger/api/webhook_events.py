"""What a webhook is sent, for the API's description."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiWebhook, extend_schema

from tagger.api.serializers.webhook import EventSerializer

EVENT = OpenApiWebhook(
    name="event",
    decorator=extend_schema(
        operation_id="webhook_event",
        summary="Something has happened",
        description=(
            "Signed as standardwebhooks.com says: `webhook-id`, `webhook-timestamp` and "
            "`webhook-signature`. Any 2xx is thanks; 410 switches the webhook off; anything else "
            "is sent again, up to 12 times within about three days. The same id may come twice."
        ),
        request=EventSerializer,
        responses={"2XX": None, 410: None},
        auth=[],
    ),
)
