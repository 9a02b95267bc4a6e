from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ml.audio import taggable
from tagger.api.serializers.prediction import PeaksSerializer
from tagger.exports.tagged_copy import TagsUnsupported, tagged_copy
from tagger.library.audio_response import media_type, stored_audio
from tagger.library.search import trash_of
from tagger.models import Track
from tagger.platform.http.range_response import RangeNotSatisfiable
from tagger.tags.segment_scores import peak_pairs

from .access import own_track
from .base import ApiView
from .documentation import problems
from .problems import Problem, problem_handler

_RANGE = OpenApiParameter(
    "Range", OpenApiTypes.STR, OpenApiParameter.HEADER, description="One range."
)


_AUDIO = problems(
    {
        (200, "audio/*"): OpenApiTypes.BINARY,
        (206, "audio/*"): OpenApiTypes.BINARY,
        304: None,
    },
    "not-found",
    "file-missing",
    "range-not-satisfiable",
)


class TrackAudio(ApiView):
    @extend_schema(summary="The file as it was uploaded", parameters=[_RANGE], responses=_AUDIO)
    def get(self, request: Request, track_id: UUID) -> HttpResponseBase:
        return self.audio(own_track(self.person, track_id))

    def audio(self, track: Track) -> HttpResponseBase:
        try:
            return stored_audio(self.request._request, track)
        except FileNotFoundError as error:
            raise Problem("file-missing", "The stored file of this track is missing.") from error
        except RangeNotSatisfiable as error:
            return self._not_satisfiable(error)

    def _not_satisfiable(self, error: RangeNotSatisfiable) -> Response:
        problem = Problem("range-not-satisfiable", str(error))
        response = problem_handler(problem, {"request": self.request})
        response["Content-Range"] = f"bytes */{error.size}"
        return response


class TrashAudio(TrackAudio):
    @extend_schema(
        summary="The file of a deleted track",
        description="To hear it before it is restored, or goes for good.",
        parameters=[_RANGE],
        responses=_AUDIO,
    )
    def get(self, request: Request, track_id: UUID) -> HttpResponseBase:
        return self.audio(get_object_or_404(trash_of(self.person), pk=track_id))


class TrackTaggedCopy(ApiView):
    @extend_schema(
        summary="A copy of the file with its tags in the metadata",
        description=(
            f"{taggable()}. Title, artist, album, genres, moods, every effective "
            "tag, tempo and key are written; the sound and the stored file stay as they are."
        ),
        responses=problems(
            {(200, "audio/*"): OpenApiTypes.BINARY},
            "not-found",
            "file-missing",
            "no-place-for-tags",
        ),
    )
    def get(self, request: Request, track_id: UUID) -> HttpResponseBase:
        track = own_track(self.person, track_id)
        try:
            copy = tagged_copy(track)
        except FileNotFoundError as error:
            raise Problem("file-missing", "The stored file of this track is missing.") from error
        except TagsUnsupported as error:
            raise Problem("no-place-for-tags", str(error)) from error
        return FileResponse(
            copy,
            as_attachment=True,
            filename=track.file_name,
            content_type=media_type(track),
            headers={"Cache-Control": "private, no-store"},
        )


class TrackPeaks(ApiView):
    @extend_schema(
        summary="The waveform's peaks",
        responses=problems({200: PeaksSerializer}, "not-found", "not-analysed"),
    )
    def get(self, request: Request, track_id: UUID) -> Response:
        track = own_track(self.person, track_id)
        peaks = peak_pairs(track)
        if peaks is None:
            raise Problem("not-analysed", "This track has not been heard yet.")
        return Response({"duration": track.duration, "peaks": peaks})
