from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.analysis.spectrograms import request_spectrogram
from tagger.api.serializers.job import JobSerializer
from tagger.models import Job, Track
from tagger.platform.http.range_response import ranged_response

from .accepted import accepted
from .access import own_track
from .base import ApiView
from .conditional import ETAG, IF_NONE_MATCH
from .documentation import LOCATION, RETRY_AFTER, changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, nothing
from .problems import Problem


class TrackSpectrogram(ApiView):
    @extend_schema(
        summary="The spectrogram",
        description=(
            "PNG in shades of grey: time from left to right over the whole track, 30 Hz at the "
            "foot to 8 kHz at the top on the mel scale, white the loudest, black 80 dB below."
        ),
        parameters=[IF_NONE_MATCH, ETAG],
        responses=problems(
            {(200, "image/png"): OpenApiTypes.BINARY, 304: None},
            "not-found",
            "not-drawn",
            "file-missing",
        ),
    )
    def get(self, request: Request, track_id: UUID) -> HttpResponseBase:
        track = own_track(self.person, track_id)
        if not track.spectrogram:
            raise Problem("not-drawn", "Nobody has asked for it yet: send a POST to have it drawn.")
        try:
            content = track.spectrogram.open("rb")
        except FileNotFoundError as error:
            raise Problem("file-missing", "The stored spectrogram is missing.") from error
        return ranged_response(
            request._request,
            content,
            content_type="image/png",
            disposition='inline; filename="spectrogram.png"',
            etag=f"spectrogram-{track.audio_sha256[:32]}",
        )

    @extend_schema(
        summary="Have the spectrogram drawn",
        description="202 with a job to poll; 204 when it is drawn already.",
        request=None,
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes(
            {202: JobSerializer, 204: None}, *KEY_PROBLEMS, "not-found", "not-analysed"
        ),
    )
    @idempotent(nothing)
    def post(self, request: Request, track_id: UUID) -> Response:
        track = own_track(self.person, track_id)
        if track.state != Track.State.TAGGED:
            raise Problem("not-analysed", "This track has not been heard yet.")
        job = request_spectrogram(track, trigger=Job.Trigger.API, by=self.person)
        if job is None:
            return Response(status=204)
        return accepted(request, job, JobSerializer(job).data)
