"""The names of the schema's components, as the released API has them."""

from __future__ import annotations

from drf_spectacular.openapi import AutoSchema
from rest_framework.serializers import Serializer


class ComponentSchema(AutoSchema):
    """Generated clients name their classes by these: they outlive the names of the serializers."""

    def get_serializer_name(self, serializer: Serializer, direction: str) -> str:
        return f"{type(serializer).__name__.removesuffix('Serializer')}Shape"
