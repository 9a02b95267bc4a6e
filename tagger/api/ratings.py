from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.rating import RatingSerializer, RatingWishSerializer
from tagger.feedback.ratings import rate, rated

from .access import own_track
from .base import ApiView
from .conditional import ETAG, IF_NONE_MATCH, tagged
from .documentation import BODY, changes, problems


class TrackRating(ApiView):
    """Whoever may hear a track may say how much they like it."""

    @extend_schema(
        summary="Show the rating of a track",
        parameters=[IF_NONE_MATCH, ETAG],
        responses=problems({200: RatingSerializer, 304: None}, "not-found", "precondition-failed"),
    )
    def get(self, request: Request, track_id: UUID) -> Response:
        standing = rated(self.person, own_track(self.person, track_id))
        return tagged(request, RatingSerializer(standing).data)

    @extend_schema(
        summary="Rate a track",
        description="One to five stars, your own; the track's `rating` is the mean of everyone's.",
        request=RatingWishSerializer,
        responses=changes({200: RatingSerializer}, *BODY, "not-found"),
    )
    def put(self, request: Request, track_id: UUID) -> Response:
        track = own_track(self.person, track_id)
        serializer = RatingWishSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        standing = rate(self.person, track, serializer.validated_data["stars"])
        return Response(RatingSerializer(standing).data)

    @extend_schema(
        summary="Take a rating back",
        description="Nothing to take back is fine.",
        responses=changes({204: None}, "not-found"),
    )
    def delete(self, request: Request, track_id: UUID) -> Response:
        rate(self.person, own_track(self.person, track_id), None)
        return Response(status=204)
