"""The addresses that a problem's `type` points at. Open to all: they hold no secret."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.problem import ProblemTypeSerializer

from .base import ApiView
from .documentation import problems
from .problem_types import PROBLEM_TYPES, ProblemType
from .problems import problem_address


class OpenView(ApiView):
    authentication_classes = ()
    permission_classes = ()


class ProblemList(OpenView):
    @extend_schema(
        summary="All problems", auth=[], responses=problems({200: ProblemTypeSerializer(many=True)})
    )
    def get(self, request: Request) -> Response:
        return Response([_meaning(kind) for kind in PROBLEM_TYPES.values()])


class ProblemDetail(OpenView):
    @extend_schema(
        summary="What a problem means",
        auth=[],
        responses=problems({200: ProblemTypeSerializer}, "not-found"),
    )
    def get(self, request: Request, slug: str) -> Response:
        if slug not in PROBLEM_TYPES:
            raise NotFound(f"There is no problem {slug}.")
        return Response(_meaning(PROBLEM_TYPES[slug]))


class NoSuchAddress(OpenView):
    """Everything below the API's root that is no resource."""

    @extend_schema(exclude=True)
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        hint = "" if request.path.endswith("/") else " Addresses of the API end in a slash."
        raise NotFound(f"There is nothing at this address.{hint}")


def _meaning(kind: ProblemType) -> dict[str, Any]:
    return {
        "type": problem_address(kind.slug),
        "title": kind.title,
        "status": kind.status,
        "meaning": kind.meaning,
    }
