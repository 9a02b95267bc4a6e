"""The log of a webhook: what was sent, what was answered, what is still on its way."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

import django_filters as filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.webhook import DeliverySerializer
from tagger.models import User, WebhookDelivery
from tagger.webhooks import manage

from .base import ApiView
from .documentation import changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, nothing
from .lists import ListView
from .webhooks import own_webhooks, refusals


class DeliveryFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=WebhookDelivery.State.choices)
    event = filters.CharFilter(max_length=40)

    class Meta:
        model = WebhookDelivery
        fields: ClassVar[list[str]] = []


class DeliveryList(ListView):
    serializer_class = DeliverySerializer
    queryset = WebhookDelivery.objects.none()
    filterset_class = DeliveryFilter

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        webhook = get_object_or_404(own_webhooks(self.person), pk=self.kwargs["webhook_id"])
        return webhook.deliveries.prefetch_related("attempts")

    @extend_schema(
        summary="A webhook's deliveries",
        description="Of the last thirty days, newest first, each with its attempts.",
        responses=problems({200: DeliverySerializer(many=True)}, "invalid", "not-found"),
    )
    def get(self, request: Request, webhook_id: UUID) -> Response:
        return self.listed()


class DeliveryView(ApiView):
    def named(self, webhook_id: UUID, delivery_id: UUID) -> WebhookDelivery:
        deliveries = own_deliveries(self.person).filter(webhook=webhook_id)
        return get_object_or_404(deliveries, pk=delivery_id)


class DeliveryDetail(DeliveryView):
    @extend_schema(
        summary="Show a delivery", responses=problems({200: DeliverySerializer}, "not-found")
    )
    def get(self, request: Request, webhook_id: UUID, delivery_id: UUID) -> Response:
        return Response(DeliverySerializer(self.named(webhook_id, delivery_id)).data)


class DeliveryRetry(DeliveryView):
    @extend_schema(
        summary="Send a delivery again",
        description="The same event with the same id.",
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({202: DeliverySerializer}, *KEY_PROBLEMS, "not-found", "webhook-state"),
    )
    @idempotent(nothing)
    def post(self, request: Request, webhook_id: UUID, delivery_id: UUID) -> Response:
        with refusals():
            delivery = manage.send_again(self.named(webhook_id, delivery_id))
        return Response(DeliverySerializer(delivery).data, status=202)


def own_deliveries(person: User) -> QuerySet[WebhookDelivery]:
    mine = WebhookDelivery.objects.filter(webhook__in=own_webhooks(person))
    return mine.select_related("webhook").prefetch_related("attempts")
