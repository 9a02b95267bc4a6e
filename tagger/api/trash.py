"""What was deleted and can still be had back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.track import TrackSerializer
from tagger.libraries.members import Role, need
from tagger.library.rows import WITH_TAGS
from tagger.library.search import LibraryFilter, trash, trash_of
from tagger.library.trash import restore_track
from tagger.models import Job, Track

from .access import own_tracks
from .base import ApiView
from .documentation import changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, nothing
from .lists import ListView


class TrashList(ListView):
    of_library = True
    serializer_class = TrackSerializer
    queryset = Track.objects.none()
    filterset_class = LibraryFilter

    def get_queryset(self) -> Any:
        return trash(self.library).prefetch_related(WITH_TAGS)

    @extend_schema(
        summary="List my deleted tracks",
        description="They go for good thirty days after they were deleted.",
        responses=problems({200: TrackSerializer(many=True)}, "invalid"),
    )
    def get(self, request: Request) -> Response:
        return self.listed()


class TrackRestore(ApiView):
    @extend_schema(
        summary="Restore a deleted track",
        description="With its tags and corrections. One that is not deleted stays as it is.",
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({200: TrackSerializer}, *KEY_PROBLEMS, "not-found"),
    )
    @idempotent(nothing)
    def post(self, request: Request, track_id: UUID) -> Response:
        deleted = trash_of(self.person).filter(pk=track_id).first()
        if deleted:
            need(self.person, deleted.library, Role.KEEPER)
            restore_track(deleted, trigger=Job.Trigger.API)
        track = get_object_or_404(own_tracks(self.person), pk=track_id)
        return Response(TrackSerializer(track).data)
