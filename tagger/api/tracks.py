from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.job import JobSerializer
from tagger.api.serializers.track import TrackSerializer, UploadedSerializer, UploadSerializer
from tagger.libraries.members import Role
from tagger.library.search import LibraryFilter
from tagger.library.tracks import held, reanalyse_track, rename_track
from tagger.library.trash import delete_track
from tagger.models import Job, Track
from tagger.platform.db import return_connection
from tagger.platform.http.upload_handler import TidyUploadHandler
from tagger.uploads.ingest import (
    Ingested,
    IngestError,
    SenderMetadata,
    ingest,
    no_room,
    too_large,
)
from tagger.uploads.quota import QuotaExceeded, refuse_beyond_quota

from .accepted import accepted
from .access import listed_tracks, own_track, own_tracks
from .base import ApiView
from .conditional import ETAG, IF_MATCH, IF_NONE_MATCH, etag_of, refuse_unless_matching, tagged
from .documentation import BODY, LOCATION, RETRY_AFTER, changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, form, idempotent, nothing
from .lists import ListView
from .refusals import FILE_PROBLEMS, refused

# What multipart framing and the words may take beside the file itself.
FRAMING = 2**20


@extend_schema_view(
    get=extend_schema(
        summary="List my tracks",
        description=(
            "In pages: follow `next` until it is null. `tag` and `exclude_tag` may be given more "
            "than once; `tag_min` is the least score of a tag asked for."
        ),
        responses=problems({200: TrackSerializer(many=True)}, "invalid"),
    ),
    post=extend_schema(
        summary="Upload a track",
        description=(
            "202 with a job to poll. The same audio again, whatever its name and metadata, is "
            "answered with 200 and the track that exists."
        ),
        request={"multipart/form-data": UploadSerializer},
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes(
            {200: UploadedSerializer, 202: UploadedSerializer},
            *KEY_PROBLEMS,
            "malformed",
            *FILE_PROBLEMS,
        ),
    ),
)
class TrackList(ListView):
    of_library = True
    serializer_class = TrackSerializer
    queryset = Track.objects.none()
    filterset_class = LibraryFilter
    throttle_scope = "upload"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method == "POST":
            _refuse_too_large(request)
            request._request.upload_handlers = [TidyUploadHandler(request._request)]
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            self._refuse_beyond_quota(request)
            return_connection()

    def _refuse_beyond_quota(self, request: Request) -> None:
        """By the header as well. What frames the file in the body is given away."""
        length = int(request.META.get("CONTENT_LENGTH") or "0")
        try:
            refuse_beyond_quota(self.person, max(0, length - FRAMING))
        except QuotaExceeded as error:
            raise refused(no_room(error)) from error

    def get_parsers(self) -> list[BaseParser]:
        return [MultiPartParser()]

    def get_queryset(self) -> Any:
        return listed_tracks(self.library)

    def get(self, request: Request) -> Response:
        return self.listed()

    @idempotent(form)
    def post(self, request: Request) -> Response:
        self.need(Role.EDITOR)
        ingested = self._ingest(request)
        track = own_tracks(self.person).get(pk=ingested.track.pk)
        body = UploadedSerializer(
            {"track": track, "job": ingested.job, "duplicate": ingested.duplicate}
        ).data
        if ingested.duplicate or ingested.job is None:
            return Response(body)
        return accepted(request, ingested.job, body)

    def _ingest(self, request: Request) -> Ingested:
        serializer = UploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        file = sent.pop("file")
        try:
            return ingest(
                Path(file.temporary_file_path()),
                file.name,
                library=self.library,
                by=self.person,
                trigger=Job.Trigger.API,
                metadata=SenderMetadata(**sent),
            )
        except IngestError as error:
            raise refused(error) from error


@extend_schema_view(
    get=extend_schema(
        summary="Show a track",
        parameters=[IF_NONE_MATCH, ETAG],
        responses=problems({200: TrackSerializer, 304: None}, "not-found", "precondition-failed"),
    ),
    patch=extend_schema(
        summary="Change title, artist or album",
        parameters=[IF_MATCH, ETAG],
        responses=changes({200: TrackSerializer}, *BODY, "not-found", "precondition-failed"),
    ),
    delete=extend_schema(
        summary="Delete a track",
        description=(
            "It is listed nowhere any more, and goes for good, with its file, after 30 days. "
            "Uploading the same audio before then brings it back."
        ),
        responses=changes({204: None}, "not-found"),
    ),
)
class TrackDetail(ApiView):
    serializer_class = TrackSerializer

    def get(self, request: Request, track_id: UUID) -> Response:
        return tagged(request, self._shown(track_id))

    def patch(self, request: Request, track_id: UUID) -> Response:
        with held(own_track(self.person, track_id, Role.EDITOR)):
            refuse_unless_matching(request, self._shown(track_id))
            self._rename(request, own_track(self.person, track_id))
        body = self._shown(track_id)
        return Response(body, headers={"ETag": etag_of(body)})

    def _rename(self, request: Request, track: Track) -> None:
        serializer = TrackSerializer(track, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        metadata = {name: getattr(track, name) for name in ("title", "artist", "album")}
        rename_track(track, **metadata | serializer.validated_data)

    def delete(self, request: Request, track_id: UUID) -> Response:
        delete_track(own_track(self.person, track_id, Role.KEEPER))
        return Response(status=204)

    def _shown(self, track_id: UUID) -> Any:
        return TrackSerializer(get_object_or_404(own_tracks(self.person), pk=track_id)).data


class TrackReanalysis(ApiView):
    @extend_schema(
        summary="Hear a track again",
        description="With the active model. A job that is open already is answered as it is.",
        request=None,
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes({202: JobSerializer}, *KEY_PROBLEMS, "not-found"),
    )
    @idempotent(nothing)
    def post(self, request: Request, track_id: UUID) -> Response:
        job = reanalyse_track(
            own_track(self.person, track_id, Role.EDITOR), trigger=Job.Trigger.API, by=self.person
        )
        return accepted(request, job, JobSerializer(job).data)


def _refuse_too_large(request: Request) -> None:
    """By the header, before a byte of the body is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if int(length) > settings.MAX_UPLOAD_BYTES + FRAMING:
        raise refused(too_large(int(length)))
