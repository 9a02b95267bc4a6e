from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.albums.albums import albums, artists, as_albums
from tagger.albums.covers import cover_response
from tagger.api.serializers.album import (
    AlbumPageSerializer,
    AlbumSerializer,
    ArtistPageSerializer,
    ArtistSerializer,
)
from tagger.library.search import library
from tagger.platform.http.clean_text import is_clean

from .access import own_track
from .base import ApiView
from .conditional import ETAG, IF_NONE_MATCH
from .documentation import problems
from .pagination import NumberedPages, bad_parameter
from .problems import Problem

_PAGING = [
    OpenApiParameter("q", OpenApiTypes.STR, description="Every word occurs in a name."),
    OpenApiParameter("page", OpenApiTypes.INT, description="From 1 on."),
]


class GroupedList(ApiView):
    """Rows that are no model's: counted pages instead of cursors."""

    of_library = True
    query_parameters = frozenset({"q", "page"})

    def words(self) -> str:
        words = self.request.query_params.get("q", "")[:200]
        if not is_clean(words):
            raise bad_parameter("q", "This is no text.")
        return words


class AlbumList(GroupedList):
    @extend_schema(
        summary="List my albums",
        description=(
            "As the tracks name them. `tracks?album=…&album_artist=…&ordering=album` lists the "
            "tracks of one."
        ),
        parameters=_PAGING,
        responses=problems({200: AlbumPageSerializer}, "invalid", "not-found"),
    )
    def get(self, request: Request) -> Response:
        pages = NumberedPages()
        rows: Any = pages.paginate_queryset(
            albums(library(self.library), q=self.words()), request, view=self
        )
        return pages.get_paginated_response(AlbumSerializer(as_albums(rows), many=True).data)


class ArtistList(GroupedList):
    @extend_schema(
        summary="List my artists",
        description="`tracks?artist=…` lists the tracks of one.",
        parameters=_PAGING,
        responses=problems({200: ArtistPageSerializer}, "invalid", "not-found"),
    )
    def get(self, request: Request) -> Response:
        pages = NumberedPages()
        rows: Any = pages.paginate_queryset(
            artists(library(self.library), self.words()), request, view=self
        )
        return pages.get_paginated_response(ArtistSerializer(rows, many=True).data)


class TrackCover(ApiView):
    query_parameters = frozenset({"size"})

    @extend_schema(
        summary="The cover",
        description="WebP, from the file or the folder it came from.",
        parameters=[
            OpenApiParameter(
                "size",
                OpenApiTypes.STR,
                enum=["small", "large"],
                default="large",
                description="Within a square of 96 or 600 pixels.",
            ),
            IF_NONE_MATCH,
            ETAG,
        ],
        responses=problems(
            {(200, "image/webp"): OpenApiTypes.BINARY, 304: None},
            "invalid",
            "not-found",
            "no-cover",
        ),
    )
    def get(self, request: Request, track_id: UUID) -> HttpResponseBase:
        cover = own_track(self.person, track_id).cover
        if cover is None:
            raise Problem("no-cover", "This track has no cover.")
        size = request.query_params.get("size", "large")
        if size not in ("small", "large"):
            raise bad_parameter("size", "The sizes are small and large.")
        small = size == "small"
        try:
            return cover_response(request._request, cover, small=small)
        except FileNotFoundError as error:
            raise Problem("no-cover", "The stored cover is missing.") from error
