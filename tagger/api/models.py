from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ..models import ModelVersion
from .base import ApiView
from .documentation import problems
from .shapes.model_version import ModelCardShape, ModelShape


class ModelList(ApiView):
    @extend_schema(summary="The models there are", responses=problems({200: ModelShape(many=True)}))
    def get(self, request: Request) -> Response:
        versions = ModelVersion.objects.defer("card", "labels", "thresholds")
        return Response(ModelShape(versions, many=True).data)


class ModelDetail(ApiView):
    @extend_schema(summary="A model's card", responses=problems({200: ModelCardShape}, "not-found"))
    def get(self, request: Request, name: str) -> Response:
        return Response(ModelCardShape(get_object_or_404(ModelVersion, name=name)).data)
