"""The library in the formats of other programs, narrowed as the list of tracks is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from tagger.api.serializers.examples_of_analysis import PLAYLIST, REKORDBOX, TABLE
from tagger.api.serializers.track import TrackSerializer
from tagger.exports.corrections import corrections
from tagger.exports.playlist import playlist
from tagger.exports.rekordbox import rekordbox
from tagger.exports.table import table
from tagger.library.search import LibraryFilter
from tagger.models import Track
from tagger.platform.http.clean_text import is_clean

from .access import listed_tracks
from .base import ApiView
from .documentation import problems
from .lists import ListView
from .pagination import bad_parameter
from .problems import Problem

# How many tracks are in memory at a time.
CHUNK = 200
# Of a path before each file, as long as any system takes.
LONGEST_BASE = 4096


class TracksExport(ListView):
    of_library = True
    queryset = Track.objects.none()
    filterset_class = LibraryFilter
    pagination_class = None
    media_type: ClassVar[str]
    suffix: ClassVar[str]

    def known_parameters(self, request: Request) -> frozenset[str]:
        return frozenset(LibraryFilter.base_filters)

    def get_queryset(self) -> QuerySet[Track]:
        return listed_tracks(self.library)

    def written(self, tracks: Iterable[Track]) -> Iterator[str]:
        raise NotImplementedError

    def get(self, request: Request) -> StreamingHttpResponse:
        tracks = self.filter_queryset(self.get_queryset()).iterator(chunk_size=CHUNK)
        return StreamingHttpResponse(
            self.written(tracks),
            content_type=self.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="tracks.{self.suffix}"',
                "Cache-Control": "private, no-store",
            },
        )


def _documented(
    suffix: str, media_type: str, summary: str, description: str, body: Any, *example: str
) -> Any:
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"exports_tracks_{suffix}",
            summary=summary,
            description=description,
            filters=True,
            examples=[
                OpenApiExample(suffix, value=text, response_only=True, media_type=media_type)
                for text in example
            ],
            responses=problems({(200, media_type): body}, "invalid"),
        )
    )


@_documented(
    "csv",
    "text/csv",
    "Export as a table",
    "Comma-separated, UTF-8, a row a track. A cell that a spreadsheet would run as a formula has "
    "an apostrophe before it.",
    OpenApiTypes.STR,
    TABLE,
)
class TableExport(TracksExport):
    media_type, suffix = "text/csv; charset=utf-8", "csv"

    def written(self, tracks: Iterable[Track]) -> Iterator[str]:
        # A person on the page opens it in a spreadsheet; a token is a program's.
        return table(tracks, for_spreadsheets=self.request.auth is None)


@_documented(
    "json",
    "application/json",
    "Export as JSON",
    "One array of tracks, each as the list of tracks shows it.",
    TrackSerializer(many=True),
)
class JsonExport(TracksExport):
    serializer_class = TrackSerializer
    media_type, suffix = "application/json", "json"

    def written(self, tracks: Iterable[Track]) -> Iterator[str]:
        yield "["
        for place, track in enumerate(tracks):
            yield ",\n" if place else "\n"
            yield JSONRenderer().render(TrackSerializer(track).data).decode()
        yield "\n]\n"


@_documented(
    "m3u8",
    "application/vnd.apple.mpegurl",
    "Export as a playlist",
    "M3U8 with the names of the files as they were uploaded: put it beside them and play it.",
    OpenApiTypes.STR,
    PLAYLIST,
)
class PlaylistExport(TracksExport):
    media_type, suffix = "application/vnd.apple.mpegurl; charset=utf-8", "m3u8"

    def written(self, tracks: Iterable[Track]) -> Iterator[str]:
        return playlist(tracks)


@_documented(
    "xml",
    "application/xml",
    "Export for Rekordbox",
    "Rekordbox XML, which Traktor and others read too. `base` is put before the paths of files, in "
    "place of the allowed folder that they lie in: its name on the computer that opens it.",
    OpenApiTypes.STR,
    REKORDBOX,
)
class RekordboxExport(TracksExport):
    media_type, suffix = "application/xml; charset=utf-8", "xml"

    def known_parameters(self, request: Request) -> frozenset[str]:
        return super().known_parameters(request) | {"base"}

    def written(self, tracks: Iterable[Track]) -> Iterator[str]:
        base = self.request.query_params.get("base", "")
        if not is_clean(base) or len(base) > LONGEST_BASE:
            raise bad_parameter("base", "This is no path.")
        count = self.filter_queryset(self.get_queryset()).count()
        return rekordbox(tracks, count, base=base)


class CorrectionsExport(ApiView):
    of_library = True

    @extend_schema(
        operation_id="exports_corrections",
        summary="Export my corrections as a data set",
        description=(
            "A zip in MagnaTagATune's form: `annotations_final.csv`, `mask.csv` that says where a "
            "person has spoken, and the sound of every track you have judged."
        ),
        responses=problems({(200, "application/zip"): OpenApiTypes.BINARY}, "no-corrections"),
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        pieces = corrections(self.library)
        if pieces is None:
            raise Problem("no-corrections", "You have judged no tag yet.")
        return StreamingHttpResponse(
            pieces,
            content_type="application/zip",
            headers={
                "Content-Disposition": 'attachment; filename="corrections.zip"',
                "Cache-Control": "private, no-store",
            },
        )
