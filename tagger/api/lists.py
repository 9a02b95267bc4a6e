from __future__ import annotations

from typing import Any

from django_filters import FilterSet
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from .base import ApiView
from .filtering import ParameterFilter
from .pagination import CursorPages


class ListView(ApiView, GenericAPIView[Any]):
    """A filtered list in cursor pages; its parameters are those of its filter and the pages'."""

    filterset_class: type[FilterSet]
    filter_backends = (ParameterFilter,)
    pagination_class: type[CursorPages] | None = CursorPages

    def known_parameters(self, request: Request) -> frozenset[str]:
        if request.method not in ("GET", "HEAD"):
            return frozenset()
        return CursorPages.parameters | frozenset(self.filterset_class.base_filters)

    def listed(self) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
