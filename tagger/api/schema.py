"""The names of the schema's components, as the released API has them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import Serializer

LIBRARY = OpenApiParameter(
    "library",
    OpenApiTypes.INT64,
    description="One of `/libraries/` that is meant. Without it: your personal one.",
)


class ComponentSchema(AutoSchema):
    """Generated clients name their classes by these: they outlive the names of the serializers."""

    def get_override_parameters(self) -> list[Any]:
        return [LIBRARY] if getattr(self.view, "of_library", False) else []

    def get_serializer_name(self, serializer: Serializer, direction: str) -> str:
        return f"{type(serializer).__name__.removesuffix('Serializer')}Shape"
