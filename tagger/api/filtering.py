from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from .problems import Problem


class ParameterFilter(DjangoFilterBackend):
    """Says which query parameter is at fault, where the filter's form speaks of fields."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise invalid_parameters(filterset)
        return filterset.qs


def invalid_parameters(filterset: django_filters.FilterSet) -> Problem:
    errors = [
        {"parameter": name, "code": fault.code or "invalid", "detail": " ".join(fault.messages)}
        for name, faults in filterset.errors.as_data().items()
        for fault in faults
    ]
    return Problem("invalid", " ".join(error["detail"] for error in errors), errors=errors)
