"""The names of the schema's components, as the released API has them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import Direction, OpenApiParameter
from rest_framework.serializers import Serializer

from .documentation import PROBLEM_MEDIA, problem_answer

LIBRARY = OpenApiParameter(
    "library",
    OpenApiTypes.INT64,
    description="One of `/libraries/` that is meant. Without it: your personal one.",
)


class ComponentSchema(AutoSchema):
    """Generated clients name their classes by these: they outlive the names of the serializers."""

    def get_override_parameters(self) -> list[Any]:
        return [LIBRARY] if self._is_of_library else []

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        """Whoever may name a library may name one that there is not."""
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if self._is_of_library and "404" not in bodies:
            bodies["404"] = self._get_response_for_code(
                problem_answer("not-found"), "404", [PROBLEM_MEDIA], direction
            )
        return bodies

    @property
    def _is_of_library(self) -> bool:
        return getattr(self.view, "of_library", False)

    def get_serializer_name(self, serializer: Serializer, direction: str) -> str:
        return f"{type(serializer).__name__.removesuffix('Serializer')}Shape"
