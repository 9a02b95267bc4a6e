"""What the OpenAPI file says of answers that many operations share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from tagger.api.serializers.problem import ProblemSerializer

from .problem_types import PROBLEM_TYPES

PROBLEM_MEDIA = "application/problem+json"
COMMON = ("unknown-parameter", "not-authenticated", "invalid-token", "throttled", "internal")
# What a JSON body may have wrong.
BODY = ("invalid", "malformed", "unsupported-media-type")
LOCATION = OpenApiParameter(
    "Location", OpenApiTypes.URI, OpenApiParameter.HEADER, response=[202], description="The job."
)


def later(*statuses: int) -> OpenApiParameter:
    return OpenApiParameter(
        "Retry-After",
        OpenApiTypes.INT,
        OpenApiParameter.HEADER,
        response=[*statuses, 429],
        description="Seconds to wait before asking.",
    )


RETRY_AFTER = later(202)


def problems(answers: Mapping[Any, Any], *slugs: str) -> dict[Any, Any]:
    """These answers, these problems, and the problems that every operation may have."""
    by_status: dict[int, list[str]] = {}
    for slug in dict.fromkeys((*slugs, *COMMON)):
        by_status.setdefault(PROBLEM_TYPES[slug].status, []).append(slug)
    documented = {_media(status): serializer for status, serializer in answers.items()}
    for status, slugs_of_status in by_status.items():
        documented[status, PROBLEM_MEDIA] = problem_answer(*slugs_of_status)
    return documented


def problem_answer(*slugs: str) -> OpenApiResponse:
    """The answer of one status that stands for any of these problems."""
    return OpenApiResponse(
        ProblemSerializer,
        description="; ".join(PROBLEM_TYPES[slug].title for slug in slugs),
        examples=[_example(slug) for slug in slugs],
    )


def changes(answers: Mapping[Any, Any], *slugs: str) -> dict[Any, Any]:
    """The same for operations that change something."""
    return problems(answers, "forbidden", "read-only-token", *slugs)


def _media(status: int | tuple[int, str]) -> tuple[int, str]:
    return status if isinstance(status, tuple) else (status, "application/json")


def _example(slug: str) -> OpenApiExample:
    kind = PROBLEM_TYPES[slug]
    return OpenApiExample(
        slug,
        media_type=PROBLEM_MEDIA,
        response_only=True,
        status_codes=[str(kind.status)],
        value={
            "type": f"/api/v1/problems/{slug}/",
            "title": kind.title,
            "status": kind.status,
            "detail": kind.meaning,
            "instance": "/api/v1/tracks/",
            "request_id": "6f1c9f6e0b8d4f6f9a1d2c3b4a5f6e7d",
        },
    )
