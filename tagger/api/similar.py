from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.similar import SimilarSerializer
from tagger.library.search import LibraryFilter
from tagger.library.similar import similar_tracks
from tagger.models import Track

from .access import listed_tracks, own_track, own_tracks
from .base import ApiView
from .documentation import problems
from .filtering import ParameterFilter
from .pagination import bad_parameter
from .problems import Problem

USUAL, MOST = 10, 100


class SimilarFilter(LibraryFilter):
    """Everything that narrows the library; the order is that of likeness."""

    ordering = None


class TrackSimilar(ApiView, GenericAPIView[Any]):
    serializer_class = SimilarSerializer
    queryset = Track.objects.none()
    filterset_class = SimilarFilter
    filter_backends = (ParameterFilter,)
    pagination_class = None
    query_parameters = frozenset({"limit", "like", "unlike", *SimilarFilter.base_filters})

    @extend_schema(
        summary="Find tracks that sound like this one",
        description=(
            "Among my other tracks that the active model has heard, nearest first. They may be "
            "narrowed as the library is. A silent track is like nothing. `like` and `unlike` name "
            "further examples; then likeness is to the direction that they make together."
        ),
        filters=True,
        parameters=[
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
            ),
            OpenApiParameter("like", str, description="More tracks to be like, by their ids."),
            OpenApiParameter(
                "unlike", str, description="Tracks to be unlike, by their ids: less like those."
            ),
        ],
        responses=problems({200: SimilarSerializer}, "invalid", "not-found", "not-analysed"),
    )
    def get(self, request: Request, track_id: UUID) -> Response:
        most = _limit(request)
        track = own_track(self.person, track_id)
        like, unlike = (self._named(request, name) for name in ("like", "unlike"))
        among = self.filter_queryset(listed_tracks(track.library))
        similar = similar_tracks([track, *like], among, most=most, unlike=unlike)
        if similar is None:
            raise Problem("not-analysed", "The active model has not heard this track yet.")
        return Response(SimilarSerializer(similar).data)

    def _named(self, request: Request, name: str) -> list[Track]:
        """Further examples; each must be the person's own."""
        wish = [value for value in request.query_params.get(name, "").split(",") if value]
        try:
            ids = list(dict.fromkeys(UUID(value) for value in wish))
        except ValueError:
            raise bad_parameter(name, f"{name} must be ids of tracks, comma-separated.") from None
        by_id = own_tracks(self.person).in_bulk(ids[: MOST + 1])
        if len(by_id) < len(ids) or len(ids) > MOST:
            raise bad_parameter(name, f"{name} must name at most {MOST} tracks of yours.")
        return [by_id[pk] for pk in ids]


def _limit(request: Request) -> int:
    wish = request.query_params.get("limit", str(USUAL))
    if wish.isascii() and wish.isdigit() and len(wish) < 9 and 1 <= int(wish) <= MOST:
        return int(wish)
    raise bad_parameter("limit", f"limit must be a number from 1 to {MOST}.")
