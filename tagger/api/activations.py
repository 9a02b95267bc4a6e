"""Changes of the active model."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.models import ActivateSerializer, ActivationSerializer
from tagger.models import Job, ModelVersion
from tagger.registry import promotion

from .documentation import BODY, changes
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, nothing, sent
from .problems import Problem
from .staff import StaffView


class ModelActivation(StaffView):
    @extend_schema(
        summary="Make a model the active one",
        description=(
            "Tracks it has heard show its tags: each track at once, lists as soon as `job` has "
            "come to them. The others keep theirs until they are heard again. For staff."
        ),
        request=ActivateSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes(
            {200: ActivationSerializer}, *BODY, *KEY_PROBLEMS, "not-found", "promotion-refused"
        ),
    )
    @idempotent(sent)
    def post(self, request: Request, name: str) -> Response:
        version = get_object_or_404(ModelVersion, name=name)
        wish = ActivateSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        try:
            change = promotion.promote(
                version,
                by=self.person,
                trigger=Job.Trigger.API,
                reason=wish.validated_data["reason"],
            )
        except promotion.PromotionRefusedError as error:
            raise Problem("promotion-refused", str(error), **_concerns(error)) from error
        return Response(ActivationSerializer(change).data)


class ModelRollback(StaffView):
    @extend_schema(
        summary="Go back to the model before this one",
        description="From the active model, whose name is in the address. For staff.",
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes(
            {200: ActivationSerializer}, *KEY_PROBLEMS, "not-found", "nothing-to-go-back-to"
        ),
    )
    @idempotent(nothing)
    def post(self, request: Request, name: str) -> Response:
        version = get_object_or_404(ModelVersion, name=name)
        try:
            change = promotion.roll_back(version, by=self.person, trigger=Job.Trigger.API)
        except promotion.NothingToGoBackToError as error:
            raise Problem("nothing-to-go-back-to", str(error)) from error
        return Response(ActivationSerializer(change).data)


def _concerns(error: promotion.PromotionRefusedError) -> dict[str, Any]:
    return {"concerns": [{"code": one.code, "detail": one.sentence} for one in error.concerns]}
