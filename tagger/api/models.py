from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.model_version import ModelCardSerializer, ModelSerializer
from tagger.models import ModelVersion
from tagger.registry.retention import ModelInUseError, delete_model, retire_model

from .base import ApiView
from .documentation import changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, nothing
from .problems import Problem
from .staff import StaffView


class ModelList(ApiView):
    @extend_schema(
        summary="The models there are", responses=problems({200: ModelSerializer(many=True)})
    )
    def get(self, request: Request) -> Response:
        versions = ModelVersion.objects.defer("card", "labels", "thresholds")
        return Response(ModelSerializer(versions, many=True).data)


class ModelDetail(ApiView):
    def get_permissions(self) -> Sequence[Any]:
        """Everybody may know the models; putting one away is for staff."""
        if self.request.method != "DELETE":
            return super().get_permissions()
        return [permission() for permission in StaffView.permission_classes]

    @extend_schema(
        summary="A model's card", responses=problems({200: ModelCardSerializer}, "not-found")
    )
    def get(self, request: Request, name: str) -> Response:
        return Response(ModelCardSerializer(get_object_or_404(ModelVersion, name=name)).data)

    @extend_schema(
        summary="Delete a model",
        description=(
            "With its files and all it heard, for good. Not the active one, nor one that a job "
            "works with, whose tags some tracks still show, or that this release ships. For staff."
        ),
        responses=changes({204: None}, "not-found", "model-in-use"),
    )
    def delete(self, request: Request, name: str) -> Response:
        try:
            delete_model(get_object_or_404(ModelVersion, name=name))
        except ModelInUseError as error:
            raise Problem("model-in-use", str(error)) from error
        return Response(status=204)


class ModelRetirement(StaffView):
    @extend_schema(
        summary="Put a model aside",
        description=(
            "What a candidate heard is dropped in time, its files stay; it can be made active all "
            "the same. Not the active one. Putting one aside twice is fine. For staff."
        ),
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({200: ModelSerializer}, *KEY_PROBLEMS, "not-found", "model-in-use"),
    )
    @idempotent(nothing)
    def post(self, request: Request, name: str) -> Response:
        try:
            version = retire_model(get_object_or_404(ModelVersion, name=name))
        except ModelInUseError as error:
            raise Problem("model-in-use", str(error)) from error
        return Response(ModelSerializer(version).data)
