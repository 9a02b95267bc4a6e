from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.webhook import (
    DeliverySerializer,
    NewWebhookSerializer,
    WebhookSerializer,
)
from tagger.models import User, Webhook
from tagger.webhooks import manage

from .base import ApiView
from .documentation import BODY, changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, nothing, sent
from .problems import Problem


def own_webhooks(person: User) -> QuerySet[Webhook]:
    """By a limited token only those with its limit."""
    return person.within_limit(Webhook.objects.filter(owner=person).select_related("owner"))


@contextmanager
def refusals() -> Iterator[None]:
    try:
        yield
    except manage.WebhookError as error:
        if not error.field:
            raise Problem("webhook-state", str(error)) from error
        fault = {"pointer": f"#/{error.field}", "code": "invalid", "detail": str(error)}
        raise Problem("invalid", str(error), errors=[fault]) from error


class WebhookView(ApiView):
    def named(self, webhook_id: UUID) -> Webhook:
        webhook = get_object_or_404(own_webhooks(self.person), pk=webhook_id)
        # What limits the token that asks limits what is changed by it.
        webhook.owner = self.person
        return webhook


class WebhookList(ApiView):
    @extend_schema(summary="My webhooks", responses=problems({200: WebhookSerializer(many=True)}))
    def get(self, request: Request) -> Response:
        return Response(WebhookSerializer(own_webhooks(self.person), many=True).data)

    @extend_schema(
        summary="Make a webhook",
        description="The secret that signs its calls is in this answer and nowhere else.",
        request=WebhookSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({201: NewWebhookSerializer}, *BODY, *KEY_PROBLEMS, "webhook-state"),
    )
    @idempotent(sent)
    def post(self, request: Request) -> Response:
        serializer = WebhookSerializer(data=request.data, context={"person": self.person})
        serializer.is_valid(raise_exception=True)
        wish = serializer.validated_data
        with refusals():
            webhook, secret = manage.make_webhook(
                self.person, wish["url"], wish["events"], library=wish.get("library")
            )
        if not wish.get("is_active", True):
            manage.switch_off(webhook)
        return Response(_with_secret(webhook, secret), status=201)


@extend_schema_view(
    get=extend_schema(
        summary="Show a webhook", responses=problems({200: WebhookSerializer}, "not-found")
    ),
    patch=extend_schema(
        summary="Change a webhook",
        description="`active` switches it off and on again.",
        request=WebhookSerializer(partial=True),
        responses=changes({200: WebhookSerializer}, *BODY, "not-found"),
    ),
    delete=extend_schema(
        summary="Delete a webhook and its log", responses=changes({204: None}, "not-found")
    ),
)
class WebhookDetail(WebhookView):
    def get(self, request: Request, webhook_id: UUID) -> Response:
        return Response(WebhookSerializer(self.named(webhook_id)).data)

    def patch(self, request: Request, webhook_id: UUID) -> Response:
        webhook = self.named(webhook_id)
        context = {"person": self.person}
        serializer = WebhookSerializer(webhook, data=request.data, partial=True, context=context)
        serializer.is_valid(raise_exception=True)
        wish = serializer.validated_data
        with refusals():
            manage.change_webhook(
                webhook,
                wish.get("url", webhook.url),
                wish.get("events", webhook.events),
                library=wish.get("library", webhook.library),
            )
        if "is_active" in wish and wish["is_active"] != webhook.is_active:
            switch = manage.switch_on if wish["is_active"] else manage.switch_off
            switch(webhook)
        return Response(WebhookSerializer(webhook).data)

    def delete(self, request: Request, webhook_id: UUID) -> Response:
        manage.delete_webhook(self.named(webhook_id))
        return Response(status=204)


class WebhookSecret(WebhookView):
    @extend_schema(
        summary="Change a webhook's secret",
        description="For a day calls carry a signature by the former secret as well.",
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({200: NewWebhookSerializer}, *KEY_PROBLEMS, "not-found"),
    )
    @idempotent(nothing)
    def post(self, request: Request, webhook_id: UUID) -> Response:
        webhook = self.named(webhook_id)
        return Response(_with_secret(webhook, manage.rotate_secret(webhook)))


class WebhookTest(WebhookView):
    @extend_schema(
        summary="Send a test event",
        description="`webhook.test`, on its way at once; the delivery tells what came of it.",
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({202: DeliverySerializer}, *KEY_PROBLEMS, "not-found", "webhook-state"),
    )
    @idempotent(nothing)
    def post(self, request: Request, webhook_id: UUID) -> Response:
        with refusals():
            delivery = manage.send_test(self.named(webhook_id))
        return Response(DeliverySerializer(delivery).data, status=202)


def _with_secret(webhook: Webhook, secret: str) -> dict[str, Any]:
    return WebhookSerializer(webhook).data | {"secret": secret}
